package io.lethe.node.metadata.raft;

import io.lethe.node.base.Clock;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Holds back what all snapshot copies of a node receive to a rate. Blocking; any thread. */
final class Throttle {
    private final Clock clock;
    private final long bytesPerSecond;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition later = lock.newCondition();
    private long freeAtNanos;

    Throttle(Clock clock, long bytesPerSecond) {
        this.clock = clock;
        this.bytesPerSecond = bytesPerSecond;
        this.freeAtNanos = clock.nanos();
    }

    /** Waits until so many more bytes keep the rate. */
    void pass(long bytes) throws InterruptedException {
        long until;
        lock.lock();
        try {
            long now = clock.nanos();
            if (freeAtNanos - now < 0) {
                freeAtNanos = now;
            }
            until = freeAtNanos;
            freeAtNanos += bytes * 1_000_000_000L / bytesPerSecond;
            // Nobody signals: the time that passes is all there is to wait for.
            for (long left = until - clock.nanos(); left > 0; left = until - clock.nanos()) {
                var _ = later.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
