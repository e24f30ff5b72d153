package io.lethe.node.object;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.StoreException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finishes deletions of buckets whose deleter is gone: a mark that stands for long is fenced and
 * looked under once more, and the bucket is removed or active again by what is found. Whoever leads
 * the first partition of a bucket does it; should two do it, or the deleter live after all, they
 * share the mark, which says what may be removed.
 *
 * <p>A mark's age is counted from when this node first saw it, so no clocks are compared; a new
 * leader begins to count anew. One task.
 */
public final class BucketSweeper implements Worker {
    /**
     * How long a deleter has before another takes its place: ten times what a deletion on a sick
     * cluster takes, and short for a user who waits for the name.
     */
    public static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Buckets looked at in a step; the next step goes on behind them. */
    private static final int BATCH = 1_000;

    private static final Duration STEP_WITHIN = Duration.ofSeconds(20);

    /** One mark of one bucket. */
    private record Mark(BucketId bucket, long index) {}

    private final ObjectPorts ports;
    private final Leadership leadership;
    private final Buckets buckets;
    private final long patienceNanos;

    /** When each mark was first seen. */
    private final Map<Mark, Long> seenNanos = new HashMap<>();

    /** Marks met since the round began; those that were not are forgotten at its end. */
    private final Set<Mark> met = new HashSet<>();

    private @Nullable BucketId cursor;

    /**
     * @param patience {@link #PATIENCE}, except in simulation
     */
    public BucketSweeper(ObjectPorts ports, Leadership leadership, Duration patience) {
        this.ports = ports;
        this.leadership = leadership;
        buckets = new Buckets(ports);
        patienceNanos = patience.toNanos();
    }

    @Override
    public String name() {
        return "buckets";
    }

    @Override
    public Step step() throws InterruptedException {
        ports.lease().check();
        List<BucketRecord> page = ports.directory().buckets(cursor, BATCH);
        cursor = page.size() < BATCH ? null : page.getLast().id();
        long nowNanos = ports.tasks().clock().nanos();
        int finished = 0;
        for (BucketRecord bucket : page) {
            if (bucket.state() == BucketRecord.State.DELETING
                    && leadership.leadsFirstOf(bucket.id(), ports.directory())) {
                Mark mark = new Mark(bucket.id(), bucket.markIndex());
                met.add(mark);
                if (nowNanos - seenNanos.computeIfAbsent(mark, _ -> nowNanos) > patienceNanos) {
                    finished += finish(mark);
                }
            }
        }
        int waiting = seenNanos.size();
        if (cursor == null) {
            seenNanos.keySet().retainAll(met);
            met.clear();
        }
        String progress = finished + " deletions finished, " + waiting + " under way";
        return finished > 0 ? new Step.Worked(progress) : new Step.Idle(progress);
    }

    /** One bucket that can't be finished now does not keep the others: it is met again. */
    private int finish(Mark mark) throws InterruptedException {
        long deadlineNanos = ports.tasks().clock().nanos() + STEP_WITHIN.toNanos();
        try {
            boolean _ = buckets.finish(mark.bucket(), mark.index(), deadlineNanos);
            return 1;
        } catch (StoreException e) {
            return 0;
        }
    }
}
