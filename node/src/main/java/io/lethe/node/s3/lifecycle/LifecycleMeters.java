package io.lethe.node.s3.lifecycle;

import io.lethe.node.base.metrics.Metrics;
import java.util.concurrent.atomic.LongAdder;

/** What lifecycles did; read by the metrics catalogue. Safe for any thread. */
public final class LifecycleMeters {
    final LongAdder looked = new LongAdder();
    final LongAdder expired = new LongAdder();
    final LongAdder noncurrentRemoved = new LongAdder();
    final LongAdder markersRemoved = new LongAdder();
    final LongAdder uploadsAborted = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder failed = new LongAdder();

    /** Shows all of them. */
    public void show(Metrics metrics) {
        watch(metrics, "looked_at", "Versions and uploads that lifecycles looked at.", looked);
        watch(metrics, "expired", "Current objects that lifecycles expired.", expired);
        watch(
                metrics,
                "noncurrent_removed",
                "Noncurrent versions that lifecycles removed.",
                noncurrentRemoved);
        watch(
                metrics,
                "markers_removed",
                "Delete markers without versions that lifecycles removed.",
                markersRemoved);
        watch(metrics, "uploads_aborted", "Uploads that lifecycles gave up.", uploadsAborted);
        watch(
                metrics,
                "refused",
                "Deletions by lifecycles that were refused: locked, or changed meanwhile.",
                refused);
        watch(metrics, "failed", "Walks of lifecycles that were broken off by failures.", failed);
    }

    private static void watch(Metrics metrics, String name, String help, LongAdder meter) {
        metrics.counter("lethe_lifecycle_" + name, help).watch(meter::sum);
    }
}
