package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.Promise;
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
import io.lethe.node.s3.checksum.ChecksumValue;
import io.lethe.node.s3.xml.CompleteUpload;
import io.lethe.node.s3.xml.ErrorDocument;
import io.lethe.node.s3.xml.XmlWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * POST of {@code ?uploadId}: makes an object of parts. Where that takes long (whole-object digests
 * of parts that came out of order), the answer begins with status 200 and white space, as S3 does,
 * and an error may follow in its body.
 */
final class CompleteMultipartUpload implements Operation {
    /** Below the shortest time-out of the clients that we know: 10 s without a byte. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final byte[] SPACE = Bytes.utf8(" ").unsafeArray();

    @Override
    public void run(S3Call call) throws InterruptedException {
        CompleteUpload wanted = CompleteUpload.parse(call.wholeBody(true));
        Uploads.CompleteRequest request = request(call, wanted);
        Promise<ObjectInfo> promise = call.ports().tasks().promise();
        var _ = call.ports().tasks().fork("s3-complete", () -> complete(call, request, promise));
        boolean begun = false;
        while (true) {
            try {
                ObjectInfo info =
                        promise.await(call.ports().tasks().clock().nanos() + PATIENCE.toNanos());
                answer(call, info, begun);
                return;
            } catch (TimeoutException e) {
                if (!begun) {
                    begun = true;
                    call.header("content-type", "application/xml").beginStreamed(200);
                    write(call, XmlWriter.DECLARATION);
                }
                call.write(SPACE, 0, SPACE.length);
            } catch (StoreException e) {
                fail(call, S3Exception.of(e), begun);
                return;
            }
        }
    }

    private static void complete(
            S3Call call, Uploads.CompleteRequest request, Promise<ObjectInfo> promise) {
        try {
            promise.complete(
                    call.ports()
                            .objects()
                            .uploads()
                            .complete(call.caller(), request, call.deadlineNanos()));
        } catch (RuntimeException e) {
            // The task's root: whoever waits hears of it.
            promise.fail(e);
        } catch (InterruptedException e) {
            promise.fail(S3Error.INTERNAL_ERROR.exception());
            Thread.currentThread().interrupt();
        }
    }

    private static Uploads.CompleteRequest request(S3Call call, CompleteUpload wanted)
            throws InterruptedException {
        String id = MultipartUploads.id(call);
        Uploads uploads = call.ports().objects().uploads();
        Attributes attributes = null;
        Optional<Uploads.UploadInfo> running = running(call, uploads, id);
        if (running.isPresent()) {
            Uploads.UploadInfo upload = running.get();
            Map<Integer, PartInfo> stored = stored(call, uploads, id);
            List<PartInfo> parts = new ArrayList<>();
            for (CompleteUpload.Part part : wanted.parts()) {
                PartInfo one = stored.get(part.number());
                if (one == null) {
                    throw S3Error.INVALID_PART.exception();
                }
                part.checksums()
                        .forEach(
                                (algorithm, text) ->
                                        UploadChecksums.checkClaim(text, algorithm, one));
                parts.add(one);
            }
            Optional<ChecksumValue> whole =
                    UploadChecksums.decode(upload.checksum())
                            .flatMap(asked -> UploadChecksums.whole(asked, parts));
            if (whole.isPresent()) {
                attributes =
                        upload.attributes()
                                .with(Map.of(whole.get().algorithm().header(), whole.get().text()));
            }
        }
        return new Uploads.CompleteRequest(
                call.bucket(),
                call.key(),
                id,
                wanted.parts().stream()
                        .map(part -> new Uploads.PartClaim(part.number(), part.eTag(), Bytes.EMPTY))
                        .toList(),
                Preconditions.ofWrite(call.request()),
                attributes);
    }

    /** Empty where it has been completed already: a repeat gets the same answer. */
    private static Optional<Uploads.UploadInfo> running(S3Call call, Uploads uploads, String id)
            throws InterruptedException {
        try {
            return Optional.of(
                    uploads.find(
                            call.caller(), call.bucket(), call.key(), id, call.deadlineNanos()));
        } catch (StoreException e) {
            return Optional.empty();
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

    private static void answer(S3Call call, ObjectInfo info, boolean begun)
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
                                io.lethe.node.s3.checksum.ChecksumAlgorithm.byHeader(name)
                                        .ifPresent(sum -> out.text(sum.element(), value)));
        if (begun) {
            finish(call, out.end());
        } else {
            ObjectHeaders.versionId(call, info);
            call.xml(200, out);
        }
    }

    private static void fail(S3Call call, S3Exception failure, boolean begun)
            throws InterruptedException {
        if (!begun) {
            throw failure;
        }
        finish(
                call,
                ErrorDocument.write(
                        failure,
                        "/" + call.bucket() + "/" + call.key(),
                        call.requestId(),
                        "lethe"));
    }

    /** The declaration has gone out already. */
    private static void finish(S3Call call, byte[] document) throws InterruptedException {
        int from = XmlWriter.DECLARATION.length();
        call.write(document, from, document.length - from);
        call.end();
    }

    private static void write(S3Call call, String text) throws InterruptedException {
        byte[] bytes = Bytes.utf8(text).unsafeArray();
        call.write(bytes, 0, bytes.length);
    }
}
