package io.lethe.node.chunk;

import io.lethe.node.base.Bytes;
import io.lethe.node.chunk.ChunkStore.Slice;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.WriteId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Chunks for tests: reproducible bytes, written and read the way callers do. */
final class Chunks {
    static final Bytes OWNER = Bytes.hex("00112233445566778899");
    static final int BLOCK_BYTES = 4_096;

    private Chunks() {}

    static ChunkKey key(long pg, long segment) {
        return new ChunkKey(new PgId(pg), new SegmentId(new Id128(7, segment)), 2);
    }

    static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static ChunkHeader header(ChunkKey key, long reserveBytes, int pgEpoch) {
        WriteId write = new WriteId(new Id128(1, 2));
        return new ChunkHeader(key, pgEpoch, write, OWNER, reserveBytes, BLOCK_BYTES);
    }

    static void put(ChunkStore store, ChunkKey key, byte[] bytes) {
        ChunkStore.Writer writer = store.create(header(key, Math.max(1, bytes.length), 1));
        for (int at = 0; at < bytes.length; at += 10_000) {
            writer.append(bytes, at, Math.min(10_000, bytes.length - at));
        }
        writer.finish();
    }

    /** The range, cut out of its blocks, whose checksums are checked on the way. */
    static byte[] read(ChunkStore store, ChunkKey key, long offset, int length) {
        try (Slice slice = store.open(key, offset, length)) {
            byte[] blocks = bytesOf(slice);
            int from = (int) (offset - slice.firstByte());
            return Arrays.copyOfRange(blocks, from, Math.min(from + length, blocks.length));
        }
    }

    static byte[] bytesOf(Slice slice) {
        byte[] bytes = new byte[slice.lengthBytes()];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            while (buffer.hasRemaining()) {
                if (slice.file().read(buffer, slice.filePosition() + buffer.position()) < 0) {
                    throw new IOException("the file ends within the slice");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int block = 0;
        for (int at = 0; at < bytes.length; at += slice.blockBytes()) {
            int length = Math.min(slice.blockBytes(), bytes.length - at);
            if (ExtentFormat.crc(bytes, at, length) != slice.blockCrcs()[block++]) {
                throw new IllegalStateException("block " + (block - 1) + " of the slice is bad");
            }
        }
        return bytes;
    }
}
