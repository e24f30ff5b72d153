package io.lethe.node.crypto.log;

import io.lethe.node.base.Check;

/**
 * A complete subtree: the leaves from {@code index << level} to before {@code (index + 1) <<
 * level}. Its hash never changes once they are there, so that stores may keep it for good.
 *
 * @param level 0 is a leaf
 * @param index counted within the level
 */
public record Subtree(int level, long index) {
    /** Trees end here, far above what is ever reached, so that no sum overflows. */
    public static final long MOST_LEAVES = 1L << 62;

    static final int MOST_LEVEL = 62;

    public Subtree {
        Check.range("level", level, 0, MOST_LEVEL);
        Check.range("index", index, 0, (MOST_LEAVES >>> level) - 1);
    }

    public long firstLeaf() {
        return index << level;
    }

    /** The leaf behind the last one. */
    public long endLeaf() {
        return (index + 1) << level;
    }
}
