package io.lethe.node.metadata;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.util.concurrent.TimeUnit;

/**
 * The pauses between the attempts of one call, and what it ends with when the deadline comes. One
 * task.
 */
final class Backoff {
    /** A round trip in a rack and some: a leader that just changed is known by then. */
    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** An election takes about a second: asking more often helps nobody. */
    private static final long LAST_NANOS = TimeUnit.MILLISECONDS.toNanos(320);

    /** Hints followed at once; more in a row mean that replicas disagree, which takes time. */
    private static final int MOST_QUICK_HINTS = 2;

    private final Tasks tasks;
    private final RandomSource random;
    private final long deadlineNanos;
    private long pauseNanos = FIRST_NANOS;
    private int quickHints;
    private boolean proposed;

    Backoff(Tasks tasks, RandomSource random, long deadlineNanos) {
        this.tasks = tasks;
        this.random = random;
        this.deadlineNanos = deadlineNanos;
    }

    /** From here on nobody may say that nothing happened. */
    void proposed() {
        proposed = true;
    }

    StoreException failure(ErrorCode code, String reason) {
        return proposed
                ? new StoreException(
                        ErrorCode.OUTCOME_UNKNOWN,
                        "an earlier attempt may have been carried out; then: " + reason)
                : new StoreException(code, reason);
    }

    /** Goes on at once after a hint, unless hints chase each other. */
    void redirected(Object what) throws InterruptedException {
        if (++quickHints > MOST_QUICK_HINTS) {
            pause(what + " has no leader that knows of it");
        }
    }

    /**
     * Sleeps for half to all of a time that doubles.
     *
     * @throws StoreException when the deadline would be over: OUTCOME_UNKNOWN after {@link
     *     #proposed}, else UNAVAILABLE
     */
    void pause(String reason) throws InterruptedException {
        long nanos = pauseNanos / 2 + random.nextInt((int) (pauseNanos / 2));
        if (tasks.clock().nanos() + nanos - deadlineNanos >= 0) {
            throw failure(ErrorCode.UNAVAILABLE, reason + " (gave up at the deadline)");
        }
        tasks.sleep(nanos);
        pauseNanos = Math.min(LAST_NANOS, pauseNanos * 2);
    }
}
