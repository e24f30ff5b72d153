package io.lethe.node.s3;

import io.lethe.node.object.Attributes;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** The {@code x-amz-meta-} headers of a request. Static and pure. */
public final class UserMetadata {
    public static final String PREFIX = "x-amz-meta-";

    private UserMetadata() {}

    /**
     * By name in lower case without the prefix; several lines of a name are one value.
     *
     * @throws S3Exception MetadataTooLarge
     */
    public static Map<String, String> of(S3Request request) {
        Map<String, String> metadata = new TreeMap<>();
        for (String header : request.headerNames()) {
            if (header.startsWith(PREFIX)) {
                request.joinedHeader(header)
                        .ifPresent(
                                value ->
                                        metadata.put(
                                                header.substring(PREFIX.length()), value.strip()));
            }
        }
        return checked(metadata);
    }

    /** Of the fields of a POST form, by lower-case name. */
    public static Map<String, String> ofForm(Map<String, String> fields) {
        Map<String, String> metadata = new TreeMap<>();
        fields.forEach(
                (name, value) -> {
                    if (name.startsWith(PREFIX)) {
                        metadata.put(name.substring(PREFIX.length()), value);
                    }
                });
        return checked(metadata);
    }

    private static Map<String, String> checked(Map<String, String> metadata) {
        long bytes = 0;
        for (var entry : metadata.entrySet()) {
            bytes += utf8Length(entry.getKey()) + (long) utf8Length(entry.getValue());
        }
        if (bytes > Attributes.MOST_METADATA_BYTES) {
            throw S3Error.METADATA_TOO_LARGE
                    .exception()
                    .with("Size", Long.toString(bytes))
                    .with("MaxSizeAllowed", Integer.toString(Attributes.MOST_METADATA_BYTES));
        }
        return metadata;
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
