package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.xml.XmlWriter;

/** GET of {@code ?location}; S3 says nothing for us-east-1. */
final class BucketLocation implements Operation {
    @Override
    public void run(S3Call call) throws InterruptedException {
        var _ = call.ports().buckets().get(call.caller(), call.bucket(), call.deadlineNanos());
        String region = call.ports().settings().region();
        String said = region.equals("us-east-1") ? "" : region;
        call.xml(200, XmlWriter.s3("LocationConstraint", said));
    }
}
