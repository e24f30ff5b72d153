package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.CustomerKeys;
import io.lethe.node.crypto.Digests;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.PartBody;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.Id128;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.WriteId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts parts into uploads. Each has an open write of its own, so that what a part that was broken
 * off leaves behind is found by that write's lease, and not only when the upload is over. Safe for
 * any task.
 */
final class PartWriter {
    private final ObjectPorts ports;
    private final BodyWriter.Shared shared;
    private final UploadFinder finder;
    private final MemoryBudget memory;
    private final HashCatchUp catchUp;

    PartWriter(
            BodyWriter.Shared shared,
            UploadFinder finder,
            MemoryBudget memory,
            HashCatchUp catchUp) {
        ports = shared.ports();
        this.shared = shared;
        this.finder = finder;
        this.memory = memory;
        this.catchUp = catchUp;
    }

    Uploads.PartInfo put(Caller caller, Uploads.PartRequest request, Body body, long deadlineNanos)
            throws InterruptedException {
        BodyReader reading = new BodyReader(body, BodyReader.MOST_PART_BYTES);
        UploadFinder.Named named =
                finder.named(
                        caller, request.bucket(), request.key(), request.uploadId(), deadlineNanos);
        UploadFinder.Running upload = finder.running(caller, named, deadlineNanos);
        WriteId write = new WriteId(Id128.random(ports.random()));
        KeyBytes customer =
                CustomerAccess.check(
                        finder.attributes(upload.row(), upload.dataKey()), request.customerKey());
        if (customer != null) {
            reading.under(new CustomerKeys.Stream(upload.dataKey(), customer, write, 0));
        }
        Uploads.PartInfo info =
                store(caller, request, upload, write, customer, reading, deadlineNanos);
        if (customer == null) {
            catchUp.afterPart(upload.ref(), deadlineNanos);
        }
        return info;
    }

    private Uploads.PartInfo store(
            Caller caller,
            Uploads.PartRequest request,
            UploadFinder.Running upload,
            WriteId write,
            @Nullable KeyBytes customer,
            BodyReader reading,
            long deadlineNanos)
            throws InterruptedException {
        if (reading.atEnd()) {
            return commit(
                    request,
                    upload,
                    write,
                    content(request, upload, customer, reading, List.of()),
                    deadlineNanos);
        }
        BucketGate.Admitted admitted = upload.named().admitted();
        StorageClass storageClass =
                shared.storageClass(upload.row().storageClass(), admitted.bucket());
        BodyWriter.Target target =
                new BodyWriter.Target(
                        admitted,
                        upload.ref().key(),
                        caller.tenant(),
                        write,
                        upload.ref().write(),
                        upload.dataKey(),
                        storageClass);
        BodyWriter writer = new BodyWriter(shared, target, reading, deadlineNanos);
        boolean stored = false;
        try (var _ = memory.take(CellBuffers.bytes(storageClass.scheme()))) {
            var _ = writer.open();
            writer.write(new byte[0], 0);
            Uploads.PartInfo info =
                    commit(
                            request,
                            upload,
                            write,
                            content(request, upload, customer, reading, writer.segments()),
                            deadlineNanos);
            stored = true;
            return info;
        } finally {
            if (!stored) {
                writer.close();
            }
        }
    }

    /** A part's MD5 is its ETag, which must not tell the plaintext's under a customer's key. */
    private static PartBody content(
            Uploads.PartRequest request,
            UploadFinder.Running upload,
            @Nullable KeyBytes customer,
            BodyReader body,
            List<SegmentRef> segments) {
        Digests.Result sums = body.sums(request.expectedMd5(), request.expectedSha256());
        return new PartBody(
                body.totalBytes(),
                customer == null
                        ? sums.md5()
                        : Bytes.hex(CustomerKeys.etag(upload.dataKey(), sums.md5())),
                sums.sha256(),
                request.checksum().get(),
                segments);
    }

    private Uploads.PartInfo commit(
            Uploads.PartRequest request,
            UploadFinder.Running upload,
            WriteId write,
            PartBody content,
            long deadlineNanos)
            throws InterruptedException {
        PartitionReply reply =
                shared.commits()
                        .fenced(
                                upload.named().admitted(),
                                upload.named().rowKey(),
                                _ ->
                                        new PartitionCommand.PutPart(
                                                write, upload.ref(), request.number(), content),
                                deadlineNanos);
        if (reply instanceof PartitionReply.PartPut put) {
            ports.meters().partsWritten.increment();
            return Uploads.PartInfo.of(
                    new PartRow(
                            request.number(), put.order(), write, put.createdMillis(), content));
        }
        throw Commits.failure(reply);
    }
}
