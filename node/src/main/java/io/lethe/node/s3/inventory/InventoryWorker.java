package io.lethe.node.s3.inventory;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.PartitionCommand.Walk;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.WalkProgress;
import io.lethe.node.s3.xml.InventoryConfiguration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the inventories of the buckets whose first partition this node leads: a new one at once,
 * then each once a day from midnight, UTC, or once a week from Sunday's. When each was last written
 * is kept in that partition; a report that was broken off is written anew, under another minute.
 * One report at a time. One task.
 */
public final class InventoryWorker implements Worker {
    /** Bucket records looked at in a step. */
    private static final int BATCH = 1_000;

    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    /** 1970 began on a Thursday, four days before a Sunday less one day: weeks begin on Sundays. */
    private static final int SUNDAY_OFFSET_DAYS = 4;

    private static final int FORMAT = 1;

    /** After a failure: a list may be long, and what fails late would be made again and again. */
    static final long PAUSE_NANOS = Duration.ofMinutes(15).toNanos();

    /** By an inventory as it is: once it is another, that is tried at once. */
    private record Attempt(BucketId bucket, InventoryConfiguration inventory) {}

    private record Failure(StoreException why, long untilNanos) {}

    private static final Logger log = LoggerFactory.getLogger(InventoryWorker.class);

    private final InventoryPorts ports;
    private final long everyNanos;
    private final WalkProgress progress;

    /** When inventories were last written, by bucket and id; read from the partition once. */
    private final Map<BucketId, Map<String, Long>> written = new HashMap<>();

    /** Of inventories that are not tried again for a while. */
    private final Map<Attempt, Failure> failures = new HashMap<>();

    /** Of which partitions {@link #written} was read. */
    private final List<GroupId> read = new ArrayList<>();

    private @Nullable BucketId cursor;
    private long nextNanos;

    /**
     * @param every how often it is looked whether one is due
     */
    public InventoryWorker(InventoryPorts ports, Duration every) {
        this.ports = ports;
        everyNanos = every.toNanos();
        progress = new WalkProgress(ports.tasks(), ports.metadata(), Walk.INVENTORY);
        nextNanos = ports.tasks().clock().nanos();
    }

    /** Reads a bucket's document, which was accepted once. */
    public static List<InventoryConfiguration> parse(Bytes document) {
        return InventoryConfiguration.parseAll(document.toArray());
    }

    @Override
    public String name() {
        return "inventory";
    }

    @Override
    public Step step() throws InterruptedException {
        long now = ports.tasks().clock().nanos();
        if (cursor == null && now - nextNanos < 0) {
            return Step.idle();
        }
        List<GroupId> led = ports.leadership().ledPartitions();
        if (cursor == null) {
            nextNanos = now + everyNanos;
            failures.values().removeIf(failure -> now - failure.untilNanos() >= 0);
            if (!led.containsAll(read)) {
                // Whoever led meanwhile may have written some.
                read.clear();
                written.clear();
            }
        }
        List<BucketRecord> page = ports.directory().buckets(cursor, BATCH);
        cursor = page.size() < BATCH ? null : page.getLast().id();
        Round round = new Round(led);
        for (BucketRecord bucket : page) {
            if (bucket.settings().containsKey(BucketSetting.INVENTORY)
                    && bucket.state() == BucketRecord.State.ACTIVE) {
                bucket(bucket, round);
            }
        }
        if (cursor == null) {
            forget(round);
        }
        if (round.failures > 0) {
            return new Step.Failed(round.failures + " failures, the first: " + round.firstFailure);
        }
        String done = round.reports + " reports written";
        return round.reports > 0 || cursor != null ? new Step.Worked(done) : new Step.Idle(done);
    }

    /** What came of a step. */
    private static final class Round {
        final List<GroupId> led;
        final Set<GroupId> unread = new HashSet<>();
        int reports;
        int failures;
        String firstFailure = "";

        Round(List<GroupId> led) {
            this.led = led;
        }

        void failed(String what, RuntimeException why) {
            if (failures++ == 0) {
                firstFailure = what + ": " + why.getMessage();
            }
        }
    }

    /** A bucket, and an inventory, that fails keeps no other. */
    private void bucket(BucketRecord bucket, Round round) throws InterruptedException {
        String name = "bucket '" + bucket.name() + '\'';
        try {
            PartitionRecord first =
                    ports.directory().partitionOf(RowKeys.bucketPrefix(bucket.id())).orElse(null);
            if (first == null || !round.led.contains(first.id())) {
                return;
            }
            if (!read.contains(first.id())) {
                if (round.unread.contains(first.id())) {
                    return;
                }
                // Not tried for one bucket after the other.
                round.unread.add(first.id());
                progress.read(first.id()).forEach(this::take);
                read.add(first.id());
            }
            List<InventoryConfiguration> all =
                    ports.settings()
                            .of(bucket, BucketSetting.INVENTORY, InventoryWorker::parse)
                            .orElse(List.of());
            for (InventoryConfiguration inventory : all) {
                Attempt attempt = new Attempt(bucket.id(), inventory);
                Failure before = failures.get(attempt);
                try {
                    if (before != null) {
                        throw before.why();
                    }
                    if (report(bucket, inventory, all, first.id())) {
                        round.reports++;
                    }
                } catch (StoreException e) {
                    round.failed(name + ", inventory '" + inventory.id() + '\'', e);
                    failures.putIfAbsent(
                            attempt, new Failure(e, ports.tasks().clock().nanos() + PAUSE_NANOS));
                }
            }
        } catch (StoreException | S3Exception e) {
            round.failed(name, e);
        }
    }

    /** Inventories of a bucket whose times can't be read are all due, of no other. */
    private void take(BucketId bucket, Bytes times) {
        try {
            written.put(bucket, decode(times));
        } catch (Decoder.CorruptEncoding e) {
            written.put(bucket, new TreeMap<>());
            log.warn(
                    "the inventories of bucket {} are all written anew: their times can't be read",
                    bucket,
                    e);
        }
    }

    /** Writes a report where one is due; returns whether it was. */
    private boolean report(
            BucketRecord bucket,
            InventoryConfiguration inventory,
            List<InventoryConfiguration> all,
            GroupId partition)
            throws InterruptedException {
        Map<String, Long> last = written.computeIfAbsent(bucket.id(), _ -> new TreeMap<>());
        long nowMillis = ports.tasks().clock().wallMillis();
        if (!inventory.enabled()
                || !isDue(inventory.weekly(), last.get(inventory.id()), nowMillis)) {
            return false;
        }
        long _ = new InventoryReport(ports, bucket, inventory).write();
        last.keySet().retainAll(all.stream().map(InventoryConfiguration::id).toList());
        last.put(inventory.id(), nowMillis);
        progress.save(partition, bucket.id(), encode(last));
        return true;
    }

    /** Times of buckets that have no inventory any more, or are gone, are removed. */
    private void forget(Round round) throws InterruptedException {
        for (BucketId bucket : List.copyOf(written.keySet())) {
            boolean has =
                    ports.directory()
                            .bucket(bucket)
                            .filter(one -> one.settings().containsKey(BucketSetting.INVENTORY))
                            .isPresent();
            PartitionRecord first =
                    ports.directory().partitionOf(RowKeys.bucketPrefix(bucket)).orElse(null);
            if (has || first == null || !round.led.contains(first.id())) {
                continue;
            }
            try {
                progress.save(first.id(), bucket, Bytes.EMPTY);
                written.remove(bucket);
            } catch (StoreException e) {
                round.failed("the times of bucket " + bucket, e);
            }
        }
    }

    /**
     * Whether another day, or week, has begun since; or the last one was by a clock that had jumped
     * ahead.
     */
    static boolean isDue(boolean weekly, @Nullable Long lastMillis, long nowMillis) {
        return lastMillis == null
                || lastMillis > nowMillis + DAY_MILLIS
                || period(weekly, lastMillis) < period(weekly, nowMillis);
    }

    private static long period(boolean weekly, long millis) {
        long day = Math.floorDiv(millis, DAY_MILLIS);
        return weekly ? Math.floorDiv(day + SUNDAY_OFFSET_DAYS, 7) : day;
    }

    /** Format u8 = 1 ‖ count varint ‖ that many of id string, written millis varint. */
    static Bytes encode(Map<String, Long> last) {
        Encoder out = new Encoder(64).u8(FORMAT).varint(last.size());
        last.forEach((id, millis) -> out.string(id).varint(millis));
        return out.toBytes();
    }

    static Map<String, Long> decode(Bytes encoded) {
        Decoder in = new Decoder(encoded);
        if (in.u8() != FORMAT) {
            throw new Decoder.CorruptEncoding("times of inventories in an unknown format");
        }
        Map<String, Long> last = new TreeMap<>();
        for (int left = in.count(InventoryConfiguration.MOST); left > 0; left--) {
            last.put(in.string(), in.varint());
        }
        in.end();
        return last;
    }
}
