package io.lethe.node.object;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long chunk reads take of late: an estimate of the 95th percentile, moved up by 19 steps for
 * each read above it and down by one for each below (stochastic approximation), so that it needs no
 * samples kept. Safe for any thread; a lost update does no harm.
 */
final class ReadTimes {
    /** Below this a hedge costs more than it can win. */
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(15);

    /** A reader never waits longer for a first answer before it asks elsewhere. */
    private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /**
     * Of work in the background, which devices let wait for its turn: who asked others meanwhile
     * would make them all wait longer.
     */
    private static final long BACKGROUND_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final long leastNanos;
    private final AtomicLong p95Nanos = new AtomicLong(TimeUnit.MILLISECONDS.toNanos(50));

    ReadTimes() {
        this(LEAST_NANOS);
    }

    private ReadTimes(long leastNanos) {
        this.leastNanos = leastNanos;
    }

    /** For work in the background. */
    static ReadTimes patient() {
        return new ReadTimes(BACKGROUND_NANOS);
    }

    void took(long nanos) {
        long now = p95Nanos.get();
        long step = Math.max(1, now / 200);
        long next = nanos > now ? now + 19 * step : now - step;
        p95Nanos.set(Math.clamp(next, LEAST_NANOS / 2, MOST_NANOS));
    }

    /** How long to wait for a chunk before asking another: twice the estimate. */
    long hedgeNanos() {
        return Math.max(leastNanos, Math.min(2 * p95Nanos.get(), MOST_NANOS));
    }
}
