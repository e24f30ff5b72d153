package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.PartPage;
import io.lethe.node.metadata.command.PartitionAnswer.UploadFound;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.StoreException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds uploads and their parts in the partitions. Safe for any task. */
final class UploadFinder {
    private final ObjectPorts ports;
    private final BucketGate gate;

    UploadFinder(ObjectPorts ports, BucketGate gate) {
        this.ports = ports;
        this.gate = gate;
    }

    /** An upload by the names that its door has for it; it may be over. */
    record Named(BucketGate.Admitted admitted, UploadRef ref) {
        Bytes rowKey() {
            return UploadFinder.rowKey(ref);
        }
    }

    /** An upload that is under way, with the key of the version to come. */
    record Running(Named named, UploadRow row, KeyBytes dataKey) {
        UploadRef ref() {
            return named.ref();
        }
    }

    static Bytes rowKey(UploadRef ref) {
        return RowKeys.objectKey(ref.bucket(), ref.key());
    }

    Named named(Caller caller, String bucket, String key, String uploadId, long deadlineNanos)
            throws InterruptedException {
        Bytes keyBytes = ObjectWriter.checkKey(key);
        UploadIds.Parsed id = UploadIds.parse(uploadId);
        BucketGate.Admitted admitted = gate.admit(caller, bucket, deadlineNanos);
        return new Named(
                admitted, new UploadRef(admitted.bucket().id(), keyBytes, id.order(), id.write()));
    }

    UploadFound find(UploadRef ref, long deadlineNanos) throws InterruptedException {
        PartitionAnswer answer = ask(ref, new PartitionQuery.FindUpload(ref), deadlineNanos);
        if (answer instanceof UploadFound found) {
            return found;
        }
        throw unexpected(answer);
    }

    /**
     * @throws StoreException NO_SUCH_UPLOAD, also for another tenant's
     */
    Running running(Caller caller, Named named, long deadlineNanos) throws InterruptedException {
        return running(caller, named, find(named.ref(), deadlineNanos));
    }

    Running running(Caller caller, Named named, UploadFound found) {
        UploadRow row = found.row();
        ShardGrant shard = found.shard();
        if (row == null || !row.tenant().equals(caller.tenant())) {
            throw UploadIds.none();
        }
        return new Running(named, row, key(row, shard));
    }

    /** What an upload began with. */
    Attributes attributes(UploadRow row, KeyBytes dataKey) {
        return Attributes.decode(ports.keys().openInfo(dataKey, row.write(), row.sealedInfo()));
    }

    /** Opens an upload's data key. */
    KeyBytes key(UploadRow row, @Nullable ShardGrant shard) {
        if (shard == null) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "the partition lacks the upload's shard key; try again");
        }
        return ports.keys().unwrap(row.wrappedKey(), shard, row.write());
    }

    PartPage parts(UploadRef ref, int after, int limit, long deadlineNanos)
            throws InterruptedException {
        PartitionAnswer answer =
                ask(ref, new PartitionQuery.ListParts(ref, after, limit), deadlineNanos);
        if (answer instanceof PartPage page) {
            return page;
        }
        throw unexpected(answer);
    }

    /** All parts by number, without their segments. */
    List<PartRow> allParts(UploadRef ref, long deadlineNanos) throws InterruptedException {
        List<PartRow> parts = new ArrayList<>();
        int after = 0;
        do {
            PartPage page = parts(ref, after, PartitionQuery.MOST_ROWS, deadlineNanos);
            parts.addAll(page.rows());
            after = page.next();
        } while (after != 0);
        return parts;
    }

    /** Segments of a part; none where it has none, or is gone. */
    List<SegmentRef> segments(UploadRef ref, long order, long deadlineNanos)
            throws InterruptedException {
        PartitionAnswer answer =
                ask(
                        ref,
                        new PartitionQuery.SegmentsOfPart(ref.bucket(), ref.key(), order),
                        deadlineNanos);
        if (answer instanceof PartitionAnswer.SegmentPage page) {
            return page.segments();
        }
        throw unexpected(answer);
    }

    PartitionAnswer.MidstateFound midstate(UploadRef ref, int through, long deadlineNanos)
            throws InterruptedException {
        PartitionAnswer answer =
                ask(ref, new PartitionQuery.FindMidstate(ref, through), deadlineNanos);
        if (answer instanceof PartitionAnswer.MidstateFound found) {
            return found;
        }
        throw unexpected(answer);
    }

    PartitionAnswer.HashLag lag(UploadRef ref, long deadlineNanos) throws InterruptedException {
        PartitionAnswer answer = ask(ref, new PartitionQuery.FindHashLag(ref), deadlineNanos);
        if (answer instanceof PartitionAnswer.HashLag found) {
            return found;
        }
        throw unexpected(answer);
    }

    private PartitionAnswer ask(UploadRef ref, PartitionQuery query, long deadlineNanos)
            throws InterruptedException {
        return ports.metadata().query(rowKey(ref), query, deadlineNanos);
    }

    static StoreException unexpected(PartitionAnswer answer) {
        return new StoreException(ErrorCode.INTERNAL, "an unexpected answer: " + answer);
    }
}
