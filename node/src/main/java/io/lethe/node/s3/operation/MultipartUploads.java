package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Objects;
import io.lethe.node.object.Uploads;
import io.lethe.node.object.Uploads.PartInfo;
import io.lethe.node.object.Uploads.UploadInfo;
import io.lethe.node.s3.KeyEncoding;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.StorageClasses;
import io.lethe.node.s3.xml.XmlWriter;

/** Begins, lists and gives up multipart uploads, and lists their parts. */
final class MultipartUploads {
    private MultipartUploads() {}

    static String id(S3Call call) {
        return call.request().parameter("uploadId").orElse("");
    }

    static void create(S3Call call) throws InterruptedException {
        String acl = Acls.ofNew(call);
        Refusals.checkWrite(call);
        KeyBytes customer = EncryptionHeaders.customerKey(call.request());
        var wanted = UploadChecksums.wanted(call.request());
        UploadInfo begun =
                call.ports()
                        .objects()
                        .uploads()
                        .create(
                                call.caller(),
                                new Uploads.CreateRequest(
                                        new WriteId(Id128.random(call.random())),
                                        call.bucket(),
                                        call.key(),
                                        StorageClasses.wanted(call.request()),
                                        ObjectHeaders.attributes(call.request()).withAcl(acl),
                                        wanted.map(UploadChecksums.Wanted::encode)
                                                .orElse(Bytes.EMPTY),
                                        LockHeaders.asked(call.request()),
                                        customer),
                                call.deadlineNanos());
        EncryptionHeaders.answer(call, customer != null);
        BucketLifecycle.tellAbort(call, begun);
        wanted.ifPresent(
                asked ->
                        call.header("x-amz-checksum-algorithm", asked.algorithm().word())
                                .header("x-amz-checksum-type", asked.type().name()));
        call.xml(
                200,
                XmlWriter.s3("InitiateMultipartUploadResult")
                        .text("Bucket", call.bucket())
                        .text("Key", call.key())
                        .text("UploadId", begun.uploadId()));
    }

    static void abort(S3Call call) throws InterruptedException {
        call.ports()
                .objects()
                .uploads()
                .abort(call.caller(), call.bucket(), call.key(), id(call), call.deadlineNanos());
        call.empty(204);
    }

    static void list(S3Call call) throws InterruptedException {
        S3Request request = call.request();
        KeyEncoding encode = KeyEncoding.of(request);
        String prefix = Parameters.key(call, "prefix");
        String delimiter = Parameters.key(call, "delimiter");
        String keyMarker = Parameters.key(call, "key-marker");
        String idMarker = request.parameter("upload-id-marker").orElse("");
        int limit = Parameters.number(call, "max-uploads", Objects.MOST_PAGE, 1, Objects.MOST_PAGE);
        Uploads.UploadPage page =
                call.ports()
                        .objects()
                        .uploads()
                        .list(
                                call.caller(),
                                new Uploads.ListRequest(
                                        call.bucket(),
                                        prefix,
                                        delimiter,
                                        keyMarker,
                                        keyMarker.isEmpty() ? "" : idMarker,
                                        limit),
                                call.deadlineNanos());
        boolean more = !page.nextKey().isEmpty();
        XmlWriter out = XmlWriter.s3("ListMultipartUploadsResult");
        out.text("Bucket", call.bucket())
                .text("KeyMarker", encode.apply(keyMarker))
                .text("UploadIdMarker", idMarker);
        if (more) {
            out.text("NextKeyMarker", encode.apply(page.nextKey()))
                    .text("NextUploadIdMarker", page.nextUploadId());
        }
        out.text("Prefix", encode.apply(prefix));
        if (!delimiter.isEmpty()) {
            out.text("Delimiter", encode.apply(delimiter));
        }
        if (encode == KeyEncoding.URL) {
            out.text("EncodingType", "url");
        }
        out.number("MaxUploads", limit).bool("IsTruncated", more);
        for (Uploads.UploadEntry upload : page.uploads()) {
            out.open("Upload")
                    .text("Key", encode.apply(upload.key()))
                    .text("UploadId", upload.uploadId());
            Owners.write(out, "Initiator", call);
            Owners.write(out, "Owner", call);
            out.text("StorageClass", StorageClasses.name(upload.storageClass()))
                    .date("Initiated", upload.createdMillis())
                    .close();
        }
        for (String common : page.prefixes()) {
            out.open("CommonPrefixes").text("Prefix", encode.apply(common)).close();
        }
        call.xml(200, out);
    }

    static void parts(S3Call call) throws InterruptedException {
        int limit = Parameters.number(call, "max-parts", Objects.MOST_PAGE, 1, Objects.MOST_PAGE);
        int after = Parameters.number(call, "part-number-marker", 0, 0, Integer.MAX_VALUE);
        Uploads uploads = call.ports().objects().uploads();
        UploadInfo upload =
                uploads.find(
                        call.caller(), call.bucket(), call.key(), id(call), call.deadlineNanos());
        Uploads.PartPage page =
                uploads.parts(
                        call.caller(),
                        call.bucket(),
                        call.key(),
                        id(call),
                        after,
                        limit,
                        call.deadlineNanos());
        BucketLifecycle.tellAbort(call, upload);
        XmlWriter out = XmlWriter.s3("ListPartsResult");
        out.text("Bucket", call.bucket())
                .text("Key", call.key())
                .text("UploadId", upload.uploadId());
        Owners.write(out, "Initiator", call);
        Owners.write(out, "Owner", call);
        out.text("StorageClass", StorageClasses.name(upload.storageClass()))
                .number("PartNumberMarker", after);
        if (page.next() != 0) {
            out.number("NextPartNumberMarker", page.next());
        }
        out.number("MaxParts", limit).bool("IsTruncated", page.next() != 0);
        boolean shown = EncryptionHeaders.maySeeChecksums(call.request(), upload.attributes());
        UploadChecksums.decode(upload.checksum())
                .ifPresent(
                        wanted ->
                                out.text("ChecksumAlgorithm", wanted.algorithm().word())
                                        .text("ChecksumType", wanted.type().name()));
        for (PartInfo part : page.parts()) {
            out.open("Part")
                    .number("PartNumber", part.number())
                    .date("LastModified", part.createdMillis())
                    .text("ETag", '"' + part.etag() + '"')
                    .number("Size", part.sizeBytes());
            UploadChecksums.ofPart(part.checksum())
                    .filter(_ -> shown)
                    .ifPresent(sum -> out.text(sum.algorithm().element(), sum.text()));
            out.close();
        }
        call.xml(200, out);
    }
}
