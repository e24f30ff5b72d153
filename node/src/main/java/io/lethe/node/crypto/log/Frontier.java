package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import java.util.ArrayList;
import java.util.List;

/**
 * All that has to be kept of a tree in order to append to it and to tell its root: the hashes of
 * the complete subtrees that it consists of, from the largest, leftmost one down. There is one for
 * each bit that is set in the size, so 62 at most. Immutable; safe for any thread.
 *
 * <p>Stored (integers big-endian):
 *
 * <pre>
 * offset  bytes
 *      0      1  format, 1
 *      1      8  leaves, n
 *      9  32 · p  hashes, p = bits that are set in n, of the largest subtree first
 * </pre>
 */
public final class Frontier {
    /** The tree without leaves. */
    public static final Frontier EMPTY = new Frontier(0, List.of());

    static final int FORMAT = 1;

    /** Hears of each subtree that an appended leaf has completed, itself included. */
    @FunctionalInterface
    public interface Completed {
        void subtree(Subtree subtree, TreeHash hash);
    }

    private final long size;
    private final List<TreeHash> peaks;

    private Frontier(long size, List<TreeHash> peaks) {
        this.size = size;
        this.peaks = List.copyOf(peaks);
    }

    /** Leaves of the tree. */
    public long size() {
        return size;
    }

    /** The tree with one more leaf; {@code completed} hears of subtrees from the leaf upwards. */
    public Frontier append(TreeHash leaf, Completed completed) {
        Check.that(size < Subtree.MOST_LEAVES, "a log ends far above what is ever reached");
        List<TreeHash> grown = new ArrayList<>(peaks);
        TreeHash hash = leaf;
        int level = 0;
        completed.subtree(new Subtree(0, size), hash);
        for (long carry = size; (carry & 1) == 1; carry >>>= 1) {
            hash = TreeHash.ofChildren(grown.remove(grown.size() - 1), hash);
            level++;
            completed.subtree(new Subtree(level, size >>> level), hash);
        }
        grown.add(hash);
        return new Frontier(size + 1, grown);
    }

    /** The tree's root hash (RFC 6962, section 2.1). */
    public TreeHash root() {
        if (peaks.isEmpty()) {
            return TreeHash.EMPTY;
        }
        TreeHash root = peaks.get(peaks.size() - 1);
        for (int i = peaks.size() - 2; i >= 0; i--) {
            root = TreeHash.ofChildren(peaks.get(i), root);
        }
        return root;
    }

    public Bytes encode() {
        Encoder out = new Encoder(9 + TreeHash.BYTES * peaks.size());
        out.u8(FORMAT).i64(size);
        peaks.forEach(peak -> out.raw(peak.bytes()));
        return out.toBytes();
    }

    /**
     * @throws Decoder.CorruptEncoding when the bytes are none that {@link #encode} gives
     */
    public static Frontier decode(Bytes encoded) {
        Decoder in = new Decoder(encoded);
        int format = in.u8();
        if (format != FORMAT) {
            throw new Decoder.CorruptEncoding("a frontier is of format " + format);
        }
        long size = in.i64();
        if (size < 0 || size > Subtree.MOST_LEAVES) {
            throw new Decoder.CorruptEncoding("a tree has " + size + " leaves");
        }
        List<TreeHash> peaks = new ArrayList<>();
        for (int left = Long.bitCount(size); left > 0; left--) {
            peaks.add(new TreeHash(Bytes.wrap(in.raw(TreeHash.BYTES))));
        }
        in.end();
        return new Frontier(size, peaks);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Frontier that && size == that.size && peaks.equals(that.peaks);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(size) + peaks.hashCode();
    }

    @Override
    public String toString() {
        return size + " leaves, root " + root();
    }
}
