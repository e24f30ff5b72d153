package io.lethe.node.base.background;

import io.lethe.node.base.Check;
import java.util.concurrent.TimeUnit;

/**
 * How often a worker steps.
 *
 * @param idleNanos pause after a step that found nothing to do; waking the worker cuts it short
 * @param restPercent pause after a step that worked, as a share of the step's own duration: 0 goes
 *     on at once, 100 works half of the time, so a busy disk slows the worker down by itself
 * @param firstBackoffNanos pause after the first failure in a row; it doubles with each further one
 * @param mostBackoffNanos where the doubling ends
 */
public record Pacing(
        long idleNanos, int restPercent, long firstBackoffNanos, long mostBackoffNanos) {
    /** 100 times as much rest as work: 1 % of a disk is the least that still gets anywhere. */
    public static final int MOST_REST_PERCENT = 10_000;

    private static final long MOST_NANOS = TimeUnit.DAYS.toNanos(1);

    public Pacing {
        Check.range("idle nanos", idleNanos, 0, MOST_NANOS);
        Check.range("rest percent", restPercent, 0, MOST_REST_PERCENT);
        Check.range("first back-off nanos", firstBackoffNanos, 1, MOST_NANOS);
        Check.range("most back-off nanos", mostBackoffNanos, firstBackoffNanos, MOST_NANOS);
    }

    /** No rest between steps that work; back-off from 100 ms to 30 s. */
    public static Pacing every(long idleNanos) {
        return new Pacing(
                idleNanos, 0, TimeUnit.MILLISECONDS.toNanos(100), TimeUnit.SECONDS.toNanos(30));
    }

    /** The same with this rest after steps that work. */
    public Pacing resting(int percent) {
        return new Pacing(idleNanos, percent, firstBackoffNanos, mostBackoffNanos);
    }

    long restNanos(long stepNanos) {
        long percentNanos = Math.min(Math.max(0, stepNanos), MOST_NANOS / MOST_REST_PERCENT * 100);
        return percentNanos * restPercent / 100;
    }

    /**
     * @param failures in a row, at least 1
     */
    long backoffNanos(int failures) {
        long nanos = firstBackoffNanos;
        for (int i = 1; i < failures && nanos < mostBackoffNanos; i++) {
            nanos *= 2;
        }
        return Math.min(nanos, mostBackoffNanos);
    }
}
