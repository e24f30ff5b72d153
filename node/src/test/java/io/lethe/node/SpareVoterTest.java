package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.metadata.ReplicaStatus;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.StoreException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four real nodes, of which three vote, and one of those goes, to come back much later. */
class SpareVoterTest {
    private static final Map<String, String> SMALL_AND_IMPATIENT =
            Map.of(
                    "LETHE_CLUSTER_PARTITIONS",
                    "2",
                    "LETHE_RAFT_REPLACE_AFTER",
                    "1s",
                    "LETHE_PARTITION_EVEN_AFTER",
                    "1s");
    private static final GroupId PARTITION = new GroupId(1);

    @TempDir Path temp;

    @Test
    void theVotesOfALostNodeGoToTheSpareOneInEveryGroup() throws Exception {
        try (Nodes nodes = new Nodes(temp.resolve("cluster"), 4, SMALL_AND_IMPATIENT)) {
            List<NodeId> ids = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                ids.add(nodes.joined(i).self());
            }
            Joined first = nodes.joined(0);
            assertThat(voters(first)).hasSize(3);
            assertThat(first.directoryVoters()).hasSize(3);
            // It votes in both groups, as at least two of four do, and is not the one that is
            // asked.
            Set<NodeId> both = new HashSet<>(voters(first));
            both.retainAll(first.directoryVoters());
            both.remove(first.self());
            NodeId gone = both.iterator().next();
            int lost = ids.indexOf(gone);
            Set<NodeId> left =
                    ids.stream().filter(id -> !id.equals(gone)).collect(Collectors.toSet());
            nodes.stop(lost);
            nodes.until("the record names the spare node", () -> voters(first).equals(left));
            nodes.until(
                    "the directory votes without it",
                    () -> Set.copyOf(first.directoryVoters()).equals(left));
            nodes.until("the group has the members of its record", () -> members(nodes, first));
            for (NodeId node : left) {
                nodes.until("every voter has caught up", () -> caughtUp(nodes, first, node));
            }
            nodes.startAgain(lost);
            nodes.until("who came back has a share again", () -> replicas(first, gone) == 1);
            nodes.until("the group has the members of its record", () -> members(nodes, first));
        }
    }

    private static long replicas(Joined asking, NodeId node) {
        return asking.directory().partitions().stream()
                .filter(record -> record.voters().stream().anyMatch(o -> o.node().equals(node)))
                .count();
    }

    private static Set<NodeId> voters(Joined node) {
        return node.directory().partition(PARTITION).map(PartitionRecord::voters).stream()
                .flatMap(List::stream)
                .map(Replica::node)
                .collect(Collectors.toSet());
    }

    private static boolean members(Nodes nodes, Joined node) throws InterruptedException {
        try {
            List<RaftPeer> members = node.metadata().members(PARTITION, nodes.deadlineIn(5));
            Set<Integer> ports = members.stream().map(RaftPeer::port).collect(Collectors.toSet());
            Set<Integer> wanted =
                    voters(node).stream()
                            .map(id -> node.directory().node(id).orElseThrow().rpcPort())
                            .collect(Collectors.toSet());
            return ports.equals(wanted);
        } catch (StoreException e) {
            return false;
        }
    }

    private static boolean caughtUp(Nodes nodes, Joined asking, NodeId node)
            throws InterruptedException {
        try {
            Optional<ReplicaStatus> status =
                    asking.metadata().status(node, PARTITION, nodes.deadlineIn(5));
            long applied =
                    asking.metadata()
                            .status(asking.self(), PARTITION, nodes.deadlineIn(5))
                            .map(ReplicaStatus::appliedIndex)
                            .orElse(1L);
            return status.map(one -> one.appliedIndex() >= applied).orElse(false);
        } catch (StoreException e) {
            return false;
        }
    }
}
