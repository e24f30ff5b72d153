package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.DirectoryDraft.DONE;
import static io.lethe.node.metadata.state.DirectoryDraft.invalid;
import static io.lethe.node.metadata.state.DirectoryDraft.refused;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.DirectoryCommand.BeginMerge;
import io.lethe.node.metadata.command.DirectoryCommand.EndMerge;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.Merge;
import io.lethe.node.metadata.command.MergeCodec;
import io.lethe.node.metadata.command.MergeReceipt;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides about the records of partitions that are merged into their neighbours: whole → giving
 * (BeginMerge) → gone, with its range the heir's, or whole again (EndMerge). Static and pure.
 *
 * <pre>
 * META  "merging" ‖ giver i32  →  format u8 = 1 ‖ heir i32 ‖ since varint
 *       "merged" ‖ giver i32   →  format u8 = 1 ‖ heir i32 ‖ since varint ‖ from rowKey ‖ to rowKey
 *                                 ‖ recovered varint ‖ receipt ({@link MergeCodec})
 * </pre>
 *
 * What is over stays for good: the giver's number is never used again, its replicas are wiped by
 * it, and an heir that lost its majority, and with it that it took the range over, does so again.
 */
final class Merges {
    /** As many as partitions: an hour apart for eleven years, at 200 bytes each. */
    static final int MOST_DONE = 100_000;

    private static final Bytes UNDER_WAY = Bytes.utf8("merging");
    private static final Bytes OVER = Bytes.utf8("merged");

    private Merges() {}

    private static Bytes key(Bytes kind, GroupId giver) {
        return new Encoder(16).raw(kind).i32(giver.value()).toBytes();
    }

    private static GroupId giver(Bytes kind, Bytes key) {
        return new GroupId(new Decoder(key.slice(kind.length(), key.length())).i32());
    }

    private static Change put(Merge merge) {
        return new Change.Put(
                Family.META,
                key(UNDER_WAY, merge.giver()),
                RowValues.begin().int32(merge.heir().value()).number(merge.since()).toBytes());
    }

    private static Change put(Merge.Done done) {
        var out =
                RowValues.begin()
                        .int32(done.heir().value())
                        .number(done.merge().since())
                        .rowKey(done.from())
                        .rowKey(done.to())
                        .number(done.recoveredMillis());
        MergeCodec.receipt(out, done.receipt());
        return new Change.Put(Family.META, key(OVER, done.merge().giver()), out.toBytes());
    }

    private static Merge merge(Bytes key, Bytes value) {
        GroupId giver = giver(UNDER_WAY, key);
        return RowValues.read(value, in -> new Merge(giver, new GroupId(in.int32()), in.number()));
    }

    private static Merge.Done done(Bytes key, Bytes value) {
        GroupId giver = giver(OVER, key);
        return RowValues.read(
                value,
                in ->
                        new Merge.Done(
                                new Merge(giver, new GroupId(in.int32()), in.number()),
                                in.rowKey(),
                                in.rowKey(),
                                in.number(),
                                MergeCodec.receipt(in)));
    }

    /** Those that are under way. */
    static List<Merge> underWay(Rows rows) {
        return Scans.page(
                        rows,
                        Family.META,
                        UNDER_WAY,
                        UNDER_WAY.prefixEnd(),
                        Divisions.MOST_PARTITIONS,
                        Merges::merge)
                .items();
    }

    /** Those that are over. */
    static List<Merge.Done> over(Rows rows) {
        return Scans.page(rows, Family.META, OVER, OVER.prefixEnd(), MOST_DONE, Merges::done)
                .items();
    }

    /** How a partition went; null where it did not. */
    static Merge.@Nullable Done over(Rows rows, GroupId giver) {
        Bytes key = key(OVER, giver);
        Bytes value = rows.get(Family.META, key);
        return value == null ? null : done(key, value);
    }

    /** The merge in which a partition takes part; null: none. */
    static @Nullable Merge of(Rows rows, GroupId partition) {
        return underWay(rows).stream()
                .filter(one -> one.giver().equals(partition) || one.heir().equals(partition))
                .findFirst()
                .orElse(null);
    }

    /** Why a partition can't be changed now: it takes part in a merge; null where it doesn't. */
    static @Nullable DirectoryReply refusal(DirectoryDraft draft, GroupId partition) {
        return of(draft.rows, partition) == null
                ? null
                : refused(
                        ErrorCode.UNAVAILABLE,
                        partition + " is being merged; wait until that is over");
    }

    /** Partitions that were merged, by their numbers: what else is known of them is not read. */
    private static List<GroupId> givers(Rows rows) {
        return Scans.page(
                        rows,
                        Family.META,
                        OVER,
                        OVER.prefixEnd(),
                        MOST_DONE,
                        (key, _) -> giver(OVER, key))
                .items();
    }

    /** The highest number of a partition that was merged. */
    static int highest(Rows rows) {
        return givers(rows).stream().mapToInt(GroupId::value).max().orElse(0);
    }

    static DirectoryReply begin(DirectoryDraft draft, BeginMerge c) {
        Merge.Done before = over(draft.rows, c.giver());
        if (before != null) {
            return before.heir().equals(c.heir())
                    ? DONE
                    : invalid(c.giver() + " was merged into " + before.heir());
        }
        PartitionRecord giver = Table.PARTITIONS.get(draft.rows, c.giver());
        PartitionRecord heir = Table.PARTITIONS.get(draft.rows, c.heir());
        if (giver == null || heir == null || giver.id().isDirectory()) {
            return invalid(
                    "there is no "
                            + (giver == null ? c.giver() : c.heir())
                            + " to merge; see 'lethe partitions'");
        }
        Merge running = of(draft.rows, c.giver());
        boolean same =
                running != null
                        && running.giver().equals(c.giver())
                        && running.heir().equals(c.heir());
        if (same && giver.mapEpoch() == c.mapEpoch() + 1) {
            return DONE;
        }
        if (giver.mapEpoch() != c.mapEpoch() || heir.mapEpoch() != c.heirMapEpoch()) {
            return refused(
                    ErrorCode.STALE_EPOCH,
                    giver.id() + " or " + heir.id() + " has changed; look at them once more");
        }
        for (PartitionRecord one : List.of(giver, heir)) {
            DirectoryReply refusal = refusal(draft, one.id());
            if (refusal != null) {
                return refusal;
            }
            if (one.division() != null) {
                return refused(
                        ErrorCode.UNAVAILABLE,
                        one.id() + " is being split; wait until that is over");
            }
        }
        if (!isBehind(heir, giver) && !isBehind(giver, heir)) {
            return invalid(heir.id() + " is no neighbour of " + giver.id());
        }
        if (givers(draft.rows).size() >= MOST_DONE) {
            return refused(ErrorCode.OVERLOADED, "there were " + MOST_DONE + " merges, the most");
        }
        draft.changes().add(put(new Merge(c.giver(), c.heir(), draft.head.index)));
        return draft.put(Table.PARTITIONS, giver.id(), giver.withVoters(giver.voters()));
    }

    private static boolean isBehind(PartitionRecord first, PartitionRecord second) {
        return !first.to().isEmpty() && first.to().equals(second.from());
    }

    static DirectoryReply end(DirectoryDraft draft, EndMerge c) {
        Merge merge = of(draft.rows, c.giver());
        MergeReceipt receipt = c.receipt();
        if (merge == null || !merge.giver().equals(c.giver()) || merge.since() != c.since()) {
            Merge.Done before = over(draft.rows, c.giver());
            boolean done =
                    receipt == null
                            ? before == null
                            : before != null && before.merge().since() == c.since();
            return done
                    ? DONE
                    : refused(
                            ErrorCode.STALE_EPOCH,
                            "that merge of " + c.giver() + " is not under way");
        }
        PartitionRecord giver = Table.PARTITIONS.get(draft.rows, merge.giver());
        PartitionRecord heir = Table.PARTITIONS.get(draft.rows, merge.heir());
        if (giver == null || heir == null) {
            return invalid("a partition of that merge is gone");
        }
        Change.Delete underWay = new Change.Delete(Family.META, key(UNDER_WAY, c.giver()));
        if (receipt == null) {
            draft.changes().add(underWay);
            return draft.put(Table.PARTITIONS, giver.id(), giver.withVoters(giver.voters()));
        }
        boolean left = isBehind(heir, giver);
        draft.changes()
                .add(
                        put(
                                new Merge.Done(
                                        merge,
                                        giver.from(),
                                        giver.to(),
                                        giver.recovery() == null ? 0 : giver.recovery().millis(),
                                        receipt)));
        // Behind the other: copies show changes one by one, and a merge is never neither.
        draft.changes().add(underWay);
        var _ =
                draft.put(
                        Table.PARTITIONS,
                        heir.id(),
                        new PartitionRecord(
                                heir.id(),
                                left ? heir.from() : giver.from(),
                                left ? giver.to() : heir.to(),
                                heir.voters(),
                                heir.learners(),
                                heir.mapEpoch() + 1,
                                null,
                                heir.parent(),
                                heir.recovery()));
        return draft.delete(Table.PARTITIONS, giver.id());
    }

    /**
     * Nothing comes of the merge in which a partition takes part: what it was ordered for may be
     * lost.
     */
    static void takeBack(DirectoryDraft draft, GroupId partition) {
        Merge merge = of(draft.rows, partition);
        if (merge == null) {
            return;
        }
        draft.changes().add(new Change.Delete(Family.META, key(UNDER_WAY, merge.giver())));
        PartitionRecord giver = Table.PARTITIONS.get(draft.rows, merge.giver());
        if (giver != null && !giver.id().equals(partition)) {
            var _ = draft.put(Table.PARTITIONS, giver.id(), giver.withVoters(giver.voters()));
        }
    }
}
