package io.lethe.node.metadata.raft;

import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The port over a replica of a {@link ModelGroup}; one thread, the simulator's. */
public final class ModelReplicatedLog implements ReplicatedLog {
    private static final long RETRY_NANOS = 20 * ModelGroup.MILLI;

    private final ModelGroup group;
    private final ModelReplica replica;
    private final Tasks tasks;

    public ModelReplicatedLog(ModelGroup group, ModelReplica replica, Tasks tasks) {
        this.group = group;
        this.replica = replica;
        this.tasks = tasks;
    }

    @Override
    public Promise<ProposeResult> propose(byte[] command) {
        Promise<ProposeResult> promise = tasks.promise();
        if (!replica.up || !group.leads(replica)) {
            promise.complete(new ProposeResult.NotLeader(group.leaderPeer()));
        } else {
            group.propose(replica, command, promise::complete);
        }
        return promise;
    }

    @Override
    public Promise<ReadResult> readIndex(long deadlineNanos) {
        Promise<ReadResult> promise = tasks.promise();
        round(promise, deadlineNanos);
        return promise;
    }

    private void round(Promise<ReadResult> promise, long deadlineNanos) {
        group.scheduler.after(
                group.within(2 * ModelGroup.MILLI),
                () -> {
                    if (!replica.up || group.scheduler.nanos() - deadlineNanos >= 0) {
                        promise.complete(new ReadResult.Unavailable("no quorum in time"));
                    } else if (answers() && !group.chance(group.faults.lostRoundsPerRead())) {
                        long index = group.committedIndex();
                        replica.whenApplied(
                                index, () -> promise.complete(new ReadResult.Ready(index)));
                        giveUpAt(promise, deadlineNanos);
                    } else {
                        group.scheduler.after(RETRY_NANOS, () -> round(promise, deadlineNanos));
                    }
                });
    }

    /** A leader with a quorum is linked, and leads since something of its term committed. */
    private boolean answers() {
        RaftPeer leader = group.leaderPeer();
        ModelReplica leading = leader == null ? null : group.replicas.get(leader);
        return leading != null
                && leading.up
                && leading.island == replica.island
                && group.hasQuorum(leading)
                && (group.voters.contains(replica.peer) || group.learners.contains(replica.peer));
    }

    private void giveUpAt(Promise<ReadResult> promise, long deadlineNanos) {
        group.scheduler.after(
                Math.max(1, deadlineNanos - group.scheduler.nanos()),
                () -> promise.complete(new ReadResult.Unavailable("not applied in time")));
    }

    @Override
    public Leadership leadership() {
        Role role = Role.FOLLOWER;
        if (!replica.up) {
            role = Role.DOWN;
        } else if (group.leads(replica)) {
            role = Role.LEADER;
        } else if (group.learners.contains(replica.peer)) {
            role = Role.LEARNER;
        }
        return new Leadership(group.term(), role, group.leaderPeer());
    }

    @Override
    public Promise<ChangeResult> transferLeadership(RaftPeer to) {
        return change(
                () -> {
                    group.transfer(to);
                    return group.voters.contains(to);
                });
    }

    @Override
    public Promise<ChangeResult> addVoter(RaftPeer peer) {
        return change(
                () -> {
                    group.learners.remove(peer);
                    if (group.voters.add(peer)) {
                        group.changed();
                    }
                    return true;
                });
    }

    @Override
    public Promise<ChangeResult> removeVoter(RaftPeer peer) {
        return change(
                () -> {
                    if (group.voters.remove(peer)) {
                        group.changed();
                    }
                    return true;
                });
    }

    @Override
    public Promise<ChangeResult> addLearner(RaftPeer peer) {
        return change(
                () -> {
                    if (group.voters.contains(peer)) {
                        return false;
                    }
                    if (group.learners.add(peer)) {
                        group.changed();
                    }
                    return true;
                });
    }

    @Override
    public Promise<ChangeResult> removeLearner(RaftPeer peer) {
        return change(
                () -> {
                    if (group.learners.remove(peer)) {
                        group.changed();
                    }
                    return true;
                });
    }

    private Promise<ChangeResult> change(BooleanSupplier apply) {
        Promise<ChangeResult> promise = tasks.promise();
        group.scheduler.after(
                group.within(5 * ModelGroup.MILLI),
                () -> {
                    if (!replica.up || !group.leads(replica) || !group.hasQuorum(replica)) {
                        promise.complete(new ChangeResult.NotLeader(group.leaderPeer()));
                    } else if (apply.getAsBoolean()) {
                        promise.complete(new ChangeResult.Done());
                    } else {
                        promise.complete(new ChangeResult.Refused("not possible", false));
                    }
                });
        return promise;
    }

    @Override
    public Membership membership() {
        return new Membership(List.copyOf(group.voters), List.copyOf(group.learners));
    }

    @Override
    public Promise<ChangeResult> snapshot() {
        Promise<ChangeResult> promise = tasks.promise();
        group.scheduler.after(
                group.within(5 * ModelGroup.MILLI),
                () -> {
                    if (replica.up) {
                        replica.takeSnapshot();
                        promise.complete(new ChangeResult.Done());
                    } else {
                        promise.complete(new ChangeResult.Refused("shut down", false));
                    }
                });
        return promise;
    }

    @Override
    public void abortTransfers() {
        // Transfers take no time here.
    }

    @Override
    public boolean erasedThrough(long index) {
        return replica.firstIndex() > index;
    }

    @Override
    public Figures figures() {
        return new Figures(
                leadership(),
                replica.firstIndex(),
                group.committedIndex(),
                leadership().term(),
                group.committedIndex(),
                replica.applied(),
                0,
                0,
                0,
                0,
                0);
    }

    @Override
    public void shutdown() {
        replica.crash();
    }
}
