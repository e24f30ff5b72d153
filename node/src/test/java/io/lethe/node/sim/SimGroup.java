package io.lethe.node.sim;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.CommandLevels;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.LevelAbove;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.Birth;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.DirectoryReader;
import io.lethe.node.metadata.state.DirectoryState;
import io.lethe.node.metadata.state.LevelRow;
import io.lethe.node.metadata.state.MapRows;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.GroupId;
import io.lethe.node.sim.SimLoop.Life;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One replicated group: log, replicas with their tables, elections. It allows what the port of the
 * replicated log allows: leaders lost at any time, proposals whose outcome stays unknown and which
 * apply or not (a prefix of what the leader had appended stays), replicas applying at their own
 * pace, a crash that loses what a table had not flushed (the log is replayed from there), or a
 * snapshot of another replica in its place. Every replica decides for itself, from the encoded
 * entry, so that replicas can be compared.
 */
final class SimGroup {
    private static final long ELECTION_NANOS = 150 * SimNetwork.MILLI;
    private static final long WATCH_NANOS = 200 * SimNetwork.MILLI;
    private static final int FLUSH_PER_THOUSAND = 20;

    /** What a proposal came to. */
    sealed interface Outcome {
        record Partition(PartitionReply reply) implements Outcome {}

        record Directory(DirectoryReply reply, long index) implements Outcome {}

        record NotLeader() implements Outcome {}

        record Unknown() implements Outcome {}
    }

    /** Sees each decision once, when the first replica has made it. */
    interface Observer {
        void partition(GroupId group, PartitionCommand command, PartitionReply reply);

        void directory(Stamp stamp, DirectoryCommand command, DirectoryReply reply);
    }

    /**
     * Hears of each child that a replica makes, each time that it comes to the split; and of nodes
     * whose build does not know what a replica met.
     */
    interface Births {
        void halted(int node);

        void born(SimGroup parent, PartitionCommand.Split split, int node, MapRows rows);
    }

    private record Pending(Bytes entry, Replica proposer, Consumer<Outcome> answer) {}

    private record Waiting(long index, Runnable step) {}

    /** One replica: a table, and how far it has applied. */
    final class Replica {
        final int node;
        final boolean voter;
        MapRows rows = new MapRows();
        long applied;

        /** Whether it has what its group begins with: a child that missed the split has not. */
        boolean born = true;

        /** Whether its group was merged into another, and its node knows: it says nothing more. */
        boolean closed;

        /** Whether its keys are known to be wiped. */
        boolean wiped;

        private MapRows flushed = new MapRows();
        private long flushedAt;
        private boolean applying;
        private long life;
        private final List<Waiting> waiting = new ArrayList<>();
        private final Map<Long, Consumer<Outcome>> answers = new TreeMap<>();

        Replica(int node, boolean voter) {
            this.node = node;
            this.voter = voter;
        }

        GroupId group() {
            return id;
        }

        void close() {
            closed = true;
            crash();
        }

        boolean leads() {
            return leader == this;
        }

        /** Gets what its group begins with, durably. */
        void bear(MapRows first) {
            born = true;
            rows = first.copy();
            flushed = first.copy();
            flushedAt = 0;
            applied = 0;
            scheduleApply();
        }

        /** A snapshot of another's, for one that missed the split. */
        private void join(Replica source) {
            born = true;
            flushed = source.flushed;
            flushedAt = source.flushedAt;
            rows = flushed.copy();
            applied = flushedAt;
            scheduleApply();
        }

        /** Loses what was not flushed. */
        void crash() {
            life++;
            applying = false;
            waiting.clear();
            List<Consumer<Outcome>> open = List.copyOf(answers.values());
            answers.clear();
            open.forEach(answer -> answer.accept(new Outcome.Unknown()));
            if (leader == this) {
                loseLeader();
            }
        }

        /** Comes back with its own table, or with a snapshot of another's. */
        void restart() {
            Replica source = replicas.get(loop.random.nextInt(replicas.size()));
            boolean kept = !id.isDirectory() && PartitionState.keepsLog(source.flushed);
            boolean newer = source.flushedAt > flushedAt;
            if (born && source != this && newer && !kept && loop.chance(300)) {
                flushed = source.flushed;
                flushedAt = source.flushedAt;
            }
            rows = flushed.copy();
            applied = flushedAt;
            if (LevelRow.read(rows) > builds.of(node).highest()) {
                births.halted(node);
            }
            scheduleApply();
        }

        void whenApplied(long index, Runnable step) {
            if (applied >= index) {
                step.run();
            } else {
                waiting.add(new Waiting(index, step));
                scheduleApply();
            }
        }

        void scheduleApply() {
            if (!applying && born && !closed && network.runs(node) && applied < log.size()) {
                applying = true;
                long mine = life;
                long delay = loop.within(loop.chance(20) ? 100 * SimNetwork.MILLI : 1_000_000);
                loop.after(
                        delay,
                        () -> {
                            if (mine == life) {
                                applying = false;
                                applySome();
                            }
                        });
            }
        }

        private void applySome() {
            if (!network.runs(node) || !born) {
                return;
            }
            int most = 1 + loop.random.nextInt(8);
            try {
                for (int i = 0; i < most && applied < log.size() && hears(); i++) {
                    applyNext();
                }
            } catch (LevelAbove e) {
                births.halted(node);
                return;
            }
            List<Waiting> due = new ArrayList<>(waiting);
            due.removeIf(one -> one.index() > applied);
            waiting.removeAll(due);
            due.forEach(one -> one.step().run());
            scheduleApply();
        }

        private boolean hears() {
            return replicas.stream().anyMatch(r -> r.voter && network.linked(r.node, node));
        }

        private void applyNext() {
            Bytes entry = log.get((int) applied);
            builds.check(id, node, entry);
            Outcome outcome = decide(this, entry, applied + 1);
            applied++;
            Consumer<Outcome> answer = answers.remove(applied);
            if (answer != null) {
                answer.accept(outcome);
            }
            if (loop.chance(FLUSH_PER_THOUSAND)) {
                flushed = rows.copy();
                flushedAt = applied;
            }
        }
    }

    final GroupId id;
    final List<Replica> replicas = new ArrayList<>();
    private final SimLoop loop;
    private final SimNetwork network;
    private final Observer observer;
    private final Plant plant;
    private final Births births;
    private final SimBuilds builds;
    private @Nullable MapRows base;
    private @Nullable SimGroup parent;
    private final List<Bytes> log = new ArrayList<>();
    private final List<Pending> pending = new ArrayList<>();
    private final Map<Long, Boolean> forgotten = new LinkedHashMap<>();
    int leaderLossPerThousand;
    private @Nullable Replica leader;
    private long lastStampMillis;
    private long observed;
    private boolean committing;

    SimGroup(
            GroupId id,
            SimLoop loop,
            SimNetwork network,
            Observer observer,
            Plant plant,
            Births births,
            SimBuilds builds) {
        this.births = births;
        this.builds = builds;
        this.id = id;
        this.loop = loop;
        this.network = network;
        this.observer = observer;
        this.plant = plant;
        loop.after(loop.within(ELECTION_NANOS), this::watch);
    }

    /** What all replicas of a child begin with; false where it is not the same of all. */
    boolean begins(SimGroup of, MapRows rows) {
        parent = of;
        if (base == null) {
            base = rows.copy();
        }
        return base.equals(rows);
    }

    Replica add(int node, boolean voter) {
        Replica replica = new Replica(node, voter);
        replicas.add(replica);
        return replica;
    }

    void addUnborn(SimNode node) {
        add(node.index, true).born = false;
    }

    @Nullable Replica on(int node) {
        return replicas.stream().filter(r -> r.node == node).findFirst().orElse(null);
    }

    @Nullable Replica leader() {
        return leader;
    }

    long lastIndex() {
        return log.size();
    }

    /** Looks after the group now and then: nobody leads without a quorum, somebody does with. */
    private void watch() {
        Replica now = leader;
        if (now != null && !hasQuorum(now)) {
            loseLeader();
        }
        if (leader == null) {
            List<Replica> able = replicas.stream().filter(r -> r.voter && hasQuorum(r)).toList();
            if (!able.isEmpty()) {
                Replica next = able.get(loop.random.nextInt(able.size()));
                next.whenApplied(log.size(), () -> lead(next));
            }
        }
        replicas.stream().filter(r -> !r.born && !r.closed).forEach(this::letJoin);
        replicas.forEach(Replica::scheduleApply);
        loop.after(WATCH_NANOS / 2 + loop.within(WATCH_NANOS), this::watch);
    }

    /** One that will not come to the split any more is sent a snapshot by the leader. */
    private void letJoin(Replica unborn) {
        Replica source = leader;
        SimGroup of = parent;
        Replica before = of == null ? null : of.on(unborn.node);
        MapRows first = base;
        boolean missed =
                before == null
                        || (first != null && PartitionState.isBeyond(before.rows, firstKey(first)));
        if (missed && source != null && network.linked(source.node, unborn.node)) {
            unborn.join(source);
        }
    }

    private static Bytes firstKey(MapRows rows) {
        PartitionAnswer answer = PartitionState.answer(rows, new PartitionQuery.Summary());
        return answer instanceof PartitionAnswer.Figures figures ? figures.from() : Bytes.EMPTY;
    }

    private void lead(Replica next) {
        if (leader == null && hasQuorum(next) && next.applied == log.size()) {
            leader = next;
        }
    }

    private boolean hasQuorum(Replica replica) {
        long voters = replicas.stream().filter(r -> r.voter).count();
        long linked =
                replicas.stream()
                        .filter(r -> r.voter && r.born && !r.closed)
                        .filter(r -> network.linked(replica.node, r.node))
                        .count();
        return replica.born && !replica.closed && network.runs(replica.node) && linked > voters / 2;
    }

    /** What the leader had appended stays or goes; a prefix of it stays. */
    void loseLeader() {
        leader = null;
        int kept = loop.random.nextInt(pending.size() + 1);
        List<Pending> open = List.copyOf(pending);
        pending.clear();
        for (int i = 0; i < open.size(); i++) {
            if (i < kept) {
                log.add(open.get(i).entry());
            }
            open.get(i).answer().accept(new Outcome.Unknown());
        }
    }

    void propose(
            Replica at, PartitionCommand command, long checkedAt, Life life, Consumer<Outcome> to) {
        Stamp stamp = new Stamp(stamp(life), checkedAt, 0, builds.levelAt(at.node));
        if (CommandLevels.of(command) > stamp.featureLevel()) {
            to.accept(new Outcome.NotLeader());
            return;
        }
        append(at, CommandCodec.encode(stamp, command), to);
    }

    void propose(
            Replica at, DirectoryCommand command, long epoch, Life life, Consumer<Outcome> to) {
        Stamp stamp = new Stamp(stamp(life), 0, epoch, builds.levelAt(at.node));
        if (CommandLevels.of(command) > stamp.featureLevel()) {
            to.accept(new Outcome.NotLeader());
            return;
        }
        append(at, CommandCodec.encode(stamp, command), to);
    }

    private long stamp(Life life) {
        long wall = new SimTasks(loop, life).clock().wallMillis();
        lastStampMillis = Math.max(lastStampMillis, wall);
        return lastStampMillis;
    }

    private void append(Replica at, Bytes entry, Consumer<Outcome> answer) {
        if (leader != at) {
            answer.accept(new Outcome.NotLeader());
            return;
        }
        pending.add(new Pending(entry, at, answer));
        if (loop.chance(leaderLossPerThousand)) {
            loop.after(
                    loop.within(2 * SimNetwork.MILLI),
                    () -> {
                        if (leader == at) {
                            loseLeader();
                        }
                    });
        }
        scheduleCommit();
    }

    private void scheduleCommit() {
        if (!committing && !pending.isEmpty()) {
            committing = true;
            loop.after(loop.within(2 * SimNetwork.MILLI), this::commit);
        }
    }

    private void commit() {
        committing = false;
        Replica now = leader;
        if (now == null || pending.isEmpty()) {
            return;
        }
        if (!hasQuorum(now)) {
            loseLeader();
            return;
        }
        int batch = 1 + loop.random.nextInt(pending.size());
        List<Pending> taken = List.copyOf(pending.subList(0, batch));
        pending.subList(0, batch).clear();
        for (Pending one : taken) {
            log.add(one.entry());
            one.proposer().answers.put((long) log.size(), one.answer());
        }
        replicas.forEach(Replica::scheduleApply);
        scheduleCommit();
    }

    /** A read-index round at the leader; false when it does not lead or lost its quorum. */
    void readIndex(Replica at, boolean anyReplica, Consumer<Boolean> answer) {
        long mine = at.life;
        loop.after(
                loop.within(SimNetwork.MILLI),
                () -> {
                    Replica now = leader;
                    boolean leads = now == at || (anyReplica && now != null);
                    boolean heard =
                            now != null && hasQuorum(now) && network.linked(now.node, at.node);
                    if (mine != at.life || !leads || !heard) {
                        answer.accept(false);
                    } else {
                        at.whenApplied(log.size(), () -> answer.accept(true));
                    }
                });
    }

    /** The table that the log makes up to an index, decided anew from the first entry. */
    MapRows replayed(long index) {
        Replica fresh = new Replica(0, false);
        if (base != null) {
            fresh.rows = base.copy();
        }
        while (fresh.applied < index) {
            fresh.applied++;
            var _ = decide(fresh, log.get((int) fresh.applied - 1), fresh.applied);
        }
        return fresh.rows;
    }

    private Outcome decide(Replica replica, Bytes entry, long index) {
        boolean first = index > observed;
        if (id.isDirectory()) {
            var decoded = CommandCodec.decodeDirectory(entry);
            Change.Decision<DirectoryReply> decision =
                    DirectoryState.decide(
                            replica.rows,
                            decoded.stamp(),
                            planted(replica, decoded.command()),
                            index);
            if (decoded.command() instanceof DirectoryCommand.RaiseFeatureLevel raise
                    && decision.reply() instanceof DirectoryReply.Done
                    && replicas.contains(replica)) {
                builds.check(id, replica.node, raise.level());
            }
            observed = Math.max(observed, index);
            replica.rows.apply(decision.changes());
            if (first) {
                observer.directory(decoded.stamp(), decoded.command(), decision.reply());
            }
            return new Outcome.Directory(decision.reply(), index);
        }
        observed = Math.max(observed, index);
        var decoded = CommandCodec.decodePartition(entry);
        PartitionCommand told =
                decoded.command() instanceof PartitionCommand.Noted noted && untold(index)
                        ? noted.command()
                        : decoded.command();
        if (decoded.command() instanceof PartitionCommand.Split split) {
            Birth birth = PartitionState.birth(replica.rows, decoded.stamp(), split);
            if (birth != null) {
                births.born(this, split, replica.node, born(replica.rows, birth));
            }
        }
        Change.Decision<PartitionReply> decision =
                PartitionState.decide(replica.rows, decoded.stamp(), told);
        boolean unfenced =
                plant == Plant.NO_FENCE
                        && inner(decoded.command()) instanceof PartitionCommand.Fence;
        if (!unfenced && !forgets(decoded.command(), index)) {
            replica.rows.apply(decision.changes());
        }
        if (first) {
            observer.partition(id, decoded.command(), decision.reply());
        }
        return new Outcome.Partition(decision.reply());
    }

    static PartitionCommand inner(PartitionCommand command) {
        return command instanceof PartitionCommand.InRange ranged ? ranged.command() : command;
    }

    private static MapRows born(MapRows parent, Birth birth) {
        MapRows rows = parent.copy();
        rows.family(Birth.CLEARED).clear();
        rows.slots().clear();
        birth.slots().forEach(slot -> rows.slots().put(slot.shard(), slot));
        rows.apply(birth.changes());
        return rows;
    }

    private DirectoryCommand planted(Replica replica, DirectoryCommand command) {
        if (plant == Plant.ANY_MARK
                && command
                        instanceof
                        DirectoryCommand.FinishBucketDelete(BucketId id, var _, boolean remove)) {
            long mark =
                    new DirectoryReader(replica.rows)
                            .bucket(id)
                            .map(BucketRecord::markIndex)
                            .orElse(0L);
            return new DirectoryCommand.FinishBucketDelete(id, mark, remove);
        }
        return command;
    }

    private boolean untold(long index) {
        return plant == Plant.UNTOLD_CHANGE
                && forgotten.computeIfAbsent(index, at -> loop.chance(100));
    }

    private boolean forgets(PartitionCommand command, long index) {
        return plant == Plant.FORGOTTEN_COMMIT
                && command instanceof PartitionCommand.Noted noted
                && noted.command() instanceof PartitionCommand.Commit
                && forgotten.computeIfAbsent(index, at -> loop.chance(100));
    }
}
