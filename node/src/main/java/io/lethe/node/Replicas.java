package io.lethe.node;

import io.lethe.node.ReplicaFolders.Place;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Pacing;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.background.Workers;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.cluster.Registration;
import io.lethe.node.metadata.BlobWorker;
import io.lethe.node.metadata.ClockCheck;
import io.lethe.node.metadata.DirectoryServer;
import io.lethe.node.metadata.FlushPolicy;
import io.lethe.node.metadata.FlushWorker;
import io.lethe.node.metadata.GroupServer;
import io.lethe.node.metadata.GroupServers;
import io.lethe.node.metadata.GroupState;
import io.lethe.node.metadata.LeaderWorker;
import io.lethe.node.metadata.LocalDirectory;
import io.lethe.node.metadata.MergeWorker;
import io.lethe.node.metadata.PartitionServer;
import io.lethe.node.metadata.RoutedMetadata;
import io.lethe.node.metadata.ShardKeys;
import io.lethe.node.metadata.ShardWorker;
import io.lethe.node.metadata.SnapshotWorker;
import io.lethe.node.metadata.SplitWorker;
import io.lethe.node.metadata.StepDownWorker;
import io.lethe.node.metadata.TableCalls;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.raft.RaftAddress;
import io.lethe.node.metadata.raft.RaftHost;
import io.lethe.node.metadata.raft.RaftMetrics;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicaSpec;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.metadata.table.RocksTable;
import io.lethe.node.model.Build;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.Leadership;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Raft replicas of this node, opened as the cluster's records name them. Each life of a replica
 * ({@link ReplicaFolders}) is made once: without its store it is reported as damaged, and made anew
 * only when the records name its next generation. A replica that was taken off closes once its
 * group has committed that, its keys are wiped, and the partition is told.
 *
 * <p>Opening and closing is done by one task at a time; the rest is safe for any thread.
 */
final class Replicas implements Leadership, AutoCloseable {
    /** The worker that calls {@link #openPartitions}. */
    static final String PARTITIONS = "partitions";

    private static final Logger log = LoggerFactory.getLogger(Replicas.class);
    private static final Pacing SECOND = Pacing.every(Duration.ofSeconds(1).toNanos());

    /** Collecting blobs takes half of the time at most. */
    private static final Pacing BLOBS = Pacing.every(Duration.ofSeconds(10).toNanos()).resting(100);

    private static final Pacing SWEEP = Pacing.every(Duration.ofSeconds(10).toNanos());
    private static final Pacing PRUNE = Pacing.every(Duration.ofMinutes(10).toNanos());

    private static final long REGISTER_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Lives that are over are few, and nobody waits but a purge. */
    private static final long RETIRE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** No generation: the records name no replica here. */
    private static final int NONE = -1;

    private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** What replicas are made of. */
    record Parts(
            NodeId self,
            Build build,
            RaftAddress address,
            Path data,
            RaftHost host,
            RocksTable.Surroundings tables,
            TableCalls calls,
            Tasks tasks,
            RandomSource random,
            Workers workers,
            Metrics metrics,
            ClockCheck clockCheck,
            Duration snapshotEvery) {}

    private final Parts parts;
    private final GroupServers servers = new GroupServers();
    private final Map<GroupId, RocksTable> tables = new ConcurrentHashMap<>();
    private final Map<GroupId, PartitionServer> partitions = new ConcurrentSkipListMap<>();
    private final Map<GroupId, Integer> generations = new ConcurrentHashMap<>();
    private final Map<GroupId, List<String>> workers = new ConcurrentHashMap<>();
    private final Map<GroupId, Integer> damaged = new ConcurrentSkipListMap<>();
    private final ReplicaFolders folders;
    private final SplitChildren children;
    private final GroupStates states;
    private final SurvivingReplicas survivors;
    private final ReplicaReceipts receipts;
    private long nextSweepNanos;

    Replicas(Parts parts) {
        this.parts = parts;
        folders = new ReplicaFolders(parts.data(), parts.tables().natives());
        children = new SplitChildren(parts.self(), folders, parts.host());
        states = new GroupStates(parts.build(), parts.tables().faults());
        survivors =
                new SurvivingReplicas(parts.self(), folders, parts.host(), parts.tasks().clock());
        receipts = new ReplicaReceipts(parts.self(), folders, parts.tasks().clock());
        nextSweepNanos = parts.tasks().clock().nanos();
    }

    GroupServers servers() {
        return servers;
    }

    /** Groups whose replica here must be made anew. */
    List<Registration.Damaged> damaged() {
        List<Registration.Damaged> list = new ArrayList<>();
        damaged.forEach(
                (group, generation) ->
                        list.add(new Registration.Damaged(group.value(), generation)));
        return list;
    }

    /** This node's copy of the directory, as voter or learner, and its log. */
    record DirectoryReplica(LocalDirectory directory, ReplicatedLog log) {}

    DirectoryReplica openDirectory(DirectoryVoters voters) {
        GroupId group = GroupId.DIRECTORY;
        int generation =
                voters.member(parts.self())
                        .map(DirectoryVoters.Voter::generation)
                        .orElseThrow(
                                () -> new IllegalStateException("this node has no copy to open"));
        // Only a founder that never was starts from what the founders agreed on.
        List<RaftPeer> founders =
                voters.founders().stream()
                        .map(one -> new RaftPeer(one.host(), one.rpcPort(), one.generation()))
                        .toList();
        boolean founder =
                generation == 0
                        && voters.founders().stream()
                                .anyMatch(one -> one.node().equals(parts.self()));
        Place place = new Place(group, generation);
        ReplicaSpec spec = spec(place, founder ? founders : List.of());
        RocksTable table = openTable(place);
        LocalDirectory directory =
                new LocalDirectory(table, parts.calls(), parts.tasks(), parts.metrics());
        GroupState state =
                states.open(
                        group,
                        table,
                        new RecordWatch(directory, this::wake),
                        _ -> Optional.empty(),
                        GroupState.Offspring.none());
        ReplicatedLog replica = open(spec, state, false);
        generations.put(group, generation);
        servers.add(group, new DirectoryServer(wiring(group, replica, table, directory)));
        startWorkers(spec, replica, table, state);
        return new DirectoryReplica(directory, replica);
    }

    private void wake() {
        parts.workers().wake(PARTITIONS);
        parts.workers().wake(SplitWorker.NAME);
        parts.workers().wake(MergeWorker.NAME);
    }

    private RocksTable openTable(Place place) {
        try {
            RocksTable table = RocksTable.open(folders.table(place), place.group(), parts.tables());
            tables.put(place.group(), table);
            states.check(place.group(), table);
            return table;
        } catch (IOException e) {
            throw new StoreException(
                    ErrorCode.CORRUPT, "the table of " + place + " can't be opened: " + e, e);
        }
    }

    private ReplicaSpec spec(Place place, List<RaftPeer> founders) {
        return new ReplicaSpec(
                place.group(), place.generation(), !folders.known(place), founders, List.of());
    }

    private ReplicatedLog open(ReplicaSpec spec, GroupState state, boolean toLead) {
        RaftHost host = parts.host();
        ReplicatedLog replica = toLead ? host.openToLead(spec, state) : host.open(spec, state);
        try {
            folders.know(new Place(spec.group(), spec.generation()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return replica;
    }

    private void start(GroupId group, Worker worker, Pacing pacing) {
        workers.computeIfAbsent(group, _ -> new ArrayList<>()).add(worker.name());
        parts.workers().start(worker, pacing);
    }

    private GroupServer.Wiring wiring(
            GroupId group, ReplicatedLog replica, RocksTable table, LocalDirectory directory) {
        return new GroupServer.Wiring(
                parts.self(),
                group,
                replica,
                table,
                parts.tasks(),
                parts.calls(),
                parts.clockCheck(),
                peer -> GroupStates.nodeOf(peer, directory.nodes()),
                directory::featureLevel,
                parts.metrics());
    }

    private void startWorkers(
            ReplicaSpec spec, ReplicatedLog replica, RocksTable table, GroupState state) {
        GroupId group = spec.group();
        RaftAddress address = parts.address();
        RaftMetrics.watch(parts.metrics(), group, replica);
        start(
                group,
                new FlushWorker(
                        group, table, parts.calls(), parts.tasks().clock(), FlushPolicy.standard()),
                SECOND);
        if (!group.isDirectory()) {
            start(group, new BlobWorker(group, table, parts.calls(), parts.tasks().clock()), BLOBS);
        }
        start(
                group,
                new SnapshotWorker(
                        group,
                        replica,
                        state,
                        parts.tasks().clock(),
                        new SnapshotWorker.Policy(
                                SnapshotWorker.Policy.standard().bytes(),
                                parts.snapshotEvery().toNanos())),
                SECOND);
        start(
                group,
                new StepDownWorker(
                        group,
                        new RaftPeer(address.host(), address.port(), spec.generation()),
                        replica,
                        parts.clockCheck(),
                        parts.tasks().clock()),
                SECOND);
    }

    /**
     * Opens the partitions that the directory gives to this node, and closes and wipes those that
     * it no longer does; true when anything changed.
     */
    boolean openPartitions(LocalDirectory directory, RoutedMetadata metadata, ShardKeys keys)
            throws InterruptedException {
        boolean changed = false;
        damaged.keySet().removeIf(one -> directory.merged(one).isPresent());
        for (PartitionRecord record : directory.partitions()) {
            Optional<Replica> own = own(record);
            int open = generations.getOrDefault(record.id(), NONE);
            if (own.isEmpty()) {
                damaged.remove(record.id());
            }
            if (own.isPresent() && open == NONE) {
                changed |=
                        record.parent() == null
                                ? openPartition(record, own.get(), directory, metadata, keys)
                                : openChild(record, own.get(), directory, metadata, keys);
            } else if (own.isPresent() && open < own.get().generation()) {
                closePartition(record.id());
                changed = true;
            }
        }
        long now = parts.tasks().clock().nanos();
        if (now - nextSweepNanos >= 0) {
            nextSweepNanos = now + RETIRE_NANOS;
            changed |= retire(directory, metadata);
        }
        return changed;
    }

    /** While none is made. */
    private boolean openChild(
            PartitionRecord record,
            Replica own,
            LocalDirectory directory,
            RoutedMetadata metadata,
            ShardKeys keys) {
        synchronized (children) {
            return openPartition(record, own, directory, metadata, keys);
        }
    }

    private Optional<Replica> own(PartitionRecord record) {
        return record.voters().stream()
                .filter(replica -> replica.node().equals(parts.self()))
                .findFirst();
    }

    /** Lives that are over: closed when the group has committed that, then wiped and reported. */
    private boolean retire(LocalDirectory directory, RoutedMetadata metadata)
            throws InterruptedException {
        List<Place> over = folders.places().stream().filter(p -> isOver(p, directory)).toList();
        if (over.isEmpty()) {
            return false;
        }
        // A copy of the directory that is behind may not know of the life that has just begun.
        metadata.catchUpDirectory(parts.tasks().clock().nanos() + REGISTER_NANOS);
        for (Place place : over) {
            if (!isOver(place, directory)) {
                continue;
            }
            if (place.group().isDirectory()) {
                // The directory has no shard keys: nobody waits for a receipt.
                var _ = folders.wipe(place);
                folders.forget(place);
                continue;
            }
            boolean renewed = ownGeneration(place, directory) > place.generation();
            if (renewed || isOut(place, directory, metadata)) {
                boolean merged = directory.merged(place.group()).isPresent();
                // Of what was merged no other life is left open either.
                if (isOpen(place) || (merged && generations.containsKey(place.group()))) {
                    closePartition(place.group());
                }
                if (!renewed) {
                    parts.host().wipe(place.group());
                }
                receipts.wipe(place, directory, metadata);
            }
        }
        return true;
    }

    /** Whether the records name a later life here, or none. */
    private boolean isOver(Place place, LocalDirectory directory) {
        if (place.group().isDirectory()) {
            return generations.getOrDefault(place.group(), 0) > place.generation();
        }
        if (directory.merged(place.group()).isPresent()) {
            return true;
        }
        int own = ownGeneration(place, directory);
        return directory
                        .partition(place.group())
                        .filter(record -> !survivors.awaits(place, record))
                        .isPresent()
                && (own == NONE || own > place.generation());
    }

    private int ownGeneration(Place place, LocalDirectory directory) {
        return directory
                .partition(place.group())
                .flatMap(this::own)
                .map(Replica::generation)
                .orElse(NONE);
    }

    private boolean isOpen(Place place) {
        return Integer.valueOf(place.generation()).equals(generations.get(place.group()));
    }

    /** Whether the group has committed that this life is no member; its heir, that it has all. */
    private boolean isOut(Place place, LocalDirectory directory, RoutedMetadata metadata)
            throws InterruptedException {
        if (directory.merged(place.group()).isPresent()) {
            return receipts.isTakenOver(place.group(), directory, metadata);
        }
        Optional<NodeRecord> self = directory.node(parts.self());
        try {
            List<RaftPeer> members =
                    metadata.members(place.group(), parts.tasks().clock().nanos() + REGISTER_NANOS);
            return self.isPresent()
                    && !members.contains(RaftPeer.of(self.get(), place.generation()));
        } catch (StoreException e) {
            log.info("whether {} is still a member is not known now: {}", place, e.getMessage());
            return false;
        }
    }

    private void closePartition(GroupId group) throws InterruptedException {
        long deadlineNanos = parts.tasks().clock().nanos() + STOP_NANOS;
        for (String name : workers.getOrDefault(group, List.of())) {
            parts.workers().stop(name, deadlineNanos);
        }
        workers.remove(group);
        servers.remove(group);
        PartitionServer server = partitions.remove(group);
        if (server != null) {
            server.log().shutdown();
            RaftMetrics.remove(parts.metrics(), group);
        }
        closeTable(group);
        generations.remove(group);
    }

    private boolean openPartition(
            PartitionRecord record,
            Replica own,
            LocalDirectory directory,
            RoutedMetadata metadata,
            ShardKeys keys) {
        Optional<List<RaftPeer>> peers = directory.peers(record);
        GroupId parent = record.parent();
        boolean waits =
                parent != null && children.waits(record, own.generation(), tables.get(parent));
        if (peers.isEmpty() || waits) {
            return false;
        }
        GroupId group = record.id();
        Place place = new Place(group, own.generation());
        try {
            survivors.makeOver(record, directory);
            // Founders have generation 0; a later generation joins what is running, and a child
            // has its founders from its first snapshot.
            boolean founds = own.generation() == 0 && parent == null;
            ReplicaSpec spec = spec(place, founds ? peers.get() : List.of());
            RocksTable table = openTable(place);
            GroupState state =
                    states.open(
                            group,
                            table,
                            GroupState.Listener.none(),
                            peer -> GroupStates.nodeOf(peer, directory.nodes()),
                            children.of(table, child -> directory.merged(child).isPresent()));
            ReplicatedLog replica = open(spec, state, parent != null && leads(parent));
            PartitionServer server =
                    new PartitionServer(
                            wiring(group, replica, table, directory), keys, directory::index);
            servers.add(group, server);
            partitions.put(group, server);
            generations.put(group, own.generation());
            damaged.remove(group);
            startWorkers(spec, replica, table, state);
            startLeaderWorkers(record, server, directory, metadata, keys);
            return true;
        } catch (StoreException e) {
            closeTable(group);
            if (e.code() != ErrorCode.CORRUPT) {
                throw e;
            }
            Integer before = damaged.put(group, own.generation());
            if (before == null || before != own.generation()) {
                log.error("{} can't be opened here and is reported as damaged", group, e);
            }
            return false;
        } catch (UncheckedIOException e) {
            closeTable(group);
            throw e;
        }
    }

    private void startLeaderWorkers(
            PartitionRecord record,
            PartitionServer server,
            LocalDirectory directory,
            RoutedMetadata metadata,
            ShardKeys keys) {
        GroupId group = record.id();
        if (record.parent() == null) {
            start(
                    group,
                    new PartitionInit(
                            record, metadata, parts.tasks(), () -> leads(group), directory::index),
                    SECOND);
        }
        start(
                group,
                new LeaderWorker(
                        group, server, parts.tasks().clock(), LeaderWorker.Sweep.EXPIRED_WRITES),
                SWEEP);
        start(
                group,
                new LeaderWorker(
                        group, server, parts.tasks().clock(), LeaderWorker.Sweep.DROPPED_PARTS),
                SWEEP);
        start(
                group,
                new LeaderWorker(
                        group, server, parts.tasks().clock(), LeaderWorker.Sweep.OLD_RESULTS),
                PRUNE);
        start(
                group,
                new MembershipWorker(
                        group,
                        server.log(),
                        parts.tasks(),
                        () -> directory.partition(group).flatMap(directory::peers),
                        () -> Optional.of(List.of()),
                        peer -> register(group, peer, directory, metadata)),
                SECOND);
        start(
                group,
                new ShardWorker(group, parts.self(), server, keys, metadata, parts.tasks().clock()),
                SWEEP);
    }

    /** A replica's copy of the keys is known to the partition before it can be made. */
    private void register(
            GroupId group, RaftPeer peer, LocalDirectory directory, RoutedMetadata metadata)
            throws InterruptedException {
        NodeId node =
                GroupStates.nodeOf(peer, directory.nodes())
                        .orElseThrow(
                                () ->
                                        new StoreException(
                                                ErrorCode.UNAVAILABLE,
                                                "no node is known at " + peer.address()));
        PartitionReply reply =
                metadata.executeIn(
                        group,
                        new PartitionCommand.RegisterKeyCopies(
                                List.of(KeyCopy.replica(node, peer.generation()))),
                        0,
                        parts.tasks().clock().nanos() + REGISTER_NANOS);
        if (!(reply instanceof PartitionReply.Done)) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "the copy of " + peer + " is not registered: " + reply);
        }
    }

    private void closeTable(GroupId group) {
        RocksTable table = tables.remove(group);
        if (table != null) {
            table.close();
        }
    }

    @Override
    public List<GroupId> ledPartitions() {
        return partitions.keySet().stream().filter(this::leads).toList();
    }

    private boolean leads(GroupId group) {
        PartitionServer server = partitions.get(group);
        return server != null && server.log().leadership().isLeader();
    }

    /** Whether the members of a partition that is led here are just those of its record. */
    boolean settled(PartitionRecord record, LocalDirectory directory) {
        PartitionServer server = partitions.get(record.id());
        Optional<List<RaftPeer>> wanted = directory.peers(record);
        if (server == null || wanted.isEmpty()) {
            return false;
        }
        ReplicatedLog.Membership members = server.log().membership();
        return members.learners().isEmpty()
                && Set.copyOf(members.voters()).equals(Set.copyOf(wanted.get()));
    }

    /** Partitions that have a replica here. */
    List<GroupId> partitions() {
        return List.copyOf(partitions.keySet());
    }

    /** Nobody is answered from here on. */
    void serveNoMore() {
        servers.groups().forEach(servers::remove);
    }

    /** Closes tables; the logs must be closed before. */
    @Override
    public void close() {
        tables.values().forEach(RocksTable::close);
        tables.clear();
    }
}
