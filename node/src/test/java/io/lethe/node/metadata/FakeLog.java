package io.lethe.node.metadata;

import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.metadata.raft.ReplicatedState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A log of one replica that applies at once, or does what a test put in line. Any thread. */
final class FakeLog implements ReplicatedLog {
    private final Tasks tasks;
    private final ReplicatedState state;
    private final Queue<ProposeResult> scripted = new ArrayDeque<>();
    private final List<byte[]> entries = new ArrayList<>();
    private boolean leader = true;
    private @Nullable RaftPeer hint;
    private int reads;
    private int snapshots;
    private List<RaftPeer> voters = List.of();
    private int unavailableReads;
    private CountDownLatch appended = new CountDownLatch(0);

    FakeLog(Tasks tasks, ReplicatedState state) {
        this.tasks = tasks;
        this.state = state;
    }

    synchronized void lead(boolean leads, @Nullable RaftPeer leaderElsewhere) {
        leader = leads;
        hint = leaderElsewhere;
    }

    /** The next proposal has this outcome, and is not applied. */
    synchronized void next(ProposeResult result) {
        scripted.add(result);
    }

    synchronized void failReads(int count) {
        unavailableReads = count;
    }

    synchronized List<byte[]> entries() {
        return List.copyOf(entries);
    }

    /** Counts every entry from here on. */
    synchronized void countEntries(CountDownLatch latch) {
        appended = latch;
    }

    synchronized void voters(List<RaftPeer> peers) {
        voters = List.copyOf(peers);
    }

    synchronized int snapshots() {
        return snapshots;
    }

    synchronized int reads() {
        return reads;
    }

    @Override
    public synchronized Promise<ProposeResult> propose(byte[] command) {
        Promise<ProposeResult> promise = tasks.promise();
        ProposeResult result = scripted.poll();
        if (result == null && !leader) {
            result = new ProposeResult.NotLeader(hint);
        }
        if (result == null) {
            entries.add(command);
            appended.countDown();
            long index = entries.size();
            result = new ProposeResult.Applied(index, state.apply(index, 1, command));
        }
        promise.complete(result);
        return promise;
    }

    @Override
    public synchronized Promise<ReadResult> readIndex(long deadlineNanos) {
        Promise<ReadResult> promise = tasks.promise();
        reads++;
        promise.complete(
                unavailableReads-- > 0
                        ? new ReadResult.Unavailable("no quorum")
                        : new ReadResult.Ready(state.appliedIndex()));
        return promise;
    }

    @Override
    public synchronized Leadership leadership() {
        return new Leadership(1, leader ? Role.LEADER : Role.FOLLOWER, hint);
    }

    @Override
    public Promise<ChangeResult> transferLeadership(RaftPeer to) {
        lead(false, to);
        return done();
    }

    private Promise<ChangeResult> done() {
        Promise<ChangeResult> promise = tasks.promise();
        promise.complete(new ChangeResult.Done());
        return promise;
    }

    @Override
    public Promise<ChangeResult> addVoter(RaftPeer peer) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Promise<ChangeResult> removeVoter(RaftPeer peer) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Promise<ChangeResult> addLearner(RaftPeer peer) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Promise<ChangeResult> removeLearner(RaftPeer peer) {
        throw new UnsupportedOperationException();
    }

    @Override
    public synchronized Membership membership() {
        return new Membership(voters, List.of());
    }

    @Override
    public synchronized Promise<ChangeResult> snapshot() {
        snapshots++;
        return done();
    }

    @Override
    public void abortTransfers() {}

    @Override
    public boolean erasedThrough(long index) {
        return false;
    }

    @Override
    public Figures figures() {
        long last = state.appliedIndex();
        return new Figures(leadership(), 1, last, 1, last, last, 0, 0, 0, 0, 1);
    }

    @Override
    public void shutdown() {}
}
