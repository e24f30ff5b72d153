package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Body;
import io.lethe.node.object.Caller;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.Objects;
import io.lethe.node.object.PutRequest;
import io.lethe.node.s3.Preconditions;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.StorageClasses;
import io.lethe.node.s3.checksum.ChecksumValue;
import io.lethe.node.s3.checksum.ContentMd5;

/** PUT of an object: its body, or a copy of another. */
final class PutObject implements Operation {
    private final Operation copy = new CopyObject();

    @Override
    public void run(S3Call call) throws InterruptedException {
        if (call.request().header("x-amz-copy-source").isPresent()) {
            copy.run(call);
            return;
        }
        SentBody body = SentBody.of(call);
        Objects objects = call.ports().objects();
        ObjectInfo stored = body.store(() -> store(call, body, call.body(), objects::put));
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

    /** Stores the file of a form: what its fields say stands in the call's headers. */
    static ObjectInfo storeFile(S3Call call, Body file) throws InterruptedException {
        Bytes md5 = ContentMd5.of(call.request()).orElse(null);
        ObjectInfo stored =
                store(call, new SentBody(md5, null), file, call.ports().objects()::post);
        ObjectHeaders.versionId(call, stored);
        EncryptionHeaders.answer(call, stored);
        BucketLifecycle.tell(call, stored);
        return stored;
    }

    /** How a body is stored: it is put, or it came in a form. */
    private interface Way {
        ObjectInfo store(Caller caller, PutRequest request, Body body, long deadlineNanos)
                throws InterruptedException;
    }

    private static ObjectInfo store(S3Call call, SentBody sent, Body body, Way way)
            throws InterruptedException {
        String acl = Acls.ofNew(call);
        Refusals.checkWrite(call);
        PutRequest request =
                new PutRequest(
                        new WriteId(Id128.random(call.random())),
                        call.bucket(),
                        call.key(),
                        StorageClasses.wanted(call.request()),
                        ObjectHeaders.attributes(call.request()).withAcl(acl),
                        Preconditions.ofWrite(call.request()),
                        sent.md5(),
                        sent.sha256(),
                        LockHeaders.asked(call.request()),
                        EncryptionHeaders.customerKey(call.request()));
        return way.store(call.caller(), request, body, call.deadlineNanos());
    }
}
