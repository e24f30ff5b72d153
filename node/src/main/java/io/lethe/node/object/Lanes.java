package io.lethe.node.object;

import io.lethe.node.base.Clock;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.util.BitSet;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Waits for one step of several parallel lanes (the chunks of a segment), by the rule of write
 * quorums: for all lanes, or, once {@code quorum} are done, for at most a grace longer. One task
 * waits; completions come from any thread.
 */
final class Lanes {
    private final Tasks tasks;
    private final int count;
    private final int quorum;
    private final BitSet done = new BitSet();
    private final BitSet failed = new BitSet();
    private final Promise<Boolean> decided;
    private final Promise<Boolean> all;
    private @Nullable Throwable firstFailure;

    /**
     * @param count lanes in all, those that have nothing to do included
     */
    Lanes(Tasks tasks, int count, int quorum) {
        this.tasks = tasks;
        this.count = count;
        this.quorum = quorum;
        decided = tasks.promise();
        all = tasks.promise();
    }

    /** Counts a lane that is done or out from the start. */
    void settle(int lane, boolean success) {
        note(lane, success, null);
    }

    void watch(int lane, Promise<Boolean> step) {
        step.whenDone((value, failure) -> note(lane, failure == null, failure));
    }

    private void note(int lane, boolean success, @Nullable Throwable failure) {
        boolean nowDecided;
        boolean nowAll;
        synchronized (done) {
            (success ? done : failed).set(lane);
            if (firstFailure == null) {
                firstFailure = failure;
            }
            nowDecided = done.cardinality() >= quorum || count - failed.cardinality() < quorum;
            nowAll = done.cardinality() + failed.cardinality() == count;
        }
        if (nowDecided) {
            decided.complete(true);
        }
        if (nowAll) {
            all.complete(true);
        }
    }

    /** Waits until each lane is done or out, or the deadline has passed; gives those done. */
    BitSet settled(long deadlineNanos) throws InterruptedException {
        try {
            all.await(deadlineNanos);
        } catch (TimeoutException e) {
            // Who asks looks at what there is.
        }
        synchronized (done) {
            return (BitSet) done.clone();
        }
    }

    /**
     * Waits.
     *
     * @return lanes that are done
     * @throws StoreException UNAVAILABLE when a quorum can't be reached any more, DEADLINE when it
     *     was not
     */
    BitSet await(long graceNanos, long deadlineNanos) throws InterruptedException {
        Clock clock = tasks.clock();
        try {
            decided.await(deadlineNanos);
        } catch (TimeoutException e) {
            throw new StoreException(
                    ErrorCode.DEADLINE,
                    "the deadline passed before " + quorum + " chunks were stored");
        }
        try {
            all.await(Math.min(deadlineNanos, clock.nanos() + graceNanos));
        } catch (TimeoutException e) {
            // The laggards are left behind: that is what the grace is for.
        }
        synchronized (done) {
            if (done.cardinality() < quorum) {
                throw new StoreException(
                        ErrorCode.UNAVAILABLE,
                        "only "
                                + done.cardinality()
                                + " of the "
                                + quorum
                                + " chunks that a write needs could be stored",
                        firstFailure);
            }
            return (BitSet) done.clone();
        }
    }
}
