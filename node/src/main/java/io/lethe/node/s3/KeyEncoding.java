package io.lethe.node.s3;

import java.util.Optional;

/** How a listing writes keys: as they are, or percent-encoded, for keys that XML can't say. */
public enum KeyEncoding {
    PLAIN,
    URL;

    /**
     * @throws S3Exception InvalidArgument
     */
    public static KeyEncoding of(S3Request request) {
        Optional<String> type = request.parameter("encoding-type");
        if (type.isEmpty()) {
            return PLAIN;
        }
        if (type.get().equalsIgnoreCase("url")) {
            return URL;
        }
        throw S3Error.INVALID_ARGUMENT
                .because("Invalid Encoding Method specified in Request")
                .with("ArgumentName", "encoding-type")
                .with("ArgumentValue", type.get());
    }

    /** A space becomes {@code %20}, which every client decodes; slashes stay. */
    public String apply(String text) {
        return this == PLAIN ? text : PercentCoding.encode(text, true);
    }
}
