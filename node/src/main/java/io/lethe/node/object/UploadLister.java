package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.KeyRanges;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lists the uploads of a bucket by key, then by time: one range walk, partition after partition, as
 * {@link ObjectLister} does it. Safe for any task.
 */
final class UploadLister {
    private final BucketGate gate;
    private final KeyRanges ranges;

    UploadLister(ObjectPorts ports, BucketGate gate) {
        this.gate = gate;
        ranges = new KeyRanges(ports.metadata(), ports.directory(), ports.tasks());
    }

    Uploads.UploadPage list(Caller caller, Uploads.ListRequest ask, long deadlineNanos)
            throws InterruptedException {
        BucketId bucket = gate.admit(caller, ask.bucket(), deadlineNanos).bucket().id();
        List<Uploads.UploadEntry> entries = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        Bytes prefix = Bytes.utf8(ask.prefix());
        Bytes end = RowKeys.keyPrefix(bucket, prefix).prefixEnd();
        Bytes after = Bytes.utf8(ask.keyMarker());
        long afterOrder =
                ask.uploadIdMarker().isEmpty() ? 0 : UploadIds.parse(ask.uploadIdMarker()).order();
        Bytes rowKey = RowKeys.objectKey(bucket, after.compareTo(prefix) > 0 ? after : prefix);
        while (true) {
            KeyRanges.Piece<PartitionAnswer> piece =
                    ranges.ask(
                            rowKey,
                            end,
                            new PartitionQuery.ListUploads(
                                    bucket,
                                    prefix,
                                    after,
                                    afterOrder,
                                    Bytes.utf8(ask.delimiter()),
                                    ask.limit() - entries.size() - prefixes.size()),
                            deadlineNanos);
            if (!(piece.said() instanceof PartitionAnswer.UploadPage page)) {
                throw UploadFinder.unexpected(piece.said());
            }
            page.rows().forEach(row -> entries.add(entry(row)));
            page.prefixes().forEach(common -> prefixes.add(common.utf8()));
            Optional<Bytes> following = Optional.empty();
            if (page.next().isEmpty()) {
                if (!piece.goesOn(end)) {
                    return new Uploads.UploadPage(entries, prefixes, "", "");
                }
                following = Optional.of(piece.to());
            }
            // Said by the page, or by its last item where it ends with its partition: what comes
            // behind may lie under the same common prefix.
            UploadRow row = page.rows().isEmpty() ? null : page.rows().getLast();
            Bytes common = page.prefixes().isEmpty() ? null : page.prefixes().getLast();
            if (common != null && (row == null || common.compareTo(row.key()) > 0)) {
                after = common;
                afterOrder = 0;
            } else if (row != null) {
                after = row.key();
                afterOrder = row.order();
            }
            if (entries.size() + prefixes.size() >= ask.limit()) {
                String marker = afterOrder == 0 ? "" : entries.getLast().uploadId();
                return new Uploads.UploadPage(entries, prefixes, after.utf8(), marker);
            }
            rowKey = following.orElse(RowKeys.objectKey(bucket, after));
        }
    }

    private static Uploads.UploadEntry entry(UploadRow row) {
        return new Uploads.UploadEntry(
                row.key().utf8(),
                UploadIds.show(row.ref()),
                row.createdMillis(),
                row.storageClass(),
                row.checksum());
    }
}
