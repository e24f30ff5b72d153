package io.lethe.node.s3;

import java.util.Optional;

/** What {@code x-amz-copy-source} names: {@code [/]bucket/key[?versionId=id]}, percent-encoded. */
public record CopySource(String bucket, String key, Optional<String> versionId) {
    private static final String VERSION = "?versionId=";

    /** A key of 1 KiB, each byte encoded, and room for the rest. */
    private static final int MOST_CHARS = 4 * 1024;

    /** Empty where the request copies nothing. */
    public static Optional<CopySource> of(S3Request request) {
        // As it came: what is not encoded in it is UTF-8 on the wire.
        return request.headerValues("x-amz-copy-source").stream()
                .findFirst()
                .map(String::strip)
                .map(CopySource::parse);
    }

    /**
     * @param header as it came
     * @throws S3Exception InvalidArgument, InvalidBucketName, KeyTooLongError
     */
    public static CopySource parse(String header) {
        if (header.length() > MOST_CHARS) {
            throw malformed(header.substring(0, 100));
        }
        // A question mark of the key's own comes encoded.
        int query = header.lastIndexOf(VERSION);
        String path = query < 0 ? header : header.substring(0, query);
        String version = query < 0 ? "" : header.substring(query + VERSION.length());
        String plain = decode(path, header);
        String name = plain.startsWith("/") ? plain.substring(1) : plain;
        int slash = name.indexOf('/');
        if (slash <= 0 || slash == name.length() - 1 || (query >= 0 && version.isEmpty())) {
            throw malformed(header);
        }
        S3Address.checkBucket(name.substring(0, slash));
        S3Address.checkKey(name.substring(slash + 1));
        return new CopySource(
                name.substring(0, slash),
                name.substring(slash + 1),
                query < 0 ? Optional.empty() : Optional.of(decode(version, header)));
    }

    private static String decode(String text, String header) {
        try {
            return PercentCoding.decodeText(text, false);
        } catch (S3Exception e) {
            throw malformed(header);
        }
    }

    private static S3Exception malformed(String header) {
        return S3Error.INVALID_ARGUMENT
                .because(
                        "Copy Source must mention the source bucket and key:"
                                + " sourcebucket/sourcekey")
                .with("ArgumentName", "x-amz-copy-source")
                .with("ArgumentValue", header);
    }
}
