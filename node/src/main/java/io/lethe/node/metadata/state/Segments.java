package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionCommand.Fence;
import io.lethe.node.metadata.command.PartitionCommand.RaisePgEpoch;
import io.lethe.node.metadata.command.PartitionCommand.Rebuilt;
import io.lethe.node.metadata.command.PartitionCommand.Reclaimed;
import io.lethe.node.metadata.command.PartitionCommand.ReplaceSegment;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.SegmentRef;

/** Decides about single segments, placement groups' epochs, and the fence. */
final class Segments {
    private Segments() {}

    static PartitionReply fence(Draft draft, Fence c) {
        draft.head.fence = Math.max(draft.head.fence, c.directoryIndex());
        return Replies.DONE;
    }

    static PartitionReply raise(Draft draft, RaisePgEpoch c) {
        SegmentTable.movedAt(draft, c.pg(), c.epoch(), c.chunk());
        return Replies.DONE;
    }

    static PartitionReply reclaimed(Draft draft, Reclaimed c) {
        for (Bytes key : c.garbageKeys()) {
            SegmentTable.reclaimed(draft, key);
        }
        return Replies.DONE;
    }

    /** An owner that is gone, or no longer has the segment, needs nothing. */
    static PartitionReply rebuilt(Draft draft, Rebuilt c) {
        Segmented owner = Segmented.find(draft, c.bucket(), c.key(), c.order());
        SegmentRef old = owner == null ? null : owner.segment(c.segment());
        if (owner == null || old == null || (old.missing() & c.durableMask()) == 0) {
            return Replies.DONE;
        }
        SegmentRef whole = old.withMissing(old.missing() & ~c.durableMask());
        owner.swap(c.segment(), whole);
        SegmentTable.protection(draft, owner.owner(), whole);
        return Replies.DONE;
    }

    static PartitionReply replace(Draft draft, ReplaceSegment c) {
        WriteRow write = WriteTable.get(draft, c.write());
        if (write != null && !write.isOf(c.bucket(), c.key())) {
            return Writes.otherObject(c.write());
        }
        if (write instanceof WriteRow.Replaced) {
            return Replies.DONE;
        }
        if (!(write instanceof WriteRow.Open)) {
            return write == null || write instanceof WriteRow.Closed
                    ? Writes.closed(c.write())
                    : Writes.otherUse(c.write());
        }
        Segmented owner = Segmented.find(draft, c.bucket(), c.key(), c.order());
        SegmentRef old = owner == null ? null : owner.segment(c.old());
        if (owner == null || old == null) {
            return Replies.refused(
                    ErrorCode.NO_SUCH_VERSION,
                    "the version or its segment "
                            + c.old()
                            + " is gone; close the write and give up the copy");
        }
        if (old.lengthBytes() != c.fresh().lengthBytes()
                || owner.segment(c.fresh().segment()) != null) {
            return Replies.invalid("segment " + c.fresh().segment() + " is no copy of " + c.old());
        }
        String fault = Commits.fault(c.fresh());
        if (fault != null) {
            return Replies.invalid(fault);
        }
        return replace(draft, owner, old, SegmentTable.inPlace(draft, c.fresh()), c);
    }

    private static PartitionReply replace(
            Draft draft, Segmented owner, SegmentRef old, SegmentRef fresh, ReplaceSegment c) {
        owner.swap(c.old(), fresh);
        SegmentTable.protectionGone(draft, owner.owner(), old);
        SegmentTable.makeGarbage(draft, old);
        SegmentTable.protection(draft, owner.owner(), fresh);
        WriteTable.endForGood(
                draft, c.write(), new WriteRow.Replaced(c.bucket(), c.key(), c.order()));
        WriteTable.tookOver(draft, owner.owner().rowKey(), c.write());
        return Replies.DONE;
    }
}
