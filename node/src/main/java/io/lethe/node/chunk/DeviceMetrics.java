package io.lethe.node.chunk;

import io.lethe.node.base.metrics.Counter;
import io.lethe.node.base.metrics.Latency;
import io.lethe.node.base.metrics.Metrics;
import java.util.Locale;

/** Shows a device's figures among the node's metrics, labelled by device. Stateless. */
public final class DeviceMetrics {
    private static final String LABEL = "device";

    private DeviceMetrics() {}

    /** How long the foreground's calls wait for a thread. */
    public static Latency.Series waits(Metrics metrics, DiskChunkStore store) {
        return metrics.latency(
                        "lethe_device_wait_seconds",
                        "Requests' wait for a thread of the device; not of the background.",
                        LABEL)
                .series(store.device().toString());
    }

    public static void register(Metrics metrics, DiskChunkStore store, DevicePool pool) {
        String device = store.device().toString();
        for (DiskFigure figure : DiskFigure.values()) {
            String name = "lethe_device_" + figure.name().toLowerCase(Locale.ROOT);
            Counter counter = metrics.counter(name, figure.help(), LABEL);
            counter.watch(() -> store.figure(figure), device);
        }
        metrics.counter("lethe_device_rejected", "Calls refused by a full queue.", LABEL)
                .watch(pool::rejected, device);
        metrics.gauge("lethe_device_queued", "Calls waiting for a thread.", LABEL)
                .watch(pool::queued, device);
        metrics.gauge(
                        "lethe_device_background_bytes_per_second",
                        "What repair may read and write now.",
                        LABEL)
                .watch(pool::backgroundBytesPerSecond, device);
        metrics.gauge("lethe_device_failed", "1 when the device has failed.", LABEL)
                .watch(() -> store.status().state() == ChunkStore.State.FAILED ? 1 : 0, device);
        metrics.gauge("lethe_device_slow", "1 when it gets nothing new for being slow.", LABEL)
                .watch(() -> store.status().state() == ChunkStore.State.SLOW ? 1 : 0, device);
        for (DiskTimes.Kind kind : DiskTimes.Kind.values()) {
            metrics.gauge(
                            "lethe_device_median_microseconds",
                            "Of the last half minute's calls, to a power of two; 0: too few.",
                            LABEL,
                            "call")
                    .watch(
                            () -> store.times().medians().of(kind),
                            device,
                            kind.name().toLowerCase(Locale.ROOT));
        }
        metrics.gauge("lethe_device_capacity_bytes", "What the device can hold.", LABEL)
                .watch(() -> store.status().capacityBytes(), device);
        metrics.gauge("lethe_device_free_bytes", "Room for new chunks.", LABEL)
                .watch(() -> store.status().freeBytes(), device);
        metrics.gauge("lethe_device_chunks", "Chunks stored.", LABEL)
                .watch(() -> store.status().chunks(), device);
        metrics.gauge("lethe_device_stored_bytes", "What they take, heads and padding too.", LABEL)
                .watch(() -> store.status().storedBytes(), device);
        metrics.gauge("lethe_device_corrupt_chunks", "Chunks known to be damaged.", LABEL)
                .watch(() -> store.status().corruptChunks(), device);
        metrics.gauge("lethe_device_missing_files", "Data files that are not there.", LABEL)
                .watch(() -> store.status().missingFiles(), device);
        metrics.gauge("lethe_device_queued_syncs", "Chunks waiting for a sync.", LABEL)
                .watch(() -> store.status().queuedSyncs(), device);
        metrics.gauge("lethe_device_open_slices", "Ranges being read.", LABEL)
                .watch(store::openSlices, device);
    }
}
