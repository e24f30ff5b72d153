package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import java.util.List;

/** Headers that would be promises: what is not kept is refused, never ignored. */
final class Refusals {
    private static final List<String> OF_WRITES =
            List.of("x-amz-server-side-encryption-aws-kms-key-id", "x-amz-write-offset-bytes");

    /** Conditions of deletions that only directory buckets have. */
    private static final List<String> OF_DELETIONS =
            List.of("x-amz-if-match-last-modified-time", "x-amz-if-match-size");

    private Refusals() {}

    static void checkDelete(S3Call call) {
        check(call, OF_DELETIONS);
    }

    static void checkWrite(S3Call call) {
        check(call, OF_WRITES);
        EncryptionHeaders.check(call.request());
    }

    private static void check(S3Call call, List<String> names) {
        for (String name : names) {
            if (call.request().header(name).isPresent()) {
                throw notImplemented(name);
            }
        }
    }

    private static RuntimeException notImplemented(String name) {
        return S3Error.NOT_IMPLEMENTED
                .because("A header you provided implies functionality that is not implemented")
                .with("Header", name);
    }
}
