package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.closure.ReadIndexClosure;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.core.State;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.option.ReadOnlyOption;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One group's replica over the library's node. Safe for any thread. */
final class RaftGroup implements ReplicatedLog {
    /** 4 MiB: the largest command of the metadata is far smaller; an append must fit a message. */
    static final int MOST_COMMAND_BYTES = 4 * 1024 * 1024;

    /** A read-index round that takes longer is given up and begun again. */
    private static final long ROUND_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final byte[] NO_CONTEXT = new byte[0];

    private static final String SHUTTING_DOWN = "the replica is shutting down";

    /** The parts of one replica, made by {@link RaftHost}. */
    record Parts(
            String group,
            RaftPeer self,
            NodeImpl node,
            GroupMachine machine,
            GroupLogStorage log,
            DurableVotes votes,
            SnapshotFolder snapshots,
            SnapshotSource source,
            Proposals proposals,
            AppendBudget appends) {}

    private final Parts parts;
    private final NodeImpl node;
    private final Tasks tasks;
    private final ReadRounds reads;
    private final Runnable onShutdown;

    /** Voters that are being added. */
    private final AtomicInteger joining = new AtomicInteger();

    private volatile @Nullable SnapshotCopy copy;
    private volatile @Nullable Round underWay;
    private volatile @Nullable EarlyElection early;
    private volatile boolean learner;

    /**
     * Calls of the library that it refuses in ways of its own once it is shut down are made under
     * the one, and its shutdown waits for them under the other.
     */
    private final ReadWriteLock life = new ReentrantReadWriteLock();

    private volatile boolean closed;

    RaftGroup(Parts parts, Tasks tasks, ReadRounds.Later later, Runnable onShutdown) {
        this.parts = parts;
        this.node = parts.node();
        this.tasks = tasks;
        this.onShutdown = onShutdown;
        this.reads = new ReadRounds(tasks.clock(), this::beginRound, later);
    }

    @Override
    public Promise<ProposeResult> propose(byte[] command) {
        if (command.length > MOST_COMMAND_BYTES) {
            throw new IllegalArgumentException(
                    "a command has " + command.length + " bytes, and 4 MiB is the most");
        }
        Promise<ProposeResult> promise = tasks.promise();
        if (!whileOpen(() -> propose(command, promise))) {
            promise.complete(new ProposeResult.NotLeader(parts.machine().leader()));
        }
        return promise;
    }

    /** Returns false when it is shut down: nothing was done. */
    private boolean whileOpen(Runnable call) {
        life.readLock().lock();
        try {
            if (closed) {
                return false;
            }
            call.run();
            return true;
        } finally {
            life.readLock().unlock();
        }
    }

    private void propose(byte[] command, Promise<ProposeResult> promise) {
        if (!node.isLeader(false)) {
            promise.complete(new ProposeResult.NotLeader(parts.machine().leader()));
            return;
        }
        Proposals.Proposal proposal = parts.proposals().admit(promise, command);
        if (proposal == null) {
            promise.complete(new ProposeResult.Overloaded());
            return;
        }
        Task task = new Task();
        task.setData(ByteBuffer.wrap(command));
        task.setDone(proposal);
        try {
            node.apply(task);
        } catch (IllegalStateException e) {
            proposal.run(new Status(RaftError.ENODESHUTDOWN, SHUTTING_DOWN));
        }
    }

    @Override
    public Promise<ReadResult> readIndex(long deadlineNanos) {
        Promise<ReadResult> promise = tasks.promise();
        reads.read(promise, deadlineNanos);
        return promise;
    }

    private void beginRound(ReadRounds.Outcome outcome) {
        Round round = new Round(outcome, tasks.clock().nanos() + ROUND_TIMEOUT_NANOS);
        underWay = round;
        Status over = new Status(RaftError.ENODESHUTDOWN, SHUTTING_DOWN);
        try {
            if (!whileOpen(() -> node.readIndex(ReadOnlyOption.ReadOnlySafe, NO_CONTEXT, round))) {
                round.run(over);
            }
        } catch (IllegalStateException e) {
            round.run(over);
        }
    }

    /**
     * A read-index round, which {@link #tick} ends when it is late: the library's own time-outs
     * keep a thread that wakes a thousand times a second.
     */
    private final class Round extends ReadIndexClosure {
        private final ReadRounds.Outcome outcome;
        private final long deadlineNanos;

        Round(ReadRounds.Outcome outcome, long deadlineNanos) {
            super(-1);
            this.outcome = outcome;
            this.deadlineNanos = deadlineNanos;
        }

        @Override
        public void run(Status status, long index, byte[] context) {
            if (underWay == this) {
                underWay = null;
            }
            if (status.isOk()) {
                outcome.ready(index);
            } else {
                outcome.failed(String.valueOf(status.getErrorMsg()));
            }
        }

        void endIfLate(long nowNanos) {
            if (deadlineNanos - nowNanos <= 0) {
                run(new Status(RaftError.ETIMEDOUT, "no quorum in time"));
            }
        }
    }

    @Override
    public Leadership leadership() {
        Role role =
                switch (node.getNodeState()) {
                    case STATE_LEADER, STATE_TRANSFERRING -> Role.LEADER;
                    case STATE_CANDIDATE -> Role.CANDIDATE;
                    case STATE_FOLLOWER -> learner ? Role.LEARNER : Role.FOLLOWER;
                    case STATE_ERROR,
                            STATE_UNINITIALIZED,
                            STATE_SHUTTING,
                            STATE_SHUTDOWN,
                            STATE_END ->
                            Role.DOWN;
                };
        return new Leadership(parts.votes().getTerm(), role, parts.machine().leader());
    }

    @Override
    public Promise<ChangeResult> transferLeadership(RaftPeer to) {
        return change(done -> done.run(node.transferLeadershipTo(to.toPeerId())));
    }

    @Override
    public Promise<ChangeResult> addVoter(RaftPeer peer) {
        return change(
                wanted -> {
                    joining.incrementAndGet();
                    try {
                        join(
                                peer.toPeerId(),
                                status -> {
                                    joining.decrementAndGet();
                                    wanted.run(status);
                                });
                    } catch (IllegalStateException | IllegalArgumentException e) {
                        joining.decrementAndGet();
                        throw e;
                    }
                });
    }

    private void join(PeerId peer, Closure done) {
        Configuration now = node.getCurrentConf();
        if (now.contains(peer)) {
            done.run(Status.OK());
        } else if (now.getLearners().contains(peer)) {
            // One step at a time: first it stops learning, then it joins.
            node.removeLearners(
                    List.of(peer),
                    status -> {
                        if (status.isOk()) {
                            node.addPeer(peer, done);
                        } else {
                            done.run(status);
                        }
                    });
        } else {
            node.addPeer(peer, done);
        }
    }

    @Override
    public Promise<ChangeResult> removeVoter(RaftPeer peer) {
        return change(
                done -> {
                    if (node.getCurrentConf().contains(peer.toPeerId())) {
                        node.removePeer(peer.toPeerId(), done);
                    } else {
                        done.run(Status.OK());
                    }
                });
    }

    @Override
    public Promise<ChangeResult> addLearner(RaftPeer peer) {
        return change(
                done -> {
                    if (node.getCurrentConf().contains(peer.toPeerId())) {
                        done.run(new Status(RaftError.EINVAL, peer + " is a voter"));
                    } else {
                        node.addLearners(List.of(peer.toPeerId()), done);
                    }
                });
    }

    @Override
    public Promise<ChangeResult> removeLearner(RaftPeer peer) {
        return change(done -> node.removeLearners(List.of(peer.toPeerId()), done));
    }

    /** Runs a change that only the leader makes. */
    private Promise<ChangeResult> change(Consumer<Closure> begin) {
        Promise<ChangeResult> promise = tasks.promise();
        if (!whileOpen(() -> change(begin, promise))) {
            promise.complete(new ChangeResult.NotLeader(parts.machine().leader()));
        }
        return promise;
    }

    private void change(Consumer<Closure> begin, Promise<ChangeResult> promise) {
        if (!node.isLeader(false)) {
            promise.complete(new ChangeResult.NotLeader(parts.machine().leader()));
            return;
        }
        try {
            begin.accept(status -> promise.complete(result(status)));
        } catch (IllegalStateException | IllegalArgumentException e) {
            promise.complete(new ChangeResult.Refused(String.valueOf(e.getMessage()), false));
        }
    }

    private ChangeResult result(Status status) {
        if (status.isOk()) {
            return new ChangeResult.Done();
        }
        if (status.getRaftError() == RaftError.EPERM) {
            return new ChangeResult.NotLeader(parts.machine().leader());
        }
        boolean busy =
                status.getRaftError() == RaftError.EBUSY
                        || status.getRaftError() == RaftError.ECATCHUP;
        return new ChangeResult.Refused(String.valueOf(status.getErrorMsg()), busy);
    }

    @Override
    public Membership membership() {
        Configuration now = node.getCurrentConf();
        return new Membership(peers(now.getPeers()), peers(now.getLearners()));
    }

    private static List<RaftPeer> peers(Collection<PeerId> peers) {
        return peers.stream().map(RaftPeer::of).toList();
    }

    @Override
    public Promise<ChangeResult> snapshot() {
        Promise<ChangeResult> promise = tasks.promise();
        if (!whileOpen(() -> snapshot(promise))) {
            promise.complete(new ChangeResult.Refused(SHUTTING_DOWN, false));
        }
        return promise;
    }

    private void snapshot(Promise<ChangeResult> promise) {
        if (parts.snapshots().transferring()) {
            promise.complete(new ChangeResult.Refused("a snapshot is being copied", true));
        } else if (wouldBeSkipped()) {
            promise.complete(new ChangeResult.Refused("a command is being applied", true));
        } else {
            parts.log().keys().rotate();
            node.snapshot(status -> promise.complete(result(status)));
        }
    }

    /**
     * The library takes no snapshot, and says that it is done, where it has applied nothing since
     * the last; it counts what is applied batch by batch, behind the state.
     */
    private boolean wouldBeSkipped() {
        long counted = node.getLastAppliedLogIndex();
        return counted <= parts.snapshots().newest() && counted < parts.machine().appliedIndex();
    }

    /** A copy from the leader began. */
    void copying(SnapshotCopy begun) {
        copy = begun;
    }

    @Override
    public void abortTransfers() {
        parts.source().abort();
        SnapshotCopy running = copy;
        if (running != null) {
            running.cancel();
        }
    }

    @Override
    public boolean erasedThrough(long index) {
        return parts.log().getFirstLogIndex() > index && parts.log().keys().destroyedThrough(index);
    }

    @Override
    public Figures figures() {
        boolean active = node.getNodeState().compareTo(State.STATE_ERROR) < 0;
        return new Figures(
                leadership(),
                parts.log().getFirstLogIndex(),
                parts.log().getLastLogIndex(),
                Math.max(parts.log().lastTerm(), parts.snapshots().newestTerm()),
                active ? node.getLastCommittedIndex() : 0,
                active ? node.getLastAppliedLogIndex() : 0,
                parts.snapshots().newest(),
                parts.proposals().bytes(),
                parts.appends().bytes(),
                parts.proposals().rejected() + parts.appends().rejected() + reads.rejected(),
                parts.log().keys().live());
    }

    boolean admits(AppendEntriesRequest append) {
        return parts.appends()
                .admit(
                        append.getTerm(),
                        append.getPrevLogIndex() + append.getEntriesCount(),
                        append.getData().size());
    }

    SnapshotSource source() {
        return parts.source();
    }

    /** Stands for election as soon as a quorum is there, unless somebody leads by then. */
    void standSoon(int electionTimeoutMillis) {
        early = new EarlyElection(node, electionTimeoutMillis, tasks.clock());
    }

    /** Regular housekeeping, a few times a second. */
    void tick() {
        EarlyElection election = early;
        if (election != null) {
            election.tick(parts.machine().leader() != null);
        }
        parts.proposals().expire();
        reads.expire();
        Round round = underWay;
        if (round != null) {
            round.endIfLate(tasks.clock().nanos());
        }
        if (joining.get() > 0) {
            nudge();
        }
        Configuration now = node.getCurrentConf();
        learner = now != null && now.getLearners().contains(parts.self().toPeerId());
    }

    /**
     * Appends an entry that says nothing. The library notices that a voter to be has caught up when
     * that one answers an append: one that was so before anybody watched would join with the next
     * write only, whenever that comes.
     */
    private void nudge() {
        try {
            var _ = whileOpen(() -> node.apply(new Task()));
        } catch (IllegalStateException e) {
            // It shuts down, and the change with it.
        }
    }

    @Override
    public void shutdown() {
        life.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
        } finally {
            life.writeLock().unlock();
        }
        abortTransfers();
        reads.close();
        node.shutdown();
        try {
            node.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        parts.proposals().abandon();
        onShutdown.run();
    }
}
