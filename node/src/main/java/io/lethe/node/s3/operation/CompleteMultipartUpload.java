package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.Objects;
import io.lethe.node.object.Uploads;
import io.lethe.node.object.Uploads.PartInfo;
import io.lethe.node.s3.Preconditions;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.checksum.ChecksumAlgorithm;
import io.lethe.node.s3.checksum.ChecksumValue;
import io.lethe.node.s3.checksum.DeclaredChecksum;
import io.lethe.node.s3.xml.CompleteUpload;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * POST of {@code ?uploadId}: makes an object of parts. It may take long: of parts that came out of
 * order the digests of the whole object are still to be computed.
 */
final class CompleteMultipartUpload implements Operation {
    @Override
    public void run(S3Call call) throws InterruptedException {
        CompleteUpload wanted = CompleteUpload.parse(call.wholeList());
        Uploads.CompleteRequest request = request(call, wanted);
        Uploads uploads = call.ports().objects().uploads();
        new PatientAnswer<ObjectInfo>(call, "s3-complete", true)
                .give(
                        () -> uploads.complete(call.caller(), request, call.deadlineNanos()),
                        (info, begun) -> answer(call, info, begun));
    }

    private static Uploads.CompleteRequest request(S3Call call, CompleteUpload wanted)
            throws InterruptedException {
        return new Uploads.CompleteRequest(
                call.bucket(),
                call.key(),
                MultipartUploads.id(call),
                wanted.parts().stream().map(CompleteMultipartUpload::claim).toList(),
                Preconditions.ofWrite(call.request()),
                withChecksum(call, wanted),
                EncryptionHeaders.customerKey(call.request()));
    }

    /**
     * @throws S3Exception InvalidPart for a checksum that is none, and for two: a part has one
     */
    private static Uploads.PartClaim claim(CompleteUpload.Part part) {
        Bytes checksum = Bytes.EMPTY;
        for (Map.Entry<ChecksumAlgorithm, String> said : part.checksums().entrySet()) {
            if (!checksum.isEmpty()) {
                throw S3Error.INVALID_PART.exception();
            }
            checksum =
                    ChecksumValue.parse(said.getKey(), said.getValue())
                            .map(UploadChecksums::encode)
                            .orElseThrow(S3Error.INVALID_PART::exception);
        }
        return new Uploads.PartClaim(part.number(), part.eTag(), checksum);
    }

    /**
     * The upload's attributes with the checksum of the whole; null where none was asked for, or
     * where the upload is complete already, and a repeat gets the same answer.
     *
     * @throws S3Exception InvalidPart; InvalidRequest, BadDigest where the object would not be what
     *     the request says
     */
    private static @Nullable Attributes withChecksum(S3Call call, CompleteUpload wanted)
            throws InterruptedException {
        Uploads uploads = call.ports().objects().uploads();
        String id = MultipartUploads.id(call);
        Optional<ChecksumValue> said = DeclaredChecksum.ofObject(call.request());
        Optional<String> size = call.request().header("x-amz-mp-object-size");
        Uploads.UploadInfo upload;
        try {
            upload =
                    uploads.find(
                            call.caller(), call.bucket(), call.key(), id, call.deadlineNanos());
        } catch (StoreException e) {
            if (e.code() == ErrorCode.NO_SUCH_UPLOAD) {
                return null;
            }
            throw e;
        }
        Optional<UploadChecksums.Wanted> asked = UploadChecksums.decode(upload.checksum());
        if (asked.isEmpty() && said.isEmpty() && size.isEmpty()) {
            return null;
        }
        Map<Integer, PartInfo> stored = stored(call, uploads, id);
        List<PartInfo> parts = new ArrayList<>();
        for (CompleteUpload.Part part : wanted.parts()) {
            PartInfo one = stored.get(part.number());
            if (one == null || !one.etag().equalsIgnoreCase(part.eTag())) {
                throw S3Error.INVALID_PART.exception();
            }
            parts.add(one);
        }
        size.ifPresent(text -> checkSize(text, parts));
        Optional<ChecksumValue> whole = asked.flatMap(how -> UploadChecksums.whole(how, parts));
        said.ifPresent(value -> checkSum(value, whole));
        return whole.map(
                        value ->
                                upload.attributes()
                                        .with(Map.of(value.algorithm().header(), value.text())))
                .orElse(null);
    }

    private static void checkSize(String said, List<PartInfo> parts) {
        long size = parts.stream().mapToLong(PartInfo::sizeBytes).sum();
        if (!said.equals(Long.toString(size))) {
            throw S3Error.INVALID_REQUEST.because(
                    "The provided 'x-amz-mp-object-size' header does not match what was computed.");
        }
    }

    private static void checkSum(ChecksumValue said, Optional<ChecksumValue> whole) {
        if (whole.isEmpty() || whole.get().algorithm() != said.algorithm()) {
            throw S3Error.INVALID_REQUEST.because(
                    "The upload or its parts have no "
                            + said.algorithm().word()
                            + " checksum to compare that of the request with.");
        }
        if (!whole.get().same(said)) {
            throw S3Error.BAD_DIGEST.because(
                    "The "
                            + said.algorithm().word()
                            + " you specified did not match the calculated checksum.");
        }
    }

    private static Map<Integer, PartInfo> stored(S3Call call, Uploads uploads, String id)
            throws InterruptedException {
        Map<Integer, PartInfo> stored = new HashMap<>();
        int after = 0;
        do {
            Uploads.PartPage page =
                    uploads.parts(
                            call.caller(),
                            call.bucket(),
                            call.key(),
                            id,
                            after,
                            Objects.MOST_PAGE,
                            call.deadlineNanos());
            page.parts().forEach(part -> stored.put(part.number(), part));
            after = page.next();
        } while (after != 0);
        return stored;
    }

    private static XmlWriter answer(S3Call call, ObjectInfo info, boolean begun)
            throws InterruptedException {
        XmlWriter out =
                XmlWriter.s3("CompleteMultipartUploadResult")
                        .text("Location", "/" + call.bucket() + "/" + call.key())
                        .text("Bucket", call.bucket())
                        .text("Key", call.key())
                        .text("ETag", '"' + info.etag() + '"');
        info.attributes()
                .headers()
                .forEach(
                        (name, value) ->
                                ChecksumAlgorithm.byHeader(name)
                                        .ifPresent(sum -> out.text(sum.element(), value)));
        if (!begun) {
            ObjectHeaders.versionId(call, info);
            EncryptionHeaders.answer(call, info);
            BucketLifecycle.tell(call, info);
        }
        return out;
    }
}
