package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.config.ConfigLoader;
import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.cluster.zookeeper.EmbeddedZooKeeper;
import io.lethe.node.cluster.zookeeper.ZooKeeperCoordination;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.Build;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Nodes in one process, with real stores, real Raft and a real coordination service. One thread.
 */
final class Nodes implements AutoCloseable {
    private static final int LEAST_PORT = 11_000;
    private static final int PORTS_PER_NODE = 10;
    private static final int PORTS_STEP = 100;
    private static final int MOST_STEPS = 80;

    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);

    private final Clock clock = Clock.system();
    private final Map<String, String> environment;
    private final List<Node> nodes = new ArrayList<>();
    private final DevLayout layout;
    private EmbeddedZooKeeper zooKeeper;

    /** What a test waits for. */
    interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * Starts them; returns when all serve.
     *
     * @param environment overrides keys of their configuration
     */
    Nodes(Path dir, int count, Map<String, String> environment) throws Exception {
        this(dir, count, environment, Build.own());
    }

    /**
     * @param build what they say that they run
     */
    Nodes(Path dir, int count, Map<String, String> environment, Build build) throws Exception {
        this.environment = environment;
        layout = new DevLayout(dir, count, freePorts(count));
        layout.prepare(RandomSource.secure());
        zooKeeper =
                new EmbeddedZooKeeper(layout.dir().resolve("zookeeper"), layout.zookeeperPort());
        for (int i = 0; i < count; i++) {
            nodes.add(open(i, build));
        }
        for (Node node : nodes) {
            until("every node serves", node::ready);
        }
    }

    /**
     * A run of ports of which none is in use, below those that the system gives to connections that
     * go out: one of these may be taken between the look and the use.
     */
    private static int freePorts(int count) {
        // Others may look at the same time: each begins elsewhere.
        int first = (int) (ProcessHandle.current().pid() % MOST_STEPS);
        for (int step = 0; step < MOST_STEPS; step++) {
            int base = LEAST_PORT + PORTS_STEP * ((first + step) % MOST_STEPS);
            if (IntStream.range(base, base + PORTS_PER_NODE * count).allMatch(Nodes::free)) {
                return base;
            }
        }
        throw new IllegalStateException("no free ports");
    }

    private static boolean free(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private Node open(int number, Build build) {
        return Node.start(config(number), build);
    }

    /** What a node is started with. */
    NodeConfig config(int number) {
        return ConfigLoader.load(NodeConfig.class, layout.nodeConfig(number), environment).config();
    }

    /** Waits, and says of every node what is the matter where it takes too long. */
    void until(String what, Condition condition) throws Exception {
        long deadline = deadline(PATIENCE_NANOS);
        CountDownLatch never = new CountDownLatch(1);
        while (!condition.holds()) {
            if (clock.nanos() - deadline > 0) {
                throw new AssertionError(
                        "still waiting: "
                                + what
                                + nodes.stream()
                                        .map(node -> "\n" + node.whyNotReady() + node.troubles())
                                        .toList());
            }
            var _ = never.await(50, TimeUnit.MILLISECONDS);
        }
    }

    private long deadline(long withinNanos) {
        return clock.nanos() + withinNanos;
    }

    /** A deadline so many seconds from now. */
    long deadlineIn(int seconds) {
        return deadline(TimeUnit.SECONDS.toNanos(seconds));
    }

    void stop(int number) {
        nodes.get(number).close();
    }

    /** Has ZooKeeper lose all that it knows; no node may run. */
    void emptyZooKeeper() throws IOException {
        zooKeeper.close();
        Path data = layout.dir().resolve("zookeeper");
        DurableFiles.deleteTree(data);
        zooKeeper = new EmbeddedZooKeeper(data, layout.zookeeperPort());
    }

    /** Starts one that was stopped; returns when it serves. */
    void startAgain(int number) throws Exception {
        startAgain(number, Build.own());
    }

    /** The same with another build. */
    void startAgain(int number, Build build) throws Exception {
        nodes.set(number, open(number, build));
        until("the node is back", nodes.get(number)::ready);
    }

    /** Starts one that can't serve for what it has lost; returns when it has joined. */
    void startAgainWithout(int number) throws Exception {
        nodes.set(number, open(number, Build.own()));
        until("the node has joined", () -> nodes.get(number).joined() != null);
    }

    /** Starts all of them, which were stopped; returns when they serve. */
    void startAllAgain() throws Exception {
        for (int i = 0; i < nodes.size(); i++) {
            nodes.set(i, open(i, Build.own()));
        }
        for (Node node : nodes) {
            until("every node serves", node::ready);
        }
    }

    Joined joined(int number) {
        return Objects.requireNonNull(nodes.get(number).joined());
    }

    /** Steps that a worker has done. */
    long steps(int number, String worker) {
        return nodes.get(number).steps(worker);
    }

    /**
     * Leaves a delete marker by way of a node: a version that needs no keys.
     *
     * @param seconds within which it must be done
     */
    void mark(int number, BucketId bucket, String key, int seconds) throws InterruptedException {
        Id128 id = new Id128(7, key.hashCode());
        Bytes name = Bytes.utf8(key);
        PartitionReply reply =
                joined(number)
                        .metadata()
                        .execute(
                                RowKeys.objectKey(bucket, name),
                                new PartitionCommand.Delete(
                                        new WriteId(id),
                                        bucket,
                                        name,
                                        new TenantId(id),
                                        BucketRecord.Versioning.ENABLED,
                                        new PartitionCommand.Which.Current(),
                                        new io.lethe.node.metadata.command.Condition.Always()),
                                1L << 40,
                                deadlineIn(seconds));
        assertThat(reply).isInstanceOf(PartitionReply.Deleted.class);
    }

    /** What a node hears that comes without a copy of the directory. */
    Optional<Integer> toldFeatureLevel() {
        NodeConfig config =
                ConfigLoader.load(NodeConfig.class, layout.nodeConfig(0), environment).config();
        try (ZooKeeperCoordination asking =
                new ZooKeeperCoordination(
                        String.valueOf(config.zookeeper().connect()),
                        config.cluster().name(),
                        new NodeId(new Id128(0, 0)),
                        (int) config.zookeeper().sessionTimeout().toMillis(),
                        null,
                        false)) {
            return asking.featureLevel();
        }
    }

    /** A node's data directory. */
    Path data(int number) {
        return layout.nodeConfig(number).resolveSibling("data");
    }

    @Override
    public void close() {
        nodes.forEach(Node::close);
        zooKeeper.close();
    }
}
