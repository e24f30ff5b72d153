package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionAnswer.KeyCopyPage;
import io.lethe.node.metadata.command.PartitionAnswer.KeyCopyRow;
import io.lethe.node.metadata.command.PartitionCommand.DeregisterKeyCopy;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.RecordCodec;
import io.lethe.node.metadata.state.Rows.Step;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides about copies of the key file, and reads their rows in {@link Family#KEY_COPIES}. Static
 * and pure.
 *
 * <pre>
 * kind u8 ‖ node id 16 ‖ number i64  →  format u8 = 1 ‖ since varint ‖ wiped varint ‖ files varint
 * </pre>
 *
 * A copy is registered, then wiped (wiped > 0, milliseconds), and stays so for good: a registration
 * that comes late does not bring it back, and the row tells a purge what became of it. One that is
 * no replica's comes off, since its number is used once.
 */
final class KeyCopies {
    /**
     * Copies of one partition's replicas that were ever made: a replica moved every week for a
     * century, at 50 bytes each.
     */
    static final int MOST = 10_000;

    /**
     * Copies of one partition that lie elsewhere: a backup a day for a quarter of a century, each
     * of which stays since its folder does not overwrite in place. Apart from {@link #MOST}, so
     * that backups that fail keep no replica out.
     */
    static final int MOST_ELSEWHERE = 10_000;

    private KeyCopies() {}

    /** A copy's row. */
    private record Row(long sinceMillis, long wipedMillis, int files) {
        static Row decode(Bytes value) {
            return RowValues.read(
                    value, in -> new Row(in.number(), in.number(), (int) in.number()));
        }

        Bytes encode() {
            return RowValues.begin()
                    .number(sinceMillis)
                    .number(wipedMillis)
                    .number(files)
                    .toBytes();
        }
    }

    private static Bytes key(KeyCopy copy) {
        Encoder out = new Encoder(32).u8(copy.kind().ordinal());
        copy.node().id().encode(out);
        return out.i64(copy.number()).toBytes();
    }

    private static KeyCopy copyOf(Bytes key) {
        return io.lethe.node.metadata.command.FieldReader.whole(
                key,
                in ->
                        new KeyCopy(
                                in.choice(KeyCopy.Kind.values()),
                                RecordCodec.nodeId(in),
                                in.int64()));
    }

    static PartitionReply register(Draft draft, List<KeyCopy> copies) {
        int replicas = 0;
        int elsewhere = 0;
        for (KeyCopy copy : copies) {
            Bytes stored = draft.get(Family.KEY_COPIES, key(copy));
            if (stored != null && Row.decode(stored).wipedMillis() > 0) {
                return Replies.invalid(
                        copy + " was wiped; what is made anew needs another generation");
            }
            if (stored == null) {
                draft.put(Family.KEY_COPIES, key(copy), new Row(draft.millis(), 0, 0).encode());
                replicas += ofReplica(copy) ? 1 : 0;
                elsewhere += ofReplica(copy) ? 0 : 1;
            }
        }
        int ofReplicas = replicas == 0 ? 0 : count(draft.rows(), true) + replicas;
        int others = elsewhere == 0 ? 0 : count(draft.rows(), false) + elsewhere;
        if (ofReplicas > MOST) {
            return Replies.refused(
                    ErrorCode.OVERLOADED,
                    "this partition's replicas have had "
                            + MOST
                            + " copies of its keys; split it, or keep its replicas in place");
        }
        return others <= MOST_ELSEWHERE
                ? Replies.DONE
                : Replies.refused(
                        ErrorCode.OVERLOADED,
                        MOST_ELSEWHERE
                                + " copies of this partition's keys lie elsewhere; back up less"
                                + " often, or to a file system that overwrites in place");
    }

    /** Whether a copy is, or was, what a replica has: others may be made again and again. */
    private static boolean ofReplica(KeyCopy copy) {
        return copy.kind() == KeyCopy.Kind.REPLICA || copy.kind() == KeyCopy.Kind.MERGED;
    }

    /** Registers a copy of a partition that is made now, and has no others. */
    static void found(Draft draft, KeyCopy copy) {
        draft.put(Family.KEY_COPIES, key(copy), new Row(draft.millis(), 0, 0).encode());
    }

    /** The copy's file goes by another name, and has been nowhere else. */
    static void rename(Draft draft, KeyCopy was, KeyCopy is) {
        draft.delete(Family.KEY_COPIES, key(was));
        found(draft, is);
    }

    /** Registers a copy of a partition that was merged into this one, unless it is known. */
    static void inherit(Draft draft, KeyCopy copy) {
        if (!draft.has(Family.KEY_COPIES, key(copy))) {
            found(draft, copy);
        }
    }

    /** What is not known to be wiped, as the heir of this partition names it. */
    static List<KeyCopy> handedOn(Rows rows, GroupId giver) {
        return unwiped(rows).stream().map(one -> ofHeir(one, giver)).toList();
    }

    private static List<KeyCopy> unwiped(Rows rows) {
        return Scans.page(
                        rows,
                        Family.KEY_COPIES,
                        Bytes.EMPTY,
                        Bytes.EMPTY,
                        Integer.MAX_VALUE,
                        (key, value) ->
                                Row.decode(value).wipedMillis() > 0
                                        ? Optional.<KeyCopy>empty()
                                        : Optional.of(copyOf(key)))
                .items()
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    /** Whether a partition was ever merged into this one, or into one that was. */
    static boolean anyOf(Rows rows, GroupId giver) {
        Bytes prefix = new Encoder(1).u8(KeyCopy.Kind.MERGED.ordinal()).toBytes();
        boolean[] found = new boolean[1];
        rows.scan(
                Family.KEY_COPIES,
                prefix,
                prefix.prefixEnd(),
                (key, _) -> {
                    found[0] |= copyOf(key).giver().equals(giver);
                    return found[0] ? Step.STOP : Step.NEXT;
                });
        return found[0];
    }

    /** What is not known to be wiped and is no replica's here, those of givers first. */
    static List<KeyCopy> inherited(Rows rows) {
        return unwiped(rows).stream()
                .filter(one -> one.kind() != KeyCopy.Kind.REPLICA)
                .sorted(Comparator.comparing(one -> one.kind() != KeyCopy.Kind.MERGED))
                .toList();
    }

    private static KeyCopy ofHeir(KeyCopy copy, GroupId giver) {
        return copy.kind() == KeyCopy.Kind.REPLICA
                ? KeyCopy.merged(giver, copy.node(), copy.number())
                : copy;
    }

    static int count(Rows rows) {
        int[] count = new int[1];
        rows.scan(
                Family.KEY_COPIES,
                Bytes.EMPTY,
                Bytes.EMPTY,
                (_, _) -> {
                    count[0]++;
                    return Step.NEXT;
                });
        return count[0];
    }

    /** Of replicas, or all others. */
    private static int count(Rows rows, boolean ofReplicas) {
        int[] count = new int[1];
        rows.scan(
                Family.KEY_COPIES,
                Bytes.EMPTY,
                Bytes.EMPTY,
                (key, _) -> {
                    count[0] += ofReplica(copyOf(key)) == ofReplicas ? 1 : 0;
                    return Step.NEXT;
                });
        return count[0];
    }

    static PartitionReply deregister(Draft draft, DeregisterKeyCopy c) {
        Bytes stored = draft.get(Family.KEY_COPIES, key(c.copy()));
        if (stored == null) {
            return Replies.invalid(c.copy() + " is not registered");
        }
        Row row = Row.decode(stored);
        if (row.wipedMillis() > 0) {
            return Replies.DONE;
        }
        if (!c.receipt().inPlace()) {
            return Replies.invalid(
                    c.copy()
                            + " lay on a file system that does not overwrite in place, so it stays"
                            + " registered");
        }
        if (!ofReplica(c.copy())) {
            // Its number is random: nobody will make it again.
            draft.delete(Family.KEY_COPIES, key(c.copy()));
            return Replies.DONE;
        }
        draft.put(
                Family.KEY_COPIES,
                key(c.copy()),
                new Row(row.sinceMillis(), Math.max(1, draft.millis()), c.receipt().files())
                        .encode());
        return Replies.DONE;
    }

    static boolean registered(Rows rows, KeyCopy copy) {
        Bytes stored = rows.get(Family.KEY_COPIES, key(copy));
        return stored != null && Row.decode(stored).wipedMillis() == 0;
    }

    /** Whether any copy was ever registered. */
    static boolean any(Rows rows) {
        return Scans.any(rows, Family.KEY_COPIES, Bytes.EMPTY);
    }

    static KeyCopyPage page(Rows rows, @Nullable Bytes after, int limit) {
        Scans.Page<KeyCopyRow> page =
                Scans.page(
                        rows,
                        Family.KEY_COPIES,
                        after == null ? Bytes.EMPTY : RowKeys.after(after),
                        Bytes.EMPTY,
                        limit,
                        (key, value) -> {
                            Row row = Row.decode(value);
                            return new KeyCopyRow(
                                    copyOf(key), row.sinceMillis(), row.wipedMillis());
                        });
        return new KeyCopyPage(page.items(), page.last());
    }
}
