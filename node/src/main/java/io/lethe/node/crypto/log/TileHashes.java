package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Hashes of a tree of which only tiles are kept: what lies between two levels of tiles is hashed
 * anew. Remembers the tiles that it read, since the hashes of a proof lie in few of them. For one
 * thread and one proof, or a few.
 */
public final class TileHashes implements HashReader {
    /** Where tiles are read from; what is not to be had is the reader's to tell. */
    @FunctionalInterface
    public interface TileReader {
        /** The tile's hashes, concatenated. */
        Bytes read(Tile.Hashes tile);
    }

    /** A proof reads three tiles of a level at most; 256 KiB. */
    private static final int MOST_REMEMBERED = 32;

    private final long size;
    private final TileReader tiles;
    private final Map<Tile.Hashes, Bytes> remembered =
            new LinkedHashMap<>(MOST_REMEMBERED, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Tile.Hashes, Bytes> eldest) {
                    return size() > MOST_REMEMBERED;
                }
            };

    /**
     * @param size leaves of the tree, which tells how wide its last tiles are
     */
    public TileHashes(long size, TileReader tiles) {
        this.size = size;
        this.tiles = tiles;
    }

    @Override
    public TreeHash hash(Subtree subtree) {
        Check.that(subtree.endLeaf() <= size, "only complete subtrees have a stored hash");
        int tileLevel = subtree.level() / Tile.LEVELS;
        int within = subtree.level() % Tile.LEVELS;
        long first = subtree.index() << within;
        Bytes tile = tile(tileLevel, first / Tile.WIDTH);
        int at = (int) (first % Tile.WIDTH);
        List<TreeHash> level = new ArrayList<>();
        for (int i = at; i < at + (1 << within); i++) {
            level.add(new TreeHash(tile.slice(i * TreeHash.BYTES, (i + 1) * TreeHash.BYTES)));
        }
        while (level.size() > 1) {
            List<TreeHash> above = new ArrayList<>();
            for (int i = 0; i < level.size(); i += 2) {
                above.add(TreeHash.ofChildren(level.get(i), level.get(i + 1)));
            }
            level = above;
        }
        return level.get(0);
    }

    private Bytes tile(int level, long index) {
        long there = size >>> (level * Tile.LEVELS);
        boolean full = index < there / Tile.WIDTH;
        Tile.Hashes tile =
                new Tile.Hashes(level, index, full ? Tile.WIDTH : (int) (there % Tile.WIDTH));
        Bytes bytes = remembered.get(tile);
        if (bytes == null) {
            bytes = tiles.read(tile);
            Check.that(
                    bytes.length() == tile.width() * TreeHash.BYTES,
                    tile.path() + " has " + bytes.length() + " bytes");
            remembered.put(tile, bytes);
        }
        return bytes;
    }
}
