package io.lethe.node.chunk;

import io.lethe.node.base.Clock;
import java.util.concurrent.TimeUnit;

/**
 * How long a device's reads, writes and syncs took in the last half minute, to powers of two: what
 * is told to the cluster shall not change all the time. Safe for any thread.
 */
public final class DiskTimes {
    /** What was done. */
    public enum Kind {
        READ,
        WRITE,
        SYNC
    }

    /**
     * Medians in microseconds, rounded up to powers of two; 0 where too few calls were made to say.
     */
    public record Medians(long readMicros, long writeMicros, long syncMicros) {
        public static final Medians NONE = new Medians(0, 0, 0);

        long of(Kind kind) {
            return switch (kind) {
                case READ -> readMicros;
                case WRITE -> writeMicros;
                case SYNC -> syncMicros;
            };
        }
    }

    /** Calls below which a median says nothing: a probe is made every five seconds. */
    private static final int LEAST_CALLS = 5;

    private static final int SLOTS = 3;
    private static final long SLOT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** 2^32 microseconds are more than an hour. */
    private static final int BUCKETS = 33;

    private final Clock clock;

    /** Calls by slot, kind and the power of two, in microseconds, that they did not pass. */
    private final int[][][] calls = new int[SLOTS][Kind.values().length][BUCKETS];

    /** Which ten seconds each slot stands for. */
    private final long[] slotNumbers = new long[SLOTS];

    public DiskTimes(Clock clock) {
        this.clock = clock;
        java.util.Arrays.fill(slotNumbers, Long.MIN_VALUE);
    }

    long now() {
        return clock.nanos();
    }

    void since(Kind kind, long beganNanos) {
        record(kind, clock.nanos() - beganNanos);
    }

    public synchronized void record(Kind kind, long nanos) {
        long micros = Math.max(1, TimeUnit.NANOSECONDS.toMicros(nanos));
        int bucket = Math.min(BUCKETS - 1, Long.SIZE - Long.numberOfLeadingZeros(micros - 1));
        calls[slot()][kind.ordinal()][bucket]++;
    }

    private int slot() {
        long number = Math.floorDiv(clock.nanos(), SLOT_NANOS);
        int slot = (int) Math.floorMod(number, (long) SLOTS);
        if (slotNumbers[slot] != number) {
            slotNumbers[slot] = number;
            for (int[] buckets : calls[slot]) {
                java.util.Arrays.fill(buckets, 0);
            }
        }
        return slot;
    }

    public synchronized Medians medians() {
        return new Medians(median(Kind.READ), median(Kind.WRITE), median(Kind.SYNC));
    }

    private long median(Kind kind) {
        long oldest = Math.floorDiv(clock.nanos(), SLOT_NANOS) - SLOTS + 1;
        int[] sums = new int[BUCKETS];
        int all = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            for (int bucket = 0; slotNumbers[slot] >= oldest && bucket < BUCKETS; bucket++) {
                sums[bucket] += calls[slot][kind.ordinal()][bucket];
                all += calls[slot][kind.ordinal()][bucket];
            }
        }
        int before = 0;
        for (int bucket = 0; all >= LEAST_CALLS && bucket < BUCKETS; bucket++) {
            before += sums[bucket];
            if (2 * before >= all) {
                return 1L << bucket;
            }
        }
        return 0;
    }
}
