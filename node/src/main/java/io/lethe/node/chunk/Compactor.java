package io.lethe.node.chunk;

import io.lethe.node.chunk.DataFiles.Reservation;
import io.lethe.node.chunk.ExtentIndex.Placed;
import java.io.EOFException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where holes cannot be punched: copies what is alive in a mostly dead file to the active one, so
 * that the file can be removed whole. Safe for any platform thread, but meant for one.
 *
 * <p>The copy is durable before the index names it, and has a higher sequence than its original: a
 * crash leaves one of the two valid. Damaged chunks stay where they are, and with them their file.
 */
final class Compactor {
    /** Extents moved by one step: bounds how long it takes and how much it writes. */
    private static final int MOST_MOVED = 256;

    private static final int COPY_BYTES = 1 << 20;

    private final DeviceParts parts;
    private final ExtentReader reader;

    Compactor(DeviceParts parts, ExtentReader reader) {
        this.parts = parts;
        this.reader = reader;
    }

    /** Moves some extents; false when there was nothing to do. */
    boolean step() {
        if (parts.reclaimer().punches()) {
            return false;
        }
        boolean moved = false;
        for (DataFile file : parts.files().mostlyDead()) {
            List<Placed> alive = parts.index().placed(file.number(), MOST_MOVED);
            for (Placed placed : alive) {
                moved |= move(file, placed);
            }
            if (moved) {
                break;
            }
        }
        parts.reclaimer().settle();
        return moved;
    }

    private boolean move(DataFile from, Placed placed) {
        try (KeyLocks.Hold _ = parts.keys().hold(placed.key())) {
            Extent extent = parts.index().find(placed.key());
            if (extent == null || !extent.location().equals(placed.place())) {
                return false;
            }
            int @Nullable [] crcs = reader.table(from, extent);
            if (crcs == null || !reader.soundBytes(from, extent, crcs)) {
                parts.damage().mark(extent.key(), parts.nowMillis(), "found while compacting");
                return false;
            }
            parts.space().promise(extent.extentBytes());
            try {
                copy(from, extent, crcs);
            } finally {
                parts.space().settle(extent.extentBytes());
            }
            return true;
        }
    }

    private void copy(DataFile from, Extent extent, int[] crcs) {
        Reservation range = parts.files().reserve(extent.extentBytes());
        boolean visible = false;
        try {
            DataFile to = range.file();
            Location place = new Location(to.number(), range.offset());
            long sequence = parts.checkpoints().nextSequence();
            Extent copy = extent.movedTo(place, extent.headBytes(), sequence);
            byte[] buffer = new byte[(int) Math.min(COPY_BYTES, Math.max(1, extent.lengthBytes()))];
            for (long at = 0; at < extent.lengthBytes(); at += buffer.length) {
                int step = (int) Math.min(buffer.length, extent.lengthBytes() - at);
                readWhole(from, extent.dataAt() + at, buffer, step);
                to.write(copy.dataAt() + at, buffer, 0, step);
            }
            byte[] head = ExtentFormat.encode(copy, to.nonce(), crcs);
            to.write(copy.offset(), head, 0, head.length);
            to.sync();
            parts.index().move(extent, copy);
            parts.files().added(copy);
            parts.files().removed(extent);
            visible = true;
            parts.counters().count(DiskFigure.EXTENTS_MOVED);
        } finally {
            parts.files().release(range, range.bytes());
            if (!visible) {
                parts.reclaimer().punch(range.file(), range.offset(), range.bytes());
            }
        }
        parts.reclaimer().reclaim(ExtentIndex.dead(extent, false));
    }

    private void readWhole(DataFile from, long position, byte[] target, int lengthBytes) {
        try {
            from.read(position, target, lengthBytes);
        } catch (EOFException e) {
            throw parts.health().failed("a data file shrank while it was compacted", e);
        }
    }
}
