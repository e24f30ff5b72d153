package io.lethe.node.chunk;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.model.ChunkKey;
import org.jspecify.annotations.Nullable;

/**
 * How far the {@link Scrubber} of a device has come. Times are wall milliseconds.
 *
 * <p>The row {@code scrub} of the index's family META (big-endian): format u8 = 1, started i64,
 * done bytes i64, done chunks i64, faults i64, last started i64, last ended i64, last faults i64,
 * has after u8, and then the key of a chunk as in the index (25 bytes).
 *
 * @param startedMillis when this pass began; 0 when none did
 * @param after the last chunk that was checked in this pass; null: none yet
 * @param doneBytes what was read of extents in this pass
 * @param faults found in this pass
 * @param lastEndedMillis when the last whole pass ended; 0 when none did
 * @param lastFaults found in that pass
 */
public record ScrubPlace(
        long startedMillis,
        @Nullable ChunkKey after,
        long doneBytes,
        long doneChunks,
        long faults,
        long lastStartedMillis,
        long lastEndedMillis,
        long lastFaults) {
    /** Of a device that was never looked at. */
    public static final ScrubPlace NONE = new ScrubPlace(0, null, 0, 0, 0, 0, 0, 0);

    private static final int FORMAT = 1;

    /** A pass begins. */
    ScrubPlace begun(long nowMillis) {
        return new ScrubPlace(
                nowMillis, null, 0, 0, 0, lastStartedMillis, lastEndedMillis, lastFaults);
    }

    /** A chunk was checked. */
    ScrubPlace past(ChunkKey key, long bytes, boolean fault) {
        return new ScrubPlace(
                startedMillis,
                key,
                doneBytes + bytes,
                doneChunks + 1,
                faults + (fault ? 1 : 0),
                lastStartedMillis,
                lastEndedMillis,
                lastFaults);
    }

    /** The pass is over, and the next one begins. */
    ScrubPlace ended(long nowMillis) {
        return new ScrubPlace(nowMillis, null, 0, 0, 0, startedMillis, nowMillis, faults);
    }

    byte[] encode() {
        Encoder out = new Encoder(96).u8(FORMAT).i64(startedMillis).i64(doneBytes);
        out.i64(doneChunks).i64(faults).i64(lastStartedMillis).i64(lastEndedMillis);
        out.i64(lastFaults).bool(after != null);
        if (after != null) {
            out.raw(IndexKeys.chunk(after));
        }
        return out.toArray();
    }

    static ScrubPlace decode(byte[] row) {
        Decoder in = new Decoder(row);
        if (in.u8() != FORMAT) {
            throw new Decoder.CorruptEncoding("a scrubber's place of an unknown format");
        }
        long started = in.i64();
        long doneBytes = in.i64();
        long doneChunks = in.i64();
        long faults = in.i64();
        long lastStarted = in.i64();
        long lastEnded = in.i64();
        long lastFaults = in.i64();
        ChunkKey after = in.bool() ? IndexKeys.chunk(in) : null;
        in.end();
        return new ScrubPlace(
                started, after, doneBytes, doneChunks, faults, lastStarted, lastEnded, lastFaults);
    }

    /** What an extent of a chunk takes, as {@link ChunkStore.Status#storedBytes} counts it. */
    static long extentBytes(ChunkInfo chunk) {
        return ExtentFormat.headBytes(ExtentFormat.blocks(chunk.lengthBytes(), chunk.blockBytes()))
                + ExtentFormat.wholePages(chunk.lengthBytes());
    }
}
