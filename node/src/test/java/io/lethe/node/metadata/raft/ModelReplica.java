package io.lethe.node.metadata.raft;

import io.lethe.node.metadata.raft.ReplicatedLog.ProposeResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One replica of a {@link ModelGroup}: its state, how far it has applied, what it has of the log.
 */
public final class ModelReplica {
    /**
     * A snapshot that this replica keeps.
     *
     * @param index the log's index, which counts entries without a command too
     */
    record Snapshot(
            Path dir, long index, long appliedIndex, long appliedTerm, ReplicatedState from) {}

    private record Waiting(long index, Runnable step) {}

    final ModelGroup group;
    final RaftPeer peer;
    boolean up;

    /** Replicas with the same number are linked with each other. */
    int island;

    private @Nullable ReplicatedState state;
    private long applied;
    private long firstIndex = 1;
    private @Nullable Snapshot snapshot;
    private @Nullable Snapshot older;
    private boolean leading;
    private int life;
    private boolean applying;
    private final List<Waiting> waiting = new ArrayList<>();
    private final Map<Long, Consumer<ProposeResult>> answers = new HashMap<>();

    ModelReplica(ModelGroup group, RaftPeer peer) {
        this.group = group;
        this.peer = peer;
    }

    public RaftPeer peer() {
        return peer;
    }

    public boolean isUp() {
        return up;
    }

    /** The state of a replica that runs. */
    public ReplicatedState state() {
        ReplicatedState present = state;
        if (present == null) {
            throw new IllegalStateException(peer + " is down");
        }
        return present;
    }

    long applied() {
        return applied;
    }

    long firstIndex() {
        return firstIndex;
    }

    @Nullable Snapshot snapshot() {
        return snapshot;
    }

    /** Starts from what was flushed: the own snapshot and the log after it are replayed. */
    public void restart() {
        up = true;
        state = group.states.open(peer);
        applied = 0;
        Snapshot own = snapshot;
        if (own != null) {
            load(own);
        }
        scheduleApply();
        group.scheduleElection();
    }

    /** Stops it at once: what its state had not flushed is lost. */
    public void crash() {
        if (!up) {
            return;
        }
        up = false;
        life++;
        leading = false;
        applying = false;
        state = null;
        waiting.clear();
        answers.values()
                .forEach(answer -> answer.accept(new ProposeResult.OutcomeUnknown("crashed")));
        answers.clear();
        group.weakened();
    }

    private void load(Snapshot from) {
        if (state().appliedIndex() < from.appliedIndex()) {
            try {
                state().importKeys(from.appliedIndex(), from.from().exportKeys());
                state().loadSnapshot(from.dir(), from.appliedIndex(), from.appliedTerm());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        applied = Math.max(applied, from.index());
    }

    /** Moves it to an island: only replicas of the same one are linked; all begin on 0. */
    public void moveTo(int newIsland) {
        island = newIsland;
        group.weakened();
        group.scheduleElection();
        group.replicas.values().forEach(ModelReplica::scheduleApply);
    }

    void scheduleApply() {
        if (up && !applying) {
            applying = true;
            int mine = life;
            group.scheduler.after(
                    group.within(2 * ModelGroup.MILLI),
                    () -> {
                        if (mine == life) {
                            applying = false;
                            applySome();
                        }
                    });
        }
    }

    private boolean follows() {
        return group.voters.contains(peer) || group.learners.contains(peer);
    }

    private void applySome() {
        if (!follows() || !(group.hasQuorum(this) || linkedWithLeader())) {
            return;
        }
        if (applied + 1 < group.firstIndexFor(this)) {
            Snapshot offered = group.snapshotFor(this);
            if (offered == null) {
                return;
            }
            load(offered);
            snapshot = offered;
            firstIndex = offered.index() + 1;
        }
        int most = 1 + group.random.nextInt(8);
        for (int i = 0; i < most && applied < group.committedIndex(); i++) {
            applyNext();
        }
        runDue();
        if (applied < group.committedIndex()) {
            scheduleApply();
        }
    }

    private boolean linkedWithLeader() {
        RaftPeer leader = group.leaderPeer();
        ModelReplica replica = leader == null ? null : group.replicas.get(leader);
        return replica != null && replica.up && replica.island == island;
    }

    private void applyNext() {
        long index = ++applied;
        ModelGroup.Entry entry = group.entry(index);
        byte[] reply = null;
        if (entry != null && entry.command() != null && index > state().appliedIndex()) {
            reply = state().apply(index, entry.term(), entry.command());
        }
        Consumer<ProposeResult> answer = answers.remove(index);
        if (answer != null && reply != null) {
            answer.accept(new ProposeResult.Applied(index, reply));
        }
        if (group.chance(group.faults.spontaneousSnapshotPerApply())) {
            takeSnapshot();
        }
    }

    private void runDue() {
        List<Waiting> due = new ArrayList<>(waiting);
        due.removeIf(one -> one.index() > applied);
        waiting.removeAll(due);
        due.forEach(one -> one.step().run());
    }

    /** Runs a step once this replica has applied so far; never when it crashes before. */
    void whenApplied(long index, Runnable step) {
        waiting.add(new Waiting(index, step));
        scheduleApply();
    }

    /** Answers a proposal made here once its entry has applied here. */
    void answerWhenApplied(long index, Consumer<ProposeResult> answer) {
        if (up) {
            answers.put(index, answer);
            scheduleApply();
        } else {
            answer.accept(new ProposeResult.OutcomeUnknown("crashed"));
        }
    }

    void leaderStarts(long term) {
        leading = true;
        state().leaderStart(term);
    }

    void leaderStops() {
        if (leading && up) {
            state().leaderStop();
        }
        leading = false;
    }

    /** Saves a snapshot and cuts the log at the one before it; at this one when it is repeated. */
    void takeSnapshot() {
        Snapshot last = snapshot;
        if (last != null && last.index() == applied) {
            firstIndex = Math.max(firstIndex, applied + 1);
            return;
        }
        try {
            Path dir = group.places.snapshot(peer, applied);
            state().saveSnapshot(dir);
            older = last;
            snapshot =
                    new Snapshot(
                            dir, applied, state().appliedIndex(), state().appliedTerm(), state());
            if (older != null) {
                firstIndex = Math.max(firstIndex, older.index() + 1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
