package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.crypto.log.Frontier;
import io.lethe.node.crypto.log.Leaf;
import io.lethe.node.crypto.log.Tile;
import io.lethe.node.crypto.log.TreeHash;
import io.lethe.node.metadata.state.Rows.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rows of the transparency log, in {@link Family#LOG}: append-only, so every copy of the
 * directory has all of it, and none can be taken out unnoticed. Values are as their own formats
 * say, without another one before them.
 *
 * <pre>
 * 0                      → {@link Frontier}
 * 1 ‖ number i64         → {@link Leaf}
 * 2 ‖ level u8 ‖ i64     → hash of a subtree of 256^level leaves, level above 0
 * 3                      → newest checkpoint, a signed note in UTF-8
 * </pre>
 *
 * Static and pure.
 */
final class LogRows {
    private static final int HEAD = 0;
    private static final int LEAF = 1;
    private static final int HASH = 2;
    private static final int CHECKPOINT = 3;

    private LogRows() {}

    private static Bytes key(int kind) {
        return new Encoder().u8(kind).toBytes();
    }

    private static Bytes leafKey(long number) {
        return new Encoder().u8(LEAF).i64(number).toBytes();
    }

    private static Bytes hashKey(int level, long index) {
        return new Encoder().u8(HASH).u8(level).i64(index).toBytes();
    }

    static Frontier frontier(Rows rows) {
        Bytes value = rows.get(Family.LOG, key(HEAD));
        return value == null ? Frontier.EMPTY : Frontier.decode(value);
    }

    /** The tree with one more leaf; what is to be stored is added to {@code changes}. */
    static Frontier append(Frontier before, Leaf leaf, List<Change> changes) {
        Bytes encoded = leaf.encode();
        Frontier after =
                before.append(
                        TreeHash.ofLeaf(encoded),
                        (subtree, hash) -> {
                            int level = subtree.level();
                            if (level > 0 && level % Tile.LEVELS == 0) {
                                changes.add(
                                        new Change.Put(
                                                Family.LOG,
                                                hashKey(level / Tile.LEVELS, subtree.index()),
                                                hash.bytes()));
                            }
                        });
        changes.add(new Change.Put(Family.LOG, leafKey(before.size()), encoded));
        changes.add(new Change.Put(Family.LOG, key(HEAD), after.encode()));
        return after;
    }

    /** Up to so many leaves from a number on. */
    static List<Bytes> leaves(Rows rows, long from, int limit) {
        List<Bytes> leaves = new ArrayList<>();
        rows.scan(
                Family.LOG,
                leafKey(from),
                key(HASH),
                (_, value) -> {
                    leaves.add(value);
                    return leaves.size() < limit ? Step.NEXT : Step.STOP;
                });
        return leaves;
    }

    /** The hash of a subtree of 256^level leaves, which is complete. */
    static Optional<TreeHash> hash(Rows rows, int level, long index) {
        if (level == 0) {
            return Optional.ofNullable(rows.get(Family.LOG, leafKey(index))).map(TreeHash::ofLeaf);
        }
        return Optional.ofNullable(rows.get(Family.LOG, hashKey(level, index))).map(TreeHash::new);
    }

    static Change putCheckpoint(Bytes note) {
        return new Change.Put(Family.LOG, key(CHECKPOINT), note);
    }

    static Optional<Bytes> checkpoint(Rows rows) {
        return Optional.ofNullable(rows.get(Family.LOG, key(CHECKPOINT)));
    }
}
