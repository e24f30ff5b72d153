package io.lethe.node.s3.operation;

import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.PutRequest;
import io.lethe.node.s3.Preconditions;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.checksum.ChecksumValue;

/** PUT of an object: its body, or a copy of another. */
final class PutObject implements Operation {
    private final Operation copy = new CopyObject();

    @Override
    public void run(S3Call call) throws InterruptedException {
        if (call.request().header("x-amz-copy-source").isPresent()) {
            copy.run(call);
            return;
        }
        Acls.checkObject(call);
        Refusals.checkWrite(call);
        SentBody body = SentBody.of(call);
        PutRequest request =
                new PutRequest(
                        new WriteId(Id128.random(call.random())),
                        call.bucket(),
                        call.key(),
                        StorageClasses.wanted(call),
                        ObjectHeaders.attributes(call.request()),
                        Preconditions.ofWrite(call.request()),
                        body.md5(),
                        body.sha256(),
                        LockHeaders.asked(call.request()),
                        EncryptionHeaders.customerKey(call.request()));
        ObjectInfo stored =
                body.store(
                        () ->
                                call.ports()
                                        .objects()
                                        .put(
                                                call.caller(),
                                                request,
                                                call.body(),
                                                call.deadlineNanos()));
        ObjectHeaders.versionId(call, stored);
        EncryptionHeaders.answer(call, stored);
        BucketLifecycle.tell(call, stored);
        ChecksumValue checksum = call.body().checksum();
        if (checksum != null) {
            call.header(checksum.algorithm().header(), checksum.text())
                    .header("x-amz-checksum-type", checksum.type().name());
        }
        call.header("etag", '"' + stored.etag() + '"').empty(200);
    }
}
