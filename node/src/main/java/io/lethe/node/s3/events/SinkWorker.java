package io.lethe.node.s3.events;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.EventRow;
import io.lethe.node.metadata.command.PartitionAnswer.EventPage;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.Leadership;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Tells one sink the events that wait for it in the partitions that this node leads: some at a
 * time, in the order in which they happened, and again until it has taken them. Each sink has a
 * worker of its own, so that one that is down stops no other. A leader that was followed by another
 * may have told what the other tells again: events come at least once. One task.
 */
public final class SinkWorker implements Worker {
    /** Events handed over at once. */
    private static final int BATCH = 100;

    private static final Duration ASK_WITHIN = Duration.ofSeconds(10);

    /** What it stands on. */
    public record Ports(
            Tasks tasks,
            Metadata metadata,
            Leadership leadership,
            Metrics metrics,
            String region) {}

    private final Ports ports;
    private final String name;
    private final Sink sink;
    private final SinkMeters meters;
    private int turn;

    public SinkWorker(Ports ports, String name, Sink sink) {
        this.ports = ports;
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
        long waiting = 0;
        long dropped = 0;
        int delivered = 0;
        String failure = "";
        boolean takes = true;
        for (GroupId partition : inTurn(ports.leadership().ledPartitions())) {
            try {
                EventPage page = page(partition);
                waiting += page.waiting();
                dropped += page.dropped();
                if (!page.rows().isEmpty() && takes) {
                    deliver(partition, page.rows());
                    delivered += page.rows().size();
                    waiting -= page.rows().size();
                }
            } catch (StoreException e) {
                failure = String.valueOf(e.getMessage());
            } catch (IOException e) {
                // The sink itself: it is asked again in the next step, with another's events first.
                takes = false;
                failure = String.valueOf(e.getMessage() == null ? e : e.getMessage());
            }
        }
        meters.waiting.set(waiting);
        meters.dropped.set(dropped);
        if (!failure.isEmpty()) {
            meters.failed.increment();
            return new Step.Failed(waiting + " events wait: " + failure);
        }
        String progress = waiting + " events wait";
        return delivered > 0 ? new Step.Worked(progress) : new Step.Idle(progress);
    }

    /** From another one each time: events that a sink never takes must not keep those behind. */
    private List<GroupId> inTurn(List<GroupId> led) {
        List<GroupId> turned = new ArrayList<>(led);
        if (!turned.isEmpty()) {
            Collections.rotate(turned, turn++ % turned.size());
        }
        return turned;
    }

    private long deadline() {
        return ports.tasks().clock().nanos() + ASK_WITHIN.toNanos();
    }

    private EventPage page(GroupId partition) throws InterruptedException {
        if (ports.metadata().queryIn(partition, new PartitionQuery.Events(name, BATCH), deadline())
                instanceof EventPage page) {
            return page;
        }
        throw new StoreException(ErrorCode.INTERNAL, "events were answered with something else");
    }

    private void deliver(GroupId partition, List<EventRow> rows)
            throws IOException, InterruptedException {
        sink.deliver(
                rows.stream()
                        .map(
                                row ->
                                        new Sink.Message(
                                                row.bucketName() + '/' + row.key().utf8(),
                                                EventJson.record(row, ports.region())))
                        .toList());
        PartitionReply reply =
                ports.metadata()
                        .executeIn(
                                partition,
                                new PartitionCommand.Delivered(
                                        name, rows.stream().map(EventRow::sequence).toList()),
                                0,
                                deadline());
        if (!(reply instanceof PartitionReply.Done)) {
            throw new StoreException(ErrorCode.UNAVAILABLE, "delivery was answered " + reply);
        }
        meters.delivered.add(rows.size());
    }
}
