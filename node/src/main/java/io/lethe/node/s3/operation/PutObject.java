package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Body;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.PutRequest;
import io.lethe.node.s3.Preconditions;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
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
        Acls.check(call);
        Refusals.checkWrite(call);
        if (call.body().declaredBytes() == Body.UNKNOWN) {
            throw S3Error.MISSING_CONTENT_LENGTH.exception();
        }
        Bytes md5 = ContentMd5.of(call.request()).orElse(null);
        Bytes sha256 = call.body().signedSha256();
        PutRequest request =
                new PutRequest(
                        new WriteId(Id128.random(call.random())),
                        call.bucket(),
                        call.key(),
                        StorageClasses.wanted(call),
                        ObjectHeaders.attributes(call.request()),
                        Preconditions.ofWrite(call.request()),
                        md5,
                        sha256);
        ObjectInfo stored;
        try {
            stored =
                    call.ports()
                            .objects()
                            .put(call.caller(), request, call.body(), call.deadlineNanos());
        } catch (StoreException e) {
            if (e.code() == ErrorCode.BAD_DIGEST && md5 == null) {
                throw S3Error.X_AMZ_CONTENT_SHA256_MISMATCH.exception();
            }
            throw e;
        }
        ObjectHeaders.versionId(call, stored);
        ChecksumValue checksum = call.body().checksum();
        if (checksum != null) {
            call.header(checksum.algorithm().header(), checksum.text())
                    .header("x-amz-checksum-type", checksum.type().name());
        }
        call.header("etag", '"' + stored.etag() + '"').empty(200);
    }
}
