package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.object.ReadRange;
import io.lethe.node.object.SourceVersion;
import io.lethe.node.object.Uploads;
import io.lethe.node.object.Uploads.PartInfo;
import io.lethe.node.s3.CopySource;
import io.lethe.node.s3.RangeHeader;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.checksum.ChecksumValue;
import io.lethe.node.s3.xml.XmlWriter;

/** PUT of a part: its body, or a range of another object. */
final class UploadPart implements Operation {
    private static final int MOST_PARTS = 10_000;

    @Override
    public void run(S3Call call) throws InterruptedException {
        Refusals.checkWrite(call);
        if (CopySource.of(call.request()).isPresent()) {
            copy(call);
            return;
        }
        SentBody body = SentBody.of(call);
        PartInfo part =
                body.store(
                        () ->
                                call.ports()
                                        .objects()
                                        .uploads()
                                        .putPart(
                                                call.caller(),
                                                new Uploads.PartRequest(
                                                        call.bucket(),
                                                        call.key(),
                                                        MultipartUploads.id(call),
                                                        number(call),
                                                        body.md5(),
                                                        body.sha256(),
                                                        () -> checksum(call),
                                                        EncryptionHeaders.customerKey(
                                                                call.request())),
                                                call.body(),
                                                call.deadlineNanos()));
        UploadChecksums.ofPart(part.checksum())
                .ifPresent(sum -> call.header(sum.algorithm().header(), sum.text()));
        EncryptionHeaders.answer(call, EncryptionHeaders.customerKey(call.request()) != null);
        call.header("etag", '"' + part.etag() + '"').empty(200);
    }

    private static int number(S3Call call) {
        String text = call.request().parameter("partNumber").orElse("");
        int number = Parameters.number(call, "partNumber", 0, 1, Integer.MAX_VALUE);
        if (number < 1 || number > MOST_PARTS) {
            throw Parameters.invalid(
                    "partNumber",
                    text,
                    "Part number must be an integer between 1 and 10000, inclusive");
        }
        return number;
    }

    private static Bytes checksum(S3Call call) {
        ChecksumValue known = call.body().checksum();
        return known == null ? Bytes.EMPTY : UploadChecksums.encode(known);
    }

    private static void copy(S3Call call) throws InterruptedException {
        KeyBytes customer = EncryptionHeaders.customerKey(call.request());
        Uploads uploads = call.ports().objects().uploads();
        Uploads.UploadInfo upload =
                uploads.find(
                        call.caller(),
                        call.bucket(),
                        call.key(),
                        MultipartUploads.id(call),
                        call.deadlineNanos());
        CopiedSource from =
                CopiedSource.ofPart(
                        call,
                        UploadChecksums.decode(upload.checksum())
                                .map(UploadChecksums.Wanted::algorithm));
        Uploads.PartRequest target =
                new Uploads.PartRequest(
                        call.bucket(),
                        call.key(),
                        MultipartUploads.id(call),
                        number(call),
                        null,
                        null,
                        () -> from.checksum().map(UploadChecksums::encode).orElse(Bytes.EMPTY),
                        customer);
        ReadRange range = RangeHeader.parseCopy(call.request().header("x-amz-copy-source-range"));
        SourceVersion read = from.version(from::check);
        new PatientAnswer<PartInfo>(call, "s3-copy-part", false)
                .give(
                        () ->
                                from.copy(
                                        () ->
                                                uploads.copyPart(
                                                        call.caller(),
                                                        target,
                                                        read,
                                                        range,
                                                        call.deadlineNanos())),
                        (part, begun) -> {
                            if (!begun) {
                                from.tell();
                                EncryptionHeaders.answer(call, customer != null);
                            }
                            return from.tellChecksum(
                                    XmlWriter.s3("CopyPartResult")
                                            .date("LastModified", part.createdMillis())
                                            .text("ETag", '"' + part.etag() + '"'));
                        });
    }
}
