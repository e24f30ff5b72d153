package io.lethe.node.crypto.log;

import io.lethe.node.base.Check;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Makes the proofs of RFC 6962, section 2.1: that a leaf is in a tree, and that a tree continues an
 * older one. Reads about log2(size) hashes. Static and pure; {@link ProofCheck} is the other side.
 */
public final class Proofs {
    private Proofs() {}

    /**
     * That leaf {@code index} is in the tree of {@code size} leaves: hashes from the leaf's sibling
     * up to the root's child (section 2.1.1).
     */
    public static List<TreeHash> inclusion(long index, long size, HashReader hashes) {
        Check.range("leaf", index, 0, size - 1);
        Check.range("size", size, 1, Subtree.MOST_LEAVES);
        List<TreeHash> down = new ArrayList<>();
        long from = 0;
        long end = size;
        while (end - from > 1) {
            long split = from + split(end - from);
            if (index < split) {
                down.add(hashOf(split, end, hashes));
                end = split;
            } else {
                down.add(hashOf(from, split, hashes));
                from = split;
            }
        }
        Collections.reverse(down);
        return List.copyOf(down);
    }

    /**
     * That the tree of {@code size} leaves begins with that of {@code older} ones (section 2.1.2).
     * Empty where both are the same, and for the tree without leaves, which every tree continues.
     */
    public static List<TreeHash> consistency(long older, long size, HashReader hashes) {
        Check.range("older size", older, 0, size);
        Check.range("size", size, 0, Subtree.MOST_LEAVES);
        if (older == 0 || older == size) {
            return List.of();
        }
        List<TreeHash> down = new ArrayList<>();
        long from = 0;
        long end = size;
        boolean wholeOlder = true;
        while (older != end) {
            long split = from + split(end - from);
            if (older <= split) {
                down.add(hashOf(split, end, hashes));
                end = split;
            } else {
                down.add(hashOf(from, split, hashes));
                from = split;
                wholeOlder = false;
            }
        }
        // Whoever checks knows the older tree's root already.
        if (!wholeOlder) {
            down.add(hashOf(from, end, hashes));
        }
        Collections.reverse(down);
        return List.copyOf(down);
    }

    /** The root of the tree of the first {@code size} leaves. */
    public static TreeHash root(long size, HashReader hashes) {
        Check.range("size", size, 0, Subtree.MOST_LEAVES);
        return size == 0 ? TreeHash.EMPTY : hashOf(0, size, hashes);
    }

    /** Where a tree of {@code leaves} is divided: the largest power of two below it. */
    private static long split(long leaves) {
        return Long.highestOneBit(leaves - 1);
    }

    /**
     * The hash of the leaves {@code [from, end)}, which is not empty and begins where a subtree of
     * at least that many leaves does.
     */
    private static TreeHash hashOf(long from, long end, HashReader hashes) {
        List<TreeHash> peaks = new ArrayList<>();
        long at = from;
        while (at < end) {
            int level = Long.SIZE - 1 - Long.numberOfLeadingZeros(end - at);
            peaks.add(hashes.hash(new Subtree(level, at >>> level)));
            at += 1L << level;
        }
        TreeHash hash = peaks.get(peaks.size() - 1);
        for (int i = peaks.size() - 2; i >= 0; i--) {
            hash = TreeHash.ofChildren(peaks.get(i), hash);
        }
        return hash;
    }
}
