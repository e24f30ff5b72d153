package io.lethe.node.s3.sigv4;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Request;
import java.util.Locale;

/** How a body is tied to the request's signature: the values of {@code x-amz-content-sha256}. */
public sealed interface Payload {
    /** The body's SHA-256 in lower-case hex; other bodies are XAmzContentSHA256Mismatch. */
    record Digest(String sha256Hex) implements Payload {}

    /** Not at all. */
    record Unsigned() implements Payload {}

    /**
     * {@code aws-chunked}, each chunk signed.
     *
     * @param trailer whether signed trailers follow
     */
    record SignedChunks(boolean trailer) implements Payload {}

    /** {@code aws-chunked} without signatures, with trailers. */
    record UnsignedChunks() implements Payload {}

    /** The hash stands nowhere: whoever verifies hashes the whole (short) body first. STS. */
    record OfBody() implements Payload {}

    /** Whether the body must go through a {@link ChunkedDecoder}. */
    default boolean chunked() {
        return this instanceof SignedChunks || this instanceof UnsignedChunks;
    }

    /** The last line of the canonical request. */
    default String canonical() {
        return switch (this) {
            case Digest(String hex) -> hex;
            case Unsigned _ -> "UNSIGNED-PAYLOAD";
            case SignedChunks(boolean trailer) ->
                    trailer
                            ? "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
                            : "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
            case UnsignedChunks _ -> "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
            case OfBody _ -> "";
        };
    }

    /**
     * @throws io.lethe.node.s3.S3Exception InvalidArgument
     */
    static Payload parse(String header) {
        return switch (header) {
            case "UNSIGNED-PAYLOAD" -> new Unsigned();
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" -> new SignedChunks(false);
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" -> new SignedChunks(true);
            case "STREAMING-UNSIGNED-PAYLOAD-TRAILER" -> new UnsignedChunks();
            default -> {
                if (!Hashes.isSha256Hex(header.toLowerCase(Locale.ROOT))) {
                    throw S3Error.INVALID_ARGUMENT
                            .because(
                                    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD,"
                                            + " STREAMING-UNSIGNED-PAYLOAD-TRAILER,"
                                            + " STREAMING-AWS4-HMAC-SHA256-PAYLOAD,"
                                            + " STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a"
                                            + " valid sha256 value.")
                            .with("ArgumentName", "x-amz-content-sha256")
                            .with("ArgumentValue", header);
                }
                // Signed as it was sent, whatever its case.
                yield new Digest(header);
            }
        };
    }

    /** Of a request that nobody signed. */
    static Payload ofAnonymous(S3Request request) {
        return request.header("x-amz-content-sha256").map(Payload::parse).orElse(new Unsigned());
    }
}
