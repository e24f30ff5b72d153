package io.lethe.node.chunk;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.chunk.IndexTables.Batch;
import io.lethe.node.chunk.IndexTables.Family;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where recovery starts, and the sequence numbers of extents. Safe for any platform thread.
 *
 * <p>A checkpoint is one synced write of the files' rows: being synced, it makes the index of
 * everything before it durable as well.
 */
final class Checkpoints {
    /** Chunks finished between two checkpoints, at most about. */
    private static final long MOST_CHUNKS = 1 << 16;

    /**
     * Sequences promised ahead of their use: far more than are used between two checkpoints, so
     * that none is used twice after a crash.
     */
    private static final long SEQUENCES_AHEAD = 1 << 24;

    private static final byte[] SEQUENCE = "sequence".getBytes(StandardCharsets.UTF_8);
    private static final byte[] REBUILT = "rebuilt".getBytes(StandardCharsets.UTF_8);

    private final IndexTables tables;
    private final DataFiles files;
    private final Reclaimer reclaimer;
    private final DiskCounters counters;
    private final long everyBytes;
    private final ReentrantLock running = new ReentrantLock();

    /** Rows as last written; guarded by {@code running}. */
    private final Map<Integer, FileRow> written = new HashMap<>();

    /** As META has it, since status is asked for often. */
    private volatile @Nullable Long rebuilt;

    private final AtomicLong sequence = new AtomicLong();
    private final AtomicLong chunksSince = new AtomicLong();
    private final AtomicLong bytesSince = new AtomicLong();

    Checkpoints(
            IndexTables tables,
            DataFiles files,
            Reclaimer reclaimer,
            DiskCounters counters,
            long everyBytes) {
        this.tables = tables;
        this.files = files;
        this.reclaimer = reclaimer;
        this.counters = counters;
        this.everyBytes = everyBytes;
        byte[] promised = tables.get(Family.META, SEQUENCE);
        sequence.set(promised == null ? 1 : IndexKeys.i64(promised));
        byte[] row = tables.get(Family.META, REBUILT);
        rebuilt = row == null ? null : IndexKeys.i64(row);
    }

    /** The rows of the last checkpoint, by number. */
    Map<Integer, FileRow> load() {
        Map<Integer, FileRow> rows = new TreeMap<>();
        tables.scan(
                Family.FILES,
                IndexKeys.EMPTY,
                IndexKeys.EMPTY,
                (key, value) -> {
                    int number = new Decoder(key).i32();
                    rows.put(number, FileRow.decode(number, value));
                    return true;
                });
        return rows;
    }

    long nextSequence() {
        return sequence.getAndIncrement();
    }

    /** A sequence found on the disk: later ones are higher. */
    void seen(long used) {
        long _ = sequence.accumulateAndGet(used + 1, Math::max);
    }

    /** Runs a checkpoint when one is due and nobody else is at it. */
    void wrote(long bytes) {
        boolean manyBytes = bytesSince.addAndGet(bytes) >= everyBytes;
        boolean manyChunks = chunksSince.incrementAndGet() >= MOST_CHUNKS;
        boolean due = manyBytes || manyChunks;
        if (due && running.tryLock()) {
            try {
                run();
            } finally {
                running.unlock();
            }
        }
    }

    void run() {
        running.lock();
        try {
            bytesSince.set(0);
            chunksSince.set(0);
            reclaimer.settle();
            List<FileRow> rows = files.rows();
            try (Batch batch = tables.batch()) {
                for (FileRow row : rows) {
                    if (!row.equals(written.get(row.number()))) {
                        var _ = batch.put(Family.FILES, IndexKeys.file(row.number()), row.encode());
                    }
                }
                batch.put(Family.META, SEQUENCE, IndexKeys.i64(sequence.get() + SEQUENCES_AHEAD))
                        .writeSynced();
            }
            written.clear();
            rows.forEach(row -> written.put(row.number(), row));
            counters.count(DiskFigure.CHECKPOINTS);
        } finally {
            running.unlock();
        }
    }

    /** The index was lost and made anew: what was doomed before is not known. */
    void markRebuilt(long nowMillis) {
        try (Batch batch = tables.batch()) {
            batch.put(Family.META, REBUILT, new Encoder(8).i64(nowMillis).toArray()).writeSynced();
        }
        rebuilt = nowMillis;
    }

    void clearRebuilt() {
        try (Batch batch = tables.batch()) {
            batch.delete(Family.META, REBUILT).writeSynced();
        }
        rebuilt = null;
    }

    /** When the index was made anew; null when it never was, or its dooms are known again. */
    @Nullable Long rebuiltMillis() {
        return rebuilt;
    }
}
