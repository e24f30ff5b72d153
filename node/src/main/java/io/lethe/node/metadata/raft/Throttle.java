package io.lethe.node.metadata.raft;

import io.lethe.node.base.Clock;
import java.util.concurrent.locks.LockSupport;

/** Holds back what all snapshot copies of a node receive to a rate. Blocking; any thread. */
final class Throttle {
    private final Clock clock;
    private final long bytesPerSecond;
    private long freeAtNanos;

    Throttle(Clock clock, long bytesPerSecond) {
        this.clock = clock;
        this.bytesPerSecond = bytesPerSecond;
        this.freeAtNanos = clock.nanos();
    }

    /** Waits until so many more bytes keep the rate. */
    void pass(long bytes) throws InterruptedException {
        long until;
        synchronized (this) {
            long now = clock.nanos();
            if (freeAtNanos - now < 0) {
                freeAtNanos = now;
            }
            until = freeAtNanos;
            freeAtNanos += bytes * 1_000_000_000L / bytesPerSecond;
        }
        for (long left = until - clock.nanos(); left > 0; left = until - clock.nanos()) {
            LockSupport.parkNanos(this, left);
            if (Thread.interrupted()) {
                throw new InterruptedException("a snapshot copy was interrupted");
            }
        }
    }
}
