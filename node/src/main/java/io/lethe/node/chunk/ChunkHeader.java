package io.lethe.node.chunk;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.WriteId;

/**
 * What is said of a chunk before its first byte, and kept in its extent.
 *
 * @param pgEpoch the placement group's epoch of the write
 * @param write the open write under which it is stored
 * @param owner row-key hash prefix and bucket id (10 bytes) of the object: which partition answers
 *     for it
 * @param reserveBytes the most bytes that may follow; the extent is cut to what did
 * @param blockBytes bytes under one CRC32C, counted from the chunk's start; the last block may be
 *     shorter
 */
public record ChunkHeader(
        ChunkKey key, int pgEpoch, WriteId write, Bytes owner, long reserveBytes, int blockBytes) {
    public static final int OWNER_BYTES = 10;

    /** 64 MiB segment at k = 1 plus an AEAD tag for each 4 KiB cell, and room to spare. */
    public static final long MOST_BYTES = 80L << 20;

    /** A quarter of a 256 KiB cell with its tag (65,540), up to a whole cell with its tag. */
    public static final int MOST_BLOCK_BYTES = (256 << 10) + 16;

    public ChunkHeader {
        Check.range("owner bytes", owner.length(), OWNER_BYTES, OWNER_BYTES);
        Check.range("reserve", reserveBytes, 1, MOST_BYTES);
        Check.range("block bytes", blockBytes, 16, MOST_BLOCK_BYTES);
    }
}
