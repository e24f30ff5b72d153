package io.lethe.node;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Pacing;
import io.lethe.node.base.background.Workers;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.metadata.ClockCheck;
import io.lethe.node.metadata.DirectoryServer;
import io.lethe.node.metadata.FlushPolicy;
import io.lethe.node.metadata.FlushWorker;
import io.lethe.node.metadata.GroupServer;
import io.lethe.node.metadata.GroupServers;
import io.lethe.node.metadata.GroupState;
import io.lethe.node.metadata.LeaderWorker;
import io.lethe.node.metadata.LocalDirectory;
import io.lethe.node.metadata.PartitionServer;
import io.lethe.node.metadata.RoutedMetadata;
import io.lethe.node.metadata.ShardKeys;
import io.lethe.node.metadata.ShardWorker;
import io.lethe.node.metadata.SnapshotWorker;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Raft replicas of this node, opened as the cluster's records name them. A file {@code
 * replicas/GROUP.GENERATION} in the data directory says that a generation was once whole here;
 * without its store it is reported as damaged and never made anew under the same name. Opening is
 * done by one task at a time; the rest is safe for any thread.
 */
final class Replicas implements Leadership, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Replicas.class);
    private static final Pacing SECOND = Pacing.every(Duration.ofSeconds(1).toNanos());
    private static final Pacing SWEEP = Pacing.every(Duration.ofSeconds(10).toNanos());
    private static final Pacing PRUNE = Pacing.every(Duration.ofMinutes(10).toNanos());

    private static final long REGISTER_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** What replicas are made of. */
    record Parts(
            NodeId self,
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
    private final Set<Integer> damaged = new ConcurrentSkipListSet<>();

    Replicas(Parts parts) {
        this.parts = parts;
    }

    GroupServers servers() {
        return servers;
    }

    /** Groups whose replica here must be made anew. */
    List<Integer> damaged() {
        return List.copyOf(damaged);
    }

    /** This node's copy of the directory, as voter or learner, and its log. */
    record DirectoryReplica(LocalDirectory directory, ReplicatedLog log) {}

    DirectoryReplica openDirectory(DirectoryVoters voters) {
        GroupId group = GroupId.DIRECTORY;
        List<RaftPeer> peers = new ArrayList<>();
        int generation = 0;
        boolean voter = false;
        for (DirectoryVoters.Voter each : voters.voters()) {
            peers.add(new RaftPeer(each.host(), each.rpcPort(), each.generation()));
            if (each.node().equals(parts.self())) {
                voter = true;
                generation = each.generation();
            }
        }
        RocksTable table = openTable(group);
        LocalDirectory directory =
                new LocalDirectory(table, parts.calls(), parts.tasks(), parts.metrics());
        ReplicaSpec spec = spec(group, generation, voter ? peers : List.of());
        GroupState state = new GroupState(group, table, directory);
        ReplicatedLog replica = open(spec, state);
        servers.add(group, new DirectoryServer(wiring(group, replica, table, directory::nodes)));
        startWorkers(spec, replica, table, state);
        return new DirectoryReplica(directory, replica);
    }

    private RocksTable openTable(GroupId group) {
        try {
            RocksTable table =
                    RocksTable.open(
                            parts.data().resolve("tables").resolve(group.toString()),
                            group,
                            parts.tables());
            tables.put(group, table);
            return table;
        } catch (IOException e) {
            throw new StoreException(
                    ErrorCode.CORRUPT, "the table of " + group + " can't be opened: " + e, e);
        }
    }

    private ReplicaSpec spec(GroupId group, int generation, List<RaftPeer> founders) {
        boolean known = Files.exists(marker(group, generation));
        return new ReplicaSpec(group, generation, !known, founders, List.of());
    }

    private Path marker(GroupId group, int generation) {
        return parts.data().resolve("replicas").resolve(group + "." + generation);
    }

    private ReplicatedLog open(ReplicaSpec spec, GroupState state) {
        ReplicatedLog replica = parts.host().open(spec, state);
        try {
            Path marker = marker(spec.group(), spec.generation());
            Files.createDirectories(marker.getParent());
            if (!Files.exists(marker)) {
                Files.createFile(marker);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return replica;
    }

    private GroupServer.Wiring wiring(
            GroupId group,
            ReplicatedLog replica,
            RocksTable table,
            java.util.function.Supplier<List<NodeRecord>> nodes) {
        return new GroupServer.Wiring(
                group,
                replica,
                table,
                parts.tasks(),
                parts.calls(),
                parts.clockCheck(),
                peer -> nodeOf(peer, nodes.get()),
                parts.metrics());
    }

    private static Optional<NodeId> nodeOf(RaftPeer peer, List<NodeRecord> nodes) {
        return nodes.stream()
                .filter(node -> node.host().equals(peer.host()) && node.rpcPort() == peer.port())
                .map(NodeRecord::id)
                .findFirst();
    }

    private void startWorkers(
            ReplicaSpec spec, ReplicatedLog replica, RocksTable table, GroupState state) {
        GroupId group = spec.group();
        RaftAddress address = parts.address();
        RaftMetrics.watch(parts.metrics(), group, replica);
        parts.workers()
                .start(
                        new FlushWorker(
                                group,
                                table,
                                parts.calls(),
                                parts.tasks().clock(),
                                FlushPolicy.standard()),
                        SECOND);
        parts.workers()
                .start(
                        new SnapshotWorker(
                                group,
                                replica,
                                state,
                                parts.tasks().clock(),
                                new SnapshotWorker.Policy(
                                        SnapshotWorker.Policy.standard().bytes(),
                                        parts.snapshotEvery().toNanos())),
                        SECOND);
        parts.workers()
                .start(
                        new StepDownWorker(
                                group,
                                new RaftPeer(address.host(), address.port(), spec.generation()),
                                replica,
                                parts.clockCheck(),
                                parts.tasks().clock()),
                        SECOND);
    }

    /** Opens the partitions that the directory gives to this node; true when any was opened. */
    boolean openPartitions(LocalDirectory directory, RoutedMetadata metadata, ShardKeys keys) {
        boolean opened = false;
        for (PartitionRecord record : directory.partitions()) {
            Optional<Replica> own =
                    record.voters().stream()
                            .filter(replica -> replica.node().equals(parts.self()))
                            .findFirst();
            if (own.isPresent() && !partitions.containsKey(record.id())) {
                opened |= openPartition(record, own.get(), directory, metadata, keys);
            }
        }
        return opened;
    }

    private boolean openPartition(
            PartitionRecord record,
            Replica own,
            LocalDirectory directory,
            RoutedMetadata metadata,
            ShardKeys keys) {
        Optional<List<RaftPeer>> peers = peers(record, directory);
        if (peers.isEmpty()) {
            return false;
        }
        GroupId group = record.id();
        try {
            // Founders have generation 0; a later generation joins what is running.
            ReplicaSpec spec =
                    spec(group, own.generation(), own.generation() == 0 ? peers.get() : List.of());
            RocksTable table = openTable(group);
            GroupState state =
                    new GroupState(
                            group,
                            table,
                            GroupState.Listener.none(),
                            peer -> nodeOf(peer, directory.nodes()));
            ReplicatedLog replica = open(spec, state);
            PartitionServer server =
                    new PartitionServer(
                            wiring(group, replica, table, directory::nodes),
                            keys,
                            directory::index);
            servers.add(group, server);
            partitions.put(group, server);
            damaged.remove(group.value());
            startWorkers(spec, replica, table, state);
            startLeaderWorkers(record, server, directory, metadata, keys);
            return true;
        } catch (StoreException e) {
            if (damaged.add(group.value())) {
                log.error("{} can't be opened here and is reported as damaged", group, e);
            }
            closeTable(group);
            return false;
        }
    }

    private void startLeaderWorkers(
            PartitionRecord record,
            PartitionServer server,
            LocalDirectory directory,
            RoutedMetadata metadata,
            ShardKeys keys) {
        GroupId group = record.id();
        Workers workers = parts.workers();
        workers.start(
                new PartitionInit(record, server.log(), metadata, parts.tasks().clock()), SECOND);
        workers.start(
                new LeaderWorker(
                        group, server, parts.tasks().clock(), LeaderWorker.Sweep.EXPIRED_WRITES),
                SWEEP);
        workers.start(
                new LeaderWorker(
                        group, server, parts.tasks().clock(), LeaderWorker.Sweep.OLD_RESULTS),
                PRUNE);
        workers.start(
                new MembershipWorker(
                        group,
                        server.log(),
                        parts.tasks(),
                        () -> directory.partition(group).flatMap(r -> peers(r, directory)),
                        () -> Optional.of(List.of()),
                        peer -> register(group, peer, directory, metadata)),
                SECOND);
        workers.start(
                new ShardWorker(group, parts.self(), server, keys, metadata, parts.tasks().clock()),
                SWEEP);
    }

    /** A replica's copy of the keys is known to the partition before it can be made. */
    private void register(
            GroupId group, RaftPeer peer, LocalDirectory directory, RoutedMetadata metadata)
            throws InterruptedException {
        NodeId node =
                nodeOf(peer, directory.nodes())
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

    private static Optional<List<RaftPeer>> peers(
            PartitionRecord record, LocalDirectory directory) {
        List<RaftPeer> peers = new ArrayList<>();
        for (Replica replica : record.voters()) {
            Optional<NodeRecord> node = directory.node(replica.node());
            if (node.isEmpty()) {
                return Optional.empty();
            }
            peers.add(new RaftPeer(node.get().host(), node.get().rpcPort(), replica.generation()));
        }
        return Optional.of(peers);
    }

    private void closeTable(GroupId group) {
        RocksTable table = tables.remove(group);
        if (table != null) {
            table.close();
        }
    }

    @Override
    public List<GroupId> ledPartitions() {
        List<GroupId> led = new ArrayList<>();
        partitions.forEach(
                (group, server) -> {
                    if (server.log().leadership().isLeader()) {
                        led.add(group);
                    }
                });
        return led;
    }

    /** Partitions that have a replica here. */
    List<GroupId> partitions() {
        return List.copyOf(partitions.keySet());
    }

    /** Closes tables; the logs must be closed before. */
    @Override
    public void close() {
        tables.values().forEach(RocksTable::close);
        tables.clear();
    }
}
