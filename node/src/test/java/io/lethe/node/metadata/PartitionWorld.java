package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.Merge;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.MergeStanding;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.QueryCodec;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.Birth;
import io.lethe.node.metadata.state.Change.Decision;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.MapRows;
import io.lethe.node.metadata.state.PartitionInvariants;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.ForwardingMetadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A directory and its partitions in memory, the real state machines, and the real workers of splits
 * and merges over them; every state that a partition ever was in is kept, so that it can be set
 * back to one. Keys are single letters, and so are the edges of ranges. One thread.
 */
final class PartitionWorld extends ForwardingMetadata {
    static final GroupId FIRST = new GroupId(1);

    private static final BucketId BUCKET = new BucketId(42);
    private static final TenantId TENANT = new TenantId(new Id128(7, 7));
    private static final NodeId NODE = new NodeId(new Id128(0, 1));
    private static final long CHECKED_AT = 1L << 40;

    /** Of steps of each worker, a second apart: merges wait a minute for their heirs. */
    private static final int MOST_ROUNDS = 300;

    /** One of so many calls fails, before it is carried out or after, while there are faults. */
    private static final int FAULTS = 6;

    private final MemoryDirectory records;
    private final Map<GroupId, MapRows> states = new TreeMap<>();
    private final Map<GroupId, List<MapRows>> history = new HashMap<>();
    private final List<MapRows> before = new ArrayList<>();
    private final Random random;
    private boolean faults;
    private boolean slow;
    private long millis = 1_800_000_000_000L;
    private long nanos;
    private long requests;
    private Worker splits;
    private Worker merges;

    private PartitionWorld(MemoryDirectory records, Random random) {
        super(records);
        this.records = records;
        this.random = random;
        splits = splitWorker();
        merges = mergeWorker();
    }

    /** One partition, of all there is, on one node. */
    static PartitionWorld begin(Random random) throws InterruptedException {
        PartitionWorld world = new PartitionWorld(new MemoryDirectory(), random);
        world.records.bear();
        world.order(
                new DirectoryCommand.PutNode(
                        new NodeRecord(
                                NODE,
                                1,
                                "node1",
                                9003,
                                9002,
                                9001,
                                9000,
                                "rack",
                                Set.of(NodeRecord.Role.METADATA),
                                "00",
                                NodeRecord.State.UP)));
        world.order(
                new DirectoryCommand.PutPartition(
                        new PartitionRecord(
                                FIRST,
                                Bytes.EMPTY,
                                Bytes.EMPTY,
                                List.of(new Replica(NODE, 0)),
                                List.of(),
                                1)));
        world.states.put(FIRST, new MapRows());
        PartitionReply reply =
                world.executeIn(
                        FIRST,
                        new PartitionCommand.Init(
                                Bytes.EMPTY, Bytes.EMPTY, 0, List.of(KeyCopy.replica(NODE, 0))),
                        0,
                        0);
        assertThat(reply).isEqualTo(new PartitionReply.Done());
        return world;
    }

    private VirtualTasks tasks() {
        return new VirtualTasks(
                new Clock() {
                    @Override
                    public long wallMillis() {
                        return millis;
                    }

                    @Override
                    public long nanos() {
                        return nanos;
                    }
                },
                (_, fault) -> {
                    throw new AssertionError(fault);
                });
    }

    private SplitWorker splitWorker() {
        return new SplitWorker(
                new SplitWorker.Ports(tasks(), directory(), this, this::led, _ -> true));
    }

    private MergeWorker mergeWorker() {
        return new MergeWorker(new MergeWorker.Ports(tasks(), directory(), this, this::led));
    }

    private List<GroupId> led() {
        return List.copyOf(states.keySet());
    }

    Directory directory() {
        return records.copy();
    }

    PartitionRecord record(GroupId partition) {
        return directory().partition(partition).orElseThrow();
    }

    /** Calls of workers fail from now on, some of them. */
    void faulty(boolean on) {
        faults = on;
    }

    private void fault() {
        if (faults && random.nextInt(FAULTS) == 0) {
            throw new StoreException(ErrorCode.UNAVAILABLE, "by chance");
        }
    }

    private MapRows state(GroupId partition) {
        MapRows rows = states.get(partition);
        if (rows == null) {
            throw new StoreException(ErrorCode.UNAVAILABLE, "nobody leads " + partition);
        }
        return rows;
    }

    @Override
    public PartitionReply executeIn(
            GroupId partition, PartitionCommand command, long checkedAt, long deadlineNanos) {
        fault();
        MapRows rows = state(partition);
        Stamp stamp = new Stamp(++millis, checkedAt, 0, FeatureLevels.HIGHEST);
        CommandCodec.PartitionEntry entry =
                CommandCodec.decodePartition(CommandCodec.encode(stamp, command));
        if (command instanceof PartitionCommand.Split split && !split.founders().isEmpty()) {
            bear(rows, stamp, split);
        }
        Decision<PartitionReply> decision =
                PartitionState.decide(rows, entry.stamp(), entry.command());
        rows.apply(decision.changes());
        PartitionInvariants.check(rows);
        keep(partition, rows);
        wipe();
        if (decision.reply() instanceof PartitionReply.Retry retry
                && retry.why() == PartitionReply.Retry.Why.STAMP) {
            millis = Math.max(millis, retry.detail());
        }
        fault();
        return decision.reply();
    }

    private void keep(GroupId partition, MapRows rows) {
        history.computeIfAbsent(partition, _ -> new ArrayList<>()).add(rows.copy());
    }

    private void bear(MapRows parent, Stamp stamp, PartitionCommand.Split split) {
        Birth birth = PartitionState.birth(parent, stamp, split);
        if (birth != null) {
            MapRows child = parent.copy();
            child.family(Birth.CLEARED).clear();
            child.apply(birth.changes());
            states.put(split.child(), child);
            history.remove(split.child());
            keep(split.child(), child);
        }
    }

    @Override
    public PartitionAnswer queryIn(GroupId partition, PartitionQuery query, long deadlineNanos) {
        fault();
        return PartitionState.answer(state(partition), QueryCodec.decode(QueryCodec.encode(query)));
    }

    @Override
    public Applied execute(DirectoryCommand command, long controllerEpoch, long deadlineNanos)
            throws InterruptedException {
        fault();
        Applied applied = super.execute(command, controllerEpoch, deadlineNanos);
        before.add(records.state());
        wipe();
        fault();
        return applied;
    }

    /** What is no more is gone once its heir has what it had. */
    private void wipe() {
        if (!slow) {
            states.keySet().removeIf(this::isTakenOver);
        }
    }

    private boolean isTakenOver(GroupId giver) {
        Merge.Done done = directory().merged(giver).orElse(null);
        return done != null
                && (directory().merged(done.heir()).isPresent() || tookOver(done.heir(), giver));
    }

    /** Whether a partition has another's range by its own state. */
    boolean tookOver(GroupId heir, GroupId giver) {
        return PartitionState.answer(state(heir), new PartitionQuery.FindReceipt(giver))
                        instanceof PartitionAnswer.ReceiptFound found
                && found.receipt() != null;
    }

    /** Nodes keep what they are to wipe, from now on. */
    void slow(boolean on) {
        slow = on;
        wipe();
    }

    /** States of the directory so far: one behind each of its commands, the last one last. */
    int directories() {
        return before.size();
    }

    /** Has the directory go on from one of its states, as an operator would. */
    void setBack(int number) throws InterruptedException {
        boolean faulty = faults;
        faults = false;
        records.setBack(before.get(number));
        order(new DirectoryCommand.RecoveredDirectory(NODE, number));
        splits = splitWorker();
        merges = mergeWorker();
        faults = faulty;
    }

    /** A command of the directory that must be taken. */
    void order(DirectoryCommand command) throws InterruptedException {
        assertThat(execute(command, 1, 0).reply())
                .as("%s", command)
                .isInstanceOf(DirectoryReply.Done.class);
    }

    /** Names a split in the record; false where it can't be split there now. */
    boolean beginSplit(GroupId partition, String edge) throws InterruptedException {
        PartitionRecord record = record(partition);
        return execute(
                                new DirectoryCommand.BeginSplit(
                                        partition, record.mapEpoch(), edge(edge)),
                                1,
                                0)
                        .reply()
                instanceof DirectoryReply.Done;
    }

    /** Has a merge begun; false where there can be none now. */
    boolean beginMerge(GroupId giver, GroupId heir) throws InterruptedException {
        return execute(
                                new DirectoryCommand.BeginMerge(
                                        giver,
                                        record(giver).mapEpoch(),
                                        heir,
                                        record(heir).mapEpoch()),
                                1,
                                0)
                        .reply()
                instanceof DirectoryReply.Done;
    }

    /** Splits, with all that comes of it; returns the child. */
    GroupId split(GroupId partition, String edge) throws InterruptedException {
        assertThat(beginSplit(partition, edge)).isTrue();
        settle();
        return owner(edge);
    }

    /** Merges, with all that comes of it. */
    void merge(GroupId giver, GroupId heir) throws InterruptedException {
        assertThat(beginMerge(giver, heir)).isTrue();
        settle();
        assertThat(directory().heirOf(giver)).isEqualTo(heir);
    }

    static Bytes edge(String letter) {
        return RowKeys.keyPrefix(BUCKET, Bytes.utf8(letter));
    }

    private static Bytes row(String key) {
        return RowKeys.objectKey(BUCKET, Bytes.utf8(key));
    }

    GroupId owner(String key) {
        return directory().partitionOf(row(key)).orElseThrow().id();
    }

    /** Whether a key lies in a range. */
    static boolean within(String key, Bytes from, Bytes to) {
        return from.compareTo(row(key)) <= 0 && (to.isEmpty() || row(key).compareTo(to) < 0);
    }

    /** Writes a version; false where nobody takes it now. */
    boolean put(String key) {
        return delete(key, new PartitionCommand.Which.Current());
    }

    /** Deletes the version that is there. */
    boolean delete(String key) {
        Long order = orders(owner(key)).get(key);
        return order != null && delete(key, new PartitionCommand.Which.Order(order));
    }

    private boolean delete(String key, PartitionCommand.Which which) {
        boolean before = faults;
        faults = false;
        PartitionReply reply =
                executeIn(
                        owner(key),
                        new PartitionCommand.Delete(
                                new WriteId(new Id128(5, ++requests)),
                                BUCKET,
                                Bytes.utf8(key),
                                TENANT,
                                Versioning.ENABLED,
                                which,
                                new Condition.Always()),
                        CHECKED_AT,
                        0);
        faults = before;
        return reply instanceof PartitionReply.Deleted;
    }

    /** Orders of the newest versions that a partition shows, by key. */
    NavigableMap<String, Long> orders(GroupId partition) {
        return orders(state(partition));
    }

    static NavigableMap<String, Long> orders(MapRows rows) {
        NavigableMap<String, Long> orders = new TreeMap<>();
        for (char letter = 'a'; letter <= 'z'; letter++) {
            String key = String.valueOf(letter);
            PartitionAnswer answer =
                    PartitionState.answer(
                            rows,
                            new PartitionQuery.Find(
                                    BUCKET, Bytes.utf8(key), new PartitionCommand.Which.Current()));
            if (answer instanceof PartitionAnswer.Found found && found.row() != null) {
                orders.put(key, found.row().order());
            }
        }
        return orders;
    }

    /** How many states a partition was in, of which it may be made anew. */
    int states(GroupId partition) {
        return history.getOrDefault(partition, List.of()).size();
    }

    /** The states of a partition so far, the last one last. */
    MapRows stateOf(GroupId partition, int number) {
        return history.getOrDefault(partition, List.of()).get(number);
    }

    /** Has a partition go on from one of its states, as an operator would. */
    void recover(GroupId partition, int number) throws InterruptedException {
        boolean before = faults;
        faults = false;
        PartitionRecord record = record(partition);
        Replica survivor = record.voters().getFirst();
        MapRows rows = stateOf(partition, number).copy();
        history.remove(partition);
        states.put(partition, rows);
        order(
                new DirectoryCommand.RecoverPartition(
                        partition, record.mapEpoch(), survivor, number));
        Replica now = record(partition).voters().getFirst();
        PartitionReply reply =
                executeIn(
                        partition,
                        new PartitionCommand.Recovered(
                                KeyCopy.replica(NODE, survivor.generation()),
                                KeyCopy.replica(NODE, now.generation()),
                                directory().index(),
                                millis << 20),
                        0,
                        0);
        assertThat(reply).isEqualTo(new PartitionReply.Done());
        // Another node leads it.
        splits = splitWorker();
        merges = mergeWorker();
        faults = before;
    }

    /** A step of each worker; some seconds later. */
    void round() throws InterruptedException {
        nanos += TimeUnit.SECONDS.toNanos(1);
        var _ = splits.step();
        var _ = merges.step();
    }

    /** Lets the workers go on until every partition has the range of its record and is whole. */
    void settle() throws InterruptedException {
        boolean before = faults;
        for (int i = 0; i < MOST_ROUNDS; i++) {
            faults = before && i < MOST_ROUNDS / 2;
            round();
            if (unsettled() == null) {
                faults = before;
                return;
            }
        }
        throw new AssertionError(
                "it never ends: "
                        + unsettled()
                        + "; "
                        + splits.step()
                        + "; "
                        + merges.step()
                        + "; "
                        + directory().partitions()
                        + "; "
                        + directory().mergesOver());
    }

    /** What is not over; null: all is. */
    private @Nullable String unsettled() {
        boolean before = faults;
        faults = false;
        String found = directory().merges().isEmpty() ? null : directory().merges().toString();
        for (PartitionRecord record : directory().partitions()) {
            if (!states.containsKey(record.id())) {
                found = "nobody leads " + record.id();
                continue;
            }
            MergeStanding merge =
                    (MergeStanding) queryIn(record.id(), new PartitionQuery.MergeState(), 0);
            PartitionAnswer split = queryIn(record.id(), new PartitionQuery.SplitState(), 0);
            boolean over =
                    record.division() == null
                            && merge.givenUpSince() == 0
                            && merge.from().equals(record.from())
                            && merge.to().equals(record.to())
                            && split.equals(new PartitionAnswer.SplitStanding(0, 0));
            if (!over) {
                found = record.id() + " has " + merge + ", " + split;
            }
        }
        faults = before;
        return found;
    }

    /** Fails where ranges leave a gap or overlap, or a partition has rows of another. */
    void check() {
        slow(false);
        List<PartitionRecord> all = new ArrayList<>(directory().partitions());
        all.sort(Comparator.comparing(PartitionRecord::from));
        Bytes at = Bytes.EMPTY;
        for (PartitionRecord one : all) {
            assertThat(one.from()).as("what follows %s", at).isEqualTo(at);
            at = one.to();
            assertThat(state(one.id()).family(Family.CURRENT).keySet())
                    .as("keys of %s", one)
                    .allMatch(one::covers);
        }
        assertThat(at).as("the last one's end").isEqualTo(Bytes.EMPTY);
        assertThat(new TreeSet<>(states.keySet()))
                .isEqualTo(new TreeSet<>(all.stream().map(PartitionRecord::id).toList()));
    }
}
