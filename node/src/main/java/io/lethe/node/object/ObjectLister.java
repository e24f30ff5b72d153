package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lists a bucket in key order: one range walk, partition after partition. Safe for any task. */
public final class ObjectLister {
    private final ObjectPorts ports;
    private final BucketGate gate;

    ObjectLister(ObjectPorts ports, BucketGate gate) {
        this.ports = ports;
        this.gate = gate;
    }

    /**
     * A question for a page.
     *
     * @param after exclusive: a key or common prefix
     * @param afterOrder with versions: goes on within {@code after} behind this order; 0 for none
     * @param limit 1 to 1,000
     */
    record Ask(
            String bucket,
            String prefix,
            String delimiter,
            Bytes after,
            long afterOrder,
            boolean versions,
            int limit) {}

    /** A listed version; {@code sizeBytes} is 0 for delete markers. */
    public record Entry(
            String key,
            String versionId,
            boolean latest,
            boolean deleteMarker,
            long sizeBytes,
            String etag,
            Bytes sha256,
            long modifiedMillis) {}

    /**
     * A page.
     *
     * @param prefixes common prefixes, in order
     * @param next pass as {@code after}; empty when the listing is done
     */
    public record Page(List<Entry> entries, List<String> prefixes, Bytes next, long nextOrder) {}

    Page list(Caller caller, Ask ask, long deadlineNanos) throws InterruptedException {
        BucketGate.Admitted admitted = gate.admit(caller.tenant(), ask.bucket(), deadlineNanos);
        BucketId bucket = admitted.bucket().id();
        List<Entry> entries = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        Bytes prefix = Bytes.utf8(ask.prefix());
        Bytes after = ask.after();
        long afterOrder = ask.afterOrder();
        Bytes start = after.compareTo(prefix) > 0 ? after : prefix;
        Bytes rowKey = RowKeys.objectKey(bucket, start);
        Bytes bucketEnd = RowKeys.bucketPrefix(bucket).prefixEnd();
        while (true) {
            int left = ask.limit() - entries.size() - prefixes.size();
            PartitionAnswer.Page page =
                    ask(
                            rowKey,
                            new PartitionQuery.ListKeys(
                                    bucket,
                                    prefix,
                                    after,
                                    afterOrder,
                                    Bytes.utf8(ask.delimiter()),
                                    ask.versions(),
                                    left),
                            deadlineNanos);
            for (int i = 0; i < page.rows().size(); i++) {
                entries.add(entry(page.rows().get(i), page.isLatest().get(i)));
            }
            page.prefixes().forEach(common -> prefixes.add(common.utf8()));
            if (!page.next().isEmpty()) {
                after = page.next();
                afterOrder = page.nextOrder();
                if (entries.size() + prefixes.size() >= ask.limit()) {
                    return new Page(entries, prefixes, after, afterOrder);
                }
                rowKey = RowKeys.objectKey(bucket, after);
                continue;
            }
            Optional<Bytes> following = nextRange(rowKey, bucketEnd);
            if (following.isEmpty()) {
                return new Page(entries, prefixes, Bytes.EMPTY, 0);
            }
            rowKey = following.get();
        }
    }

    private PartitionAnswer.Page ask(Bytes rowKey, PartitionQuery query, long deadlineNanos)
            throws InterruptedException {
        PartitionAnswer answer = ports.metadata().query(rowKey, query, deadlineNanos);
        if (answer instanceof PartitionAnswer.Page page) {
            return page;
        }
        throw new StoreException(ErrorCode.INTERNAL, "an unexpected answer: " + answer);
    }

    /** Where the next partition of the bucket begins; empty when this was the last. */
    private Optional<Bytes> nextRange(Bytes rowKey, Bytes bucketEnd) {
        return ports.directory()
                .partitionOf(rowKey)
                .map(PartitionRecord::to)
                .filter(to -> !to.isEmpty())
                .filter(to -> bucketEnd.isEmpty() || to.compareTo(bucketEnd) < 0);
    }

    private static Entry entry(VersionRow row, boolean latest) {
        VersionBody body = row.body();
        return new Entry(
                row.key().utf8(),
                VersionIds.show(row.order(), row.nullVersion()),
                latest,
                body == null,
                body == null ? 0 : body.sizeBytes(),
                body == null ? "" : body.etag(),
                body == null ? Bytes.EMPTY : body.sha256(),
                row.createdMillis());
    }
}
