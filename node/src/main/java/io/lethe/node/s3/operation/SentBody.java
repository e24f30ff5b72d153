package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.Body;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.checksum.ContentMd5;
import org.jspecify.annotations.Nullable;

/**
 * What a request says of the body that it stores, as an object or as a part.
 *
 * @param md5 16 bytes, of {@code Content-MD5}, or null
 * @param sha256 32 bytes, as signed, or null
 */
record SentBody(@Nullable Bytes md5, @Nullable Bytes sha256) {
    /** Stores the body. */
    interface Storing<R> {
        R run() throws InterruptedException;
    }

    /**
     * @throws io.lethe.node.s3.S3Exception MissingContentLength, InvalidDigest
     */
    static SentBody of(S3Call call) {
        if (call.body().declaredBytes() == Body.UNKNOWN) {
            throw S3Error.MISSING_CONTENT_LENGTH.exception();
        }
        return new SentBody(ContentMd5.of(call.request()).orElse(null), call.body().signedSha256());
    }

    /**
     * @throws io.lethe.node.s3.S3Exception XAmzContentSHA256Mismatch where only the signature says
     *     what the body is
     */
    <R> R store(Storing<R> storing) throws InterruptedException {
        try {
            return storing.run();
        } catch (StoreException e) {
            if (e.code() == ErrorCode.BAD_DIGEST && md5 == null) {
                throw S3Error.X_AMZ_CONTENT_SHA256_MISMATCH.exception();
            }
            throw e;
        }
    }
}
