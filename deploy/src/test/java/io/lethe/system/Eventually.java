package io.lethe.system;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for what must come true, by looking again and again. */
final class Eventually {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private Eventually() {}

    /** What is looked at. */
    interface Condition {
        boolean holds();
    }

    /** Fails with the description when it does not hold in time. */
    static void within(Duration time, Supplier<String> what, Condition condition) {
        long deadline = System.nanoTime() + time.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + time.toSeconds() + " s: " + what.get());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
