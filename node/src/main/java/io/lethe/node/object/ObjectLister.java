package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.KeyRanges;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lists a bucket in key order: one range walk, partition after partition. Safe for any task. */
public final class ObjectLister {
    /** Of a key: no version is older. */
    private static final long BEHIND_ALL = 0;

    /** Of a key: every version is older. */
    private static final long BEFORE_ALL = Long.MAX_VALUE;

    private final ObjectPorts ports;
    private final BucketGate gate;
    private final KeyRanges ranges;

    ObjectLister(ObjectPorts ports, BucketGate gate) {
        this.ports = ports;
        this.gate = gate;
        ranges = new KeyRanges(ports.metadata(), ports.directory(), ports.tasks());
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

    /**
     * A listed version; {@code sizeBytes} is 0 for delete markers.
     *
     * @param sha256 empty under a customer's key: it would confirm a guess of the content
     * @param storageClass empty: the bucket's
     */
    public record Entry(
            String key,
            String versionId,
            boolean latest,
            boolean deleteMarker,
            long sizeBytes,
            String etag,
            Bytes sha256,
            String storageClass,
            long modifiedMillis) {}

    /**
     * A page. Partitions end theirs after 1 MiB, and one here has some 1.3 MiB at the most: {@link
     * Objects#MOST_PAGE} keys or prefixes of {@link VersionRow#MOST_KEY_BYTES}, each with what an
     * entry says beside.
     *
     * @param prefixes common prefixes, in order
     * @param next pass as {@code after}; empty when the listing is done
     */
    public record Page(List<Entry> entries, List<String> prefixes, Bytes next, long nextOrder) {}

    /**
     * The order behind which a listing of versions goes on within its key.
     *
     * @param versionId of the last version that was listed; empty: behind all of the key
     * @throws StoreException INVALID_ARGUMENT when it is no version id
     */
    long orderOf(Caller caller, String bucket, String key, String versionId, long deadlineNanos)
            throws InterruptedException {
        return switch (VersionIds.parse(versionId)) {
            case Which.Current _ -> BEHIND_ALL;
            case Which.Order(long order) -> order;
            case Which.Null which -> {
                BucketId id = gate.admit(caller, bucket, deadlineNanos).bucket().id();
                Bytes name = Bytes.utf8(key);
                PartitionAnswer answer =
                        ports.metadata()
                                .query(
                                        RowKeys.objectKey(id, name),
                                        new PartitionQuery.Find(id, name, which),
                                        deadlineNanos);
                if (!(answer instanceof PartitionAnswer.Found(VersionRow row, var _))) {
                    throw new StoreException(ErrorCode.INTERNAL, "an unexpected answer: " + answer);
                }
                // Where it is gone nobody knows where it stood: then nothing is left out.
                yield row == null ? BEFORE_ALL : row.order();
            }
        };
    }

    Page list(Caller caller, Ask ask, long deadlineNanos) throws InterruptedException {
        BucketGate.Admitted admitted = gate.admit(caller, ask.bucket(), deadlineNanos);
        BucketId bucket = admitted.bucket().id();
        List<Entry> entries = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        Bytes prefix = Bytes.utf8(ask.prefix());
        Bytes after = ask.after();
        long afterOrder = ask.afterOrder();
        Bytes start = after.compareTo(prefix) > 0 ? after : prefix;
        Bytes rowKey = RowKeys.objectKey(bucket, start);
        Bytes end = RowKeys.keyPrefix(bucket, prefix).prefixEnd();
        while (true) {
            int left = ask.limit() - entries.size() - prefixes.size();
            KeyRanges.Piece<PartitionAnswer> piece =
                    ranges.ask(
                            rowKey,
                            end,
                            new PartitionQuery.ListKeys(
                                    bucket,
                                    prefix,
                                    after,
                                    afterOrder,
                                    Bytes.utf8(ask.delimiter()),
                                    ask.versions(),
                                    left),
                            deadlineNanos);
            PartitionAnswer.Page page = page(piece.said());
            for (int i = 0; i < page.rows().size(); i++) {
                entries.add(entry(page.rows().get(i), page.isLatest().get(i)));
            }
            page.prefixes().forEach(common -> prefixes.add(common.utf8()));
            Optional<Bytes> following = Optional.empty();
            if (page.next().isEmpty()) {
                if (!piece.goesOn(end)) {
                    return new Page(entries, prefixes, Bytes.EMPTY, 0);
                }
                following = Optional.of(piece.to());
            }
            // Said by the page, or by its last item where it ends with its partition: what comes
            // behind may lie under the same common prefix, or be versions of the same key.
            Place last = last(page, ask.versions());
            if (last != null) {
                after = last.name();
                afterOrder = last.order();
            }
            if (entries.size() + prefixes.size() >= ask.limit()) {
                return new Page(entries, prefixes, after, afterOrder);
            }
            rowKey = following.orElse(RowKeys.objectKey(bucket, after));
        }
    }

    /** Where a page ends: a key or common prefix, and with versions the order within the key. */
    private record Place(Bytes name, long order) {}

    /** Null for a page without items. */
    private static @Nullable Place last(PartitionAnswer.Page page, boolean versions) {
        if (!page.next().isEmpty()) {
            return new Place(page.next(), page.nextOrder());
        }
        VersionRow row = page.rows().isEmpty() ? null : page.rows().getLast();
        Bytes common = page.prefixes().isEmpty() ? null : page.prefixes().getLast();
        if (common != null && (row == null || common.compareTo(row.key()) > 0)) {
            return new Place(common, 0);
        }
        return row == null ? null : new Place(row.key(), versions ? row.order() : 0);
    }

    private static PartitionAnswer.Page page(PartitionAnswer answer) {
        if (answer instanceof PartitionAnswer.Page page) {
            return page;
        }
        throw new StoreException(ErrorCode.INTERNAL, "an unexpected answer: " + answer);
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
                body == null || body.customerKey() ? Bytes.EMPTY : body.sha256(),
                body == null ? "" : body.storageClass(),
                row.createdMillis());
    }
}
