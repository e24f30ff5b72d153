package io.lethe.node.s3.events;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.EventRow;
import io.lethe.node.metadata.command.PartitionAnswer.Waiting;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.object.Leadership;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells one sink the events that wait for it in the partitions that this node leads: some at a
 * time, in the order in which they happened, and again until it has taken them. Each sink has a
 * worker of its own, so that one that is down stops no other. A leader that was followed by another
 * may have told what the other tells again: events come at least once.
 *
 * <p>Tenants have turns, and each takes as little in a turn as any other: a flood of one is behind
 * the few events of another by one turn at most. One whose events the sink does not take waits
 * longer and longer, up to {@link #MOST_PAUSE_NANOS}, while the others go on; their events and what
 * the sink says of them are told apart. Events of a tenant that may not use the sink stay where
 * they are, {@link WithheldEvents} sees to them. One task.
 */
public final class SinkWorker implements Worker {
    /** Events handed over at once. */
    private static final int BATCH = 100;

    /** After a first failure of a tenant's, and twice as long after each further one. */
    private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(500).toNanos();

    static final long MOST_PAUSE_NANOS = Duration.ofSeconds(30).toNanos();

    /** What it stands on. */
    public record Ports(
            Tasks tasks,
            Metadata metadata,
            Leadership leadership,
            Metrics metrics,
            String region,
            SinkAccess access) {}

    /** One tenant's events. */
    private static final class Lane {
        List<GroupId> partitions = new ArrayList<>();
        int turn;
        int failures;
        long pauseUntilNanos;
        String failure = "";

        /** From another one each time: events that are never taken must not keep those behind. */
        List<GroupId> inTurn() {
            List<GroupId> turned = new ArrayList<>(partitions);
            Collections.rotate(turned, -(turn++ % turned.size()));
            return turned;
        }

        void failed(long nowNanos, String why) {
            long pause = FIRST_PAUSE_NANOS;
            for (int i = 0; i < failures && pause < MOST_PAUSE_NANOS; i++) {
                pause *= 2;
            }
            failures++;
            pauseUntilNanos = nowNanos + Math.min(pause, MOST_PAUSE_NANOS);
            failure = why;
        }

        boolean pauses(long nowNanos) {
            return failures > 0 && nowNanos - pauseUntilNanos < 0;
        }
    }

    /** What one step came to. */
    private static final class Sum {
        long waiting;
        long dropped;
        int delivered;
        boolean taken = true;

        /** Of a partition; and of the sink. */
        String failure = "";

        String refusal = "";
    }

    private final Ports ports;
    private final Outboxes outboxes;
    private final String name;
    private final Sink sink;
    private final SinkMeters meters;
    private final NavigableMap<TenantId, Lane> lanes = new TreeMap<>();
    private @Nullable TenantId last;

    public SinkWorker(Ports ports, String name, Sink sink) {
        this.ports = ports;
        outboxes = new Outboxes(ports.tasks(), ports.metadata());
        this.name = name;
        this.sink = sink;
        meters = new SinkMeters(ports.metrics(), name);
    }

    @Override
    public String name() {
        return "sink/" + name;
    }

    @Override
    public Step step() throws InterruptedException {
        Sum sum = new Sum();
        look(sum);
        for (TenantId owner : inTurn()) {
            Lane lane = lanes.get(owner);
            if (lane != null && sum.taken && !lane.pauses(ports.tasks().clock().nanos())) {
                last = owner;
                tell(owner, lane, sum);
            }
        }
        long refused = lanes.values().stream().filter(SinkWorker::refused).count();
        meters.waiting.set(sum.waiting);
        meters.dropped.set(sum.dropped);
        meters.refusedAccounts.set(refused);
        String progress = sum.waiting + " events wait";
        String failure = sum.failure.isEmpty() ? sum.refusal : sum.failure;
        if (!failure.isEmpty()) {
            meters.failed.increment();
        }
        // A pause for what one tenant's events did is that tenant's.
        if (!sum.failure.isEmpty() || (!failure.isEmpty() && sum.delivered == 0)) {
            return new Step.Failed(progress + ": " + failure);
        }
        if (sum.delivered > 0) {
            return new Step.Worked(progress);
        }
        return new Step.Idle(refused == 0 ? progress : progress + ": " + anyFailure());
    }

    private String anyFailure() {
        return lanes.values().stream()
                .map(lane -> lane.failure)
                .filter(failure -> !failure.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** Finds whose events wait where. */
    private void look(Sum sum) throws InterruptedException {
        lanes.values().forEach(lane -> lane.partitions.clear());
        boolean all = true;
        for (GroupId partition : ports.leadership().ledPartitions()) {
            try {
                for (Waiting one : outboxes.waiting(partition, name)) {
                    sum.waiting += one.waiting();
                    sum.dropped += one.dropped();
                    if (one.waiting() > 0 && ports.access().mayUse(name, one.owner())) {
                        lanes.computeIfAbsent(one.owner(), _ -> new Lane())
                                .partitions
                                .add(partition);
                    }
                }
            } catch (StoreException e) {
                all = false;
                sum.failure = String.valueOf(e.getMessage());
            }
        }
        if (all) {
            lanes.values().removeIf(lane -> lane.partitions.isEmpty());
        }
    }

    /**
     * All tenants: those whose events the sink takes before those whose it did not take, and of
     * both those behind the one that came last first.
     */
    private List<TenantId> inTurn() {
        List<TenantId> turned = new ArrayList<>();
        TenantId before = last;
        if (before == null) {
            turned.addAll(lanes.keySet());
        } else {
            turned.addAll(lanes.tailMap(before, false).keySet());
            turned.addAll(lanes.headMap(before, true).keySet());
        }
        turned.sort(Comparator.comparing(owner -> refused(lanes.get(owner))));
        return turned;
    }

    private static boolean refused(@Nullable Lane lane) {
        return lane != null && lane.failures > 0;
    }

    private void tell(TenantId owner, Lane lane, Sum sum) throws InterruptedException {
        if (lane.partitions.isEmpty()) {
            return;
        }
        for (GroupId partition : lane.inTurn()) {
            try {
                List<EventRow> rows = outboxes.events(partition, name, owner, BATCH);
                if (rows.isEmpty()) {
                    continue;
                }
                sink.deliver(rows.stream().map(this::message).toList());
                lane.failures = 0;
                lane.failure = "";
                outboxes.remove(partition, name, owner, rows);
                meters.delivered.add(rows.size());
                sum.delivered += rows.size();
                sum.waiting -= rows.size();
            } catch (StoreException e) {
                sum.failure = String.valueOf(e.getMessage());
            } catch (IOException e) {
                // Of the sink, or of these events: another tenant's come first in the next step.
                sum.refusal = String.valueOf(e.getMessage() == null ? e : e.getMessage());
                sum.taken = false;
                lane.failed(ports.tasks().clock().nanos(), sum.refusal);
                return;
            }
        }
    }

    private Sink.Message message(EventRow row) {
        return new Sink.Message(EventJson.key(row), EventJson.record(row, ports.region()));
    }
}
