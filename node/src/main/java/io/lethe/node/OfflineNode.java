package io.lethe.node;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.base.rocks.RocksOpener;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.cluster.zookeeper.ZooKeeperCoordination;
import io.lethe.node.crypto.NodeKeys;
import io.lethe.node.metadata.raft.NoTransport;
import io.lethe.node.metadata.raft.RaftAddress;
import io.lethe.node.metadata.raft.RaftHost;
import io.lethe.node.metadata.table.RocksTable;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The stores of a node that is stopped, for what can't be done while it runs: its data directory,
 * locked, and the coordination service. It serves nobody and registers nowhere. One thread.
 */
final class OfflineNode implements AutoCloseable {
    /** To read what the coordination service has. */
    private static final Duration READ_WITHIN = Duration.ofSeconds(20);

    /** On top of a session: until one that was lost is forgotten, and this node elected. */
    private static final Duration ELECTED_WITHIN = Duration.ofSeconds(10);

    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final NodeConfig config;
    private final OpenParts opened;
    private final Tasks tasks;
    private final NodeIdentity identity;
    private final ZooKeeperCoordination coordination;
    private final RocksTable.Surroundings tables;
    private final RaftHost host;
    private boolean campaigning;

    private OfflineNode(NodeConfig config, NodeIdentity identity, Tasks tasks, OpenParts opened)
            throws IOException {
        this.config = config;
        this.identity = identity;
        this.tasks = tasks;
        this.opened = opened;
        Path data = config.node().data();
        RandomSource random = RandomSource.secure();
        NodeTls tls = NodeTls.open(config.tls(), Clock.system(), opened);
        coordination =
                opened.add(
                        new ZooKeeperCoordination(
                                String.valueOf(config.zookeeper().connect()),
                                config.cluster().name(),
                                identity.id(),
                                (int) config.zookeeper().sessionTimeout().toMillis(),
                                tls == null ? null : tls.zooKeeper(data, random),
                                false));
        tables =
                new RocksTable.Surroundings(
                        opened.add(new RocksOpener(RocksOpener.Limits.small())),
                        NativeFiles.real(),
                        OfflineNode::fail,
                        new Metrics());
        RaftAddress self = address();
        host =
                opened.add(
                        RaftHost.start(
                                Replication.raftSettings(config, self),
                                new RaftHost.Environment(
                                        new NoTransport(),
                                        tasks,
                                        random,
                                        Replication.epochKeys(
                                                NodeKeys.loadOrCreate(
                                                        data.resolve("node.key"), random)),
                                        OfflineNode::fail)));
    }

    /**
     * @throws StoreException UNAVAILABLE while the node runs, or ZooKeeper is out of reach
     */
    static OfflineNode open(NodeConfig config, Tasks tasks) throws IOException {
        return open(config, tasks, false);
    }

    /** The same, also of one that has lost its data directory: it begins as a new node. */
    static OfflineNode openOrBegin(NodeConfig config, Tasks tasks) throws IOException {
        return open(config, tasks, true);
    }

    private static OfflineNode open(NodeConfig config, Tasks tasks, boolean mayBegin)
            throws IOException {
        OpenParts opened = new OpenParts();
        boolean whole = false;
        try {
            Path data = config.node().data();
            var _ = opened.add(DataLock.take(data));
            NodeIdentity identity =
                    mayBegin && !NodeIdentity.isIn(data)
                            ? NodeIdentity.start(data, RandomSource.secure())
                            : NodeIdentity.of(data);
            OfflineNode node = new OfflineNode(config, identity, tasks, opened);
            whole = true;
            return node;
        } finally {
            if (!whole) {
                opened.close();
            }
        }
    }

    /** Whoever looks sees the failure; nobody is served from what is doubtful. */
    private static void fail(String component, Throwable cause) {
        throw new StoreException(
                ErrorCode.CORRUPT, component + " can't be used: " + cause.getMessage(), cause);
    }

    NodeConfig config() {
        return config;
    }

    NodeId self() {
        return identity.id();
    }

    RaftAddress address() {
        return new RaftAddress(config.node().host(), config.listen().rpcPort());
    }

    Tasks tasks() {
        return tasks;
    }

    RaftHost host() {
        return host;
    }

    RocksTable.Surroundings tables() {
        return tables;
    }

    ReplicaFolders folders() {
        return new ReplicaFolders(config.node().data(), tables.natives());
    }

    /** What the coordination service has, read once to its end. */
    ZooKeeperCoordination coordination() throws InterruptedException {
        if (!coordination.awaitKnown(READ_WITHIN.toMillis())) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "ZooKeeper did not tell what it has within " + READ_WITHIN.toSeconds() + " s");
        }
        return coordination;
    }

    /** Who is elected controller, other than this node. */
    Optional<NodeId> otherController() {
        return coordination.controller().filter(one -> !one.equals(self()));
    }

    /**
     * Has this node elected controller, so that no other is until it is closed.
     *
     * @throws StoreException UNAVAILABLE when another one is
     */
    void control() throws InterruptedException {
        if (!campaigning) {
            coordination.campaign();
            campaigning = true;
        }
        long deadline =
                tasks.clock().nanos()
                        + config.zookeeper().sessionTimeout().plus(ELECTED_WITHIN).toNanos();
        while (coordination.controllerEpoch().isEmpty()) {
            if (tasks.clock().nanos() - deadline > 0) {
                throw new StoreException(
                        ErrorCode.UNAVAILABLE,
                        "ZooKeeper has another controller, "
                                + coordination.controller().map(NodeId::toString).orElse("unknown")
                                + ": stop all nodes first");
            }
            tasks.sleep(LOOK_EVERY.toNanos());
        }
    }

    @Override
    public void close() {
        opened.close();
    }
}
