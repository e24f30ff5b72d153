package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.PartitionCommand.SweepSplit;
import io.lethe.node.metadata.command.PartitionCommand.Walk;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.SplitSwept;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.ShardId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Removes what a split left outside of a range, in phases, some rows in each command. How far a
 * phase has come is told to the sender and not kept, since cursors hold names. Static and pure.
 *
 * <pre>
 * 1 shards: before the versions that hold them, which a re-wrapping looks at; idle until it is over
 * 2 writes and results
 * 3 rows of under-protected segments
 * 4 current versions, with their digests, inline bytes, changes and usage
 * 5 all other versions
 * 6 uploads
 * 7 parts
 * 8 progress of walks of buckets that have nothing here
 * </pre>
 *
 * Nothing becomes garbage by it, since the other half has it.
 */
final class SplitSweep {
    static final int FIRST = 1;
    private static final int LAST = 8;

    /** Holders of a shard are up to 512. */
    private static final int SHARDS_PER_ROWS = 16;

    private SplitSweep() {}

    /** A row outside of the range. */
    record Row(Bytes key, Bytes value) {}

    /** Whether a split is not over: the child may lack a quorum, or rows of it are left here. */
    static boolean isDivided(PartitionHead head) {
        return head.pendingChild != 0 || head.sweepPhase != 0;
    }

    /** Whether shards have holders of the other half still. */
    static boolean ofShards(PartitionHead head) {
        return head.sweepPhase == FIRST;
    }

    static PartitionReply sweep(Draft draft, SweepSplit c) {
        PartitionHead head = draft.head;
        if (Writes.badLimit(c.limit())) {
            return Replies.invalid(Writes.limitMessage(c.limit()));
        }
        if (head.pendingChild != 0) {
            return Replies.refused(
                    ErrorCode.UNAVAILABLE, "the other half is not known to be durable yet");
        }
        if (head.sweepPhase == 0 || c.phase() != head.sweepPhase) {
            return new SplitSwept((int) head.sweepPhase, null);
        }
        Bytes next = step(draft, c.phase(), c.after(), c.limit());
        if (next == null) {
            head.sweepPhase = c.phase() == LAST ? 0 : c.phase() + 1;
        }
        return new SplitSwept((int) head.sweepPhase, next);
    }

    private static @Nullable Bytes step(Draft draft, int phase, @Nullable Bytes after, int limit) {
        return switch (phase) {
            case FIRST -> shards(draft, after, limit);
            case 2 -> WriteTable.sweep(draft, after, limit);
            case 3 -> underprotected(draft, after, limit);
            case 4 -> versions(draft, Family.CURRENT, after, limit);
            case 5 -> versions(draft, Family.VERSIONS, after, limit);
            case 6 -> uploads(draft, after, limit);
            case 7 -> PartTable.sweepSplit(draft, after, limit);
            case LAST -> progress(draft, after, limit);
            default -> {
                Check.that(false, "a sweep is in phase " + phase);
                yield null;
            }
        };
    }

    /**
     * The first rows behind {@code after} whose keys go on, behind a prefix, with a row key outside
     * of the range.
     */
    static List<Row> outside(
            Draft draft, Family family, Bytes prefix, @Nullable Bytes after, int limit) {
        PartitionHead head = draft.head;
        List<Row> found = new ArrayList<>();
        if (!head.from.isEmpty()) {
            found.addAll(page(draft, family, prefix, prefix.plus(head.from), after, limit));
        }
        if (!head.to.isEmpty() && found.size() < limit) {
            Bytes end = prefix.isEmpty() ? Bytes.EMPTY : prefix.prefixEnd();
            int left = limit - found.size();
            found.addAll(page(draft, family, prefix.plus(head.to), end, after, left));
        }
        return found;
    }

    private static List<Row> page(
            Draft draft, Family family, Bytes from, Bytes to, @Nullable Bytes after, int limit) {
        Bytes start = after == null || after.compareTo(from) < 0 ? from : RowKeys.after(after);
        return Scans.page(draft.rows(), family, start, to, limit, Row::new).items();
    }

    private static @Nullable Bytes lastOf(List<Row> rows) {
        return rows.isEmpty() ? null : rows.getLast().key();
    }

    private static @Nullable Bytes shards(Draft draft, @Nullable Bytes after, int limit) {
        int rows = 0;
        Bytes last = after;
        for (ShardId id :
                ShardTable.ids(draft.rows(), after, Math.max(1, limit / SHARDS_PER_ROWS))) {
            rows += ShardTable.sweep(draft, id);
            Encoder out = new Encoder(16);
            id.id().encode(out);
            last = out.toBytes();
            if (rows > limit) {
                break;
            }
        }
        return rows == 0 ? null : last;
    }

    private static @Nullable Bytes underprotected(Draft draft, @Nullable Bytes after, int limit) {
        Bytes from = after == null ? Bytes.EMPTY : RowKeys.after(after);
        List<Row> rows =
                Scans.page(draft.rows(), Family.UNDERPROTECTED, from, Bytes.EMPTY, limit, Row::new)
                        .items();
        for (Row row : rows) {
            RowKeys.Parsed owner = SegmentTable.ownerOfThin(row.key());
            if (!draft.head.covers(owner.bucket(), owner.key())) {
                draft.head.underprotected--;
                draft.delete(Family.UNDERPROTECTED, row.key());
            }
        }
        return lastOf(rows);
    }

    private static @Nullable Bytes versions(
            Draft draft, Family family, @Nullable Bytes after, int limit) {
        List<Row> rows = outside(draft, family, Bytes.EMPTY, after, limit);
        for (Row row : rows) {
            draft.delete(family, row.key());
            boolean pointer =
                    family == Family.VERSIONS
                            && RowKeys.parse(row.key(), 0).order() == RowKeys.Parsed.NONE;
            if (!pointer) {
                Ledger.elsewhere(draft, RowValues.version(row.key(), row.value()));
            }
        }
        return lastOf(rows);
    }

    private static @Nullable Bytes uploads(Draft draft, @Nullable Bytes after, int limit) {
        List<Row> rows = outside(draft, Family.UPLOADS, Bytes.EMPTY, after, limit);
        for (Row row : rows) {
            UploadRow upload = UploadTable.read(row.key(), row.value());
            UploadTable.delete(draft, upload);
        }
        return lastOf(rows);
    }

    private static @Nullable Bytes progress(Draft draft, @Nullable Bytes after, int limit) {
        PartitionHead head = draft.head;
        Bytes start = ChangeTable.progressOf(Walk.values()[0]).slice(0, 1);
        List<Row> rows =
                Scans.page(
                                draft.rows(),
                                Family.CHANGES,
                                after == null ? start : RowKeys.after(after),
                                start.prefixEnd(),
                                limit,
                                Row::new)
                        .items();
        for (Row row : rows) {
            Bytes bucket = RowKeys.bucketPrefix(ChangeTable.bucketOfProgress(row.key()));
            Bytes end = bucket.prefixEnd();
            boolean ends = !end.isEmpty() && end.compareTo(head.from) <= 0;
            boolean begins = !head.to.isEmpty() && head.to.compareTo(bucket) <= 0;
            if (ends || begins) {
                draft.delete(Family.CHANGES, row.key());
            }
        }
        return lastOf(rows);
    }
}
