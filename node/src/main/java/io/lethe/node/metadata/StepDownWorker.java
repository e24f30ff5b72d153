package io.lethe.node.metadata;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.metadata.raft.ReplicatedLog.ChangeResult;
import io.lethe.node.model.GroupId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Hands a group's leadership to another voter while this node's clock is not trusted: until then
 * {@link Proposer} refuses everything, so the group waits. One task at a time.
 */
public final class StepDownWorker implements Worker {
    /** A hand-over begins with a message to a voter that is up to date. */
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final GroupId group;
    private final RaftPeer self;
    private final ReplicatedLog log;
    private final ClockCheck clockCheck;
    private final Clock clock;
    private int turn;

    public StepDownWorker(
            GroupId group, RaftPeer self, ReplicatedLog log, ClockCheck clockCheck, Clock clock) {
        this.group = group;
        this.self = self;
        this.log = log;
        this.clockCheck = clockCheck;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "step-down/" + group;
    }

    @Override
    public Step step() throws InterruptedException {
        if (clockCheck.trusted() || !log.leadership().isLeader()) {
            return Step.idle();
        }
        List<RaftPeer> others =
                log.membership().voters().stream().filter(peer -> !peer.equals(self)).toList();
        if (others.isEmpty()) {
            return new Step.Failed(
                    "set this node's clock right: it is off, and nobody else can lead " + group);
        }
        RaftPeer next = others.get(Math.floorMod(turn++, others.size()));
        try {
            ChangeResult result = log.transferLeadership(next).await(clock.nanos() + MOST_NANOS);
            return switch (result) {
                case ChangeResult.Done _ -> new Step.Worked("handed over to " + next);
                case ChangeResult.NotLeader _ -> Step.idle();
                case ChangeResult.Refused refused -> new Step.Failed(refused.reason());
            };
        } catch (TimeoutException e) {
            return new Step.Failed("the leadership could not be handed to " + next);
        }
    }
}
