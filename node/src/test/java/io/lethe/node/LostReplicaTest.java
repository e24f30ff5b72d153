package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.config.ConfigLoader;
import io.lethe.node.cluster.zookeeper.EmbeddedZooKeeper;
import io.lethe.node.metadata.ReplicaStatus;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes in one process, with real stores, real Raft and a real coordination service. */
class LostReplicaTest {
    private static final GroupId PARTITION = new GroupId(1);
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);
    private static final int VICTIM = 2;

    @TempDir Path temp;
    private final Clock clock = Clock.system();
    private final List<Node> nodes = new ArrayList<>();
    private DevLayout layout;
    private EmbeddedZooKeeper zooKeeper;

    @BeforeEach
    void start() throws Exception {
        layout = new DevLayout(temp.resolve("cluster"), 3, freePorts());
        layout.prepare(RandomSource.secure());
        zooKeeper =
                new EmbeddedZooKeeper(layout.dir().resolve("zookeeper"), layout.zookeeperPort());
        for (int i = 0; i < layout.nodes(); i++) {
            nodes.add(start(i));
        }
        for (Node node : nodes) {
            until("every node serves", node::ready);
        }
    }

    @AfterEach
    void close() {
        nodes.forEach(Node::close);
        zooKeeper.close();
    }

    private static int freePorts() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return Math.min(socket.getLocalPort(), 60_000) / 100 * 100 + 50;
        }
    }

    private Node start(int number) {
        return Node.start(
                ConfigLoader.load(NodeConfig.class, layout.nodeConfig(number), Map.of()).config());
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private void until(String what, Condition condition) throws Exception {
        long deadline = clock.nanos() + PATIENCE_NANOS;
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

    private Joined joined(int number) {
        return Objects.requireNonNull(nodes.get(number).joined());
    }

    private Path data(int number) {
        return layout.nodeConfig(number).resolveSibling("data");
    }

    private static void delete(Path path) throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            for (Path one : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }

    private Optional<Replica> replica(NodeId node) {
        return joined(0).directory().partition(PARTITION).stream()
                .flatMap(record -> record.voters().stream())
                .filter(one -> one.node().equals(node))
                .findFirst();
    }

    private boolean caughtUp(NodeId node, GroupId group) throws InterruptedException {
        long deadline = clock.nanos() + TimeUnit.SECONDS.toNanos(5);
        try {
            ReplicaStatus first =
                    joined(0).metadata().status(joined(0).self(), group, deadline).orElseThrow();
            return joined(0)
                    .metadata()
                    .status(node, group, deadline)
                    .filter(status -> status.appliedIndex() >= first.appliedIndex())
                    .isPresent();
        } catch (StoreException e) {
            return false;
        }
    }

    private List<PartitionAnswer.KeyCopyRow> copies() throws InterruptedException {
        return ((PartitionAnswer.KeyCopyPage)
                        joined(0)
                                .metadata()
                                .queryIn(
                                        PARTITION,
                                        new PartitionQuery.KeyCopies(null, 100),
                                        clock.nanos() + TimeUnit.SECONDS.toNanos(30)))
                .rows();
    }

    @Test
    void storesThatAreLostComeBackWholeAsNewGenerations() throws Exception {
        NodeId victim = joined(VICTIM).self();
        nodes.get(VICTIM).close();
        // The partition loses its log and votes, and keeps its keys; the directory loses its table.
        delete(data(VICTIM).resolve("raft").resolve(PARTITION.toString()));
        delete(data(VICTIM).resolve("tables").resolve("directory.0"));
        nodes.set(VICTIM, start(VICTIM));
        until("the node is back", nodes.get(VICTIM)::ready);
        until(
                "the record names a new generation",
                () -> replica(victim).map(Replica::generation).orElse(0) > 0);
        int generation = replica(victim).orElseThrow().generation();
        until("the partition's replica is whole", () -> caughtUp(victim, PARTITION));
        until("the directory's copy is whole", () -> caughtUp(victim, GroupId.DIRECTORY));
        until(
                "the group has three voters again",
                () ->
                        joined(0)
                                        .metadata()
                                        .members(
                                                PARTITION,
                                                clock.nanos() + TimeUnit.SECONDS.toNanos(30))
                                        .stream()
                                        .filter(peer -> peer.generation() == generation)
                                        .count()
                                == 1);
        assertThat(copies())
                .extracting(PartitionAnswer.KeyCopyRow::copy)
                .contains(KeyCopy.replica(victim, 0), KeyCopy.replica(victim, generation))
                .hasSize(4);
        until(
                "the old keys are wiped",
                () -> !Files.exists(data(VICTIM).resolve("tables").resolve(PARTITION + ".0")));
        assertThat(Files.exists(data(VICTIM).resolve("tables").resolve("directory.0"))).isFalse();
    }
}
