package io.lethe.node.s3.logging;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One line of S3's server access log format: its fields, and {@code -} for what does not apply.
 * What comes from a client is kept within its quotes. Pure.
 *
 * @param owner of the bucket
 * @param requester empty: anonymous
 * @param operation as S3 names it, e.g. {@code REST.PUT.OBJECT}
 * @param key percent-encoded; empty for none
 * @param requestUri method, target and protocol
 * @param error S3's code; empty for none
 */
record LogLine(
        String owner,
        String bucket,
        long atMillis,
        String remote,
        String requester,
        String requestId,
        String operation,
        String key,
        String requestUri,
        int status,
        String error,
        long sentBytes,
        long totalMillis,
        @Nullable String referer,
        @Nullable String userAgent,
        @Nullable String versionId,
        @Nullable String host,
        boolean secure) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    /** Of one field that a client chose. */
    private static final int MOST_CHARS = 2_048;

    String text() {
        return String.join(
                " ",
                word(owner),
                word(bucket),
                '[' + TIME.format(Instant.ofEpochMilli(atMillis)) + ']',
                word(remote),
                word(requester),
                word(requestId),
                word(operation),
                word(key),
                quoted(requestUri),
                status == 0 ? "-" : String.valueOf(status),
                word(error),
                sentBytes == 0 ? "-" : String.valueOf(sentBytes),
                "-",
                String.valueOf(totalMillis),
                "-",
                quoted(referer),
                quoted(userAgent),
                word(versionId == null ? "" : versionId),
                "-",
                requester.isEmpty() ? "-" : "SigV4",
                "-",
                requester.isEmpty() ? "-" : "AuthHeader",
                word(host == null ? "" : host),
                secure ? "TLS" : "-",
                "-",
                "-");
    }

    private static String word(String text) {
        return text.isEmpty() ? "-" : clean(text, ' ');
    }

    private static String quoted(@Nullable String text) {
        return text == null || text.isEmpty() ? "\"-\"" : '"' + clean(text, '"') + '"';
    }

    /** Control characters, and what would end the field, are percent-encoded. */
    private static String clean(String text, char end) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < Math.min(text.length(), MOST_CHARS); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c == 0x7f || c == end) {
                out.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
