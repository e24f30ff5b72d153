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
import io.lethe.node.s3.WalkProgress;
import io.lethe.node.s3.xml.InventoryConfiguration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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

    private final InventoryPorts ports;
    private final long everyNanos;
    private final WalkProgress progress;

    /** When inventories were last written, by bucket and id; read from the partition once. */
    private final Map<BucketId, Map<String, Long>> written = new HashMap<>();

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
            if (!led.containsAll(read)) {
                // Whoever led meanwhile may have written some.
                read.clear();
                written.clear();
            }
        }
        List<BucketRecord> page = ports.directory().buckets(cursor, BATCH);
        cursor = page.size() < BATCH ? null : page.getLast().id();
        int reports = 0;
        String failure = "";
        for (BucketRecord bucket : page) {
            if (!bucket.settings().containsKey(BucketSetting.INVENTORY)
                    || bucket.state() != BucketRecord.State.ACTIVE) {
                continue;
            }
            try {
                reports += bucket(bucket, led);
            } catch (StoreException e) {
                failure = "bucket '" + bucket.name() + "': " + e.getMessage();
            }
        }
        if (cursor == null) {
            forget(led);
        }
        if (!failure.isEmpty()) {
            return new Step.Failed(failure);
        }
        String done = reports + " reports written";
        return reports > 0 || cursor != null ? new Step.Worked(done) : new Step.Idle(done);
    }

    private int bucket(BucketRecord bucket, List<GroupId> led) throws InterruptedException {
        PartitionRecord first =
                ports.directory().partitionOf(RowKeys.bucketPrefix(bucket.id())).orElse(null);
        if (first == null || !led.contains(first.id())) {
            return 0;
        }
        if (!read.contains(first.id())) {
            progress.read(first.id()).forEach((one, times) -> written.put(one, decode(times)));
            read.add(first.id());
        }
        List<InventoryConfiguration> all =
                ports.settings()
                        .of(bucket, BucketSetting.INVENTORY, InventoryWorker::parse)
                        .orElse(List.of());
        int reports = 0;
        for (InventoryConfiguration inventory : all) {
            Map<String, Long> last = written.computeIfAbsent(bucket.id(), _ -> new TreeMap<>());
            long nowMillis = ports.tasks().clock().wallMillis();
            if (inventory.enabled()
                    && isDue(inventory.weekly(), last.get(inventory.id()), nowMillis)) {
                long _ = new InventoryReport(ports, bucket, inventory).write();
                last.keySet().retainAll(all.stream().map(InventoryConfiguration::id).toList());
                last.put(inventory.id(), nowMillis);
                progress.save(first.id(), bucket.id(), encode(last));
                reports++;
            }
        }
        return reports;
    }

    /** Times of buckets that have no inventory any more, or are gone, are removed. */
    private void forget(List<GroupId> led) throws InterruptedException {
        for (BucketId bucket : List.copyOf(written.keySet())) {
            boolean has =
                    ports.directory()
                            .bucket(bucket)
                            .filter(one -> one.settings().containsKey(BucketSetting.INVENTORY))
                            .isPresent();
            PartitionRecord first =
                    ports.directory().partitionOf(RowKeys.bucketPrefix(bucket)).orElse(null);
            if (!has && first != null && led.contains(first.id())) {
                progress.save(first.id(), bucket, Bytes.EMPTY);
                written.remove(bucket);
            }
        }
    }

    /** Whether another day, or week, has begun since. */
    static boolean isDue(boolean weekly, @Nullable Long lastMillis, long nowMillis) {
        return lastMillis == null || period(weekly, lastMillis) < period(weekly, nowMillis);
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
