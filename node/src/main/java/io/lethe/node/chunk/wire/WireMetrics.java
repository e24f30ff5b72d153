package io.lethe.node.chunk.wire;

import io.lethe.node.base.metrics.Counter;
import io.lethe.node.base.metrics.Latency;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.model.ErrorCode;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shows one side of the data plane in a registry: give it to the side as its observer, and then
 * {@link #show} the side's counters. Safe for any thread.
 */
public final class WireMetrics implements WireObserver {
    private final Metrics metrics;
    private final String side;
    private final Map<FrameType, Latency.Series> latencies = new EnumMap<>(FrameType.class);
    private final Counter failures;

    /**
     * @param side {@code server} or {@code client}: the value of the label {@code side}
     */
    public WireMetrics(Metrics metrics, String side) {
        this.metrics = metrics;
        this.side = side;
        Latency seconds =
                metrics.latency(
                        "lethe_wire_request_seconds",
                        "Time from the opening of a data plane request to its end.",
                        "side",
                        "type");
        for (FrameType type : FrameType.values()) {
            if (type.opensRequest()) {
                latencies.put(type, seconds.series(side, name(type)));
            }
        }
        failures =
                metrics.counter(
                        "lethe_wire_failures",
                        "Data plane requests that failed.",
                        "side",
                        "type",
                        "code");
    }

    @Override
    public void completed(FrameType type, @Nullable ErrorCode failure, long nanos) {
        Latency.Series series = latencies.get(type);
        if (series != null) {
            series.observeNanos(nanos);
        }
        if (failure != null) {
            failures.series(side, name(type), name(failure)).increment();
        }
    }

    /** Shows the side's counters. */
    public void show(WireCounters counters) {
        Counter bytes =
                metrics.counter(
                        "lethe_wire_bytes", "Bytes of data plane frames.", "side", "direction");
        bytes.watch(counters::bytesIn, side, "in");
        bytes.watch(counters::bytesOut, side, "out");
        Counter rejections =
                metrics.counter(
                        "lethe_wire_rejections",
                        "Data plane connections and requests refused before any work.",
                        "side",
                        "reason");
        for (WireCounters.Rejection why : WireCounters.Rejection.values()) {
            rejections.watch(() -> counters.rejections(why), side, name(why));
        }
        Counter events =
                metrics.counter("lethe_wire_events", "Data plane events.", "side", "event");
        for (WireCounters.Event event : WireCounters.Event.values()) {
            events.watch(() -> counters.events(event), side, name(event));
        }
        metrics.gauge("lethe_wire_connections", "Data plane connections open.", "side")
                .watch(counters::connections, side);
        metrics.gauge("lethe_wire_streams", "Data plane requests open.", "side")
                .watch(counters::streams, side);
        metrics.gauge("lethe_wire_pool_queue", "Work queued or running in device pools.", "side")
                .watch(counters::queueDepth, side);
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
