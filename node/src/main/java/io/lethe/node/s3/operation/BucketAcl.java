package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;

/** GET and PUT of a bucket's {@code ?acl}. */
final class BucketAcl {
    private BucketAcl() {}

    static void get(S3Call call) throws InterruptedException {
        var _ = call.ports().buckets().get(call.caller(), call.bucket(), call.deadlineNanos());
        call.xml(200, Acls.owners(call));
    }

    static void put(S3Call call) throws InterruptedException {
        var _ = call.ports().buckets().get(call.caller(), call.bucket(), call.deadlineNanos());
        Acls.put(call);
    }
}
