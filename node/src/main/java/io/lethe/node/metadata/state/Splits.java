package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.KeySample;
import io.lethe.node.metadata.command.PartitionAnswer.SeparatorFound;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.FinishSplit;
import io.lethe.node.metadata.command.PartitionCommand.Split;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionQuery.FindSeparator;
import io.lethe.node.metadata.command.PartitionQuery.SampleKeys;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.Rows.Step;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides splits, and what a child is made of. Both halves begin with all rows, each with a range
 * of its own; {@link SplitSweep} takes the others' off afterwards. Static and pure.
 *
 * <pre>
 * META, parent   "child" ‖ child i32    format u8 = 1 ‖ millis varint
 * META, child    "parent" ‖ parent i32  the same
 * </pre>
 *
 * These rows stay for good: a purge finds by them who may have a shard's key.
 */
final class Splits {
    private Splits() {}

    private static Bytes row(String kind, GroupId other) {
        return new Encoder(16).raw(Bytes.utf8(kind)).i32(other.value()).toBytes();
    }

    /** Partitions of which there is a row of this kind. */
    static List<GroupId> others(Rows rows, String kind) {
        Bytes prefix = Bytes.utf8(kind);
        return Scans.page(
                        rows,
                        Family.META,
                        prefix,
                        prefix.prefixEnd(),
                        Integer.MAX_VALUE,
                        (key, _) ->
                                new GroupId(
                                        new Decoder(key.slice(prefix.length(), key.length()))
                                                .i32()))
                .items();
    }

    /** Its parent, and its children. */
    static List<GroupId> relatives(Rows rows) {
        List<GroupId> relatives = new ArrayList<>(others(rows, "parent"));
        relatives.addAll(others(rows, "child"));
        return relatives;
    }

    static PartitionReply split(Draft draft, Split c) {
        PartitionHead head = draft.head;
        if (draft.has(Family.META, row("child", c.child()))) {
            return Replies.DONE;
        }
        PartitionReply fault = fault(head, c);
        if (fault != null) {
            return fault;
        }
        draft.put(
                Family.META,
                row("child", c.child()),
                RowValues.begin().number(head.stateMillis).toBytes());
        head.to = c.separator();
        head.mapEpoch = c.mapEpoch();
        head.pendingChild = c.child().value();
        divided(head, c.child());
        return Replies.DONE;
    }

    /** What is the same for both halves. Shards that are opened now are nobody else's. */
    private static void divided(PartitionHead head, GroupId sibling) {
        head.stateMillis++;
        head.shardsFromMillis = head.stateMillis;
        head.sibling = sibling.value();
        head.sweepPhase = SplitSweep.FIRST;
    }

    /** Null where the state can be split so. */
    private static @Nullable PartitionReply fault(PartitionHead head, Split c) {
        if (SplitSweep.isDivided(head)) {
            return Replies.refused(
                    ErrorCode.UNAVAILABLE, "the last split is not over; try again in a while");
        }
        if (c.separator().compareTo(head.from) <= 0 || !head.covers(c.separator())) {
            return Replies.invalid(c.separator() + " does not divide this partition's range");
        }
        if (RowKeys.hasWholeKey(c.separator())) {
            return Replies.invalid(c.separator() + " has a whole key in it; use a shorter one");
        }
        return null;
    }

    /** As {@link PartitionState#birth}. */
    static @Nullable Birth birth(Rows rows, PartitionHead parent, Stamp stamp, Split c) {
        if (rows.get(Family.META, row("child", c.child())) != null || fault(parent, c) != null) {
            return null;
        }
        PartitionHead head = new PartitionHead(c.separator(), parent.to);
        head.stateMillis = stamp.wallMillis();
        head.lastOrder = parent.lastOrder;
        head.fence = parent.fence;
        head.versions = parent.versions;
        head.bytes = parent.bytes;
        head.openWrites = parent.openWrites;
        head.underprotected = parent.underprotected;
        Draft draft = new Draft(rows, head);
        clear(draft, Family.META);
        clear(draft, Family.KEY_COPIES);
        draft.put(
                Family.META,
                row("parent", c.parent()),
                RowValues.begin().number(head.stateMillis).toBytes());
        for (PartitionCommand.Founder one : c.founders()) {
            KeyCopies.found(draft, KeyCopy.replica(one.node(), 0));
        }
        divided(head, c.parent());
        return new Birth(draft.changes(), ShardTable.needed(rows, head.from, head.to));
    }

    private static void clear(Draft draft, Family family) {
        draft.rows()
                .scan(
                        family,
                        Bytes.EMPTY,
                        Bytes.EMPTY,
                        (key, _) -> {
                            // The head is written anew anyway.
                            if (!key.equals(PartitionHead.KEY)) {
                                draft.delete(family, key);
                            }
                            return Step.NEXT;
                        });
    }

    static PartitionReply finish(Draft draft, FinishSplit c) {
        if (draft.head.pendingChild == c.child().value()) {
            draft.head.pendingChild = 0;
        }
        return Replies.DONE;
    }

    /** Whether any key of the range starts with {@code prefix}. */
    static boolean any(Rows rows, PartitionHead head, Family family, Bytes prefix) {
        Bytes from = prefix.compareTo(head.from) < 0 ? head.from : prefix;
        Bytes end = prefix.prefixEnd();
        boolean endsFirst = head.to.isEmpty() || (!end.isEmpty() && end.compareTo(head.to) < 0);
        return !Scans.page(rows, family, from, endsFirst ? end : head.to, 1, (key, _) -> key)
                .items()
                .isEmpty();
    }

    static PartitionAnswer answer(Rows rows, PartitionHead head, PartitionQuery.OfSplit query) {
        return switch (query) {
            case PartitionQuery.InRange q ->
                    head.coversAll(q.from(), q.to())
                            ? within(Answers.answer(rows, head, q.query()), q.query())
                            : new PartitionAnswer.NotInRange();
            case PartitionQuery.SplitState _ ->
                    new PartitionAnswer.SplitStanding(
                            (int) head.pendingChild, (int) head.sweepPhase);
            case FindSeparator q ->
                    head.covers(q.at())
                            ? new SeparatorFound(separator(rows, head, q.at()))
                            : new PartitionAnswer.NotInRange();
            case SampleKeys q -> sample(rows, head, q);
        };
    }

    /** A listing that goes on behind the range has nothing in it: no other partition is meant. */
    private static PartitionAnswer within(PartitionAnswer answer, PartitionQuery query) {
        if (!(answer instanceof PartitionAnswer.NotInRange)) {
            return answer;
        }
        return switch (query) {
            case PartitionQuery.ListKeys _ ->
                    new PartitionAnswer.Page(List.of(), List.of(), List.of(), Bytes.EMPTY, 0);
            case PartitionQuery.ListUploads _ ->
                    new PartitionAnswer.UploadPage(List.of(), List.of(), Bytes.EMPTY, 0);
            default -> answer;
        };
    }

    private static KeySample sample(Rows rows, PartitionHead head, SampleKeys q) {
        List<Bytes> keys = new ArrayList<>();
        Bytes[] last = new Bytes[1];
        int[] walked = new int[1];
        Bytes after = q.after();
        Bytes from =
                after == null || after.compareTo(head.from) < 0 ? head.from : RowKeys.after(after);
        if (head.to.isEmpty() || from.compareTo(head.to) < 0) {
            rows.scan(
                    Family.CURRENT,
                    from,
                    head.to,
                    (key, _) -> {
                        if (walked[0]++ % SampleKeys.STRIDE == 0) {
                            keys.add(key);
                        }
                        last[0] = key;
                        return walked[0] < SampleKeys.MOST_WALKED ? Step.NEXT : Step.STOP;
                    });
        }
        return new KeySample(keys, walked[0] < SampleKeys.MOST_WALKED ? null : last[0]);
    }

    /**
     * The shortest prefix of {@code at} between which and {@code at} no object lies; where that
     * would be a whole key, the key before it in the same length, and a last byte behind that.
     */
    private static @Nullable Bytes separator(Rows rows, PartitionHead head, Bytes at) {
        int whole = at.length() - RowKeys.END_BYTES;
        int least = 1;
        int most = whole;
        while (least < most) {
            int middle = (least + most) / 2;
            if (divides(rows, head, at.slice(0, middle), at)) {
                most = middle;
            } else {
                least = middle + 1;
            }
        }
        if (most < whole && divides(rows, head, at.slice(0, most), at)) {
            return at.slice(0, most);
        }
        byte[] before = at.slice(0, whole + 1).toArray();
        if (before[whole - 1] == 0) {
            return null;
        }
        before[whole - 1]--;
        before[whole] = (byte) 0xff;
        Bytes other = Bytes.wrap(before);
        return divides(rows, head, other, at) && !RowKeys.hasWholeKey(other) ? other : null;
    }

    private static boolean divides(Rows rows, PartitionHead head, Bytes separator, Bytes at) {
        return separator.compareTo(head.from) > 0
                && none(rows, Family.CURRENT, separator, at)
                && none(rows, Family.VERSIONS, separator, at);
    }

    private static boolean none(Rows rows, Family family, Bytes from, Bytes to) {
        return Scans.page(rows, family, from, to, 1, (key, _) -> key).items().isEmpty();
    }
}
