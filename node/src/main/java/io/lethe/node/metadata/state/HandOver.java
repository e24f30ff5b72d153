package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.Legacy;
import io.lethe.node.metadata.command.MergeReceipt;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.LegacyPage;
import io.lethe.node.metadata.command.PartitionAnswer.MergeStanding;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Fence;
import io.lethe.node.metadata.command.PartitionCommand.GiveUp;
import io.lethe.node.metadata.command.PartitionCommand.Inherit;
import io.lethe.node.metadata.command.PartitionCommand.RaisePgEpoch;
import io.lethe.node.metadata.command.PartitionCommand.TakeBack;
import io.lethe.node.metadata.command.PartitionCommand.TakeOver;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Retry.Why;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides how a partition without objects hands its range on to a neighbour. Static and pure.
 *
 * <pre>
 * giver: whole    → given up (GiveUp, where nothing is here): it has no range, and takes nothing
 *        given up → whole    (TakeBack, where the directory no longer has that merge)
 * heir:  whole    → whole    (Inherit: what the giver answered, and its placement groups' floors)
 *        whole    → wider    (TakeOver, once the directory has the range as its own)
 * </pre>
 *
 * <p>Shards of the giver keep their keys until its replicas are wiped: nothing lives under them.
 *
 * <pre>
 * META, heir   "kin" ‖ partition i32   format u8 = 1 ‖ millis varint: the giver, and its own kin
 * </pre>
 */
final class HandOver {
    private static final String KIN = "kin";

    /** Rows that go on as a result each are in the families of requests; these are not. */
    private static final List<Family> OF_OBJECTS =
            List.of(
                    Family.CURRENT,
                    Family.VERSIONS,
                    Family.INLINE,
                    Family.DIGESTS,
                    Family.UPLOADS,
                    Family.PARTS,
                    Family.GARBAGE,
                    Family.UNDERPROTECTED);

    private HandOver() {}

    /**
     * Whether a command is one that a partition without a range takes: what ends that, and what
     * only lets time pass, without which nothing would be taken after a long pause.
     */
    static boolean concerns(PartitionCommand command) {
        return command instanceof GiveUp
                || command instanceof TakeBack
                || (command instanceof Fence fence && fence.directoryIndex() == 0);
    }

    static PartitionReply giveUp(Draft draft, GiveUp c) {
        PartitionHead head = draft.head;
        if (head.givenUpSince != 0 && head.givenUpSince != c.since()) {
            return Replies.refused(
                    ErrorCode.UNAVAILABLE, "given up for another merge, which was taken back");
        }
        if (SplitSweep.isDivided(head)) {
            return Replies.refused(ErrorCode.UNAVAILABLE, "the last split is not over");
        }
        if (!c.from().equals(head.from) || !c.to().equals(head.to)) {
            // Of what another gave it, and it has not taken over, it would say nothing.
            return Replies.refused(
                    ErrorCode.UNAVAILABLE, "this goes from " + head.from + " to " + head.to);
        }
        String occupied = occupied(draft.rows(), head);
        if (!occupied.isEmpty()) {
            return Replies.invalid(occupied);
        }
        head.givenUpSince = c.since();
        return new PartitionReply.GivenUp(
                new MergeReceipt(
                        head.lastOrder,
                        head.fence,
                        head.stateMillis,
                        KeyCopies.handedOn(draft.rows(), c.giver()),
                        kin(draft.rows())));
    }

    static PartitionReply takeBack(Draft draft, TakeBack c) {
        if (draft.head.givenUpSince == c.since()) {
            draft.head.givenUpSince = 0;
        }
        return Replies.DONE;
    }

    /**
     * Results that are here stay: an id is for one object. Refused while rows outside of the range
     * are swept, since results of the giver's objects are such.
     */
    static PartitionReply inherit(Draft draft, Inherit c) {
        if (SplitSweep.isDivided(draft.head)) {
            return Replies.refused(ErrorCode.UNAVAILABLE, "the last split is not over");
        }
        for (Legacy.Result one : c.legacy().results()) {
            if (!WriteTable.inherit(draft, one)) {
                return Replies.invalid("the result of " + one.write() + " can't be read");
            }
        }
        for (RaisePgEpoch one : c.legacy().floors()) {
            SegmentTable.movedAt(draft, one.pg(), one.epoch(), one.chunk());
        }
        return Replies.DONE;
    }

    static PartitionReply takeOver(Draft draft, TakeOver c) {
        PartitionHead head = draft.head;
        boolean none = !c.to().isEmpty() && c.from().compareTo(c.to()) >= 0;
        if (!none && head.coversAll(c.from(), c.to())) {
            return Replies.DONE;
        }
        if (c.mapEpoch() < head.mapEpoch) {
            return Replies.refused(
                    ErrorCode.STALE_EPOCH,
                    "this range is of map epoch " + head.mapEpoch + ", not " + c.mapEpoch());
        }
        if (SplitSweep.isDivided(head)) {
            return Replies.refused(
                    ErrorCode.UNAVAILABLE, "what a split left of that range is still here");
        }
        boolean behind = !head.to.isEmpty() && head.to.equals(c.from());
        boolean before = !c.to().isEmpty() && head.from.equals(c.to());
        if (none || behind == before) {
            return Replies.invalid(
                    "from " + c.from() + " to " + c.to() + " is no neighbour of this range");
        }
        if (c.receipt().lastOrder() > PartitionState.MOST_ORDER_FLOOR) {
            return Replies.invalid("orders above " + c.receipt().lastOrder());
        }
        if (c.receipt().stateMillis() > head.stateMillis) {
            // This leader's clock is behind the giver's: it stamps later from now on.
            return Replies.retry(Why.STAMP, c.receipt().stateMillis());
        }
        if (behind) {
            head.to = c.to();
        } else {
            head.from = c.from();
        }
        head.mapEpoch = c.mapEpoch();
        head.lastOrder = Math.max(head.lastOrder, c.receipt().lastOrder());
        head.fence = Math.max(head.fence, c.receipt().fence());
        for (KeyCopy copy : c.receipt().copies()) {
            KeyCopies.inherit(draft, copy);
        }
        List<GroupId> kin = new ArrayList<>(c.receipt().kin());
        kin.add(c.giver());
        Bytes since = RowValues.begin().number(head.stateMillis).toBytes();
        for (GroupId one : kin) {
            draft.put(
                    Family.META,
                    new Encoder(16).raw(Bytes.utf8(KIN)).i32(one.value()).toBytes(),
                    since);
        }
        return Replies.DONE;
    }

    /** Partitions that this one was split from, or into, or merged with, and their kin. */
    private static List<GroupId> kin(Rows rows) {
        List<GroupId> kin = new ArrayList<>(Splits.relatives(rows));
        Splits.others(rows, KIN).stream().filter(one -> !kin.contains(one)).forEach(kin::add);
        return kin;
    }

    /** Why a range can't be given up; empty where it can. Counters come before walks. */
    private static String occupied(Rows rows, PartitionHead head) {
        if (head.versions > 0) {
            return "it has " + head.versions + " versions of objects";
        }
        if (head.openWrites > 0) {
            return head.openWrites + " writes or uploads are under way there";
        }
        if (head.garbageSegments > 0) {
            return head.garbageSegments + " segments of it wait to be reclaimed; try again later";
        }
        for (Family family : OF_OBJECTS) {
            if (Scans.any(rows, family, Bytes.EMPTY)) {
                return "it has something in " + family;
            }
        }
        if (Outbox.anyWaits(rows)) {
            return "events of it wait to be told; try again later";
        }
        if (ShardTable.anyHeld(rows)) {
            return "a shard of it wraps keys still; try again later";
        }
        boolean many =
                KeyCopies.count(rows) > MergeReceipt.MOST_LIST
                        || kin(rows).size() >= MergeReceipt.MOST_LIST;
        return many ? "it has had too many replicas or splits" : "";
    }

    static PartitionAnswer answer(Rows rows, PartitionHead head, PartitionQuery.OfMerge query) {
        return switch (query) {
            case PartitionQuery.MergeState _ ->
                    new MergeStanding(
                            head.from,
                            head.to,
                            head.givenUpSince,
                            SplitSweep.isDivided(head)
                                    ? "the last split of it is not over"
                                    : occupied(rows, head));
            case PartitionQuery.FindLegacy q -> legacy(rows, q.after(), Answers.limit(q.limit()));
            case PartitionQuery.FindReceipt q ->
                    new PartitionAnswer.ReceiptFound(
                            KeyCopies.anyOf(rows, q.giver()) ? receipt(rows, head) : null);
        };
    }

    /** Of all that was taken over, and of what is its own: who goes by it passes over more. */
    private static MergeReceipt receipt(Rows rows, PartitionHead head) {
        return new MergeReceipt(
                Math.min(head.lastOrder, PartitionState.MOST_ORDER_FLOOR),
                head.fence,
                head.stateMillis,
                first(KeyCopies.inherited(rows)),
                first(kin(rows)));
    }

    private static <T> List<T> first(List<T> all) {
        return all.subList(0, Math.min(all.size(), MergeReceipt.MOST_LIST));
    }

    /** First results in the order of their ends, then floors in that of their groups. */
    private static LegacyPage legacy(Rows rows, @Nullable Bytes after, int limit) {
        if (after != null && !WriteTable.isEnd(after)) {
            return floors(rows, after, limit);
        }
        Scans.Page<WriteTable.Ended> ended = WriteTable.ended(rows, after, limit);
        Legacy results = new Legacy(WriteTable.results(rows, ended.items()), List.of());
        Bytes next = ended.last();
        return new LegacyPage(results, next == null ? SegmentTable.FIRST_FLOOR : next);
    }

    private static LegacyPage floors(Rows rows, Bytes after, int limit) {
        // Each group has one for each of its chunks at the most.
        int groups = Math.max(1, limit / SegmentTable.MOST_CHUNKS);
        Scans.Page<SegmentTable.Floors> floors = SegmentTable.floors(rows, after, groups);
        List<RaisePgEpoch> all =
                floors.items().stream().flatMap(one -> one.raises().stream()).toList();
        Bytes last = floors.last();
        return new LegacyPage(
                new Legacy(List.of(), all),
                last == null ? null : SegmentTable.FIRST_FLOOR.plus(last));
    }
}
