package io.lethe.node.object;

import io.lethe.node.base.Clock;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.command.PartitionAnswer.HashLag;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.model.StoreException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits while the hashes over an upload's parts, which {@link UploadHasher} makes, come nearer to
 * its end. Parts are acknowledged no faster than they can be hashed, for what lags is left to the
 * completion: an upload that runs at twice the hashes' pace would be completed in as much time as
 * it took. Nothing depends on it: it gives up where the hashes stand still. Safe for any task.
 */
final class HashCatchUp {
    private static final Logger log = LoggerFactory.getLogger(HashCatchUp.class);

    /** That may lag behind a part's acknowledgement: half a second of hashing beside other work. */
    static final long MOST_LAG_BYTES = 128L << 20;

    /** Left to the completion without waiting: it is read as soon as a wait would be over. */
    static final long LEFT_BYTES = 32L << 20;

    /** For an acknowledgement: well below the 30 s after which clients take a server for dead. */
    static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Without any progress: the worker's idling and a part. */
    static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** How one learns how far they lag. */
    interface Look {
        HashLag lag(UploadRef upload, long deadlineNanos) throws InterruptedException;
    }

    private final Tasks tasks;
    private final Look look;

    HashCatchUp(Tasks tasks, Look look) {
        this.tasks = tasks;
        this.look = look;
    }

    /** Before a part is acknowledged. */
    void afterPart(UploadRef upload, long deadlineNanos) throws InterruptedException {
        long now = tasks.clock().nanos();
        await(upload, Integer.MAX_VALUE, MOST_LAG_BYTES, Math.min(deadlineNanos, now + MOST_NANOS));
    }

    /**
     * Before an upload is completed.
     *
     * @param through the last part of interest
     */
    void beforeCompletion(UploadRef upload, int through, long deadlineNanos)
            throws InterruptedException {
        await(upload, through, LEFT_BYTES, deadlineNanos);
    }

    /** What is waited for is done or can be done: no failure of a look is the caller's. */
    private void await(UploadRef upload, int through, long enoughBytes, long untilNanos)
            throws InterruptedException {
        try {
            whileNearer(upload, through, enoughBytes, untilNanos);
        } catch (StoreException e) {
            log.debug("how far the hashes of {} are can't be seen", upload, e);
        }
    }

    private void whileNearer(UploadRef upload, int through, long enoughBytes, long untilNanos)
            throws InterruptedException {
        Clock clock = tasks.clock();
        HashLag lag = look.lag(upload, untilNanos);
        long movedNanos = clock.nanos();
        while (lag.bytes() > enoughBytes
                && lag.number() < through
                && clock.nanos() < untilNanos
                && clock.nanos() - movedNanos < STALL_NANOS) {
            tasks.sleep(LOOK_NANOS);
            HashLag next = look.lag(upload, untilNanos);
            if (next.number() != lag.number()) {
                movedNanos = clock.nanos();
            }
            lag = next;
        }
    }
}
