package io.lethe.node.base.background;

import io.lethe.node.base.Check;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A rate of bytes that several tasks share: a bucket that fills at the rate, up to a burst. Takers
 * wait in a queue, each for a burst at most at a time, so that who takes much at once gets no more
 * than who takes little often. Safe for any task; {@link #set} and {@link #tryTake} for any thread.
 *
 * <p>Invariants: the rate is never below the floor, so whoever waits gets on; over any time t at
 * most rate * t + burst bytes are given out, but for one {@link #tryTake} of more than a burst,
 * which those behind it pay for.
 */
public final class Pace {
    /** What a rate may be at most: no limit, for all that is known. */
    public static final long MOST_BYTES_PER_SECOND = 1L << 40;

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Tasks tasks;
    private final long floorBytesPerSecond;
    private final long burstBytes;

    /** One taker at a time stands before the bucket, the others in line. */
    private final Tasks.Permits line;

    private long bytesPerSecond;
    private double thereBytes;
    private long filledNanos;

    /** Done when the rate has changed. */
    private Promise<Boolean> changed;

    /**
     * Begins with the floor as its rate, and empty.
     *
     * @param floorBytesPerSecond the rate never falls below it; at least 1
     * @param burstBytes what may be saved up while nobody takes; at least 1
     */
    public Pace(Tasks tasks, long floorBytesPerSecond, long burstBytes) {
        Check.range("floor", floorBytesPerSecond, 1, MOST_BYTES_PER_SECOND);
        Check.range("burst", burstBytes, 1, Integer.MAX_VALUE);
        this.tasks = tasks;
        this.floorBytesPerSecond = floorBytesPerSecond;
        this.burstBytes = burstBytes;
        line = tasks.permits(1);
        bytesPerSecond = floorBytesPerSecond;
        filledNanos = tasks.clock().nanos();
        changed = tasks.promise();
    }

    /** The rate from now on, for those too who wait already; below the floor it is the floor. */
    public void set(long newBytesPerSecond) {
        Promise<Boolean> bell;
        synchronized (this) {
            long next = Math.clamp(newBytesPerSecond, floorBytesPerSecond, MOST_BYTES_PER_SECOND);
            if (next == bytesPerSecond) {
                return;
            }
            fill();
            bytesPerSecond = next;
            bell = changed;
            changed = tasks.promise();
        }
        boolean _ = bell.complete(true);
    }

    public synchronized long bytesPerSecond() {
        return bytesPerSecond;
    }

    /** Returns when so many bytes may be moved. */
    public void take(long bytes) throws InterruptedException {
        for (long left = bytes; left > 0; left -= burstBytes) {
            line.acquire();
            try {
                await(Math.min(left, burstBytes));
            } finally {
                line.release();
            }
        }
    }

    /**
     * Takes at once, if so many bytes (or a burst, where that is less) are there and nobody waits.
     */
    public boolean tryTake(long bytes) {
        if (!line.tryAcquire()) {
            return false;
        }
        try {
            return waitNanos(Math.min(bytes, burstBytes), bytes) == 0;
        } finally {
            line.release();
        }
    }

    private void await(long bytes) throws InterruptedException {
        boolean taken = false;
        while (!taken) {
            Promise<Boolean> bell;
            long nanos;
            synchronized (this) {
                bell = changed;
                nanos = waitNanos(bytes, bytes);
            }
            taken = nanos == 0 || !pause(bell, nanos);
        }
    }

    /** Waits until the bucket has filled, or the rate is another; true: look again. */
    private boolean pause(Promise<Boolean> bell, long nanos) throws InterruptedException {
        try {
            return bell.await(tasks.clock().nanos() + nanos);
        } catch (TimeoutException e) {
            return true;
        }
    }

    /** 0, with {@code bytes} taken out, when {@code needed} are there; else when to ask again. */
    private synchronized long waitNanos(long needed, long bytes) {
        fill();
        if (thereBytes >= needed) {
            thereBytes -= bytes;
            return 0;
        }
        return 1 + (long) ((needed - thereBytes) / bytesPerSecond * SECOND_NANOS);
    }

    private synchronized void fill() {
        long now = tasks.clock().nanos();
        double came = (double) Math.max(0, now - filledNanos) / SECOND_NANOS * bytesPerSecond;
        thereBytes = Math.min((double) burstBytes, thereBytes + came);
        filledNanos = now;
    }
}
