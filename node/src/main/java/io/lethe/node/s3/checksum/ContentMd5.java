package io.lethe.node.s3.checksum;

import io.lethe.node.base.Bytes;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Request;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;

/** The {@code Content-MD5} header. Static and pure. */
public final class ContentMd5 {
    private static final int LENGTH_BYTES = 16;

    private ContentMd5() {}

    /**
     * @throws io.lethe.node.s3.S3Exception InvalidDigest
     */
    public static Optional<Bytes> of(S3Request request) {
        return request.header("content-md5").map(ContentMd5::parse);
    }

    /** Base64, as in the header. */
    public static Bytes parse(String text) {
        try {
            byte[] md5 = Base64.getDecoder().decode(text);
            if (md5.length == LENGTH_BYTES) {
                return Bytes.wrap(md5);
            }
        } catch (IllegalArgumentException e) {
            // Said below, as for a wrong length.
        }
        throw S3Error.INVALID_DIGEST.exception().with("Content-MD5", text);
    }

    /**
     * @throws io.lethe.node.s3.S3Exception BadDigest unless both are the same
     */
    public static void check(Bytes expected, byte[] computed) {
        if (!MessageDigest.isEqual(expected.unsafeArray(), computed)) {
            throw S3Error.BAD_DIGEST
                    .exception()
                    .with("ExpectedDigest", expected.hex())
                    .with("CalculatedDigest", Bytes.copyOf(computed).hex());
        }
    }
}
