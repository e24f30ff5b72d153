package io.lethe.node;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Tells a new partition its range, by the first entry of its log: done by whoever leads it first. A
 * partition that has one already refuses, which is as good.
 *
 * <p>So it is told to one that goes on from a single replica: this may have been far behind the
 * others and never have heard of a range. What the entry of the recovery would have done for it is
 * done here: orders that a lost version can have had are passed over, and it is fenced. One task.
 */
final class PartitionInit implements Worker {
    private static final long WITHIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final PartitionRecord record;
    private final Metadata metadata;
    private final Clock clock;
    private final BooleanSupplier leads;
    private final LongSupplier directoryIndex;
    private boolean done;

    /**
     * @param directoryIndex of a copy of the directory that has the record
     */
    PartitionInit(
            PartitionRecord record,
            Metadata metadata,
            Tasks tasks,
            BooleanSupplier leads,
            LongSupplier directoryIndex) {
        this.record = record;
        this.metadata = metadata;
        clock = tasks.clock();
        this.leads = leads;
        this.directoryIndex = directoryIndex;
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
        if (!leads.getAsBoolean()) {
            return new Step.Idle("another node leads");
        }
        boolean recovered = record.recovery() != null;
        long floor = recovered ? SurvivingReplicas.orderFloor(clock) : 0;
        var _ =
                tell(
                        new PartitionCommand.Init(
                                record.from(),
                                record.to(),
                                floor,
                                record.voters().stream()
                                        .map(r -> KeyCopy.replica(r.node(), r.generation()))
                                        .toList()));
        if (recovered) {
            // Also where it had a range: who leads may change between the two.
            PartitionReply reply = tell(new PartitionCommand.Fence(directoryIndex.getAsLong()));
            boolean givenUp = reply instanceof PartitionReply.WrongPartition;
            if (!givenUp && !(reply instanceof PartitionReply.Done)) {
                throw new StoreException(
                        ErrorCode.UNAVAILABLE, record.id() + " is not fenced: " + reply);
            }
        }
        done = true;
        return Step.worked();
    }

    private PartitionReply tell(PartitionCommand command) throws InterruptedException {
        return metadata.executeIn(record.id(), command, 0, clock.nanos() + WITHIN_NANOS);
    }
}
