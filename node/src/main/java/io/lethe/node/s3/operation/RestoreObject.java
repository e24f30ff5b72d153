package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.xml.RestoreRequest;

/** POST of {@code ?restore}: refused, since nothing is ever archived. */
final class RestoreObject implements Operation {
    @Override
    public void run(S3Call call) throws InterruptedException {
        var _ = RestoreRequest.parse(call.wholeBody(true));
        var _ = ObjectAnswers.head(call);
        throw S3Error.INVALID_OBJECT_STATE
                .because("Restore is not allowed for the object's current storage class")
                .with("StorageClass", "STANDARD");
    }
}
