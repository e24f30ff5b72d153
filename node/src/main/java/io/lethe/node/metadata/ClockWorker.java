package io.lethe.node.metadata;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Pacing;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Asks the other nodes in turn what time it is, one with each step. Every node has a copy of the
 * directory, so its standing is what is asked for. One task at a time.
 */
public final class ClockWorker implements Worker {
    /** An answer that takes longer says too little about the time. */
    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Asks a node how its replica of a group stands. */
    @FunctionalInterface
    public interface Ask {
        Optional<ReplicaStatus> status(NodeId node, GroupId group, long deadlineNanos)
                throws InterruptedException;
    }

    private final NodeId self;
    private final PeerClocks clocks;
    private final Supplier<List<NodeId>> nodes;
    private final Ask ask;
    private final Clock clock;
    private int turn;

    /**
     * @param nodes all of the cluster
     */
    public ClockWorker(
            NodeId self, PeerClocks clocks, Supplier<List<NodeId>> nodes, Ask ask, Clock clock) {
        this.self = self;
        this.clocks = clocks;
        this.nodes = nodes;
        this.ask = ask;
        this.clock = clock;
    }

    /** Twice a second, also when the clock is off: it may have been set right. */
    public static Pacing pacing() {
        long half = TimeUnit.MILLISECONDS.toNanos(500);
        return new Pacing(half, 0, half, half);
    }

    @Override
    public String name() {
        return "clock";
    }

    @Override
    public Step step() throws InterruptedException {
        List<NodeId> others = nodes.get().stream().filter(node -> !node.equals(self)).toList();
        clocks.others(!others.isEmpty());
        if (others.isEmpty()) {
            return new Step.Idle("there is no other node to compare with");
        }
        NodeId node = others.get(Math.floorMod(turn++, others.size()));
        long asked = clock.nanos();
        try {
            Optional<ReplicaStatus> answer = ask.status(node, GroupId.DIRECTORY, asked + ASK_NANOS);
            answer.ifPresent(
                    status -> clocks.heard(node, status.wallMillis(), asked, clock.nanos()));
        } catch (StoreException unreachable) {
            // What it said before counts until it is a minute old.
        }
        PeerClocks.Standing standing = clocks.standing();
        return standing.trusted()
                ? new Step.Idle(
                        "agrees with " + (standing.heard() - standing.against()) + " other nodes")
                : new Step.Failed(
                        "this node's clock is more than a second away from those of "
                                + standing.against()
                                + " of "
                                + standing.heard()
                                + " other nodes, so it leads nothing: set it right, by NTP");
    }
}
