package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;

/** DELETE of an empty bucket. */
final class DeleteBucket implements Operation {
    @Override
    public void run(S3Call call) throws InterruptedException {
        call.ports().buckets().delete(call.caller(), call.bucket(), call.deadlineNanos());
        call.empty(204);
    }
}
