package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
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
        PartInfo part =
                ObjectAnswers.copy(
                        () ->
                                call.ports()
                                        .objects()
                                        .uploads()
                                        .copyPart(
                                                call.caller(),
                                                new Uploads.PartRequest(
                                                        call.bucket(),
                                                        call.key(),
                                                        MultipartUploads.id(call),
                                                        number(call),
                                                        null,
                                                        null,
                                                        () -> Bytes.EMPTY,
                                                        EncryptionHeaders.customerKey(
                                                                call.request())),
                                                EncryptionHeaders.source(call)
                                                        .checkedBy(
                                                                found ->
                                                                        ObjectAnswers.checkSource(
                                                                                call, found)),
                                                RangeHeader.parseCopy(
                                                        call.request()
                                                                .header("x-amz-copy-source-range")),
                                                call.deadlineNanos()));
        EncryptionHeaders.answer(call, EncryptionHeaders.customerKey(call.request()) != null);
        call.xml(
                200,
                XmlWriter.s3("CopyPartResult")
                        .date("LastModified", part.createdMillis())
                        .text("ETag", '"' + part.etag() + '"'));
    }
}
