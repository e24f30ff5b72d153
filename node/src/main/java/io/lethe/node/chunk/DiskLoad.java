package io.lethe.node.chunk;

import io.lethe.node.base.Check;
import io.lethe.node.base.Clock;
import java.util.concurrent.TimeUnit;

/**
 * How busy the foreground keeps a device, and so how much of it is left for work in the background.
 * Safe for any thread.
 *
 * <p>The device counts as busy while at least one call of the foreground waits or runs. What is
 * free is the rest of the last ten seconds. How many bytes a second that stands for is learnt from
 * the background's own transfers: those that run beside each other are measured together.
 */
public final class DiskLoad {
    /** Of a device that nobody has measured yet: a slow disk's sequential rate. */
    private static final long FIRST_BYTES_PER_SECOND = 64L << 20;

    /** Transfers shorter than this say more of seeks and caches than of the disk's rate. */
    private static final long LEAST_MEASURED_BYTES = 64 << 10;

    /** What the background moves from one measurement to the next: a second of a slow disk. */
    private static final long SAMPLE_BYTES = 4 << 20;

    /**
     * Share of a new measurement in the average where it is below it: about the last 16 count. What
     * else goes on at the same time makes a device look slower than it is, hardly ever quicker.
     */
    private static final double WEIGHT_BELOW = 1.0 / 16;

    /** Where it is above. */
    private static final double WEIGHT_ABOVE = 1.0 / 4;

    private static final int SLOTS = 10;
    private static final long SLOT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Clock clock;
    private final long bornNanos;

    /** Busy time within each second, by the second's number modulo the slots. */
    private final long[] busyNanos = new long[SLOTS];

    private long seenNanos;
    private int inFlight;
    private double bytesPerSecond = FIRST_BYTES_PER_SECOND;
    private boolean learnt;

    /** Calls of the background that run, since when any does, and what they did before that. */
    private int atWork;

    private long atWorkSinceNanos;
    private long workedNanos;
    private long workedBytes;

    public DiskLoad(Clock clock) {
        this.clock = clock;
        bornNanos = clock.nanos();
        seenNanos = bornNanos;
    }

    /** A call of the foreground has come. */
    public synchronized void entered() {
        advance();
        inFlight++;
    }

    /** It is over. */
    public synchronized void left() {
        advance();
        inFlight--;
        Check.that(inFlight >= 0, "a call leaves once");
    }

    /** The share of the last ten seconds, 0 to 1, in which the foreground used the device. */
    public synchronized double foregroundShare() {
        advance();
        long busy = 0;
        for (long one : busyNanos) {
            busy += one;
        }
        long window = (SLOTS - 1) * SLOT_NANOS + Math.floorMod(seenNanos, SLOT_NANOS);
        long known = Math.min(window, seenNanos - bornNanos);
        return known <= 0 ? 0 : Math.min(1, (double) busy / known);
    }

    /** What a transfer of the background took, its wait for a thread not counted. */
    public synchronized void measured(long bytes, long nanos) {
        if (bytes >= LEAST_MEASURED_BYTES && nanos > 0) {
            learn((double) bytes / nanos * SECOND_NANOS);
        }
    }

    /** A call of the background runs from now on, perhaps beside others. */
    public synchronized void began() {
        if (atWork++ == 0) {
            atWorkSinceNanos = clock.nanos();
        }
    }

    /** It is over, and has moved so many bytes. */
    public synchronized void ended(long bytes) {
        Check.that(atWork > 0, "a call ends once");
        long now = clock.nanos();
        workedNanos += now - atWorkSinceNanos;
        atWorkSinceNanos = now;
        atWork--;
        workedBytes += bytes;
        if (workedBytes >= SAMPLE_BYTES && workedNanos > 0) {
            learn((double) workedBytes / workedNanos * SECOND_NANOS);
            workedBytes = 0;
            workedNanos = 0;
        }
    }

    private void learn(double rate) {
        double weight = rate > bytesPerSecond ? WEIGHT_ABOVE : WEIGHT_BELOW;
        bytesPerSecond = learnt ? bytesPerSecond + (rate - bytesPerSecond) * weight : rate;
        learnt = true;
    }

    /** What the device moves when nobody else uses it, as far as is known. */
    public synchronized long bytesPerSecond() {
        return (long) bytesPerSecond;
    }

    /**
     * What the background may move: a share of what the foreground leaves free, and never less than
     * a floor, so that it ends however busy the device is.
     *
     * @param percent of what is free, 1 to 100
     */
    public long allowance(int percent, long floorBytesPerSecond) {
        Check.range("percent", percent, 1, 100);
        double free = (1 - foregroundShare()) * bytesPerSecond();
        return Math.max(floorBytesPerSecond, (long) (free * percent / 100));
    }

    private void advance() {
        long now = clock.nanos();
        long oldest = (Math.floorDiv(now, SLOT_NANOS) - (SLOTS - 1)) * SLOT_NANOS;
        seenNanos = Math.max(seenNanos, oldest);
        while (seenNanos < now) {
            long second = Math.floorDiv(seenNanos, SLOT_NANOS);
            int slot = (int) Math.floorMod(second, (long) SLOTS);
            if (seenNanos == second * SLOT_NANOS) {
                busyNanos[slot] = 0;
            }
            long until = Math.min(now, (second + 1) * SLOT_NANOS);
            if (inFlight > 0) {
                busyNanos[slot] += until - seenNanos;
            }
            seenNanos = until;
        }
        if (Math.floorMod(now, SLOT_NANOS) == 0) {
            // What it has is of ten seconds ago.
            busyNanos[(int) Math.floorMod(Math.floorDiv(now, SLOT_NANOS), (long) SLOTS)] = 0;
        }
    }
}
