package io.lethe.node.chunk;

import io.lethe.node.base.Check;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Group commit for one data file: whoever needs a sync while one is running waits for the next, and
 * one of those who wait runs it for all of them. Safe for any platform thread.
 *
 * <p>Invariant: {@link #await} returns only after a sync that <em>began</em> after the call. A
 * failed sync is never retried: every waiter and every later caller gets the same failure.
 */
final class GroupSync {
    /** The sync itself. */
    interface Force {
        void force() throws IOException;
    }

    private final Force force;
    private final DeviceHealth health;
    private final DiskCounters counters;
    private final AtomicInteger queued;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long asked;
    private long done;
    private boolean running;
    private @Nullable StoreException failure;

    /**
     * @param queued how many wait on the whole device, kept up to date for its status
     */
    GroupSync(Force force, DeviceHealth health, DiskCounters counters, AtomicInteger queued) {
        this.force = force;
        this.health = health;
        this.counters = counters;
        this.queued = queued;
    }

    /** Returns when everything written before the call is on the disk. */
    void await() {
        int _ = queued.incrementAndGet();
        try {
            long batch = joinOrLead();
            if (batch >= 0) {
                lead(batch);
            }
        } finally {
            int _ = queued.decrementAndGet();
        }
    }

    /** Waits; returns -1 when another's sync has covered this call, else the batch to be synced. */
    private long joinOrLead() {
        lock.lock();
        try {
            long mine = ++asked;
            while (true) {
                if (failure != null) {
                    throw new StoreException(
                            failure.code(), String.valueOf(failure.getMessage()), failure);
                }
                if (done >= mine) {
                    return -1;
                }
                if (!running) {
                    running = true;
                    return asked;
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void lead(long batch) {
        StoreException failed = null;
        try {
            force.force();
        } catch (IOException e) {
            failed = health.failed("a sync of data failed", e);
        }
        lock.lock();
        try {
            running = false;
            if (failed != null) {
                failure = failed;
            } else {
                Check.that(batch > done, "a sync covers somebody new");
                counters.count(DiskFigure.SYNCS);
                counters.add(DiskFigure.SYNCED_CHUNKS, batch - done);
                done = batch;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (failed != null) {
            throw failed;
        }
    }
}
