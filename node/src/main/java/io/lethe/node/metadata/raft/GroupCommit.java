package io.lethe.node.metadata.raft;

import io.lethe.node.base.Clock;
import io.lethe.node.base.FaultHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Joins the edits that the groups of a node make to the shared log into synced write batches: one
 * fsync for all that wait. Owns one thread. A failed write halts the process and is never tried
 * again, since after a failed sync nobody knows what the disk holds.
 */
final class GroupCommit implements AutoCloseable {
    /** Bounds the memory of one batch; an edit larger than this goes alone. */
    private static final long MOST_BATCH_BYTES = 8L * 1024 * 1024;

    /** Each group has one edit waiting at most, and a node has far fewer groups. */
    private static final int MOST_WAITING = 4096;

    /** A change to the log. */
    interface Edit {
        void into(WriteBatch batch) throws RocksDBException;

        long bytes();
    }

    private static final class Waiting {
        final @Nullable Edit edit;
        final CountDownLatch done = new CountDownLatch(1);
        @Nullable Throwable failure;

        Waiting(@Nullable Edit edit) {
            this.edit = edit;
        }
    }

    private final RocksDB db;
    private final Clock clock;
    private final FaultHandler faults;
    private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(MOST_WAITING);
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final Thread thread;
    private final LongAdder syncs = new LongAdder();
    private final LongAdder syncNanos = new LongAdder();
    private final LongAdder edits = new LongAdder();
    private final AtomicLong slowestNanos = new AtomicLong();

    GroupCommit(RocksDB db, Clock clock, FaultHandler faults) {
        this.db = db;
        this.clock = clock;
        this.faults = faults;
        this.thread = Thread.ofPlatform().name("raft-log-commit").daemon().start(this::run);
    }

    /**
     * Returns once the edit is durable.
     *
     * @throws IllegalStateException when it is not, after the fault handler was told
     */
    void commit(Edit edit) {
        await(new Waiting(edit));
    }

    private void await(Waiting waiting) {
        boolean interrupted = false;
        try {
            boolean queued = false;
            while (true) {
                try {
                    if (!queued) {
                        queue.put(waiting);
                        queued = true;
                    }
                    waiting.done.await();
                    break;
                } catch (InterruptedException e) {
                    // An append must not be left half known: finish, then pass the interrupt on.
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (waiting.failure != null) {
            throw new IllegalStateException("the log did not take an edit", waiting.failure);
        }
    }

    private void run() {
        List<Waiting> batch = new ArrayList<>();
        boolean open = true;
        while (open) {
            batch.clear();
            open = collect(batch);
            Throwable failure = batch.isEmpty() ? null : write(batch);
            for (Waiting waiting : batch) {
                waiting.failure = failure;
                waiting.done.countDown();
            }
        }
    }

    /**
     * @return false when the queue was closed
     */
    private boolean collect(List<Waiting> batch) {
        long bytes = 0;
        try {
            for (Waiting next = queue.take(); next != null; next = queue.poll()) {
                if (next.edit == null) {
                    next.done.countDown();
                    return false;
                }
                batch.add(next);
                bytes += next.edit.bytes();
                if (bytes >= MOST_BATCH_BYTES) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread; if somebody does, go on: edits wait for it.
        }
        return true;
    }

    private @Nullable Throwable write(List<Waiting> waiting) {
        long began = clock.nanos();
        try (WriteBatch batch = new WriteBatch()) {
            for (Waiting one : waiting) {
                if (one.edit != null) {
                    one.edit.into(batch);
                }
            }
            db.write(synced, batch);
        } catch (RocksDBException | RuntimeException e) {
            faults.halt("the Raft log", e);
            return e;
        }
        long took = clock.nanos() - began;
        syncs.increment();
        edits.add(waiting.size());
        syncNanos.add(took);
        slowestNanos.accumulateAndGet(took, Math::max);
        return null;
    }

    /** Synced batches so far. */
    long syncs() {
        return syncs.sum();
    }

    /** Time spent in them. */
    long syncNanos() {
        return syncNanos.sum();
    }

    /** Edits that they carried. */
    long edits() {
        return edits.sum();
    }

    long slowestNanos() {
        return slowestNanos.get();
    }

    /** Finishes what waits and ends the thread. */
    @Override
    public void close() {
        await(new Waiting(null));
        synced.close();
    }

    boolean isAlive() {
        return thread.isAlive();
    }
}
