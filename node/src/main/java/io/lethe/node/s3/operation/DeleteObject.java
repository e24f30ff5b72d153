package io.lethe.node.s3.operation;

import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Objects;
import io.lethe.node.object.VersionIds;
import io.lethe.node.s3.Preconditions;
import io.lethe.node.s3.S3Call;

/** DELETE of an object or one version; of what is not there too. */
final class DeleteObject implements Operation {
    @Override
    public void run(S3Call call) throws InterruptedException {
        Refusals.checkDelete(call);
        String wanted = ObjectAnswers.wantedVersion(call);
        Objects.Deletion done =
                call.ports()
                        .objects()
                        .delete(
                                call.caller(),
                                new Objects.DeleteRequest(
                                        new WriteId(Id128.random(call.random())),
                                        call.bucket(),
                                        call.key(),
                                        wanted,
                                        Preconditions.ofWrite(call.request()),
                                        LockHeaders.bypass(call.request())),
                                call.deadlineNanos());
        boolean versioned =
                done.deleteMarker()
                        || (!done.versionId().isEmpty()
                                && !done.versionId().equals(VersionIds.NULL));
        call.header(
                        "x-amz-version-id",
                        wanted.isEmpty() ? done.versionId() : wanted,
                        versioned || !wanted.isEmpty())
                .header("x-amz-delete-marker", "true", done.deleteMarker())
                .empty(204);
    }
}
