package io.lethe.node.metadata.state;

import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.CloseWrite;
import io.lethe.node.metadata.command.PartitionCommand.ExpireWrites;
import io.lethe.node.metadata.command.PartitionCommand.OpenWrite;
import io.lethe.node.metadata.command.PartitionCommand.PruneResults;
import io.lethe.node.metadata.command.PartitionCommand.RenewWrites;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides about open writes. Transitions of a write id: none → open (OpenWrite, again to renew) →
 * committed (Commit, ReplaceSegment, PutPart) or closed (CloseWrite, ExpireWrites); none → closed;
 * none → committed (inline). Nothing leaves committed or closed but being forgotten (PruneResults).
 * Uploads are writes without a lease, see {@link Uploads}.
 */
final class Writes {
    /** Longest lease of a write, in milliseconds: a day, far above any renewal interval. */
    static final long MOST_LEASE_MILLIS = 24L * 60 * 60 * 1000;

    /** How long results of requests are kept at least, in milliseconds: a day. */
    static final long RESULT_MILLIS = 24L * 60 * 60 * 1000;

    private Writes() {}

    static PartitionReply open(Draft draft, OpenWrite c) {
        if (badLease(c.leaseMillis())) {
            return Replies.invalid(leaseMessage(c.leaseMillis()));
        }
        WriteRow before = WriteTable.get(draft, c.write());
        if (before != null && !before.isOf(c.bucket(), c.key())) {
            return otherObject(c.write());
        }
        return switch (before) {
            case WriteRow.Done done -> done.result();
            case WriteRow.Closed _ -> closed(c.write());
            case WriteRow.Replaced _,
                    WriteRow.Removed _,
                    WriteRow.Upload _,
                    WriteRow.Part _,
                    WriteRow.Changed _ ->
                    otherUse(c.write());
            case WriteRow.Open row when !row.tenant().equals(c.tenant()) -> otherUse(c.write());
            case null, default -> opened(draft, c);
        };
    }

    private static PartitionReply opened(Draft draft, OpenWrite c) {
        long expires = draft.millis() + c.leaseMillis();
        WriteTable.open(
                draft, c.write(), new WriteRow.Open(c.bucket(), c.key(), c.tenant(), expires));
        return new PartitionReply.WriteOpened(
                offered(draft.rows(), draft.head, c.tenant()), expires);
    }

    /**
     * What opens the tenant's open shard; null when there is none or this replica lacks its slot.
     */
    static @Nullable ShardGrant offered(Rows rows, PartitionHead head, TenantId tenant) {
        ShardId shard = ShardTable.offered(rows, head, tenant);
        return shard == null ? null : rows.slot(shard);
    }

    private static boolean badLease(long millis) {
        return millis < 1 || millis > MOST_LEASE_MILLIS;
    }

    private static String leaseMessage(long millis) {
        return "a lease is " + millis + " ms, and must be from 1 to " + MOST_LEASE_MILLIS;
    }

    static PartitionReply closed(WriteId write) {
        return Replies.refused(
                ErrorCode.WRITE_CLOSED,
                "write " + write + " was closed or never opened; begin a new one");
    }

    static PartitionReply otherUse(WriteId id) {
        return Replies.invalid(
                "id " + id + " was used for another request already; ids are random, for one use");
    }

    /** As {@link #otherUse}: what was done under the id says nothing of this object. */
    static PartitionReply otherObject(WriteId id) {
        return Replies.invalid(
                "id " + id + " was used for another object already; ids are random, for one use");
    }

    static PartitionReply renew(Draft draft, RenewWrites c) {
        if (badLease(c.leaseMillis())) {
            return Replies.invalid(leaseMessage(c.leaseMillis()));
        }
        List<WriteId> closed = new ArrayList<>();
        for (WriteId write : c.writes()) {
            if (WriteTable.isElsewhere(draft.rows(), draft.head, write)) {
                return new PartitionReply.WrongPartition(draft.head.mapEpoch);
            }
        }
        for (WriteId write : c.writes()) {
            switch (WriteTable.get(draft, write)) {
                case WriteRow.Open(var bucket, var key, var tenant, var _) ->
                        WriteTable.open(
                                draft,
                                write,
                                new WriteRow.Open(
                                        bucket, key, tenant, draft.millis() + c.leaseMillis()));
                case WriteRow.Done _, WriteRow.Replaced _, WriteRow.Part _ -> {}
                case null, default -> closed.add(write);
            }
        }
        return new PartitionReply.Renewed(closed);
    }

    static PartitionReply close(Draft draft, CloseWrite c) {
        WriteRow before = WriteTable.get(draft, c.write());
        boolean list = !c.written().isEmpty();
        switch (before) {
            case WriteRow.Done _, WriteRow.Replaced _, WriteRow.Part _ -> {
                return new PartitionReply.WriteEnded(true);
            }
            case WriteRow.Removed _, WriteRow.Upload _, WriteRow.Changed _ -> {
                return otherUse(c.write());
            }
            case WriteRow.Closed(boolean listed) -> {
                list &= !listed;
                if (list) {
                    WriteTable.update(draft, c.write(), new WriteRow.Closed(true));
                }
            }
            case null, default -> WriteTable.end(draft, c.write(), new WriteRow.Closed(list));
        }
        if (list) {
            for (SegmentRef segment : c.written()) {
                SegmentTable.makeGarbage(draft, segment);
            }
        }
        return new PartitionReply.WriteEnded(false);
    }

    static PartitionReply expire(Draft draft, ExpireWrites c) {
        if (badLimit(c.limit())) {
            return Replies.invalid(limitMessage(c.limit()));
        }
        List<WriteId> expired = WriteTable.expired(draft, c.limit());
        for (WriteId write : expired) {
            WriteTable.end(draft, write, new WriteRow.Closed(false));
        }
        return new PartitionReply.Swept(expired.size());
    }

    static PartitionReply prune(Draft draft, PruneResults c) {
        if (badLimit(c.limit())) {
            return Replies.invalid(limitMessage(c.limit()));
        }
        long before = draft.millis() - RESULT_MILLIS + 1;
        return new PartitionReply.Swept(WriteTable.forget(draft, before, c.limit()));
    }

    static boolean badLimit(int limit) {
        return limit < 1 || limit > PartitionCommand.MOST_LIST;
    }

    static String limitMessage(int limit) {
        return "a limit is " + limit + ", and must be from 1 to " + PartitionCommand.MOST_LIST;
    }
}
