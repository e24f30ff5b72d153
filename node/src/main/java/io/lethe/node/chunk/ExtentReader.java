package io.lethe.node.chunk;

import io.lethe.node.chunk.ChunkStore.Slice;
import io.lethe.node.chunk.ChunkStore.Verdict;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Opens ranges of chunks and checks whole ones. Safe for any platform thread.
 *
 * <p>An extent is held against punching first and looked up again then: what is still in the index
 * after the hold stays in place until it is let go.
 */
final class ExtentReader {
    /** A chunk may be moved by compaction between look-up and hold, hardly this often in a row. */
    private static final int MOST_LOOK_UPS = 10;

    /** Read at once when checking a chunk; blocks may straddle. */
    private static final int CHECK_BYTES = 1 << 20;

    private final DeviceParts parts;

    ExtentReader(DeviceParts parts) {
        this.parts = parts;
    }

    /** An extent that nobody empties until it is let go. */
    private record Held(Extent extent, DataFile file) {}

    private @Nullable Held hold(ChunkKey key) {
        for (int i = 0; i < MOST_LOOK_UPS; i++) {
            Extent extent = parts.index().find(key);
            if (extent == null) {
                return null;
            }
            parts.open().acquire(extent.location());
            DataFile file = parts.files().find(extent.file());
            if (file != null && extent.equals(parts.index().find(key))) {
                return new Held(extent, file);
            }
            letGo(extent);
        }
        throw new StoreException(ErrorCode.UNAVAILABLE, "chunk " + key + " is being moved");
    }

    private void letGo(Extent extent) {
        parts.open().release(extent.location());
    }

    private StoreException absent(ChunkKey key) {
        if (parts.rules().doomed(key) || parts.tombstones().has(key)) {
            return new StoreException(ErrorCode.GONE, "chunk " + key + " was deleted");
        }
        return new StoreException(ErrorCode.NO_SUCH_CHUNK, "chunk " + key + " is not here");
    }

    Slice open(ChunkKey key, long offset, int lengthBytes) {
        Held held = parts.rules().doomed(key) ? null : hold(key);
        if (held == null) {
            throw absent(key);
        }
        Slice slice = null;
        try {
            slice = slice(held, offset, lengthBytes);
            parts.counters().count(DiskFigure.SLICES_OPENED);
            parts.counters().add(DiskFigure.BYTES_OPENED, slice.lengthBytes());
            return slice;
        } finally {
            if (slice == null) {
                letGo(held.extent());
            }
        }
    }

    /**
     * Dooms and deletes of before are not known where the index was lost: a chunk is served again
     * once its partition has said that a version names it.
     */
    private void ensureConfirmed(Extent extent) {
        Long rebuilt = parts.checkpoints().rebuiltMillis();
        if (rebuilt != null
                && extent.createdMillis() <= rebuilt
                && parts.index().isUnresolved(extent)) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "device index was lost, and chunk "
                            + extent.key()
                            + " is not served until its partition has said that it still stands;"
                            + " other chunks of its segment are");
        }
    }

    private Slice slice(Held held, long offset, int lengthBytes) {
        Extent extent = held.extent();
        ensureConfirmed(extent);
        if (offset < 0 || lengthBytes < 0 || offset > extent.lengthBytes()) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    "chunk "
                            + extent.key()
                            + " has "
                            + extent.lengthBytes()
                            + " bytes, and "
                            + lengthBytes
                            + " at "
                            + offset
                            + " were asked for");
        }
        int[] crcs = soundTable(held);
        int blockBytes = extent.blockBytes();
        int first = Math.toIntExact(offset / blockBytes);
        long end = Math.min(offset + lengthBytes, extent.lengthBytes());
        int last = Math.max(first, ExtentFormat.blocks(end, blockBytes));
        long firstByte = Math.min((long) first * blockBytes, extent.lengthBytes());
        long lastByte = Math.min((long) last * blockBytes, extent.lengthBytes());
        if (lastByte > firstByte && held.file().size() < extent.dataAt() + lastByte) {
            throw damaged(extent, "its data file was truncated");
        }
        AtomicBoolean closed = new AtomicBoolean();
        Runnable release =
                () -> {
                    if (closed.compareAndSet(false, true)) {
                        letGo(extent);
                    }
                };
        try {
            return new Slice(
                    held.file().channel(),
                    extent.dataAt() + firstByte,
                    firstByte,
                    Math.toIntExact(lastByte - firstByte),
                    blockBytes,
                    Arrays.copyOfRange(crcs, first, last),
                    release);
        } catch (IOException e) {
            throw parts.health().readFailed("opening " + held.file().path() + " failed", e);
        }
    }

    /** The checksums, or CORRUPT; GONE where the damage is a purge's doing. */
    private int[] soundTable(Held held) {
        int[] crcs = table(held.file(), held.extent());
        if (crcs != null) {
            return crcs;
        }
        Extent extent = held.extent();
        if (!extent.equals(parts.index().find(extent.key()))) {
            throw absent(extent.key());
        }
        throw damaged(
                extent,
                held.file().missing()
                        ? "its data file is missing"
                        : "its header or checksums are damaged");
    }

    private StoreException damaged(Extent extent, String reason) {
        parts.counters().count(DiskFigure.FAULTS_FOUND);
        parts.damage().mark(extent.key(), parts.nowMillis(), reason);
        return new StoreException(
                ErrorCode.CORRUPT,
                "chunk " + extent.key() + " is damaged: " + reason + "; repair rebuilds it");
    }

    /**
     * The block checksums of an extent as they are on the disk; null when they can't be trusted.
     */
    int @Nullable [] table(DataFile file, Extent extent) {
        return table(file, extent, null);
    }

    /**
     * @param pages see {@link DataFile#readFromDisk}; null: what memory has will do
     */
    private int @Nullable [] table(DataFile file, Extent extent, @Nullable ByteBuffer pages) {
        if (file.missing()) {
            return null;
        }
        int blocks = extent.blocks();
        byte[] head = new byte[ExtentFormat.HEADER_BYTES + 4 * blocks];
        if (!readInto(file, extent.offset(), head, head.length, pages)) {
            return null;
        }
        ExtentFormat.Header header = ExtentFormat.decode(head, 0, extent.location(), file.nonce());
        if (header == null || !header.extent().equals(extent)) {
            return null;
        }
        return ExtentFormat.table(head, ExtentFormat.HEADER_BYTES, blocks, header.tableCrc());
    }

    Verdict verify(ChunkKey key) {
        for (int i = 0; i < MOST_LOOK_UPS; i++) {
            Held held = parts.rules().doomed(key) ? null : hold(key);
            if (held == null) {
                return Verdict.MISSING;
            }
            Verdict verdict = verify(held);
            if (verdict != Verdict.MISSING) {
                return verdict;
            }
        }
        throw new StoreException(ErrorCode.UNAVAILABLE, "chunk " + key + " is being moved");
    }

    /** MISSING when the chunk was deleted, moved or replaced meanwhile: look it up again. */
    private Verdict verify(Held held) {
        Extent extent = held.extent();
        ChunkKey key = extent.key();
        ByteBuffer pages = parts.ports().buffers().take();
        try {
            parts.counters().count(DiskFigure.CHUNKS_VERIFIED);
            int[] crcs = table(held.file(), extent, pages);
            boolean sound = crcs != null && soundBytes(held.file(), extent, crcs, pages);
            if (!extent.equals(parts.index().find(key))) {
                return Verdict.MISSING;
            }
            if (!sound) {
                var _ = damaged(extent, "its bytes do not match their checksums");
                return Verdict.CORRUPT;
            }
            parts.damage().clear(key);
            return Verdict.SOUND;
        } finally {
            if (pages != null) {
                parts.ports().buffers().give(pages);
            }
            letGo(extent);
        }
    }

    /** Whether every block matches its checksum. */
    boolean soundBytes(DataFile file, Extent extent, int[] crcs) {
        return soundBytes(file, extent, crcs, null);
    }

    private boolean soundBytes(
            DataFile file, Extent extent, int[] crcs, @Nullable ByteBuffer pages) {
        byte[] buffer = new byte[(int) Math.min(CHECK_BYTES, Math.max(1, extent.lengthBytes()))];
        CRC32C crc = new CRC32C();
        int block = 0;
        long inBlock = 0;
        for (long at = 0; at < extent.lengthBytes(); at += buffer.length) {
            int got = (int) Math.min(buffer.length, extent.lengthBytes() - at);
            if (!readInto(file, extent.dataAt() + at, buffer, got, pages)) {
                return false;
            }
            int done = 0;
            while (done < got) {
                int step = (int) Math.min(got - done, extent.blockBytes() - inBlock);
                crc.update(buffer, done, step);
                done += step;
                inBlock += step;
                boolean end = at + done == extent.lengthBytes();
                if (inBlock == extent.blockBytes() || end) {
                    if ((int) crc.getValue() != crcs[block++]) {
                        return false;
                    }
                    crc.reset();
                    inBlock = 0;
                }
            }
        }
        return true;
    }

    /** False when the bytes are not there or the disk refuses them. */
    private static boolean readInto(
            DataFile file,
            long position,
            byte[] target,
            int lengthBytes,
            @Nullable ByteBuffer pages) {
        try {
            if (pages == null) {
                file.read(position, target, lengthBytes);
            } else {
                file.readFromDisk(position, target, lengthBytes, pages);
            }
            return true;
        } catch (EOFException e) {
            return false;
        } catch (StoreException e) {
            if (e.code() == ErrorCode.CORRUPT) {
                return false;
            }
            throw e;
        }
    }
}
