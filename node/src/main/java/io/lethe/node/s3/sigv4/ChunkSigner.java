package io.lethe.node.s3.sigv4;

/**
 * The rolling signatures of a chunked body: each covers the one before, the first one the request.
 * One thread.
 *
 * <pre>
 * AWS4-HMAC-SHA256-PAYLOAD LF timestamp LF scope LF previous LF sha256("") LF sha256(chunk)
 * AWS4-HMAC-SHA256-TRAILER LF timestamp LF scope LF previous LF sha256(trailers)
 * </pre>
 */
public final class ChunkSigner {
    private final SigningKey key;
    private final String timestamp;
    private String previous;

    ChunkSigner(SigningKey key, String timestamp, String seed) {
        this.key = key;
        this.timestamp = timestamp;
        this.previous = seed;
    }

    /** Whether a chunk of this hash comes next under this signature. */
    boolean chunk(String sha256Hex, String signature) {
        return next("AWS4-HMAC-SHA256-PAYLOAD", Hashes.EMPTY_SHA256 + '\n' + sha256Hex, signature);
    }

    /** Whether trailers of this hash come next under this signature. */
    boolean trailer(String sha256Hex, String signature) {
        return next("AWS4-HMAC-SHA256-TRAILER", sha256Hex, signature);
    }

    private boolean next(String algorithm, String tail, String signature) {
        String expected =
                key.sign(String.join("\n", algorithm, timestamp, key.scope(), previous, tail));
        previous = expected;
        return Hashes.same(expected, signature);
    }
}
