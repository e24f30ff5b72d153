package io.lethe.node.s3.operation;

import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Objects;
import io.lethe.node.s3.Preconditions;
import io.lethe.node.s3.S3Call;

/** DELETE of an object or one version; of what is not there too. */
final class DeleteObject implements Operation {
    @Override
    public void run(S3Call call) throws InterruptedException {
        Objects.Deletion done =
                call.ports()
                        .objects()
                        .delete(
                                call.caller(),
                                new Objects.DeleteRequest(
                                        new WriteId(Id128.random(call.random())),
                                        call.bucket(),
                                        call.key(),
                                        ObjectAnswers.wantedVersion(call),
                                        Preconditions.ofWrite(call.request()),
                                        LockHeaders.bypass(call.request())),
                                call.deadlineNanos());
        boolean versioned = !done.versionId().isEmpty() && !done.versionId().equals("null");
        call.header("x-amz-version-id", done.versionId(), versioned || done.deleteMarker())
                .header("x-amz-delete-marker", "true", done.deleteMarker())
                .empty(204);
    }
}
