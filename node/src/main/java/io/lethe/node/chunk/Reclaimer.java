package io.lethe.node.chunk;

import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.chunk.ExtentIndex.Dead;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gives the space of dead extents back: holes where the file system can, whole files when nothing
 * in them is alive. Safe for any platform thread.
 *
 * <p>A dead extent goes: in the index's PENDING (durable) → no reader → hole punched (or its header
 * overwritten with zeros, where holes cannot be punched) → hole durable → out of PENDING. A crash
 * anywhere in between repeats the rest, which is harmless since places are never used again.
 */
final class Reclaimer {
    /** Punched extents whose holes may wait for a sync; past that the next delete pays for it. */
    private static final int MOST_UNSETTLED = 1024;

    private final DataFiles files;
    private final ExtentIndex index;
    private final OpenExtents open;
    private final NativeFiles natives;
    private final DeviceHealth health;
    private final DiskCounters counters;
    private final ReentrantLock settling = new ReentrantLock();

    /** Guarded by itself. */
    private final Map<Location, Dead> unsettled = new LinkedHashMap<>();

    private volatile boolean punches = true;

    Reclaimer(
            DataFiles files,
            ExtentIndex index,
            OpenExtents open,
            NativeFiles natives,
            DeviceHealth health,
            DiskCounters counters) {
        this.files = files;
        this.index = index;
        this.open = open;
        this.natives = natives;
        this.health = health;
        this.counters = counters;
    }

    /** Finds out, on a file of its own, whether holes can be punched here. */
    void probe() throws IOException {
        java.nio.file.Path file = files.directory().resolve("probe");
        var _ = Files.write(file, new byte[2 * ExtentFormat.PAGE_BYTES]);
        punches = natives.punchHole(file, 0, ExtentFormat.PAGE_BYTES);
        Files.delete(file);
    }

    /** False where space only comes back by compaction. */
    boolean punches() {
        return punches;
    }

    /** An extent has left the index: its space comes back now, or after its last reader. */
    void reclaim(Dead dead) {
        if (open.retire(dead)) {
            empty(dead);
        }
        drain();
    }

    /** Deals with the extents whose last reader has gone. */
    void drain() {
        open.drain().forEach(this::empty);
        boolean much;
        synchronized (unsettled) {
            much = unsettled.size() > MOST_UNSETTLED;
        }
        if (much) {
            settle();
        }
    }

    /** Empties an extent that nobody reads. */
    void empty(Dead dead) {
        DataFile file = files.find(dead.place().file());
        if (file == null) {
            return;
        }
        if (!file.missing()) {
            punch(file, dead.place().offset(), dead.extentBytes());
        }
        synchronized (unsettled) {
            unsettled.put(dead.place(), dead);
        }
        int _ = file.unpunched.decrementAndGet();
    }

    /** Punches, or makes sure that no header is found there. */
    void punch(DataFile file, long offset, long bytes) {
        try {
            if (punches && natives.punchHole(file.path(), offset, bytes)) {
                counters.count(DiskFigure.HOLES_PUNCHED);
                return;
            }
        } catch (IOException e) {
            if (!Files.exists(file.path())) {
                // Somebody removed the file: the next inspection says so, and there is no space.
                return;
            }
            throw health.failed("punching a hole into " + file.path() + " failed", e);
        }
        punches = false;
        file.write(offset, new byte[ExtentFormat.PAGE_BYTES], 0, ExtentFormat.PAGE_BYTES);
    }

    boolean emptied(Location place) {
        synchronized (unsettled) {
            return unsettled.containsKey(place);
        }
    }

    /** Makes the holes durable, forgets their places, and removes files that hold nothing. */
    void settle() {
        settling.lock();
        try {
            Set<Location> settled;
            synchronized (unsettled) {
                settled = new HashSet<>(unsettled.keySet());
            }
            Set<Integer> touched = new HashSet<>();
            settled.forEach(place -> touched.add(place.file()));
            for (int number : touched) {
                @Nullable DataFile file = files.find(number);
                if (file != null && !file.missing()) {
                    file.sync();
                }
            }
            if (!settled.isEmpty()) {
                index.forgetDead(settled);
                synchronized (unsettled) {
                    unsettled.keySet().removeAll(settled);
                }
            }
            removeFiles(files.takeDead());
        } finally {
            settling.unlock();
        }
    }

    private void removeFiles(List<DataFile> dead) {
        for (DataFile file : dead) {
            try {
                file.close();
                if (Files.deleteIfExists(file.path())) {
                    DurableFiles.syncFolder(files.directory());
                }
            } catch (IOException e) {
                throw health.failed("removing " + file.path() + " failed", e);
            }
            index.forgetFile(file.number());
            counters.count(DiskFigure.FILES_REMOVED);
        }
    }
}
