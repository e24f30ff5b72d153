package io.lethe.node;

import io.lethe.node.base.background.Pacing;
import io.lethe.node.s3.events.SinkWorker;
import io.lethe.node.s3.events.WithheldEvents;
import io.lethe.node.s3.inventory.InventoryPorts;
import io.lethe.node.s3.inventory.InventoryWorker;
import io.lethe.node.s3.lifecycle.LifecycleMeters;
import io.lethe.node.s3.lifecycle.LifecyclePorts;
import io.lethe.node.s3.lifecycle.LifecycleWorker;
import io.lethe.node.s3.logging.LogWriter;
import java.time.Duration;

/** Starts what the S3 door does by itself, in the partitions that this node leads. */
final class S3Upkeep {
    /** Works half of the time at most, so that requests come first. */
    private static final Pacing GENTLY =
            Pacing.every(Duration.ofMillis(500).toNanos()).resting(100);

    /** Events are told within a moment. */
    private static final Pacing SOON = Pacing.every(Duration.ofMillis(500).toNanos());

    private static final Pacing OFTEN = Pacing.every(Duration.ofSeconds(1).toNanos());

    /** What is withheld is counted, and after a day removed. */
    private static final Pacing SELDOM = Pacing.every(Duration.ofSeconds(5).toNanos());

    private S3Upkeep() {}

    static void start(Node.Parts parts, Joined joined, ClientServices.Doors doors) {
        LifecycleMeters meters = new LifecycleMeters();
        meters.show(parts.metrics());
        LifecyclePorts lifecycle =
                new LifecyclePorts(
                        parts.tasks(),
                        joined.directory(),
                        joined.metadata(),
                        joined.leadership(),
                        doors.objects(),
                        doors.settings(),
                        meters);
        parts.workers()
                .start(
                        new LifecycleWorker(lifecycle, parts.config().s3().lifecycleEvery()),
                        GENTLY);
        SinkWorker.Ports sinks =
                new SinkWorker.Ports(
                        parts.tasks(),
                        joined.metadata(),
                        joined.leadership(),
                        parts.metrics(),
                        parts.config().s3().region(),
                        doors.notifications().access());
        parts.workers()
                .start(new WithheldEvents(sinks, doors.notifications().sinks().names()), SELDOM);
        for (String name : doors.notifications().sinks().names()) {
            doors.notifications()
                    .sinks()
                    .get(name)
                    .ifPresent(
                            sink -> parts.workers().start(new SinkWorker(sinks, name, sink), SOON));
        }
        LogWriter.Ports logs =
                new LogWriter.Ports(
                        parts.tasks(),
                        parts.random(),
                        joined.directory(),
                        doors.objects(),
                        parts.metrics(),
                        parts.config().s3().region());
        parts.workers()
                .start(
                        new LogWriter(logs, doors.accessLog(), parts.config().s3().logEvery()),
                        OFTEN);
        InventoryPorts inventories =
                new InventoryPorts(
                        parts.tasks(),
                        parts.random(),
                        joined.directory(),
                        joined.metadata(),
                        joined.leadership(),
                        doors.objects(),
                        doors.settings());
        parts.workers()
                .start(
                        new InventoryWorker(inventories, parts.config().s3().lifecycleEvery()),
                        GENTLY);
    }
}
