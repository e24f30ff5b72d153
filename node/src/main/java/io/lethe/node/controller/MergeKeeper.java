package io.lethe.node.controller;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.MergePlanner;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Has partitions that had no objects for a long time merged into their neighbours, on the elected
 * controller: asks their leaders now and then, and orders what {@link MergeChoice} chooses, one
 * after the other. Does nothing on other nodes. One task.
 */
public final class MergeKeeper implements Worker {
    /** Looks within the time for which a partition must have had nothing. */
    private static final int LOOKS = 5;

    private static final long MOST_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long ORDER_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final ControllerPorts ports;
    private final SplitKeeper.Standing standing;
    private final MergeChoice choice;
    private final long afterNanos;
    private final long pauseNanos;
    private long nextNanos;

    /**
     * @param after how long a partition must have had nothing; 0: none is merged
     */
    public MergeKeeper(ControllerPorts ports, SplitKeeper.Standing standing, Duration after) {
        this.ports = ports;
        this.standing = standing;
        afterNanos = after.toNanos();
        choice = new MergeChoice(ports.plan().partitions(), afterNanos);
        pauseNanos = Math.min(afterNanos / LOOKS, MOST_PAUSE_NANOS);
        nextNanos = ports.tasks().clock().nanos();
    }

    @Override
    public String name() {
        return "merge-keeper";
    }

    @Override
    public Step step() throws InterruptedException {
        if (afterNanos == 0) {
            return new Step.Idle("partitions are merged by hand only");
        }
        if (ports.coordination().controllerEpoch().isEmpty()) {
            choice.forget();
            return new Step.Idle("another node is the controller");
        }
        long now = ports.tasks().clock().nanos();
        if (now - nextNanos < 0) {
            return Step.idle();
        }
        nextNanos = now + pauseNanos;
        if (ports.directory().featureLevel() < FeatureLevels.MERGES) {
            return new Step.Idle("the feature level knows no merges");
        }
        ports.metadata().catchUpDirectory(now + ASK_NANOS);
        List<PartitionRecord> all = ports.directory().partitions();
        List<MergeChoice.Look> looks = new ArrayList<>();
        for (PartitionRecord record : all) {
            look(record).ifPresent(looks::add);
        }
        Optional<PartitionRecord> next = choice.next(looks, all.size(), now);
        if (next.isEmpty() || !ports.directory().merges().isEmpty()) {
            return new Step.Idle("none of " + looks.size() + " partitions is to be merged now");
        }
        choice.putOff(next.get(), now);
        return merge(next.get().id());
    }

    private Step merge(GroupId partition) throws InterruptedException {
        try {
            GroupId heir =
                    new MergePlanner(ports.metadata(), ports.directory())
                            .begin(partition, ports.tasks().clock().nanos() + ORDER_NANOS);
            return new Step.Worked(partition + " has no objects: " + heir + " gets its range");
        } catch (StoreException e) {
            if (e.code() != ErrorCode.INVALID_ARGUMENT) {
                throw e;
            }
            return new Step.Idle(String.valueOf(e.getMessage()));
        }
    }

    private Optional<MergeChoice.Look> look(PartitionRecord record) throws InterruptedException {
        return standing.leading(record, ports.tasks().clock(), ASK_NANOS)
                .map(
                        leader ->
                                new MergeChoice.Look(
                                        record,
                                        leader.figures().versions() == 0
                                                && leader.figures().openWrites() == 0));
    }
}
