package io.lethe.node.s3.lifecycle;

import java.util.concurrent.TimeUnit;

/**
 * Counts days as S3 does: something is due at the midnight, UTC, that follows its beginning and
 * that many days. Static and pure.
 */
final class Days {
    static final long MILLIS = TimeUnit.DAYS.toMillis(1);

    private Days() {}

    /** When something that began at a time is due. */
    static long due(long sinceMillis, int days) {
        return midnight(sinceMillis + days * MILLIS) + MILLIS;
    }

    /** What began before this is due by now; what began at it or later is not. */
    static long dueBefore(long nowMillis, int days) {
        return midnight(nowMillis) - days * MILLIS;
    }

    /** The last midnight. */
    private static long midnight(long millis) {
        return Math.floorDiv(millis, MILLIS) * MILLIS;
    }
}
