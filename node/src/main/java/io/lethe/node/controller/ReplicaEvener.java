package io.lethe.node.controller;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.command.DirectoryCommand.MoveReplica;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Moves replicas of partitions from nodes that have many to nodes that have few ({@link
 * EvenSeats}), on the elected controller: to nodes that were added, and off those on which
 * partitions were split. Nobody waits for it, so it begins only when everything has been quiet for
 * a while, and moves one replica at a time: every voter is up, none is on its way, nothing is
 * split. Operators stop it as they stop the evening out of devices. Does nothing on other nodes.
 * One task.
 */
public final class ReplicaEvener implements Worker {
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Asks a group whether it has just the members of its record. */
    public interface Members {
        /**
         * @throws StoreException where its leader doesn't say in time
         */
        boolean isSettled(PartitionRecord record, long deadlineNanos) throws InterruptedException;
    }

    private final ControllerPorts ports;
    private final Orders orders;
    private final Members members;
    private final long quietNanos;
    private long nextNanos;

    /** Since when this controller has seen nothing else to do; null: there was something. */
    private @Nullable Long quietSince;

    /**
     * @param quiet for how long nothing else must have been under way
     */
    public ReplicaEvener(ControllerPorts ports, Members members, Duration quiet) {
        this.ports = ports;
        this.members = members;
        orders = new Orders(ports);
        quietNanos = quiet.toNanos();
        nextNanos = ports.tasks().clock().nanos();
    }

    @Override
    public String name() {
        return "replica-evener";
    }

    @Override
    public Step step() throws InterruptedException {
        if (ports.coordination().controllerEpoch().isEmpty()) {
            quietSince = null;
            return new Step.Idle("another node is the controller");
        }
        long now = ports.tasks().clock().nanos();
        if (now - nextNanos < 0) {
            return Step.idle();
        }
        nextNanos = now + LOOK_NANOS;
        String busy = busy();
        Optional<MoveReplica> next =
                busy.isEmpty()
                        ? EvenSeats.next(
                                ports.directory().partitions(),
                                ports.directory().nodes(),
                                node -> Domains.of(node, ports.plan().failureDomain()))
                        : Optional.empty();
        // Asked last, and only where something is to be moved: it costs each group a commit.
        if (next.isPresent()) {
            busy = onTheirWay();
        }
        if (!busy.isEmpty()) {
            quietSince = null;
            return new Step.Idle(busy);
        }
        if (quietSince == null) {
            quietSince = now;
        }
        if (next.isEmpty()) {
            return new Step.Idle("replicas are as even as they get");
        }
        if (now - quietSince < quietNanos) {
            return new Step.Idle("waits until it has been quiet for a while");
        }
        MoveReplica move = next.get();
        try {
            var _ = orders.apply(move);
        } catch (StoreException e) {
            if (e.code() != ErrorCode.STALE_EPOCH && e.code() != ErrorCode.INVALID_ARGUMENT) {
                throw e;
            }
            quietSince = null;
            return new Step.Idle("the partition has changed meanwhile: " + e.getMessage());
        }
        return new Step.Worked(
                move.partition() + " goes from node " + move.from() + " to node " + move.to());
    }

    /** What else is under way, as far as the directory knows; empty: nothing. */
    private String busy() throws InterruptedException {
        if (!ports.coordination().connected() || ports.directory().cluster().isEmpty()) {
            return "who is here is not known now";
        }
        ports.metadata().catchUpDirectory(ports.tasks().clock().nanos() + ASK_NANOS);
        if (ports.directory().setting(MoveKeeper.EVENING).orElse("on").equals("off")) {
            return "operators have stopped it";
        }
        if (!ports.directory().merges().isEmpty()) {
            return "partitions are merged";
        }
        Set<NodeId> up = new HashSet<>();
        for (NodeRecord node : ports.directory().nodes()) {
            if (node.state() == NodeRecord.State.UP) {
                up.add(node.id());
            } else if (!node.removed()) {
                return "node " + node.id() + " is away";
            }
        }
        for (PartitionRecord record : ports.directory().partitions()) {
            if (record.division() != null) {
                return record.id() + " is split";
            }
            if (!record.voters().stream().allMatch(one -> up.contains(one.node()))) {
                return "a voter of " + record.id() + " is away";
            }
        }
        return "";
    }

    /** Whether a group has other members than those of its record; empty: none has. */
    private String onTheirWay() throws InterruptedException {
        for (PartitionRecord record : ports.directory().partitions()) {
            if (!isSettled(record)) {
                return "replicas of " + record.id() + " are on their way";
            }
        }
        return "";
    }

    private boolean isSettled(PartitionRecord record) throws InterruptedException {
        try {
            return members.isSettled(record, ports.tasks().clock().nanos() + ASK_NANOS);
        } catch (StoreException e) {
            return false;
        }
    }
}
