package io.lethe.node.metadata;

import io.lethe.node.base.Clock;
import java.util.concurrent.TimeUnit;

/**
 * How many commands a second a partition was handed of late: a moving average in which a command
 * counts less the longer ago it came. Safe for any thread.
 */
final class LoadMeter {
    /** One minute: a burst is no load, and a change shows within two. */
    private static final double FADE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Clock clock;

    /** Of commands, as of {@link #atNanos}. */
    private double weight;

    private long atNanos;

    LoadMeter(Clock clock) {
        this.clock = clock;
        atNanos = clock.nanos();
    }

    synchronized void count() {
        fade();
        weight++;
    }

    synchronized long perSecond() {
        fade();
        return Math.round(weight * TimeUnit.SECONDS.toNanos(1) / FADE_NANOS);
    }

    private void fade() {
        long now = clock.nanos();
        weight *= Math.exp((atNanos - now) / FADE_NANOS);
        atNanos = now;
    }
}
