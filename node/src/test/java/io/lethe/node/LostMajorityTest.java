package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.ReplicaStatus;
import io.lethe.node.metadata.SplitPlanner;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicatedLog.Role;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A partition that loses most of its replicas for good, on real nodes. */
class LostMajorityTest {
    private static final BucketId BUCKET = new BucketId(42);
    private static final int SURVIVOR = 0;
    private static final int EMPTIED = 1;
    private static final int AWAY = 2;
    private static final int KEYS = 20;

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

    private static Bytes row(String key) {
        return RowKeys.objectKey(BUCKET, Bytes.utf8(key));
    }

    private PartitionRecord record() {
        return nodes.joined(SURVIVOR).directory().partitionOf(row("key")).orElseThrow();
    }

    private void mark(String key) throws Exception {
        nodes.mark(SURVIVOR, BUCKET, key, 60);
    }

    private boolean has(String key) throws Exception {
        PartitionAnswer answer =
                nodes.joined(SURVIVOR)
                        .metadata()
                        .query(
                                row(key),
                                new PartitionQuery.Find(
                                        BUCKET,
                                        Bytes.utf8(key),
                                        new PartitionCommand.Which.Current()),
                                nodes.deadlineIn(60));
        return answer instanceof PartitionAnswer.Found found && found.row() != null;
    }

    private static void delete(Path path) throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            for (Path one : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }

    private Optional<ReplicaStatus> standing(int node, GroupId group) throws Exception {
        try {
            return nodes.joined(SURVIVOR)
                    .metadata()
                    .status(nodes.joined(node).self(), group, nodes.deadlineIn(5));
        } catch (StoreException e) {
            return Optional.empty();
        }
    }

    private List<RaftPeer> members(GroupId group) throws Exception {
        try {
            return nodes.joined(SURVIVOR).metadata().members(group, nodes.deadlineIn(5));
        } catch (StoreException e) {
            return List.of();
        }
    }

    private static boolean leads(ReplicaStatus status) {
        return status.role() == Role.LEADER;
    }

    @Test
    void whatOneReplicaHasIsServedAgainAndOldReplicasStayOut() throws Exception {
        GroupId partition = record().id();
        nodes.until(
                "the partition is set up",
                () ->
                        nodes.joined(SURVIVOR)
                                .metadata()
                                .queryIn(
                                        partition,
                                        new PartitionQuery.BucketEmpty(BUCKET),
                                        nodes.deadlineIn(30))
                                .equals(new PartitionAnswer.Empty(true)));
        for (int i = 0; i < KEYS; i++) {
            mark("key" + i);
        }
        NodeId survivor = nodes.joined(SURVIVOR).self();
        nodes.until(
                "the survivor has all of it",
                () ->
                        standing(SURVIVOR, partition)
                                .map(one -> one.lastIndex() > KEYS)
                                .orElse(false));
        // One stays away with its replica whole, of another the replica is gone: no majority.
        nodes.stop(AWAY);
        nodes.stop(EMPTIED);
        delete(nodes.data(EMPTIED).resolve("raft").resolve(partition.toString()));
        delete(nodes.data(EMPTIED).resolve("tables").resolve(partition + ".0"));
        nodes.startAgainWithout(EMPTIED);
        nodes.until(
                "nobody leads",
                () -> standing(SURVIVOR, partition).filter(one -> !leads(one)).isPresent());
        long last = standing(SURVIVOR, partition).orElseThrow().lastIndex();
        var _ =
                nodes.joined(SURVIVOR)
                        .metadata()
                        .execute(
                                new DirectoryCommand.RecoverPartition(
                                        partition,
                                        record().mapEpoch(),
                                        new Replica(survivor, 0),
                                        last),
                                0,
                                nodes.deadlineIn(60));
        nodes.until(
                "the survivor leads",
                () -> standing(SURVIVOR, partition).filter(LostMajorityTest::leads).isPresent());
        for (int i = 0; i < KEYS; i++) {
            assertThat(has("key" + i)).as("key" + i).isTrue();
        }
        mark("later");
        nodes.until("the emptied node has a replica again", () -> members(partition).size() == 2);
        nodes.startAgain(AWAY);
        nodes.until("all three have replicas again", () -> members(partition).size() == 3);
        assertThat(members(partition))
                .as("none of them is one of the old ones")
                .allMatch(peer -> peer.generation() > 0);
        nodes.until(
                "what the old replica had is wiped",
                () -> !Files.exists(nodes.data(AWAY).resolve("tables").resolve(partition + ".0")));
        assertThat(has("later")).isTrue();
        assertThat(record().recovery()).isNotNull();
        // Once more, with everything stopped in between: what was recovered stays so.
        IntStream.range(0, 3).forEach(nodes::stop);
        nodes.startAllAgain();
        for (int i = 0; i < KEYS; i++) {
            assertThat(has("key" + i)).as("key" + i).isTrue();
        }
        assertThat(has("later")).isTrue();
    }

    /** The range that the survivor's replica of a partition has; null where nobody says. */
    private @Nullable Bytes end(GroupId partition) throws Exception {
        return nodes.joined(SURVIVOR)
                                .metadata()
                                .queryIn(
                                        partition,
                                        new PartitionQuery.Summary(),
                                        nodes.deadlineIn(60))
                        instanceof PartitionAnswer.Figures figures
                ? figures.to()
                : null;
    }

    private PartitionAnswer splitState(int node, GroupId partition) throws Exception {
        return nodes.joined(node)
                .metadata()
                .queryIn(partition, new PartitionQuery.SplitState(), nodes.deadlineIn(60));
    }

    private boolean whole(int node, GroupId partition) throws Exception {
        return splitState(node, partition).equals(new PartitionAnswer.SplitStanding(0, 0));
    }

    @Test
    void aSplitThatTheSurvivorMissedIsDoneAgain() throws Exception {
        GroupId parent = record().id();
        assertThat(record().voters()).as("what it begins with").hasSize(3);
        nodes.until("it is set up", () -> whole(SURVIVOR, parent));
        for (String key : List.of("a", "key", "z")) {
            mark(key);
        }
        NodeId survivor = nodes.joined(SURVIVOR).self();
        nodes.until(
                "the survivor has all of it",
                () -> standing(SURVIVOR, parent).map(one -> one.lastIndex() > 3).orElse(false));
        nodes.stop(SURVIVOR);
        Joined other = nodes.joined(EMPTIED);
        var _ =
                new SplitPlanner(other.metadata(), other.directory())
                        .begin(parent, row("key"), nodes.deadlineIn(60));
        nodes.until(
                "the split is over",
                () -> !other.directory().partitionOf(row("z")).orElseThrow().id().equals(parent));
        PartitionRecord child = other.directory().partitionOf(row("z")).orElseThrow();
        nodes.until(
                "both halves are swept",
                () -> whole(EMPTIED, parent) && whole(EMPTIED, child.id()));
        // The parent's other replicas are gone, and the child has its majority on their nodes.
        for (int i : List.of(EMPTIED, AWAY)) {
            nodes.stop(i);
            delete(nodes.data(i).resolve("raft").resolve(parent.toString()));
            delete(nodes.data(i).resolve("tables").resolve(parent + ".0"));
            nodes.startAgainWithout(i);
        }
        nodes.startAgainWithout(SURVIVOR);
        nodes.until(
                "the survivor has its replica open", () -> standing(SURVIVOR, parent).isPresent());
        long last = standing(SURVIVOR, parent).orElseThrow().lastIndex();
        PartitionRecord now = nodes.joined(SURVIVOR).directory().partition(parent).orElseThrow();
        var _ =
                nodes.joined(SURVIVOR)
                        .metadata()
                        .execute(
                                new DirectoryCommand.RecoverPartition(
                                        parent, now.mapEpoch(), new Replica(survivor, 0), last),
                                0,
                                nodes.deadlineIn(60));
        nodes.until(
                "the survivor has the range of its record and nothing else",
                () -> Objects.equals(end(parent), child.from()) && whole(SURVIVOR, parent));
        assertThat(has("a")).isTrue();
        assertThat(has("z")).isTrue();
        nodes.until(
                "the survivor's replica of the child joins",
                () ->
                        standing(SURVIVOR, child.id())
                                .filter(one -> one.lastIndex() > 1)
                                .isPresent());
    }
}
