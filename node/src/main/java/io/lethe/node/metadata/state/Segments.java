package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionCommand.Fence;
import io.lethe.node.metadata.command.PartitionCommand.RaisePgEpoch;
import io.lethe.node.metadata.command.PartitionCommand.Rebuilt;
import io.lethe.node.metadata.command.PartitionCommand.Reclaimed;
import io.lethe.node.metadata.command.PartitionCommand.ReplaceSegment;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Retry.Why;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides about single segments, placement groups' epochs, and the fence. */
final class Segments {
    private Segments() {}

    static PartitionReply fence(Draft draft, Fence c) {
        draft.head.fence = Math.max(draft.head.fence, c.directoryIndex());
        return Replies.DONE;
    }

    static PartitionReply raise(Draft draft, RaisePgEpoch c) {
        SegmentTable.raiseEpoch(draft, c.pg(), c.epoch());
        return Replies.DONE;
    }

    static PartitionReply reclaimed(Draft draft, Reclaimed c) {
        for (Bytes key : c.garbageKeys()) {
            SegmentTable.reclaimed(draft, key);
        }
        return Replies.DONE;
    }

    /** A version that is gone, or no longer has the segment, needs nothing. */
    static PartitionReply rebuilt(Draft draft, Rebuilt c) {
        KeyVersions versions = new KeyVersions(draft, c.bucket(), c.key());
        VersionRow row = versions.at(c.order());
        SegmentRef old = segment(row, c.segment());
        if (row == null || old == null || (old.missing() & c.durableMask()) == 0) {
            return Replies.DONE;
        }
        SegmentRef whole = old.withMissing(old.missing() & ~c.durableMask());
        versions.update(withSegment(row, c.segment(), whole));
        SegmentTable.protection(draft, row, whole);
        return Replies.DONE;
    }

    static PartitionReply replace(Draft draft, ReplaceSegment c) {
        WriteRow write = WriteTable.get(draft, c.write());
        if (write instanceof WriteRow.Replaced) {
            return Replies.DONE;
        }
        if (!(write instanceof WriteRow.Open open)) {
            return write == null || write instanceof WriteRow.Closed
                    ? Writes.closed(c.write())
                    : Writes.otherUse(c.write());
        }
        if (!open.bucket().equals(c.bucket()) || !open.key().equals(c.key())) {
            return Writes.otherUse(c.write());
        }
        KeyVersions versions = new KeyVersions(draft, c.bucket(), c.key());
        VersionRow row = versions.at(c.order());
        SegmentRef old = segment(row, c.old());
        if (row == null || old == null) {
            return Replies.refused(
                    ErrorCode.NO_SUCH_VERSION,
                    "the version or its segment "
                            + c.old()
                            + " is gone; close the write and give up the copy");
        }
        if (old.lengthBytes() != c.fresh().lengthBytes()
                || segment(row, c.fresh().segment()) != null) {
            return Replies.invalid("segment " + c.fresh().segment() + " is no copy of " + c.old());
        }
        String fault = Commits.fault(c.fresh());
        if (fault != null) {
            return Replies.invalid(fault);
        }
        PgId moved = SegmentTable.outdated(draft, List.of(c.fresh()));
        if (moved != null) {
            return Replies.retry(Why.PG_EPOCH, moved.value());
        }
        return replace(draft, versions, row, old, c);
    }

    private static PartitionReply replace(
            Draft draft, KeyVersions versions, VersionRow row, SegmentRef old, ReplaceSegment c) {
        versions.update(withSegment(row, c.old(), c.fresh()));
        SegmentTable.protectionGone(draft, row, old);
        SegmentTable.makeGarbage(draft, old);
        SegmentTable.protection(draft, row, c.fresh());
        WriteTable.endForGood(
                draft, c.write(), new WriteRow.Replaced(c.bucket(), c.key(), c.order()));
        Bytes versionKey = RowKeys.versionKey(row.bucket(), row.key(), row.order());
        WriteTable.tookOver(draft, versionKey, c.write());
        return Replies.DONE;
    }

    private static @Nullable SegmentRef segment(@Nullable VersionRow row, SegmentId id) {
        VersionBody body = row == null ? null : row.body();
        if (body == null) {
            return null;
        }
        for (SegmentRef one : Commits.segments(body)) {
            if (one.segment().equals(id)) {
                return one;
            }
        }
        return null;
    }

    private static VersionRow withSegment(VersionRow row, SegmentId old, SegmentRef fresh) {
        VersionBody body = row.body();
        if (body == null) {
            return row;
        }
        List<SegmentRef> list = new ArrayList<>(Commits.segments(body));
        list.replaceAll(one -> one.segment().equals(old) ? fresh : one);
        return RowValues.withBody(row, RowValues.withPlacement(body, new Placement.Segments(list)));
    }
}
