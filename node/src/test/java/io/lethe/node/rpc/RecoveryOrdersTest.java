package io.lethe.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.ReplicaStatus;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicatedLog.Role;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.StoreException;
import io.lethe.proto.v1.RecoverPartitionRequest;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes 1 to 3 had a partition; by the record 4 has 2's place, and has not joined. */
class RecoveryOrdersTest {
    private static final GroupId PARTITION = new GroupId(1);
    private static final List<RaftPeer> BEFORE = List.of(peer(1, 0), peer(2, 0), peer(3, 0));
    private final MemoryDirectory metadata = new MemoryDirectory();
    private final Map<NodeId, ReplicaStatus> answers = new HashMap<>();
    private final Map<NodeId, List<RaftPeer>> configurations = new HashMap<>();
    private final List<DirectoryCommand> orders = new ArrayList<>();

    private static NodeId node(int number) {
        return new NodeId(new Id128(0, number));
    }

    private static RaftPeer peer(int node, int generation) {
        return new RaftPeer("node" + node, 9002, generation);
    }

    @BeforeEach
    void fourNodes() throws InterruptedException {
        metadata.bear();
        for (int i = 1; i <= 4; i++) {
            var _ =
                    metadata.execute(
                            new DirectoryCommand.PutNode(
                                    new NodeRecord(
                                            node(i),
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
                metadata.execute(
                        new DirectoryCommand.PutPartition(
                                new PartitionRecord(
                                        PARTITION,
                                        Bytes.EMPTY,
                                        Bytes.EMPTY,
                                        List.of(
                                                new Replica(node(1), 0),
                                                new Replica(node(3), 0),
                                                new Replica(node(4), 1)),
                                        List.of(),
                                        1)),
                        1,
                        0);
    }

    private void answers(int node, long last, long term, List<RaftPeer> configuration) {
        ReplicaStatus status =
                new ReplicaStatus(
                        Role.FOLLOWER, 5, null, last, last, 1, last, term, last, 0, 0, 0, 0, null);
        answers.put(node(node), status);
        configurations.put(node(node), configuration);
    }

    /** A view by hand would be forty methods, of which four are asked. */
    private ClusterView view() {
        Directory directory = metadata.copy();
        PartitionRecord record = directory.partition(PARTITION).orElseThrow();
        return (ClusterView)
                Proxy.newProxyInstance(
                        ClusterView.class.getClassLoader(),
                        new Class<?>[] {ClusterView.class},
                        (_, method, arguments) ->
                                switch (method.getName()) {
                                    case "directory" -> directory;
                                    case "partition" -> record;
                                    case "replica" ->
                                            Optional.ofNullable(answers.get(arguments[0]));
                                    case "configuration" ->
                                            configurations.getOrDefault(arguments[0], List.of());
                                    case "order" -> orders.add((DirectoryCommand) arguments[0]);
                                    default -> throw new AssertionError(method.getName());
                                });
    }

    private void recover(String survivor) throws InterruptedException {
        VirtualTasks tasks =
                new VirtualTasks(
                        Clock.system(),
                        (thread, e) -> {
                            throw new AssertionError(thread.getName(), e);
                        });
        var _ =
                new RecoveryOrders(view(), tasks)
                        .recover(
                                RecoverPartitionRequest.newBuilder()
                                        .setPartition(PARTITION.toString())
                                        .setSurvivor(survivor)
                                        .setAcceptLoss(true)
                                        .build(),
                                0);
    }

    private void refused(ErrorCode code, String why) {
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> recover(""))
                .withMessageContaining(why)
                .matches(e -> e.code() == code);
        assertThat(orders).isEmpty();
    }

    @Test
    void whoNeverJoinedDoesNotMakeAMajority() throws InterruptedException {
        answers(3, 1000, 4, BEFORE);
        answers(4, 0, 0, List.of());
        recover("");
        assertThat(orders)
                .containsExactly(
                        new DirectoryCommand.RecoverPartition(
                                PARTITION, 1, new Replica(node(3), 0), 1000));
    }

    @Test
    void whoNeverJoinedIsNoSurvivor() {
        answers(4, 0, 0, List.of());
        refused(ErrorCode.UNAVAILABLE, "that has anything");
    }

    @Test
    void whoHandedItsPlaceToOneThatNeverJoinedMayBeIt() throws InterruptedException {
        answers(2, 1001, 4, BEFORE);
        answers(4, 0, 0, List.of());
        recover("");
        assertThat(orders)
                .containsExactly(
                        new DirectoryCommand.RecoverPartition(
                                PARTITION, 1, new Replica(node(2), 0), 1001));
    }

    @Test
    void twoThatVoteElectALeaderWhateverTheRecordSays() {
        answers(2, 1001, 4, BEFORE);
        answers(3, 1000, 4, BEFORE);
        refused(ErrorCode.INVALID_ARGUMENT, "2 of 3");
    }

    @Test
    void anOldLifeOutsideOfTheFurthestConfigurationDoesNotCount() throws InterruptedException {
        answers(2, 900, 3, BEFORE);
        answers(3, 1000, 4, List.of(peer(1, 0), peer(3, 0), peer(4, 1)));
        recover(node(3).toString());
        assertThat(orders).hasSize(1);
    }

    @Test
    void aBuildThatDoesNotSayItsConfigurationGoesByTheRecord() throws InterruptedException {
        answers(3, 1000, 4, List.of());
        recover("");
        assertThat(orders).hasSize(1);
        orders.clear();
        answers(1, 1000, 4, List.of());
        refused(ErrorCode.INVALID_ARGUMENT, "2 of 3");
    }
}
