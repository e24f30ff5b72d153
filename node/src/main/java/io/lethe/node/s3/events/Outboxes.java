package io.lethe.node.s3.events;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.EventRow;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.EventPage;
import io.lethe.node.metadata.command.PartitionAnswer.Waiting;
import io.lethe.node.metadata.command.PartitionAnswer.WaitingPage;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What waits for sinks in partitions: asked for, and taken out. Safe for any task. */
final class Outboxes {
    private static final Duration ASK_WITHIN = Duration.ofSeconds(10);

    private final Tasks tasks;
    private final Metadata metadata;

    Outboxes(Tasks tasks, Metadata metadata) {
        this.tasks = tasks;
        this.metadata = metadata;
    }

    private long deadline() {
        return tasks.clock().nanos() + ASK_WITHIN.toNanos();
    }

    private PartitionAnswer ask(GroupId partition, PartitionQuery query)
            throws InterruptedException {
        return metadata.queryIn(partition, query, deadline());
    }

    /**
     * Whose events wait, or were dropped.
     *
     * @param sink empty: for any
     */
    List<Waiting> waiting(GroupId partition, String sink) throws InterruptedException {
        List<Waiting> all = new ArrayList<>();
        Bytes after = null;
        do {
            if (!(ask(partition, new PartitionQuery.Waiters(sink, after, PartitionQuery.MOST_ROWS))
                    instanceof WaitingPage page)) {
                throw unexpected();
            }
            all.addAll(page.list());
            after = page.next();
        } while (after != null);
        return all;
    }

    /** The oldest events of a tenant's. */
    List<EventRow> events(GroupId partition, String sink, TenantId owner, int limit)
            throws InterruptedException {
        if (ask(partition, new PartitionQuery.Events(sink, owner, limit))
                instanceof EventPage page) {
            return page.rows();
        }
        throw unexpected();
    }

    /** Events that are waited for no longer. */
    void remove(GroupId partition, String sink, TenantId owner, List<EventRow> rows)
            throws InterruptedException {
        PartitionReply reply =
                metadata.executeIn(
                        partition,
                        new PartitionCommand.Delivered(
                                sink, owner, rows.stream().map(EventRow::sequence).toList()),
                        0,
                        deadline());
        if (!(reply instanceof PartitionReply.Done)) {
            throw new StoreException(ErrorCode.UNAVAILABLE, "delivery was answered " + reply);
        }
    }

    private static StoreException unexpected() {
        return new StoreException(ErrorCode.INTERNAL, "events were answered with something else");
    }
}
