package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;

/** HEAD of a bucket: whether it is there. */
final class HeadBucket implements Operation {
    @Override
    public void run(S3Call call) throws InterruptedException {
        var _ = call.ports().buckets().get(call.caller(), call.bucket(), call.deadlineNanos());
        call.header("x-amz-bucket-region", call.ports().settings().region()).empty(200);
    }
}
