package io.lethe.node.s3;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Texts that are sent as headers: what other doors store can be more than a header holds. Static
 * and pure.
 */
public final class HeaderText {
    /** What a token has beside letters and digits (RFC 9110, 5.6.2). */
    private static final String OF_TOKENS = "!#$%&'*+-.^_`|~";

    private HeaderText() {}

    /** Whether a text can be the name of a header. */
    public static boolean isName(String text) {
        return !text.isEmpty()
                && text.chars()
                        .allMatch(
                                c ->
                                        (c >= 'a' && c <= 'z')
                                                || (c >= 'A' && c <= 'Z')
                                                || (c >= '0' && c <= '9')
                                                || OF_TOKENS.indexOf(c) >= 0);
    }

    /** As a header's value: one character for each byte of UTF-8; empty for what can't be one. */
    public static Optional<String> value(String text) {
        return text.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)
                ? Optional.empty()
                : Optional.of(
                        new String(
                                text.getBytes(StandardCharsets.UTF_8),
                                StandardCharsets.ISO_8859_1));
    }
}
