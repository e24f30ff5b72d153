package io.lethe.node.metadata.raft;

import io.lethe.node.base.RandomSource;
import io.lethe.node.metadata.raft.ReplicatedLog.ProposeResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The simulator's model of one replicated group: everything that the contract of {@link
 * ReplicatedLog} allows, in one thread, decided by a seed. Kept to the real one by {@link
 * ReplicatedLogContract}.
 *
 * <p>It does: elections after random times, leaders lost at random, proposals whose outcome stays
 * unknown and which apply or not, each replica applying at its own pace, read rounds that fail,
 * snapshots at any index, crashes with replay from what was flushed, installs of snapshots, cut
 * links. It does not: lose a majority's log (the real one refuses such a replica), fork, or reorder
 * what was committed.
 */
public final class ModelGroup {
    /** How wild the model is; chances are per thousand. */
    public record Faults(
            int leaderLossPerProposal, int lostRoundsPerRead, int spontaneousSnapshotPerApply) {
        public static final Faults NONE = new Faults(0, 0, 0);
        public static final Faults WILD = new Faults(20, 50, 20);
    }

    /** Makes a replica's state anew from what it had flushed: at a start and after a crash. */
    public interface States {
        ReplicatedState open(RaftPeer replica);
    }

    /** Makes an empty folder for a snapshot; in simulation one of the fake file system. */
    public interface Places {
        Path snapshot(RaftPeer replica, long index);
    }

    /** A log entry; without a command: the library's own, which takes an index all the same. */
    record Entry(long term, byte @Nullable [] command) {}

    private record Pending(Entry entry, ModelReplica proposer, Consumer<ProposeResult> answer) {}

    static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SHORTEST_ELECTION_NANOS = 100 * MILLI;

    final ModelScheduler scheduler;
    final RandomSource random;
    final Faults faults;
    final States states;
    final Places places;
    final Map<RaftPeer, ModelReplica> replicas = new LinkedHashMap<>();
    final Set<RaftPeer> voters = new LinkedHashSet<>();
    final Set<RaftPeer> learners = new LinkedHashSet<>();

    /** Committed entries by index. */
    private final TreeMap<Long, Entry> committed = new TreeMap<>();

    private final List<Pending> pending = new ArrayList<>();
    private long term;
    private long lastIndex;
    private @Nullable ModelReplica leader;
    private boolean electing;
    private boolean committing;

    public ModelGroup(
            ModelScheduler scheduler,
            RandomSource random,
            Faults faults,
            States states,
            Places places) {
        this.scheduler = scheduler;
        this.random = random;
        this.faults = faults;
        this.states = states;
        this.places = places;
    }

    /** Adds a founder; all of them before the first step. */
    public ModelReplica found(RaftPeer peer) {
        voters.add(peer);
        return start(peer);
    }

    /** Starts an empty replica that is to be added. */
    public ModelReplica start(RaftPeer peer) {
        ModelReplica replica = new ModelReplica(this, peer);
        replicas.put(peer, replica);
        replica.restart();
        scheduleElection();
        return replica;
    }

    boolean chance(int perThousand) {
        return perThousand > 0 && random.nextInt(1000) < perThousand;
    }

    /** A random delay up to {@code most}. */
    long within(long mostNanos) {
        return 1L + random.nextInt((int) Math.min(Integer.MAX_VALUE - 1, mostNanos));
    }

    long term() {
        return term;
    }

    long committedIndex() {
        return committed.isEmpty() ? 0 : committed.lastKey();
    }

    @Nullable Entry entry(long index) {
        return committed.get(index);
    }

    boolean leads(ModelReplica replica) {
        return leader == replica;
    }

    @Nullable RaftPeer leaderPeer() {
        return leader == null ? null : leader.peer;
    }

    /** Whether a majority of the voters runs and is linked with this replica. */
    boolean hasQuorum(ModelReplica replica) {
        int linked = 0;
        for (RaftPeer voter : voters) {
            ModelReplica other = replicas.get(voter);
            if (other != null && other.up && replica.up && other.island == replica.island) {
                linked++;
            }
        }
        return linked > voters.size() / 2;
    }

    void scheduleElection() {
        if (!electing && leader == null) {
            electing = true;
            long delay = SHORTEST_ELECTION_NANOS + within(SHORTEST_ELECTION_NANOS);
            scheduler.after(delay, this::elect);
        }
    }

    private void elect() {
        electing = false;
        if (leader != null) {
            return;
        }
        List<ModelReplica> able = new ArrayList<>();
        for (RaftPeer voter : voters) {
            ModelReplica replica = replicas.get(voter);
            if (replica != null && replica.up && hasQuorum(replica)) {
                able.add(replica);
            }
        }
        if (!able.isEmpty()) {
            lead(able.get(random.nextInt(able.size())));
        }
        // With nobody able, whoever restarts or heals begins the next election.
    }

    private void lead(ModelReplica next) {
        term++;
        leader = next;
        Entry first = new Entry(term, null);
        commit(first);
        long opening = lastIndex;
        next.whenApplied(
                opening,
                () -> {
                    if (leader == next) {
                        next.leaderStarts(term);
                    }
                });
    }

    private void commit(Entry entry) {
        lastIndex++;
        committed.put(lastIndex, entry);
        replicas.values().forEach(ModelReplica::scheduleApply);
    }

    /** The leader steps down; what it had appended stays or goes, a prefix of it stays. */
    void loseLeader() {
        ModelReplica lost = leader;
        if (lost == null) {
            return;
        }
        leader = null;
        int kept = pending.isEmpty() ? 0 : random.nextInt(pending.size() + 1);
        List<Pending> open = List.copyOf(pending);
        pending.clear();
        for (int i = 0; i < open.size(); i++) {
            if (i < kept) {
                commit(open.get(i).entry());
            }
            open.get(i).answer().accept(new ProposeResult.OutcomeUnknown("leader stepped down"));
        }
        lost.leaderStops();
        scheduleElection();
    }

    void propose(ModelReplica proposer, byte[] command, Consumer<ProposeResult> answer) {
        pending.add(new Pending(new Entry(term, command.clone()), proposer, answer));
        if (chance(faults.leaderLossPerProposal())) {
            scheduler.after(within(2 * MILLI), () -> loseIfStill(proposer));
        }
        scheduleCommit();
    }

    private void loseIfStill(ModelReplica replica) {
        if (leader == replica) {
            loseLeader();
        }
    }

    private void scheduleCommit() {
        if (!committing) {
            committing = true;
            scheduler.after(within(2 * MILLI), this::commitPending);
        }
    }

    private void commitPending() {
        committing = false;
        ModelReplica now = leader;
        if (now == null || pending.isEmpty()) {
            return;
        }
        if (!hasQuorum(now)) {
            loseLeader();
            return;
        }
        int batch = 1 + random.nextInt(pending.size());
        List<Pending> taken = List.copyOf(pending.subList(0, batch));
        pending.subList(0, batch).clear();
        for (Pending one : taken) {
            commit(one.entry());
            long index = lastIndex;
            one.proposer().answerWhenApplied(index, one.answer());
        }
        if (!pending.isEmpty()) {
            scheduleCommit();
        }
    }

    /** A replica stopped or was cut off: its leadership ends in time. */
    void weakened() {
        ModelReplica now = leader;
        if (now != null && (!now.up || !hasQuorum(now))) {
            scheduler.after(
                    now.up ? SHORTEST_ELECTION_NANOS : 1,
                    () -> {
                        if (leader == now && (!now.up || !hasQuorum(now))) {
                            loseLeader();
                        }
                    });
        }
    }

    /** Replaces the leader at once, if the named one can lead. */
    void transfer(RaftPeer to) {
        ModelReplica next = replicas.get(to);
        if (next != null && next.up && voters.contains(to) && hasQuorum(next) && leader != next) {
            loseLeader();
            lead(next);
        }
    }

    /** A change of the members commits at once; a removed leader steps down. */
    void changed() {
        commit(new Entry(term, null));
        ModelReplica now = leader;
        if (now != null && !voters.contains(now.peer)) {
            loseLeader();
        }
    }

    /** The newest snapshot that another replica can send to this one. */
    ModelReplica.@Nullable Snapshot snapshotFor(ModelReplica asking) {
        ModelReplica.Snapshot best = null;
        for (ModelReplica other : replicas.values()) {
            ModelReplica.Snapshot offered = other.snapshot();
            boolean linked = other.up && other.island == asking.island;
            if (linked && offered != null && (best == null || best.index() < offered.index())) {
                best = offered;
            }
        }
        return best;
    }

    /** The first index that the leader still has in its log, for a replica that is linked. */
    long firstIndexFor(ModelReplica asking) {
        ModelReplica now = leader;
        if (now == null || !now.up || now.island != asking.island) {
            return asking.firstIndex();
        }
        return now.firstIndex();
    }
}
