package io.lethe.node.chunk;

import io.lethe.node.chunk.DataFiles.Reservation;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A chunk on its way into an extent; one thread at a time.
 *
 * <p>States: open → (finish) stored or dropped; open → (abort, or a failed append) dropped. Bytes
 * are gathered in a buffer of whole pages, which goes to the data file when it is full. At the end,
 * with the chunk's key held: refuse or accept, write what is left and the head (at once where the
 * whole chunk still is in the buffer), sync, make visible. So two heads with the same key and
 * different bytes never become durable.
 */
final class ExtentWriter implements ChunkStore.Writer {
    private final DeviceParts parts;
    private final ExtentReader reader;
    private final ChunkHeader header;
    private final Reservation range;
    private final int headBytes;
    private final long createdMillis;
    private final BlockChecksums checksums;
    private long lengthBytes;

    /** Holds the bytes from {@code pagesAt} in the file on; null: written without one. */
    private @Nullable ByteBuffer pages;

    private long pagesAt;

    /** Bytes at the buffer's start that are left for the head. */
    private int room;

    private boolean touched;
    private boolean open = true;

    /** Takes the range and the promise of its bytes over. */
    ExtentWriter(
            DeviceParts parts,
            ExtentReader reader,
            ChunkHeader header,
            Reservation range,
            int headBytes) {
        this.parts = parts;
        this.reader = reader;
        this.header = header;
        this.range = range;
        this.headBytes = headBytes;
        this.createdMillis = parts.nowMillis();
        this.checksums = new BlockChecksums(header.blockBytes());
    }

    @Override
    public void append(byte[] source, int offset, int count) {
        ensureOpen();
        parts.health().ensureServing();
        if (lengthBytes + count > header.reserveBytes()) {
            drop(false);
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    "chunk "
                            + header.key()
                            + " was announced with at most "
                            + header.reserveBytes()
                            + " bytes, and more came");
        }
        checksums.update(source, offset, count);
        boolean written = false;
        try {
            gather(source, offset, count);
            written = true;
        } finally {
            if (!written) {
                drop(false);
            }
        }
        lengthBytes += count;
    }

    private void gather(byte[] source, int offset, int count) {
        if (lengthBytes == 0 && pages == null) {
            takePages();
        }
        ByteBuffer buffer = pages;
        if (buffer == null) {
            touched = true;
            range.file().write(range.offset() + headBytes + lengthBytes, source, offset, count);
            return;
        }
        for (int done = 0; done < count; ) {
            int step = Math.min(count - done, buffer.remaining());
            buffer.put(source, offset + done, step);
            done += step;
            if (!buffer.hasRemaining()) {
                writePages(buffer);
            }
        }
    }

    private void takePages() {
        ByteBuffer taken = parts.ports().buffers().take();
        if (taken != null) {
            pages = taken;
            room = headBytes <= taken.capacity() / 2 ? headBytes : 0;
            pagesAt = range.offset() + headBytes - room;
            taken.position(room);
        }
    }

    /** Writes the buffer's bytes, without the room for the head, and empties it. */
    private void writePages(ByteBuffer buffer) {
        touched = true;
        int end = buffer.position();
        range.file().writePages(pagesAt + room, buffer.flip().position(room));
        pagesAt += end;
        room = 0;
        buffer.clear();
    }

    private void writeLast(byte[] head) {
        ByteBuffer buffer = pages;
        if (buffer != null) {
            while (buffer.position() % ExtentFormat.PAGE_BYTES != 0) {
                buffer.put((byte) 0);
            }
            if (room > 0) {
                buffer.put(0, head);
                for (int at = head.length; at < room; at++) {
                    buffer.put(at, (byte) 0);
                }
                range.file().writePages(range.offset(), buffer.flip());
                return;
            }
            if (buffer.position() > 0) {
                writePages(buffer);
            }
        }
        range.file().write(range.offset(), head, 0, head.length);
    }

    private void givePages() {
        ByteBuffer taken = pages;
        if (taken != null) {
            pages = null;
            parts.ports().buffers().give(taken);
        }
    }

    private void ensureOpen() {
        if (!open) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    "chunk " + header.key() + " is finished or given up");
        }
    }

    @Override
    public void finish() {
        ensureOpen();
        parts.health().ensureServing();
        Outcome outcome = Outcome.DROP;
        try (KeyLocks.Hold _ = parts.keys().hold(header.key())) {
            outcome = store();
        } catch (HeadRefused e) {
            outcome = Outcome.DROP_HEAD;
            throw e.reason;
        } finally {
            if (outcome != Outcome.STORED) {
                drop(outcome == Outcome.DROP_HEAD);
            }
        }
        if (outcome == Outcome.STORED) {
            parts.checkpoints().wrote(lengthBytes);
        }
    }

    private enum Outcome {
        STORED,
        /** Not needed, or refused before a head was written. */
        DROP,
        /** Refused with a whole head on the disk. */
        DROP_HEAD
    }

    /** Refused when the head was written already. */
    private static final class HeadRefused extends Exception {
        private static final long serialVersionUID = 1L;

        // Exceptions are serializable by inheritance only; this one never leaves the class.
        private final transient StoreException reason;

        HeadRefused(StoreException reason) {
            super(reason);
            this.reason = reason;
        }
    }

    private Outcome store() throws HeadRefused {
        ChunkKey key = header.key();
        parts.rules().admit(key, header.pgEpoch());
        int[] crcs = checksums.finish();
        Extent extent = extent();
        Extent present = parts.index().find(key);
        if (present != null && presentIsGood(present, extent, crcs)) {
            return Outcome.DROP;
        }
        byte[] head = ExtentFormat.encode(extent, range.file().nonce(), crcs);
        try {
            writeLast(head);
            range.file().sync();
            parts.rules().admitLast(key, header.pgEpoch(), () -> makeVisible(extent, present));
        } catch (StoreException e) {
            throw new HeadRefused(e);
        }
        if (present != null) {
            parts.reclaimer().reclaim(ExtentIndex.dead(present, false));
        }
        return Outcome.STORED;
    }

    private Extent extent() {
        return new Extent(
                header.key(),
                range.file().number(),
                range.offset(),
                headBytes,
                lengthBytes,
                header.blockBytes(),
                header.pgEpoch(),
                header.write(),
                header.owner(),
                createdMillis,
                parts.checkpoints().nextSequence());
    }

    /**
     * True when the same bytes are stored already; false when what is stored is damaged and is to
     * be replaced.
     */
    private boolean presentIsGood(Extent present, Extent extent, int[] crcs) {
        DataFile file = parts.files().find(present.file());
        int @Nullable [] stored = file == null ? null : reader.table(file, present);
        if (stored == null) {
            return false;
        }
        boolean same =
                present.lengthBytes() == extent.lengthBytes()
                        && present.blockBytes() == extent.blockBytes()
                        && Arrays.equals(stored, crcs);
        if (!same) {
            throw new StoreException(
                    ErrorCode.CHUNK_CONFLICT,
                    "chunk " + header.key() + " is stored already with other bytes");
        }
        return !parts.damage().has(header.key());
    }

    private void makeVisible(Extent extent, @Nullable Extent replaced) {
        parts.index().put(extent, replaced);
        parts.files().added(extent);
        open = false;
        givePages();
        parts.files().release(range, extent.extentBytes());
        parts.space().settle(range.bytes());
        parts.counters().count(DiskFigure.CHUNKS_WRITTEN);
        parts.counters().add(DiskFigure.BYTES_WRITTEN, lengthBytes);
        if (replaced != null) {
            parts.files().removed(replaced);
        }
    }

    @Override
    public void abort() {
        if (open) {
            drop(false);
        }
    }

    /** Gives the range back. On a failed device it stays as it is: a start finds out. */
    private void drop(boolean headWritten) {
        if (!open) {
            return;
        }
        open = false;
        givePages();
        parts.counters().count(DiskFigure.WRITES_ABORTED);
        boolean clean = !touched && !headWritten;
        try {
            if (!parts.health().hasFailed() && !clean) {
                clean = empty(headWritten);
            }
        } finally {
            // A range that may still hold bytes is not written again.
            parts.files().release(range, clean ? 0 : range.bytes());
            parts.space().settle(range.bytes());
        }
    }

    /** Returns whether the range is a hole now that nobody remembers. */
    private boolean empty(boolean headWritten) {
        if (headWritten) {
            ExtentIndex.Dead dead =
                    new ExtentIndex.Dead(
                            new Location(range.file().number(), range.offset()),
                            header.key(),
                            range.bytes(),
                            false);
            parts.index().addDead(dead);
            int _ = range.file().unpunched.incrementAndGet();
            parts.reclaimer().reclaim(dead);
            return false;
        }
        if (parts.reclaimer().punches()) {
            parts.reclaimer().punch(range.file(), range.offset(), range.bytes());
        }
        return parts.reclaimer().punches();
    }
}
