package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import java.util.List;

/** Headers that would be promises: what is not kept is refused, never ignored. */
final class Refusals {
    private static final List<String> OF_WRITES =
            List.of("x-amz-server-side-encryption-aws-kms-key-id", "x-amz-write-offset-bytes");

    private Refusals() {}

    static void checkWrite(S3Call call) {
        for (String name : OF_WRITES) {
            if (call.request().header(name).isPresent()) {
                throw notImplemented(name);
            }
        }
        EncryptionHeaders.check(call.request());
    }

    private static RuntimeException notImplemented(String name) {
        return S3Error.NOT_IMPLEMENTED
                .because("A header you provided implies functionality that is not implemented")
                .with("Header", name);
    }
}
