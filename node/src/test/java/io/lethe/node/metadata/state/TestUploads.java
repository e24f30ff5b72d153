package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static io.lethe.node.metadata.state.TestPartition.LEASE_MILLIS;
import static io.lethe.node.metadata.state.TestPartition.TENANT;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartBody;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentPage;
import io.lethe.node.metadata.command.PartitionCommand.CompleteUpload;
import io.lethe.node.metadata.command.PartitionCommand.CreateUpload;
import io.lethe.node.metadata.command.PartitionCommand.OpenWrite;
import io.lethe.node.metadata.command.PartitionCommand.PartName;
import io.lethe.node.metadata.command.PartitionCommand.PutPart;
import io.lethe.node.metadata.command.PartitionCommand.SweepParts;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.UploadCreated;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.WriteId;
import java.util.List;

/** Uploads of a {@link TestPartition}. */
final class TestUploads {
    private final TestPartition partition;

    TestUploads(TestPartition partition) {
        this.partition = partition;
    }

    CreateUpload creation(Bytes key) {
        return new CreateUpload(
                partition.random.write(),
                BUCKET,
                key,
                TENANT,
                "",
                partition.random.bytes(0, 8),
                partition.random.bytes(0, 20),
                partition.shard,
                partition.random.bytes(40, 40));
    }

    UploadRef create(Bytes key) {
        CreateUpload creation = creation(key);
        UploadCreated created = (UploadCreated) partition.execute(creation);
        if (created.shardFull()) {
            partition.shard = partition.openShard();
        }
        return new UploadRef(BUCKET, key, created.order(), creation.write());
    }

    UploadRef create(String key) {
        return create(Bytes.utf8(key));
    }

    PartBody body(List<SegmentRef> segments) {
        return new PartBody(
                segments.stream().mapToLong(SegmentRef::lengthBytes).sum(),
                partition.random.bytes(16, 16),
                partition.random.bytes(32, 32),
                partition.random.bytes(0, 8),
                segments);
    }

    /** A part whose write is open. */
    PutPart part(UploadRef upload, int number, SegmentRef... segments) {
        WriteId write = partition.random.write();
        var _ = partition.execute(new OpenWrite(write, BUCKET, upload.key(), TENANT, LEASE_MILLIS));
        return new PutPart(write, upload, number, body(List.of(segments)));
    }

    PartName put(UploadRef upload, int number, SegmentRef... segments) {
        PartitionReply reply = partition.execute(part(upload, number, segments));
        return new PartName(number, ((PartitionReply.PartPut) reply).order());
    }

    CompleteUpload completion(UploadRef upload, Versioning versioning, List<PartName> parts) {
        return new CompleteUpload(
                upload,
                TENANT,
                versioning,
                new Condition.Always(),
                parts,
                "etag-" + parts.size(),
                partition.random.bytes(16, 16),
                partition.random.bytes(32, 32),
                partition.random.bytes(0, 20));
    }

    PartitionReply complete(UploadRef upload, PartName... parts) {
        return partition.execute(completion(upload, Versioning.OFF, List.of(parts)));
    }

    /** Sweeps until nothing is left to do. */
    void sweep(int limit) {
        while (partition.execute(new SweepParts(limit, 0)) instanceof PartitionReply.Swept swept
                && swept.count() > 0) {
            // Once more.
        }
    }

    List<SegmentId> segmentsAt(UploadRef upload, long offsetBytes, int limit) {
        return ((SegmentPage)
                        partition.ask(new PartitionQuery.SegmentsAt(upload, offsetBytes, limit)))
                .segments().stream().map(SegmentRef::segment).toList();
    }

    List<PartRow> parts(UploadRef upload) {
        return ((PartitionAnswer.PartPage)
                        partition.ask(new PartitionQuery.ListParts(upload, 0, 1_000)))
                .rows();
    }

    List<UploadRow> list(String prefix, Bytes after, long afterOrder, int limit) {
        return page(prefix, after, afterOrder, "", limit).rows();
    }

    PartitionAnswer.UploadPage page(
            String prefix, Bytes after, long afterOrder, String delimiter, int limit) {
        return (PartitionAnswer.UploadPage)
                partition.ask(
                        new PartitionQuery.ListUploads(
                                BUCKET,
                                Bytes.utf8(prefix),
                                after,
                                afterOrder,
                                Bytes.utf8(delimiter),
                                limit));
    }
}
