package io.lethe.node.chunk;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.chunk.DiskTimes.Medians;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches how quick a device is: syncs a page now and then, so that there is something to measure
 * where nobody uses it, and says {@link ChunkStore#setSlow} once it has been slow for a while
 * ({@link SlowRule}), and that it is not any more once it has been quick for longer. One task; the
 * figures are for any thread.
 */
public final class DeviceWatch implements Worker {
    /** Longer than any call on a disk that works takes, its wait for a thread included. */
    private static final long PROBE_WITHIN_SECONDS = 10;

    private static final Logger log = LoggerFactory.getLogger(DeviceWatch.class);

    /**
     * How long a device must be slow, or quick again, to be called so.
     *
     * @param well longer than {@code slow}, so that it does not go back and forth
     */
    public record Patience(Duration slow, Duration well) {
        /** A minute, as a garbage collection of a disk may take; and five. */
        public static Patience usual() {
            return new Patience(Duration.ofMinutes(1), Duration.ofMinutes(5));
        }
    }

    private final DeviceCalls device;
    private final DiskTimes times;
    private final Tasks tasks;
    private final Supplier<List<Medians>> others;
    private final Patience patience;
    private @Nullable Promise<Boolean> probe;
    private long probeNanos;
    private boolean slow;

    /** Since when the device is other than it is called; null while it is as it is called. */
    private @Nullable Long otherSinceNanos;

    private volatile long troubleSinceMillis;

    /**
     * @param times the device's own
     * @param others the medians of the cluster's other devices, as far as they are known
     */
    public DeviceWatch(
            DeviceCalls device,
            DiskTimes times,
            Tasks tasks,
            Supplier<List<Medians>> others,
            Patience patience) {
        this.device = device;
        this.times = times;
        this.tasks = tasks;
        this.others = others;
        this.patience = patience;
    }

    @Override
    public String name() {
        return "device-watch/" + device.device();
    }

    /** The device's own latencies. */
    public Medians medians() {
        return times.medians();
    }

    /** Wall time since which the device is slow or failed; 0: it is neither. */
    public long troubleSinceMillis() {
        return troubleSinceMillis;
    }

    @Override
    public Step step() {
        String stuck = probe();
        Medians own = times.medians();
        String why = stuck != null ? stuck : SlowRule.judge(own, others.get());
        boolean changes = settle(why != null);
        if (changes) {
            slow = !slow;
            otherSinceNanos = null;
            tell(why);
        } else if (slow && why != null) {
            device.setSlow(why);
        }
        ChunkStore.State state = device.state();
        boolean trouble = state == ChunkStore.State.SLOW || state == ChunkStore.State.FAILED;
        if (!trouble) {
            troubleSinceMillis = 0;
        } else if (troubleSinceMillis == 0) {
            troubleSinceMillis = tasks.clock().wallMillis();
        }
        return new Step.Idle(
                "half of its syncs take " + own.syncMicros() / 1_000.0 + " ms at most");
    }

    /** Whether it has been other than it is called for long enough. */
    private boolean settle(boolean slowNow) {
        long now = tasks.clock().nanos();
        if (slowNow == slow) {
            otherSinceNanos = null;
            return false;
        }
        if (otherSinceNanos == null) {
            otherSinceNanos = now;
        }
        return now - otherSinceNanos >= (slow ? patience.well() : patience.slow()).toNanos();
    }

    private void tell(@Nullable String why) {
        device.setSlow(why);
        if (why != null) {
            log.warn("device {} is slow: {}", device.device(), why);
        } else {
            log.info("device {} is quick again", device.device());
        }
    }

    /** Asks for a probe, which measures itself, unless one is under way; why that is late. */
    private @Nullable String probe() {
        long now = tasks.clock().nanos();
        Promise<Boolean> running = probe;
        if (running == null || running.isDone()) {
            probeNanos = now;
            probe =
                    device.call(
                            store -> {
                                store.probe();
                                return true;
                            });
            return null;
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(now - probeNanos);
        return seconds < PROBE_WITHIN_SECONDS
                ? null
                : "a call to it has not come back for " + seconds + " s";
    }
}
