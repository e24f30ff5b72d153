package io.lethe.node.crypto.log;

import io.lethe.node.base.Check;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A piece of the log as it is served (C2SP tlog-tiles): up to 256 hashes of one level, or up to 256
 * leaves. Full tiles never change; a partial one is what its full one begins with. Immutable.
 *
 * <pre>
 * tile/LEVEL/N[.p/WIDTH]      hashes: of subtrees of 256^LEVEL leaves
 * tile/entries/N[.p/WIDTH]    leaves
 * </pre>
 *
 * N is the tile's number in groups of three digits, of which all but the last are marked by an
 * {@code x}: 1234067 is {@code x001/x234/067}.
 */
public sealed interface Tile {
    /** Hashes or leaves of a full tile. */
    int WIDTH = 256;

    /** Levels of the tree that a tile spans: 256 is 2^8. */
    int LEVELS = 8;

    /** 256^7 leaves under each hash: the highest level that a tree of 2^62 leaves reaches. */
    int MOST_LEVEL = 7;

    /** Of a tile of leaves, and of hashes of leaves: trees have 2^62 leaves at most. */
    long MOST_INDEX = Subtree.MOST_LEAVES / WIDTH;

    /** Tile number {@code index} of its level. */
    long index();

    /** How many hashes or leaves; 256 is a full tile. */
    int width();

    /** The level of the tree that it is a piece of, in steps of 8; leaves count as level 0. */
    int level();

    /** Where it is served, without a slash in front. */
    String path();

    /** Concatenated hashes. */
    record Hashes(int level, long index, int width) implements Tile {
        public Hashes {
            Check.range("level", level, 0, MOST_LEVEL);
            Check.range("index", index, 0, MOST_INDEX);
            Check.range("width", width, 1, WIDTH);
        }

        @Override
        public String path() {
            return "tile/" + level + TilePath.end(index, width);
        }
    }

    /** Leaves, each behind two bytes of its length. */
    record Entries(long index, int width) implements Tile {
        public Entries {
            Check.range("index", index, 0, MOST_INDEX);
            Check.range("width", width, 1, WIDTH);
        }

        @Override
        public int level() {
            return 0;
        }

        @Override
        public String path() {
            return "tile/entries" + TilePath.end(index, width);
        }
    }

    default boolean full() {
        return width() == WIDTH;
    }

    /** Whether a tree of this size has it: its full tile, or at least as many of its hashes. */
    default boolean isIn(long size) {
        long there = size >>> (LEVELS * level());
        long last = there / WIDTH;
        return index() < last || (index() == last && width() <= there % WIDTH);
    }

    /** Reads a path that anybody may have sent; empty where no log has such a tile. */
    static Optional<Tile> parse(String path) {
        return TilePath.parse(path);
    }

    /**
     * Tells all tiles that a tree has and had not before it grew: what is to be written, or what a
     * mirror has to fetch. Partial ones are those of the new size.
     */
    static void added(long from, long to, Consumer<Tile> tiles) {
        Check.range("from", from, 0, to);
        Check.range("to", to, 0, Subtree.MOST_LEAVES);
        for (int level = 0; level <= MOST_LEVEL; level++) {
            long had = from >>> (LEVELS * level);
            long has = to >>> (LEVELS * level);
            if (had == has) {
                return;
            }
            for (long index = had / WIDTH; index < has / WIDTH; index++) {
                both(level, index, WIDTH, tiles);
            }
            if (has % WIDTH != 0) {
                both(level, has / WIDTH, (int) (has % WIDTH), tiles);
            }
        }
    }

    private static void both(int level, long index, int width, Consumer<Tile> tiles) {
        if (level == 0) {
            tiles.accept(new Entries(index, width));
        }
        tiles.accept(new Hashes(level, index, width));
    }
}
