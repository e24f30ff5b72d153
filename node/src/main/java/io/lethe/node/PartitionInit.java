package io.lethe.node;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.model.PartitionRecord;
import java.util.concurrent.TimeUnit;

/**
 * Tells a new partition its range, by the first entry of its log: done by whoever leads it first. A
 * partition that has one already refuses, which is as good. One task.
 */
final class PartitionInit implements Worker {
    private static final long WITHIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final PartitionRecord record;
    private final ReplicatedLog replica;
    private final Metadata metadata;
    private final Clock clock;
    private boolean done;

    PartitionInit(PartitionRecord record, ReplicatedLog replica, Metadata metadata, Clock clock) {
        this.record = record;
        this.replica = replica;
        this.metadata = metadata;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "init/" + record.id();
    }

    @Override
    public Step step() throws InterruptedException {
        if (done) {
            return new Step.Idle("the partition knows its range");
        }
        if (record.recovery() != null) {
            return new Step.Idle("what it knows comes from the replica that survived");
        }
        if (!replica.leadership().isLeader()) {
            return new Step.Idle("another node leads");
        }
        var _ =
                metadata.executeIn(
                        record.id(),
                        new PartitionCommand.Init(
                                record.from(),
                                record.to(),
                                0,
                                record.voters().stream()
                                        .map(r -> KeyCopy.replica(r.node(), r.generation()))
                                        .toList()),
                        0,
                        clock.nanos() + WITHIN_NANOS);
        done = true;
        return Step.worked();
    }
}
