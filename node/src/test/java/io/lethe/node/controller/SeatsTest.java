package io.lethe.node.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.cluster.DirectoryVoters.Voter;
import io.lethe.node.cluster.Registration.Damaged;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes 1 to 3 vote, nodes 4 and 5 are spare. */
class SeatsTest {
    private static final GroupId PARTITION = new GroupId(1);
    private static final Duration GRACE = Duration.ofMinutes(5);
    private final Ports ports = new Ports();

    /** What the partition's leader says; null: all voters of the record, as if they had joined. */
    private @Nullable List<RaftPeer> members;

    private final ReplicaKeeper keeper =
            new ReplicaKeeper(ports.controller, (_, _) -> members(), GRACE);

    @BeforeEach
    void threeVotersAndTwoMore() throws InterruptedException {
        ports.metadata.bear();
        for (int i = 1; i <= 5; i++) {
            here(i, List.of());
            var _ =
                    ports.metadata.execute(
                            new DirectoryCommand.PutNode(
                                    new NodeRecord(
                                            Ports.node(i),
                                            1,
                                            "node" + i,
                                            9003,
                                            9002,
                                            9001,
                                            9000,
                                            "rack",
                                            Set.of(NodeRecord.Role.METADATA),
                                            "00",
                                            NodeRecord.State.UP)),
                            1,
                            0);
        }
        var _ =
                ports.metadata.execute(
                        new DirectoryCommand.PutPartition(
                                new PartitionRecord(
                                        PARTITION,
                                        Bytes.EMPTY,
                                        Bytes.EMPTY,
                                        List.of(replica(1, 0), replica(2, 0), replica(3, 0)),
                                        List.of(),
                                        1)),
                        1,
                        0);
        ports.coordination.voters =
                new DirectoryVoters(
                        new Id128(9, 9), List.of(member(1, 0), member(2, 0), member(3, 0)));
        settle();
    }

    private List<RaftPeer> members() {
        return members != null
                ? members
                : replicas().stream()
                        .map(one -> peer(Math.toIntExact(one.node().id().low()), one.generation()))
                        .toList();
    }

    private static RaftPeer peer(int node, int generation) {
        return new RaftPeer("node" + node, 9002, generation);
    }

    private void here(int node, List<Damaged> damaged) {
        ports.coordination.here(Ports.node(node), 1, "node" + node, damaged);
    }

    private void away(int node) {
        ports.coordination.nodes.remove(Ports.node(node));
    }

    private static Voter member(int node, int generation) {
        return new Voter(Ports.node(node), "node" + node, 9002, generation);
    }

    private static Replica replica(int node, int generation) {
        return new Replica(Ports.node(node), generation);
    }

    private void settle() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            if (keeper.step() instanceof Step.Idle) {
                return;
            }
        }
        throw new AssertionError("it never comes to rest");
    }

    private DirectoryVoters directory() {
        return Objects.requireNonNull(ports.coordination.voters);
    }

    private List<Replica> replicas() {
        return ports.metadata.copy().partition(PARTITION).orElseThrow().voters();
    }

    private void order(DirectoryCommand command) throws InterruptedException {
        var _ = ports.metadata.execute(command, 1, 0);
        settle();
    }

    @Test
    void whoLeavesHandsItsVotesOverAndGetsNoneBack() throws InterruptedException {
        order(new DirectoryCommand.SetNodeLeaving(Ports.node(4), true));
        order(new DirectoryCommand.SetNodeLeaving(Ports.node(2), true));
        assertThat(directory().voters()).containsExactly(member(1, 0), member(5, 0), member(3, 0));
        assertThat(directory().learners()).containsExactly(member(4, 0), member(2, 0));
        assertThat(replicas()).extracting(Replica::node).doesNotContain(Ports.node(2));
        assertThat(replicas()).extracting(Replica::node).contains(Ports.node(5));
        order(new DirectoryCommand.SetNodeLeaving(Ports.node(3), true));
        assertThat(replicas())
                .as("nobody is left who could take it")
                .extracting(Replica::node)
                .contains(Ports.node(3));
        order(new DirectoryCommand.SetNodeLeaving(Ports.node(4), false));
        assertThat(replicas())
                .extracting(Replica::node)
                .containsExactlyInAnyOrder(Ports.node(1), Ports.node(4), Ports.node(5));
    }

    @Test
    void aNodeThatIsGivenUpIsReplacedWithoutWaitingHoweverManyAreAway()
            throws InterruptedException {
        away(2);
        order(new DirectoryCommand.SetNodeState(Ports.node(2), NodeRecord.State.DOWN));
        assertThat(replicas()).extracting(Replica::node).contains(Ports.node(2));
        order(new DirectoryCommand.RemoveNode(Ports.node(2), true));
        assertThat(replicas()).extracting(Replica::node).doesNotContain(Ports.node(2));
        assertThat(directory().voters()).extracting(Voter::node).doesNotContain(Ports.node(2));
    }

    @Test
    void aPartitionThatWasRecoveredGetsItsReplicasBackOneByOne() throws InterruptedException {
        away(2);
        away(3);
        settle();
        var _ =
                ports.metadata.execute(
                        new DirectoryCommand.RecoverPartition(PARTITION, 1, replica(1, 0), 77),
                        1,
                        0);
        assertThat(replicas()).containsExactly(replica(1, 2));
        here(1, List.of(new Damaged(1, 2)));
        settle();
        assertThat(replicas()).as("of what is not whole nothing is made").hasSize(1);
        here(1, List.of());
        settle();
        assertThat(replicas()).containsExactly(replica(1, 2), replica(4, 3), replica(5, 4));
        here(2, List.of());
        here(3, List.of());
        settle();
        assertThat(replicas()).as("as many as before").hasSize(3);
        PartitionRecord.Recovery recovery =
                ports.metadata.copy().partition(PARTITION).orElseThrow().recovery();
        assertThat(recovery)
                .as("the marker stays")
                .isNotNull()
                .extracting(PartitionRecord.Recovery::lastIndex)
                .isEqualTo(77L);
    }

    @Test
    void aDirectoryThatWasMadeAnewOfOneCopyGetsItsVotersBackOneByOne() throws InterruptedException {
        ports.coordination.voters = directory().alone(member(1, 1));
        assertThat(directory().learners())
                .as("none of the old ones is among them")
                .containsExactly(member(2, 2), member(3, 3), member(4, 4), member(5, 5));
        away(2);
        here(1, List.of(new Damaged(0, 1)));
        settle();
        assertThat(directory().voters()).as("of what is not whole nothing is made").hasSize(1);
        here(1, List.of());
        settle();
        assertThat(directory().voters()).containsExactly(member(1, 1), member(3, 3), member(4, 4));
        assertThat(directory().learners()).containsExactly(member(2, 2), member(5, 5));
    }

    @Test
    void everyNodeGetsACopyOfTheDirectoryAndFoundersStay() {
        assertThat(directory().voters()).containsExactly(member(1, 0), member(2, 0), member(3, 0));
        assertThat(directory().learners()).containsExactly(member(4, 0), member(5, 0));
        assertThat(directory().founders()).isEqualTo(directory().voters());
        assertThat(DirectoryVoters.decode(directory().encode())).isEqualTo(directory());
    }

    @Test
    void aNodeThatWasSetUpAnewAtAnOldAddressIsNobodyElse() throws InterruptedException {
        away(5);
        ports.coordination.here(Ports.node(6), 1, "node5", List.of());
        ports.coordination.here(Ports.node(7), 1, "node2", List.of());
        settle();
        assertThat(directory().learners())
                .containsExactly(
                        member(4, 0),
                        member(5, 0),
                        new Voter(Ports.node(6), "node5", 9002, 1),
                        new Voter(Ports.node(7), "node2", 9002, 2));
    }

    @Test
    void aDamagedCopyBecomesTheNextGenerationOnce() throws InterruptedException {
        here(2, List.of(new Damaged(0, 0), new Damaged(1, 0)));
        here(4, List.of(new Damaged(0, 0)));
        settle();
        assertThat(directory().voters()).containsExactly(member(1, 0), member(2, 2), member(3, 0));
        assertThat(directory().learners()).containsExactly(member(4, 1), member(5, 0));
        assertThat(replicas()).containsExactly(replica(1, 0), replica(2, 2), replica(3, 0));
        here(2, List.of(new Damaged(1, 2)));
        settle();
        assertThat(directory().voters()).contains(member(2, 2));
        assertThat(replicas()).containsExactly(replica(1, 0), replica(2, 3), replica(3, 0));
    }

    @Test
    void nothingIsMadeAnewWithoutAMajorityThatIsWell() throws InterruptedException {
        here(2, List.of(new Damaged(0, 0), new Damaged(1, 0)));
        away(3);
        settle();
        ports.clock.advance(GRACE.toNanos() * 2);
        settle();
        assertThat(directory().voters()).containsExactly(member(1, 0), member(2, 0), member(3, 0));
        assertThat(replicas()).containsExactly(replica(1, 0), replica(2, 0), replica(3, 0));
    }

    @Test
    void aLostNodesVotesGoToASpareAfterTheGrace() throws InterruptedException {
        away(3);
        settle();
        ports.clock.advance(GRACE.toNanos() - 1);
        settle();
        assertThat(replicas()).contains(replica(3, 0));
        ports.clock.advance(1);
        settle();
        assertThat(directory().voters()).containsExactly(member(1, 0), member(2, 0), member(4, 0));
        assertThat(directory().learners()).containsExactly(member(3, 0), member(5, 0));
        assertThat(replicas()).containsExactly(replica(1, 0), replica(2, 0), replica(4, 2));
        here(3, List.of());
        settle();
        assertThat(directory().learners()).contains(member(3, 0));
        away(4);
        settle();
        ports.clock.advance(GRACE.toNanos());
        settle();
        assertThat(replicas()).as("a generation is never used twice").contains(replica(3, 3));
    }

    @Test
    void aNodeThatComesBackInTimeKeepsItsPlace() throws InterruptedException {
        away(3);
        settle();
        ports.clock.advance(GRACE.toNanos() - 1);
        here(3, List.of());
        settle();
        away(3);
        settle();
        ports.clock.advance(1);
        settle();
        assertThat(replicas()).contains(replica(3, 0));
        ports.coordination.epoch = java.util.Optional.empty();
        ports.clock.advance(GRACE.toNanos());
        settle();
        ports.coordination.epoch = java.util.Optional.of(1L);
        settle();
        assertThat(replicas()).as("a new controller counts anew").contains(replica(3, 0));
    }

    @Test
    void nobodyIsLostWhileTooManyAreAway() throws InterruptedException {
        IntStream.rangeClosed(3, 5).forEach(this::away);
        settle();
        ports.clock.advance(GRACE.toNanos());
        settle();
        assertThat(replicas()).contains(replica(3, 0));
        assertThat(directory().voters()).contains(member(3, 0));
    }

    private void giveUp(int node) throws InterruptedException {
        away(node);
        order(new DirectoryCommand.SetNodeState(Ports.node(node), NodeRecord.State.DOWN));
        order(new DirectoryCommand.RemoveNode(Ports.node(node), true));
    }

    @Test
    void aRecoveredPartitionOutlivesTheLossOfItsFirstNewReplica() throws InterruptedException {
        away(2);
        away(3);
        settle();
        members = List.of(peer(1, 2));
        order(new DirectoryCommand.RecoverPartition(PARTITION, 1, replica(1, 0), 77));
        assertThat(replicas()).contains(replica(4, 3));
        giveUp(4);
        assertThat(replicas())
                .contains(replica(1, 2))
                .extracting(Replica::node)
                .doesNotContain(Ports.node(4));
    }

    @Test
    void whoIsToJoinMakesNoMajority() throws InterruptedException {
        away(3);
        settle();
        ports.clock.advance(GRACE.toNanos());
        settle();
        assertThat(replicas()).containsExactly(replica(1, 0), replica(2, 0), replica(4, 2));
        members = List.of(peer(1, 0), peer(2, 0), peer(3, 0));
        here(1, List.of(new Damaged(1, 0)));
        settle();
        assertThat(replicas())
                .as("2 would be alone with a replica that has nothing")
                .contains(replica(1, 0));
        members = List.of(peer(1, 0), peer(2, 0), peer(4, 2));
        settle();
        assertThat(replicas()).doesNotContain(replica(1, 0));
    }

    @Test
    void aSplitDoesNotKeepAVoterThatNeverJoined() throws InterruptedException {
        away(3);
        settle();
        ports.clock.advance(GRACE.toNanos());
        settle();
        assertThat(replicas()).contains(replica(4, 2));
        order(new DirectoryCommand.BeginSplit(PARTITION, 2, Bytes.wrap(new byte[] {(byte) 0x80})));
        giveUp(4);
        assertThat(replicas()).as("it has joined, and founds the child").contains(replica(4, 2));
        members = List.of(peer(1, 0), peer(2, 0), peer(3, 0));
        settle();
        assertThat(replicas()).extracting(Replica::node).doesNotContain(Ports.node(4));
    }

    @Test
    void aPartitionGetsMoreVotersWhenThereAreMoreNodes() throws InterruptedException {
        members = List.of(peer(1, 2));
        var _ =
                ports.metadata.execute(
                        new DirectoryCommand.PutPartition(
                                new PartitionRecord(
                                        PARTITION,
                                        Bytes.EMPTY,
                                        Bytes.EMPTY,
                                        List.of(replica(1, 2)),
                                        List.of(),
                                        2)),
                        1,
                        0);
        settle();
        assertThat(replicas()).as("the next one waits").hasSize(2).contains(replica(1, 2));
        members = null;
        settle();
        assertThat(replicas()).as("three, where one may be lost").hasSize(3);
    }
}
