package io.lethe.node.model;

import io.lethe.node.base.Check;
import io.lethe.node.model.BucketLock.Mode;
import java.time.Instant;
import java.time.ZoneOffset;

/**
 * What keeps a version from being deleted: retention and legal hold of S3's Object Lock.
 *
 * @param mode of the retention; NONE: there is none
 * @param untilMillis the retention's end, which may have passed; 0 where there is none
 * @param hold whether the version is kept whatever its retention says
 */
public record Protection(Mode mode, long untilMillis, boolean hold) {
    public static final Protection NONE = new Protection(Mode.NONE, 0, false);

    /** The end of the year 9999, as dates are written. */
    public static final long MOST_UNTIL_MILLIS = 253_402_300_799_999L;

    private static final long DAY_MILLIS = 24L * 60 * 60 * 1000;

    public Protection {
        var _ = Check.range("retain-until", untilMillis, 0, MOST_UNTIL_MILLIS);
        if ((mode == Mode.NONE) != (untilMillis == 0)) {
            throw new IllegalArgumentException(
                    "a retention has a mode and an end: " + mode + ", " + untilMillis);
        }
    }

    /** What a bucket gives to a version that is made now and says nothing itself. */
    public static Protection byDefault(BucketLock lock, long nowMillis) {
        if (lock.mode() == Mode.NONE) {
            return NONE;
        }
        long until =
                lock.days() > 0
                        ? nowMillis + lock.days() * DAY_MILLIS
                        : Instant.ofEpochMilli(nowMillis)
                                .atZone(ZoneOffset.UTC)
                                .plusYears(lock.years())
                                .toInstant()
                                .toEpochMilli();
        return new Protection(lock.mode(), Math.min(until, MOST_UNTIL_MILLIS), false);
    }

    public Protection withRetention(Mode other, long until) {
        return new Protection(other, until, hold);
    }

    public Protection withHold(boolean on) {
        return new Protection(mode, untilMillis, on);
    }

    public boolean isNone() {
        return equals(NONE);
    }

    /** Whether the retention has not passed. */
    public boolean retains(long nowMillis) {
        return untilMillis > nowMillis;
    }

    /**
     * @param bypass whether whoever deletes may pass over governance, and says so
     */
    public boolean allowsDelete(long nowMillis, boolean bypass) {
        return !hold && (!retains(nowMillis) || (mode == Mode.GOVERNANCE && bypass));
    }

    /**
     * Whether the retention may become another: longer always; what is over may become anything;
     * governance may, by whoever may pass over it.
     */
    public boolean allowsRetention(Mode other, long until, long nowMillis, boolean bypass) {
        boolean longer = other == mode && until >= untilMillis;
        return longer || !retains(nowMillis) || (mode == Mode.GOVERNANCE && bypass);
    }
}
