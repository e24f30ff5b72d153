package io.lethe.node.base.metrics;

import java.util.concurrent.TimeUnit;

/** A family of latency histograms. Safe for any thread. */
public final class Latency {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    /** One latency histogram. Keep it: finding it costs a look-up. */
    public static final class Series {
        private final Distribution.Series seconds;

        private Series(Distribution.Series seconds) {
            this.seconds = seconds;
        }

        /** Counts one that took this long. */
        public void observeNanos(long nanos) {
            seconds.observe(nanos / NANOS_PER_SECOND);
        }
    }

    private final Distribution distribution;

    Latency(Distribution distribution) {
        this.distribution = distribution;
    }

    /** The histogram for these values of the family's labels, in their order. */
    public Series series(String... values) {
        return new Series(distribution.series(values));
    }

    /** Forgets the series. */
    public void remove(String... values) {
        distribution.remove(values);
    }

    Distribution distribution() {
        return distribution;
    }
}
