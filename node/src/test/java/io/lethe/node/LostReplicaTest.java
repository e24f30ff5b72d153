package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.metadata.ReplicaStatus;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores that are lost, on real nodes. */
class LostReplicaTest {
    private static final GroupId PARTITION = new GroupId(1);
    private static final int VICTIM = 2;

    @TempDir Path temp;
    private Nodes nodes;

    @BeforeEach
    void start() throws Exception {
        nodes = new Nodes(temp.resolve("cluster"), 3, Map.of());
    }

    @AfterEach
    void close() {
        nodes.close();
    }

    private Path data(int number) {
        return nodes.data(number);
    }

    private Joined joined(int number) {
        return nodes.joined(number);
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
        long deadline = nodes.deadlineIn(5);
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
                                        nodes.deadlineIn(30)))
                .rows();
    }

    @Test
    void storesThatAreLostComeBackWholeAsNewGenerations() throws Exception {
        NodeId victim = joined(VICTIM).self();
        nodes.until("the victim has a replica to lose", () -> caughtUp(victim, PARTITION));
        nodes.stop(VICTIM);
        // The partition loses its log and votes, and keeps its keys; the directory loses its table.
        delete(data(VICTIM).resolve("raft").resolve(PARTITION.toString()));
        delete(data(VICTIM).resolve("tables").resolve("directory.0"));
        nodes.startAgain(VICTIM);
        nodes.until(
                "the record names a new generation",
                () -> replica(victim).map(Replica::generation).orElse(0) > 0);
        int generation = replica(victim).orElseThrow().generation();
        nodes.until("the partition's replica is whole", () -> caughtUp(victim, PARTITION));
        nodes.until("the directory's copy is whole", () -> caughtUp(victim, GroupId.DIRECTORY));
        nodes.until(
                "the group has three voters again",
                () ->
                        joined(0).metadata().members(PARTITION, nodes.deadlineIn(30)).stream()
                                        .filter(peer -> peer.generation() == generation)
                                        .count()
                                == 1);
        assertThat(copies())
                .extracting(PartitionAnswer.KeyCopyRow::copy)
                .contains(KeyCopy.replica(victim, 0), KeyCopy.replica(victim, generation))
                .hasSize(4);
        nodes.until(
                "the old keys are wiped",
                () -> !Files.exists(data(VICTIM).resolve("tables").resolve(PARTITION + ".0")));
        assertThat(Files.exists(data(VICTIM).resolve("tables").resolve("directory.0"))).isFalse();
    }
}
