package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.ReplicaFolders.Place;
import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicaSpec;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Setback;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory that loses most of its copies for good, on real nodes. */
class DirectoryRecoveryTest {
    private static final int SURVIVOR = 0;
    private static final int EMPTIED = 1;
    private static final int AWAY = 2;
    private static final GroupId PARTITION = new GroupId(1);

    /** Entries that the others had, and a partition was fenced at. */
    private static final int LOST_ENTRIES = 1_500;

    @TempDir Path temp;
    private Nodes nodes;

    @BeforeEach
    void start() throws Exception {
        nodes = new Nodes(temp.resolve("cluster"), 3, Map.of("LETHE_CLUSTER_PARTITIONS", "1"));
    }

    @AfterEach
    void close() {
        nodes.close();
    }

    private OfflineNode offline(int number) throws Exception {
        return OfflineNode.open(
                nodes.config(number),
                new VirtualTasks(
                        Clock.system(),
                        (thread, e) -> {
                            throw new AssertionError(thread.getName(), e);
                        }));
    }

    private DirectoryReply create(String bucket, long id) throws Exception {
        TenantId operator =
                nodes.joined(SURVIVOR).directory().tenantNamed("operator").orElseThrow();
        return nodes.joined(SURVIVOR)
                .metadata()
                .execute(
                        new DirectoryCommand.CreateBucket(
                                new BucketId(id),
                                operator,
                                bucket,
                                "standard",
                                BucketRecord.Versioning.OFF,
                                nodes.joined(SURVIVOR).directory().index()),
                        0,
                        nodes.deadlineIn(60))
                .reply();
    }

    private boolean has(int node, String bucket) {
        TenantId operator = nodes.joined(node).directory().tenantNamed("operator").orElseThrow();
        return nodes.joined(node).directory().bucket(operator, bucket).isPresent();
    }

    private List<RaftPeer> voters() {
        return nodes.joined(SURVIVOR).directoryMembers().voters();
    }

    /** What was acknowledged by the lost ones alone: here only that it was is left. */
    private void fenceBehindTheEnd() throws Exception {
        long fence = nodes.joined(SURVIVOR).directory().index() + LOST_ENTRIES;
        nodes.until(
                "the partition is fenced",
                () ->
                        nodes.joined(SURVIVOR)
                                        .metadata()
                                        .executeIn(
                                                PARTITION,
                                                new PartitionCommand.Fence(fence),
                                                1L << 40,
                                                nodes.deadlineIn(60))
                                instanceof PartitionReply.Done);
    }

    /** What a request would write, validated against the directory as it is here. */
    private boolean writes() throws Exception {
        Id128 id = new Id128(7, 8);
        Bytes key = Bytes.utf8("key");
        PartitionCommand command =
                new PartitionCommand.Delete(
                        new WriteId(id),
                        new BucketId(42),
                        key,
                        new TenantId(id),
                        BucketRecord.Versioning.ENABLED,
                        new PartitionCommand.Which.Current(),
                        new io.lethe.node.metadata.command.Condition.Always());
        return nodes.joined(SURVIVOR)
                        .metadata()
                        .executeIn(
                                PARTITION,
                                command,
                                nodes.joined(SURVIVOR).directory().index(),
                                nodes.deadlineIn(20))
                instanceof PartitionReply.Deleted;
    }

    /** One copy is gone, and one stays away with what it had. */
    private void loseTwo() throws Exception {
        IntStream.range(0, 3).forEach(nodes::stop);
        DurableFiles.deleteTree(nodes.data(EMPTIED).resolve("raft").resolve("directory"));
        DurableFiles.deleteTree(nodes.data(EMPTIED).resolve("tables").resolve("directory.0"));
    }

    @Test
    void whatOneCopyHasIsTheDirectoryAgainAndOldCopiesStayOut() throws Exception {
        assertThat(create("before", 7)).isInstanceOf(DirectoryReply.BucketCreated.class);
        nodes.until("the survivor has it", () -> has(SURVIVOR, "before"));
        fenceBehindTheEnd();
        long highest =
                nodes.joined(SURVIVOR).directory().placementGroups().stream()
                        .map(PlacementGroup::id)
                        .mapToLong(PgId::value)
                        .max()
                        .orElseThrow();
        assertThat(writes()).as("nobody has validated against that index").isFalse();
        loseTwo();
        DirectoryRecovery.View seen;
        try (OfflineNode node = offline(SURVIVOR)) {
            seen = new DirectoryRecovery(node).look();
            assertThat(seen.obstacle()).isNull();
            assertThat(seen.standing().generation()).as("it only looks").isZero();
            assertThat(String.join("\n", seen.lines()))
                    .contains("index " + seen.standing().lastIndex(), "away", "this node");
        }
        cutShort(seen);
        try (OfflineNode node = offline(SURVIVOR)) {
            DirectoryRecovery.View done = new DirectoryRecovery(node).recover();
            assertThat(done.next()).as("the run that was cut short goes on").isEqualTo(seen.next());
        }
        try (OfflineNode node = offline(SURVIVOR)) {
            DirectoryVoters now = node.coordination().directoryVoters().orElseThrow();
            assertThat(now.voters()).hasSize(1);
            assertThat(now.learners()).hasSize(2).allMatch(one -> one.generation() > seen.next());
            assertThatThrownBy(() -> new DirectoryRecovery(node).recover())
                    .hasMessageContaining("the only voter already");
        }
        nodes.startAgainWithout(SURVIVOR);
        nodes.startAgain(EMPTIED);
        nodes.until("the emptied node votes again", () -> voters().size() == 2);
        assertThat(has(SURVIVOR, "before")).isTrue();
        nodes.until("what was fenced behind the end takes writes", this::writes);
        nodes.until("new groups are made", () -> !open().isEmpty());
        assertThat(open())
                .as("no number is given out twice")
                .allMatch(one -> one.id().value() > highest + 1_000);
        assertThat(create("after", 8)).isInstanceOf(DirectoryReply.BucketCreated.class);
        nodes.startAgain(AWAY);
        nodes.until("all three vote again", () -> voters().size() == 3);
        assertThat(voters()).as("none is an old one").allMatch(peer -> peer.generation() > 0);
        nodes.until(
                "what the old copy had is wiped",
                () -> !Files.exists(nodes.data(AWAY).resolve("tables").resolve("directory.0")));
        nodes.until("it has what is new", () -> has(AWAY, "after"));
        assertThat(has(AWAY, "before")).isTrue();
        assertThat(nodes.joined(AWAY).directory().setting(Setback.Recovered.SETTING)).isPresent();
        // Once more, with everything stopped in between: what was recovered stays so.
        IntStream.range(0, 3).forEach(nodes::stop);
        nodes.startAllAgain();
        assertThat(has(EMPTIED, "before")).isTrue();
        assertThat(has(EMPTIED, "after")).isTrue();
    }

    private List<PlacementGroup> open() {
        return nodes.joined(SURVIVOR).directory().placementGroups().stream()
                .filter(one -> one.state() == PlacementGroup.State.OPEN)
                .toList();
    }

    /** The log is made over, and then the process ends; once more after the table has its name. */
    private void cutShort(DirectoryRecovery.View seen) throws Exception {
        byte[] entry =
                CommandCodec.encode(
                                new Stamp(Clock.system().wallMillis(), 0, 0, FeatureLevels.HIGHEST),
                                new DirectoryCommand.RecoveredDirectory(
                                        seen.own().node(), seen.standing().lastIndex()))
                        .toArray();
        try (OfflineNode node = offline(SURVIVOR)) {
            node.host()
                    .makeOver(
                            new ReplicaSpec(GroupId.DIRECTORY, 0, false, List.of(), List.of()),
                            seen.next(),
                            entry);
        }
        try (OfflineNode node = offline(SURVIVOR)) {
            assertThat(new DirectoryRecovery(node).look().next()).isEqualTo(seen.next());
            node.folders()
                    .rename(
                            new Place(GroupId.DIRECTORY, 0),
                            new Place(GroupId.DIRECTORY, seen.next()));
        }
    }

    @Test
    void nothingIsGivenUpThatIsOnlyStoppedOrSlow() throws Exception {
        assertThatThrownBy(() -> offline(SURVIVOR))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("in use by another Lethe process");
        nodes.stop(SURVIVOR);
        try (OfflineNode node = offline(SURVIVOR)) {
            assertThatThrownBy(() -> new DirectoryRecovery(node).recover())
                    .hasMessageContaining("2 of 3 voters are registered");
        }
        nodes.stop(EMPTIED);
        try (OfflineNode node = offline(SURVIVOR)) {
            nodes.until(
                    "the other one is the controller", () -> node.otherController().isPresent());
            assertThatThrownBy(() -> new DirectoryRecovery(node).recover())
                    .hasMessageContaining("is the controller: stop all nodes");
        }
        nodes.startAgain(SURVIVOR);
        nodes.startAgain(EMPTIED);
        assertThat(nodes.joined(SURVIVOR).directory().setting(Setback.Recovered.SETTING))
                .as("nothing has changed")
                .isEmpty();
    }
}
