package io.lethe.node.s3.lifecycle;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import io.lethe.node.s3.S3Exception;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Does what buckets' lifecycles say, in the partitions that this node leads: a page of one bucket's
 * changes in one partition at a time, bucket after bucket, so that a large one does not keep the
 * others. Only what is due is walked, in the partition's index of changes; where it has come to is
 * kept in the partition. One task.
 */
public final class LifecycleWorker implements Worker {
    /** Bucket records looked at in a step. */
    private static final int BATCH = 1_000;

    /** A bucket in a partition. */
    record Place(BucketId bucket, GroupId partition) {}

    private final LifecyclePorts ports;
    private final long everyNanos;
    private final Map<Place, LifecycleWalk> walks = new HashMap<>();
    private final Map<GroupId, SavedWalks> saved = new HashMap<>();

    /** Partitions whose progress could not be read in this round. */
    private final Set<GroupId> unread = new HashSet<>();

    private final Deque<LifecycleWalk> waiting = new ArrayDeque<>();
    private @Nullable BucketId cursor;
    private long nextNanos;

    /**
     * @param every how often each bucket is looked at; what is due by days is so at midnight
     */
    public LifecycleWorker(LifecyclePorts ports, Duration every) {
        this.ports = ports;
        everyNanos = every.toNanos();
        nextNanos = ports.tasks().clock().nanos();
    }

    @Override
    public String name() {
        return "lifecycle";
    }

    @Override
    public Step step() throws InterruptedException {
        if (waiting.isEmpty() && !collect()) {
            return new Step.Idle(walks.size() + " buckets in partitions that this node leads");
        }
        LifecycleWalk walk = waiting.poll();
        if (walk == null) {
            return Step.worked();
        }
        try {
            if (walk.page(ports.tasks().clock().wallMillis())) {
                waiting.addLast(walk);
            }
            return new Step.Worked(waiting.size() + " walks of buckets left");
        } catch (StoreException | S3Exception e) {
            // One bucket that can't be walked now does not keep the others: it is met again.
            ports.meters().failed.increment();
            return new Step.Worked("bucket " + walk.place().bucket() + ": " + e.getMessage());
        }
    }

    /** Finds the next walks; false while it is not time. */
    private boolean collect() throws InterruptedException {
        long now = ports.tasks().clock().nanos();
        if (cursor == null && now - nextNanos < 0) {
            return false;
        }
        List<GroupId> led = ports.leadership().ledPartitions();
        if (cursor == null) {
            nextNanos = now + everyNanos;
            walks.keySet().removeIf(place -> !led.contains(place.partition()));
            saved.keySet().retainAll(led);
            unread.clear();
        }
        List<BucketRecord> page = ports.directory().buckets(cursor, BATCH);
        cursor = page.size() < BATCH ? null : page.getLast().id();
        for (BucketRecord bucket : page) {
            Long index = bucket.settings().get(BucketSetting.LIFECYCLE);
            if (index != null && bucket.state() == BucketRecord.State.ACTIVE) {
                begin(bucket, led);
            }
        }
        if (cursor == null) {
            forget();
        }
        return true;
    }

    private void begin(BucketRecord bucket, List<GroupId> led) throws InterruptedException {
        Bytes from = RowKeys.bucketPrefix(bucket.id());
        Bytes to = from.prefixEnd();
        for (PartitionRecord partition : ports.directory().partitions()) {
            boolean holds =
                    (partition.to().isEmpty() || partition.to().compareTo(from) > 0)
                            && (to.isEmpty() || partition.from().compareTo(to) < 0);
            if (holds && led.contains(partition.id())) {
                Place place = new Place(bucket.id(), partition.id());
                LifecycleWalk walk = walks.get(place);
                SavedWalks progress = walk == null ? savedIn(partition.id()) : null;
                if (walk == null && progress != null) {
                    walk = new LifecycleWalk(ports, place, progress.of(place));
                    walks.put(place, walk);
                }
                if (walk != null) {
                    walk.begin();
                    waiting.addLast(walk);
                }
            }
        }
    }

    /** Null where it can't be read now, which is not tried for one bucket after the other. */
    private @Nullable SavedWalks savedIn(GroupId partition) throws InterruptedException {
        SavedWalks known = saved.get(partition);
        if (known == null && !unread.contains(partition)) {
            try {
                known = SavedWalks.read(ports, partition);
                saved.put(partition, known);
            } catch (StoreException e) {
                ports.meters().failed.increment();
                unread.add(partition);
            }
        }
        return known;
    }

    /** Progress of buckets that have no lifecycle any more, or are gone, is removed. */
    private void forget() throws InterruptedException {
        walks.keySet().removeIf(place -> !hasLifecycle(place.bucket()));
        for (SavedWalks one : saved.values()) {
            one.forget(bucket -> !hasLifecycle(bucket));
        }
    }

    private boolean hasLifecycle(BucketId bucket) {
        return ports.directory()
                .bucket(bucket)
                .filter(record -> record.settings().containsKey(BucketSetting.LIFECYCLE))
                .isPresent();
    }
}
