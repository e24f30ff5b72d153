package io.lethe.node;

import io.lethe.node.base.background.Pacing;
import io.lethe.node.object.Objects;
import io.lethe.node.s3.BucketSettings;
import io.lethe.node.s3.lifecycle.LifecycleMeters;
import io.lethe.node.s3.lifecycle.LifecyclePorts;
import io.lethe.node.s3.lifecycle.LifecycleWorker;
import java.time.Duration;

/** Starts what the S3 door does by itself, in the partitions that this node leads. */
final class S3Upkeep {
    /** Works half of the time at most, so that requests come first. */
    private static final Pacing GENTLY =
            Pacing.every(Duration.ofMillis(500).toNanos()).resting(100);

    private S3Upkeep() {}

    static void start(Node.Parts parts, Joined joined, Objects objects, BucketSettings settings) {
        LifecycleMeters meters = new LifecycleMeters();
        meters.show(parts.metrics());
        LifecyclePorts lifecycle =
                new LifecyclePorts(
                        parts.tasks(),
                        parts.random(),
                        joined.directory(),
                        joined.metadata(),
                        joined.leadership(),
                        objects,
                        settings,
                        meters);
        parts.workers()
                .start(
                        new LifecycleWorker(lifecycle, parts.config().s3().lifecycleEvery()),
                        GENTLY);
    }
}
