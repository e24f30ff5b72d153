package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import java.util.ArrayList;
import java.util.List;

/**
 * What tiles contain. Hashes are concatenated; a leaf stands behind its length, two bytes,
 * big-endian. Static and pure.
 */
public final class TileBytes {
    /** Where leaves are read from, by number; what is not to be had is the reader's to tell. */
    @FunctionalInterface
    public interface LeafReader {
        Bytes leaf(long index);
    }

    private TileBytes() {}

    /** A tile of a tree that has all of it. */
    public static Bytes hashes(Tile.Hashes tile, HashReader hashes) {
        int level = tile.level() * Tile.LEVELS;
        long first = tile.index() * Tile.WIDTH;
        Encoder out = new Encoder(tile.width() * TreeHash.BYTES);
        for (int i = 0; i < tile.width(); i++) {
            out.raw(hashes.hash(new Subtree(level, first + i)).bytes());
        }
        return out.toBytes();
    }

    /** A bundle of leaves of a tree that has all of them. */
    public static Bytes entries(Tile.Entries tile, LeafReader leaves) {
        long first = tile.index() * Tile.WIDTH;
        Encoder out = new Encoder();
        for (int i = 0; i < tile.width(); i++) {
            Bytes leaf = leaves.leaf(first + i);
            Check.range("leaf bytes", leaf.length(), 0, 0xffff);
            out.u8(leaf.length() >>> 8).u8(leaf.length() & 0xff).raw(leaf);
        }
        return out.toBytes();
    }

    /**
     * The leaves of a bundle.
     *
     * @param width how many there must be
     * @throws Decoder.CorruptEncoding when it has others
     */
    public static List<Bytes> leaves(Bytes bundle, int width) {
        Check.range("width", width, 1, Tile.WIDTH);
        Decoder in = new Decoder(bundle);
        List<Bytes> leaves = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            int length = in.u8() << 8 | in.u8();
            leaves.add(Bytes.wrap(in.raw(length)));
        }
        in.end();
        return leaves;
    }
}
