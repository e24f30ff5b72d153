package io.lethe.node.chunk;

import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How much room a device has. Keeps a reserve for deletes, whose records need a little. Safe for
 * any platform thread.
 */
final class Space {
    /** One fiftieth, 2 %: what the file system and RocksDB need to go on working. */
    private static final int RESERVE_PART = 50;

    private final DiskSettings settings;
    private final FileStore store;
    private final DeviceHealth health;
    private final DiskCounters counters;
    private final LongSupplier usedBytes;

    /** As last asked for: it hardly ever changes, and the reserve is reckoned with every chunk. */
    private volatile long capacityBytes;

    /** Promised to chunks being written, and perhaps taken already: counted twice at worst. */
    private final AtomicLong promisedBytes = new AtomicLong();

    Space(DiskSettings settings, DeviceHealth health, DiskCounters counters, LongSupplier usedBytes)
            throws IOException {
        this.settings = settings;
        this.store = Files.getFileStore(settings.directory());
        this.health = health;
        this.counters = counters;
        this.usedBytes = usedBytes;
        this.capacityBytes = Math.min(settings.limitBytes(), store.getTotalSpace());
    }

    long capacityBytes() {
        try {
            capacityBytes = Math.min(settings.limitBytes(), store.getTotalSpace());
            return capacityBytes;
        } catch (IOException e) {
            throw health.failed("the device's capacity cannot be read", e);
        }
    }

    /** What new chunks may take; 0 when the reserve has been reached. */
    long freeBytes() {
        try {
            long free =
                    Math.min(store.getUsableSpace(), settings.limitBytes() - usedBytes.getAsLong());
            return Math.max(0, free - reserveBytes() - promisedBytes.get());
        } catch (IOException e) {
            throw health.failed("the device's free space cannot be read", e);
        }
    }

    private long reserveBytes() {
        return Math.max(settings.leastReserveBytes(), capacityBytes / RESERVE_PART);
    }

    /** No room for even the smallest extent: a page of head and one of bytes. */
    static boolean full(long freeBytes) {
        return freeBytes < 2 * ExtentFormat.PAGE_BYTES;
    }

    /**
     * Promises room.
     *
     * @throws StoreException OUT_OF_SPACE
     */
    synchronized void promise(long bytes) {
        long free = freeBytes();
        if (free < bytes) {
            counters.count(DiskFigure.REFUSED_FULL);
            throw new StoreException(
                    ErrorCode.OUT_OF_SPACE,
                    "the device has "
                            + free
                            + " bytes left above its reserve, and "
                            + bytes
                            + " were asked for; add devices or delete");
        }
        long _ = promisedBytes.addAndGet(bytes);
    }

    void settle(long bytes) {
        long _ = promisedBytes.addAndGet(-bytes);
    }
}
