package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Error;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What DeleteObjects shall delete. */
public record DeleteRequest(List<Entry> entries, boolean quiet) {
    /** As S3. */
    public static final int MOST_KEYS = 1000;

    /**
     * One object; the optional values are conditions.
     *
     * @param eTag without quotes
     */
    public record Entry(
            String key,
            Optional<String> versionId,
            Optional<String> eTag,
            Optional<Long> lastModifiedMillis,
            Optional<Long> sizeBytes) {}

    public DeleteRequest {
        entries = List.copyOf(entries);
    }

    public static DeleteRequest parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "Delete", XmlReader.MOST_LIST_BYTES);
        List<Entry> entries = new ArrayList<>();
        Boolean quiet = null;
        while (in.next()) {
            switch (in.name()) {
                case "Quiet" -> quiet = XmlReader.once(quiet, in.bool());
                case "Object" -> {
                    entries.add(entry(in));
                    if (entries.size() > MOST_KEYS) {
                        throw XmlReader.malformed();
                    }
                }
                default -> throw in.unexpected();
            }
        }
        in.end();
        if (entries.isEmpty()) {
            throw XmlReader.malformed();
        }
        return new DeleteRequest(entries, quiet != null && quiet);
    }

    private static Entry entry(XmlReader in) {
        String key = null;
        String versionId = null;
        String eTag = null;
        Long lastModified = null;
        Long size = null;
        while (in.next()) {
            switch (in.name()) {
                case "Key" -> key = XmlReader.once(key, in.text());
                case "VersionId" -> versionId = XmlReader.once(versionId, in.word());
                case "ETag" -> eTag = XmlReader.once(eTag, unquoted(in.word()));
                case "LastModifiedTime" -> lastModified = XmlReader.once(lastModified, in.date());
                case "Size" -> size = XmlReader.once(size, in.number());
                default -> throw in.unexpected();
            }
        }
        key = XmlReader.needed(key);
        if (key.isEmpty()) {
            throw S3Error.USER_KEY_MUST_BE_SPECIFIED.exception();
        }
        return new Entry(
                key,
                nonEmpty(versionId),
                Optional.ofNullable(eTag),
                Optional.ofNullable(lastModified),
                Optional.ofNullable(size));
    }

    private static Optional<String> nonEmpty(@Nullable String text) {
        return Optional.ofNullable(text).filter(value -> !value.isEmpty());
    }

    /** ETags come with and without their quotes. */
    static String unquoted(String eTag) {
        boolean quoted = eTag.length() >= 2 && eTag.startsWith("\"") && eTag.endsWith("\"");
        return quoted ? eTag.substring(1, eTag.length() - 1) : eTag;
    }
}
