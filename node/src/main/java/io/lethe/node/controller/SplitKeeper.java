package io.lethe.node.controller;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.ReplicaStatus;
import io.lethe.node.metadata.SplitPlanner;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.raft.ReplicatedLog.Role;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Has partitions that grow too large or too busy split in the middle, on the elected controller:
 * asks their leaders now and then, and orders what {@link SplitChoice} chooses, unless it, its
 * parent or a child of it has still to be swept. Does nothing on other nodes. One task.
 */
public final class SplitKeeper implements Worker {
    /** Looks within the time for which a partition must be above its limit. */
    private static final int LOOKS = 5;

    private static final long MOST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long SPLIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Asks a node how its replica of a group stands. */
    public interface Standing {
        /** Empty where it has none. */
        Optional<ReplicaStatus> of(NodeId node, GroupId group, long deadlineNanos)
                throws InterruptedException;

        /** The leader's; empty where no voter says that it is. */
        default Optional<Leading> leading(PartitionRecord record, Clock clock, long withinNanos)
                throws InterruptedException {
            for (PartitionRecord.Replica voter : record.voters()) {
                try {
                    Optional<Leading> said =
                            of(voter.node(), record.id(), clock.nanos() + withinNanos)
                                    .flatMap(Leading::of);
                    if (said.isPresent()) {
                        return said;
                    }
                } catch (StoreException e) {
                    // Another may lead; a partition that nobody answers for is not looked at.
                }
            }
            return Optional.empty();
        }
    }

    /** How a replica that leads stands, and what it counts. */
    public record Leading(ReplicaStatus status, PartitionAnswer.Figures figures) {
        private static Optional<Leading> of(ReplicaStatus status) {
            PartitionAnswer.Figures figures = status.figures();
            return figures == null || status.role() != Role.LEADER
                    ? Optional.empty()
                    : Optional.of(new Leading(status, figures));
        }
    }

    /**
     * When a partition is too much.
     *
     * @param bytes of its rows; 0: no size is
     * @param commandsPerSecond 0: no load is
     * @param after how long it must have been
     * @param mostPerNode replicas that a node may have for a split there
     */
    public record Limits(long bytes, long commandsPerSecond, Duration after, int mostPerNode) {}

    private final ControllerPorts ports;
    private final Standing standing;
    private final SplitChoice choice;
    private final long pauseNanos;
    private long nextNanos;

    public SplitKeeper(ControllerPorts ports, Standing standing, Limits limits) {
        this.ports = ports;
        this.standing = standing;
        choice =
                new SplitChoice(
                        new SplitChoice.Limits(
                                limits.bytes(),
                                limits.commandsPerSecond(),
                                limits.after().toNanos(),
                                limits.mostPerNode()));
        pauseNanos = Math.min(limits.after().toNanos() / LOOKS, MOST_PAUSE_NANOS);
        nextNanos = ports.tasks().clock().nanos();
    }

    @Override
    public String name() {
        return "split-keeper";
    }

    @Override
    public Step step() throws InterruptedException {
        if (ports.coordination().controllerEpoch().isEmpty()) {
            choice.forget();
            return new Step.Idle("another node is the controller");
        }
        long now = ports.tasks().clock().nanos();
        if (now - nextNanos < 0) {
            return Step.idle();
        }
        nextNanos = now + pauseNanos;
        ports.metadata().catchUpDirectory(now + ASK_NANOS);
        List<SplitChoice.Look> looks = new ArrayList<>();
        for (PartitionRecord record : ports.directory().partitions()) {
            look(record).ifPresent(looks::add);
        }
        Optional<SplitChoice.Look> next = choice.next(looks, now);
        if (next.isEmpty()) {
            return new Step.Idle("none of " + looks.size() + " partitions is to be split now");
        }
        GroupId partition = next.get().record().id();
        if (!isWhole(partition)) {
            return new Step.Idle(partition + " is to be split once the last split is swept");
        }
        choice.putOff(next.get(), now);
        try {
            PartitionRecord.Division division =
                    new SplitPlanner(ports.metadata(), ports.directory())
                            .begin(partition, null, ports.tasks().clock().nanos() + SPLIT_NANOS);
            return new Step.Worked(
                    partition
                            + " is split: "
                            + division.child()
                            + " gets the second half of "
                            + next.get().bytes()
                            + " bytes and "
                            + next.get().commandsPerSecond()
                            + " commands a second");
        } catch (StoreException e) {
            if (e.code() != ErrorCode.INVALID_ARGUMENT) {
                throw e;
            }
            return new Step.Idle(partition + " can't be split in the middle: " + e.getMessage());
        }
    }

    private Optional<SplitChoice.Look> look(PartitionRecord record) throws InterruptedException {
        return standing.leading(record, ports.tasks().clock(), ASK_NANOS)
                .map(
                        leader ->
                                new SplitChoice.Look(
                                        record,
                                        leader.status().rangeBytes(),
                                        leader.status().commandsPerSecond(),
                                        leader.figures().versions()));
    }

    private boolean isWhole(GroupId partition) throws InterruptedException {
        for (PartitionRecord record : ports.directory().partitions()) {
            boolean concerned =
                    record.id().equals(partition)
                            || partition.equals(record.parent())
                            || record.id().equals(parent(partition));
            if (concerned
                    && !ports.metadata()
                            .queryIn(
                                    record.id(),
                                    new PartitionQuery.SplitState(),
                                    ports.tasks().clock().nanos() + ASK_NANOS)
                            .equals(new PartitionAnswer.SplitStanding(0, 0))) {
                return false;
            }
        }
        return true;
    }

    private @Nullable GroupId parent(GroupId partition) {
        return ports.directory().partition(partition).map(PartitionRecord::parent).orElse(null);
    }
}
