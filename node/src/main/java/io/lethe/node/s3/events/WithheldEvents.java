package io.lethe.node.s3.events;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.command.EventRow;
import io.lethe.node.metadata.command.PartitionAnswer.Waiting;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to events that wait for a sink which is not there, or not for their tenant: the operator has
 * withdrawn it, or this node's configuration is not yet the others'. Nobody gets them. They are
 * kept for {@link #KEEP_NANOS} of this node's leading, so that a mistake of the operator's and a
 * rolling change cost no event, and are removed then with what came behind them. What is withheld
 * and what is removed is counted and said in the log. One task.
 */
public final class WithheldEvents implements Worker {
    static final long KEEP_NANOS = Duration.ofDays(1).toNanos();

    /** Events that are removed at once. */
    private static final int BATCH = 1_000;

    private static final Logger log = LoggerFactory.getLogger(WithheldEvents.class);

    /** In each partition of its own: another may have led it and served the sink. */
    private record Place(GroupId partition, String sink, TenantId owner) {}

    /** What is known of one place. */
    private static final class Held {
        final long sinceNanos;
        long events;
        boolean removing;

        Held(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }
    }

    private final SinkWorker.Ports ports;
    private final Set<String> names;
    private final Outboxes outboxes;
    private final Map<Place, Held> held = new HashMap<>();
    private final AtomicLong withheld = new AtomicLong();
    private final LongAdder removed = new LongAdder();

    /**
     * @param names of the sinks that are there
     */
    public WithheldEvents(SinkWorker.Ports ports, Set<String> names) {
        this.ports = ports;
        this.names = Set.copyOf(names);
        outboxes = new Outboxes(ports.tasks(), ports.metadata());
        ports.metrics()
                .gauge(
                        "lethe_events_withheld",
                        "Events that wait, in partitions that this node leads, for a sink that"
                                + " their account may not use.")
                .watch(withheld::get);
        ports.metrics()
                .counter(
                        "lethe_events_withdrawn",
                        "Events that were removed, since their account might not use their sink"
                                + " for a day.")
                .watch(removed::sum);
    }

    @Override
    public String name() {
        return "withheld-events";
    }

    @Override
    public Step step() throws InterruptedException {
        long now = ports.tasks().clock().nanos();
        Set<Place> seen = new HashSet<>();
        held.values().forEach(one -> one.events = 0);
        String failure = "";
        long gone = 0;
        for (GroupId partition : ports.leadership().ledPartitions()) {
            try {
                for (Waiting one : outboxes.waiting(partition, "")) {
                    if (one.waiting() > 0 && !served(one)) {
                        Place place = new Place(partition, one.sink(), one.owner());
                        boolean _ = seen.add(place);
                        gone += see(partition, one, held(place, now), now);
                    }
                }
            } catch (StoreException e) {
                failure = String.valueOf(e.getMessage());
            }
        }
        if (failure.isEmpty()) {
            held.keySet().retainAll(seen);
        }
        long waiting = held.values().stream().mapToLong(one -> one.events).sum();
        withheld.set(waiting);
        removed.add(gone);
        String progress = waiting + " events wait for sinks that their accounts may not use";
        if (!failure.isEmpty()) {
            return new Step.Failed(progress + ": " + failure);
        }
        return gone > 0 ? new Step.Worked(progress) : new Step.Idle(progress);
    }

    private boolean served(Waiting one) {
        return names.contains(one.sink()) && ports.access().mayUse(one.sink(), one.owner());
    }

    private Held held(Place place, long now) {
        Held known = held.get(place);
        if (known == null) {
            known = new Held(now);
            held.put(place, known);
            log.warn(
                    "account {} has events for the sink {}, which it may not use here"
                            + " (s3.sinkAccounts): they are withheld, and removed in {} hours",
                    place.owner().account(),
                    place.sink(),
                    Duration.ofNanos(KEEP_NANOS).toHours());
        }
        return known;
    }

    /** Returns how many were removed. */
    private long see(GroupId partition, Waiting one, Held known, long now)
            throws InterruptedException {
        long left = one.waiting();
        if (now - known.sinceNanos >= KEEP_NANOS) {
            if (!known.removing) {
                known.removing = true;
                log.warn(
                        "events of account {} for the sink {} are removed: it may not use it",
                        one.owner().account(),
                        one.sink());
            }
            List<EventRow> rows = outboxes.events(partition, one.sink(), one.owner(), BATCH);
            if (!rows.isEmpty()) {
                outboxes.remove(partition, one.sink(), one.owner(), rows);
                left -= rows.size();
            }
        }
        known.events += left;
        return one.waiting() - left;
    }
}
