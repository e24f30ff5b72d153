package io.lethe.node.model;

import io.lethe.node.base.Check;

/**
 * S3's Object Lock of a bucket, once it is on, which it then stays.
 *
 * @param mode of the retention that new versions get by default
 * @param days of that retention; 0 where it is in years, or there is none
 * @param years of that retention; 0 where it is in days, or there is none
 */
public record BucketLock(Mode mode, int days, int years) {
    /** Versions are locked only where their writers say so. */
    public static final BucketLock WITHOUT_DEFAULT = new BucketLock(Mode.NONE, 0, 0);

    public static final int MOST_DAYS = 36_500;
    public static final int MOST_YEARS = 100;

    /** {@code NONE}: versions are locked only where their writers say so. */
    public enum Mode {
        NONE,
        GOVERNANCE,
        COMPLIANCE
    }

    public BucketLock {
        var _ = Check.range("days", days, 0, MOST_DAYS);
        var _ = Check.range("years", years, 0, MOST_YEARS);
        if (mode == Mode.NONE ? days + years > 0 : (days > 0) == (years > 0)) {
            throw new IllegalArgumentException(
                    "a default retention has either days or years: " + days + ", " + years);
        }
    }
}
