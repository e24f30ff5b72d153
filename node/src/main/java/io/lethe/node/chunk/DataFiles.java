package io.lethe.node.chunk;

import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.chunk.FileFormat.FileHeader;
import io.lethe.node.chunk.IndexTables.Batch;
import io.lethe.node.chunk.IndexTables.Family;
import io.lethe.node.model.DeviceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The data files of a device, and who may write where: each chunk being written has a range of the
 * active file to itself. Safe for any platform thread; finding a file takes no lock.
 *
 * <p>Invariants: ranges never overlap; one file is active; a sealed file without ranges in flight
 * never changes but by holes.
 */
final class DataFiles {
    /** A range that one writer owns. */
    record Reservation(DataFile file, long offset, long bytes) {}

    private static final class Slot {
        final DataFile file;
        final TreeSet<Long> inFlight = new TreeSet<>();
        long appendAt;
        boolean sealed;

        Slot(DataFile file, long appendAt, boolean sealed) {
            this.file = file;
            this.appendAt = appendAt;
            this.sealed = sealed;
        }

        boolean finished() {
            return sealed && inFlight.isEmpty();
        }
    }

    private final Path directory;
    private final DeviceId device;
    private final DiskSettings settings;
    private final DiskPorts ports;
    private final DeviceHealth health;
    private final DiskCounters counters;
    private final IndexTables tables;
    private final AtomicInteger queuedSyncs = new AtomicInteger();
    private final AtomicLong storedBytes = new AtomicLong();
    private final AtomicLong chunks = new AtomicLong();
    private final Map<Integer, DataFile> byNumber = new ConcurrentHashMap<>();

    /** By number; with {@code active} and {@code nextNumber} guarded by this. */
    private final TreeMap<Integer, Slot> slots = new TreeMap<>();

    private volatile boolean pastCache;
    private @Nullable Slot active;
    private int nextNumber = 1;

    DataFiles(
            DeviceId device,
            DiskSettings settings,
            DiskPorts ports,
            DeviceHealth health,
            DiskCounters counters,
            IndexTables tables) {
        this.directory = settings.directory().resolve("data");
        this.device = device;
        this.settings = settings;
        this.ports = ports;
        this.health = health;
        this.counters = counters;
        this.tables = tables;
    }

    Path directory() {
        return directory;
    }

    /** Finds out, on a file of its own, whether pages can be written past the page cache here. */
    void probe() throws IOException {
        Path file = directory.resolve("probe-direct");
        int page = ExtentFormat.PAGE_BYTES;
        try (FileChannel channel =
                ports.channels()
                        .open(
                                file,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE,
                                NativeFiles.DIRECT)) {
            ByteBuffer pages = ByteBuffer.allocateDirect(2 * page).alignedSlice(page);
            pastCache = channel.write(pages.limit(page), 0) == page;
        } catch (IOException | UnsupportedOperationException e) {
            // Not on this file system, or not in pages of this size: the page cache serves.
            pastCache = false;
        }
        var _ = Files.deleteIfExists(file);
    }

    Path path(int number) {
        return directory.resolve(String.format(Locale.ROOT, "%08d.dat", number));
    }

    @Nullable DataFile find(int number) {
        return byNumber.get(number);
    }

    Collection<DataFile> all() {
        return List.copyOf(byNumber.values());
    }

    /** A file that is there already: found at the start. Its last range ends at its size. */
    synchronized DataFile adopt(FileRow row, boolean missing) {
        DataFile file = handle(row.number(), row.nonce());
        long end = row.scanFrom();
        if (missing) {
            file.markMissing();
        } else {
            end = Math.max(end, ExtentFormat.wholePages(file.size()));
        }
        var _ = slots.put(row.number(), new Slot(file, end, row.sealed()));
        byNumber.put(row.number(), file);
        takeNumber(row.number());
        return file;
    }

    /** Sums of a file that was adopted, once its extents are known. */
    void account(DataFile file, ExtentIndex.Usage usage) {
        file.liveExtents.set(usage.extents());
        file.liveBytes.set(usage.bytes());
        long _ = storedBytes.addAndGet(usage.bytes());
        long _ = chunks.addAndGet(usage.extents());
    }

    /** A number that is never given to a new file. */
    synchronized void takeNumber(int number) {
        nextNumber = Math.max(nextNumber, number + 1);
    }

    /** After recovery: goes on in the newest unsealed file, seals the others. */
    synchronized void resume() {
        for (Slot slot : slots.values()) {
            boolean usable = !slot.file.missing() && slot.appendAt < settings.dataFileBytes();
            boolean newest = slot.file.number() == slots.lastKey();
            if (!slot.sealed && newest && usable) {
                active = slot;
            } else {
                slot.sealed = true;
            }
        }
    }

    private DataFile handle(int number, long nonce) {
        return new DataFile(
                number,
                path(number),
                nonce,
                new DataFile.Channels(ports.channels(), pastCache),
                health,
                counters,
                queuedSyncs);
    }

    /** A range of whole pages of the active file, or of a new one when that is full. */
    synchronized Reservation reserve(long bytes) {
        Slot slot = active;
        boolean roll =
                slot == null
                        || slot.file.missing()
                        || (slot.appendAt + bytes > settings.dataFileBytes()
                                && slot.appendAt > ExtentFormat.PAGE_BYTES);
        if (slot == null || roll) {
            Slot next = create();
            if (slot != null) {
                slot.sealed = true;
            }
            slot = next;
            active = next;
        }
        Reservation reservation = new Reservation(slot.file, slot.appendAt, bytes);
        slot.appendAt += bytes;
        slot.inFlight.add(reservation.offset());
        return reservation;
    }

    private Slot create() {
        int number = nextNumber++;
        long nonce = ports.random().nextLong();
        DataFile file = handle(number, nonce);
        FileHeader header = new FileHeader(number, nonce, device, ports.clock().wallMillis());
        try (FileChannel _ =
                ports.channels()
                        .open(
                                file.path(),
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.WRITE)) {
            byte[] page = FileFormat.encode(header);
            file.write(0, page, 0, page.length);
            file.sync();
            DurableFiles.syncFolder(directory);
        } catch (IOException e) {
            throw health.failed("making the data file " + file.path() + " failed", e);
        }
        try (Batch batch = tables.batch()) {
            FileRow row = new FileRow(number, nonce, ExtentFormat.PAGE_BYTES, false);
            batch.put(Family.FILES, IndexKeys.file(number), row.encode()).writeSynced();
        }
        Slot slot = new Slot(file, ExtentFormat.PAGE_BYTES, false);
        var _ = slots.put(number, slot);
        byNumber.put(number, file);
        return slot;
    }

    /**
     * The writer is done with its range but for the first {@code keepBytes}. Called after its
     * extent, if any, is in the index: a checkpoint may pass it from now on.
     */
    synchronized void release(Reservation range, long keepBytes) {
        Slot slot = slots.get(range.file().number());
        if (slot == null) {
            return;
        }
        boolean _ = slot.inFlight.remove(range.offset());
        if (slot.appendAt == range.offset() + range.bytes()) {
            slot.appendAt = range.offset() + keepBytes;
        }
    }

    void added(Extent extent) {
        DataFile file = byNumber.get(extent.file());
        if (file != null) {
            long _ = file.liveExtents.incrementAndGet();
            long _ = file.liveBytes.addAndGet(extent.extentBytes());
        }
        long _ = storedBytes.addAndGet(extent.extentBytes());
        long _ = chunks.incrementAndGet();
    }

    void removed(Extent extent) {
        DataFile file = byNumber.get(extent.file());
        if (file != null) {
            int _ = file.unpunched.incrementAndGet();
            long _ = file.liveExtents.decrementAndGet();
            long _ = file.liveBytes.addAndGet(-extent.extentBytes());
        }
        long _ = storedBytes.addAndGet(-extent.extentBytes());
        long _ = chunks.decrementAndGet();
    }

    /** The rows of a checkpoint: as much as is settled at this moment. */
    synchronized List<FileRow> rows() {
        List<FileRow> rows = new ArrayList<>();
        for (Slot slot : slots.values()) {
            long from = slot.inFlight.isEmpty() ? slot.appendAt : slot.inFlight.first();
            DataFile file = slot.file;
            rows.add(
                    new FileRow(
                            file.number(),
                            file.nonce(),
                            Math.min(from, slot.appendAt),
                            slot.finished()));
        }
        return rows;
    }

    /** Takes out the files of which nothing is alive; the caller removes them from the disk. */
    synchronized List<DataFile> takeDead() {
        List<DataFile> dead = new ArrayList<>();
        for (Slot slot : List.copyOf(slots.values())) {
            DataFile file = slot.file;
            boolean empty = file.liveExtents.get() == 0 && file.unpunched.get() == 0;
            if (slot.finished() && empty) {
                var _ = slots.remove(file.number());
                byNumber.remove(file.number());
                dead.add(file);
            }
        }
        return dead;
    }

    /** Sealed files of which at most half is alive, emptiest first. */
    synchronized List<DataFile> mostlyDead() {
        return slots.values().stream()
                .filter(slot -> slot.finished() && !slot.file.missing())
                .filter(slot -> slot.file.liveBytes.get() * 2 <= slot.appendAt)
                .map(slot -> slot.file)
                .sorted(java.util.Comparator.comparingLong(file -> file.liveBytes.get()))
                .toList();
    }

    /** What the files take where holes cannot be punched. */
    synchronized long footprintBytes() {
        return slots.values().stream().mapToLong(slot -> slot.appendAt).sum();
    }

    long storedBytes() {
        return storedBytes.get();
    }

    long chunks() {
        return chunks.get();
    }

    int queuedSyncs() {
        return queuedSyncs.get();
    }

    long missingFiles() {
        return byNumber.values().stream().filter(DataFile::missing).count();
    }

    void close() {
        for (DataFile file : byNumber.values()) {
            try {
                file.close();
            } catch (IOException e) {
                var _ = health.failed("closing " + file.path() + " failed", e);
            }
        }
    }
}
