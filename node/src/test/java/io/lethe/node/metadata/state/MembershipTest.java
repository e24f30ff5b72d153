package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryCommand.MoveReplica;
import io.lethe.node.metadata.command.DirectoryCommand.PutDevice;
import io.lethe.node.metadata.command.DirectoryCommand.PutNode;
import io.lethe.node.metadata.command.DirectoryCommand.RemoveNode;
import io.lethe.node.metadata.command.DirectoryCommand.SetNodeLeaving;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.NodeRecord.Standing;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.StorageClass;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A group on nodes 1 to 3, a partition on node 4, nothing on node 5. */
class MembershipTest {
    private static final Scheme SCHEME = new Scheme(2, 1, Scheme.LEAST_CELL_BYTES);
    private final TestDirectory directory = new TestDirectory();

    private static NodeId node(int number) {
        return new NodeId(new Id128(1, number));
    }

    private static DeviceId device(int number) {
        return new DeviceId(new Id128(2, number));
    }

    private static PutNode says(int number) {
        return new PutNode(
                new NodeRecord(
                        node(number),
                        1,
                        "host",
                        1,
                        2,
                        3,
                        4,
                        "rack",
                        Set.of(NodeRecord.Role.STORAGE),
                        "",
                        NodeRecord.State.UP));
    }

    private static PutDevice has(int node, int device) {
        return new PutDevice(
                new DeviceRecord(
                        device(device), node(node), 1_000, 500, DeviceRecord.State.WRITABLE));
    }

    private Standing standing(int node) {
        return directory.reader().node(node(node)).orElseThrow().standing();
    }

    private DeviceRecord deviceRecord(int number) {
        return directory.reader().device(device(number)).orElseThrow();
    }

    @BeforeEach
    void fiveNodes() {
        StorageClass standard = new StorageClass("standard", SCHEME, false);
        directory.done(
                new DirectoryCommand.InitCluster(
                        new Id128(9, 9), "test", "node", List.of(standard)));
        for (int i = 1; i <= 5; i++) {
            directory.done(says(i));
            directory.done(has(i, i));
        }
        var _ =
                directory.execute(
                        new DirectoryCommand.CreatePg(
                                "standard", SCHEME, List.of(device(1), device(2), device(3))));
        directory.done(
                new DirectoryCommand.PutPartition(
                        new PartitionRecord(
                                new GroupId(1),
                                Bytes.EMPTY,
                                Bytes.EMPTY,
                                List.of(new Replica(node(4), 0)),
                                List.of(),
                                1)));
    }

    @Test
    void whoLeavesTakesItsDevicesAlongAlsoThoseThatComeLater() {
        directory.done(new SetNodeLeaving(node(1), true));
        directory.done(has(1, 6));
        directory.done(says(1));
        directory.done(has(1, 1));
        assertThat(standing(1)).isEqualTo(Standing.LEAVING);
        assertThat(deviceRecord(1).leaving()).isTrue();
        assertThat(deviceRecord(6).leaving()).isTrue();
        assertThat(deviceRecord(2).leaving()).isFalse();
        directory.done(new SetNodeLeaving(node(1), false));
        assertThat(standing(1)).isEqualTo(Standing.STAYS);
        assertThat(deviceRecord(1).leaving()).isFalse();
        assertThat(deviceRecord(6).leaving()).isFalse();
    }

    @Test
    void nobodyIsRemovedWhoIsNeededUnlessItIsLost() {
        assertThat(directory.refusal(new RemoveNode(node(1), false)))
                .isEqualTo(ErrorCode.DEVICE_IN_USE);
        assertThat(directory.refusal(new RemoveNode(node(4), false)))
                .isEqualTo(ErrorCode.DEVICE_IN_USE);
        assertThat(directory.refusal(new RemoveNode(node(1), true)))
                .as("it is here")
                .isEqualTo(ErrorCode.DEVICE_IN_USE);
        assertThat(directory.refusal(new RemoveNode(node(9), true)))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        for (int lost : List.of(1, 4)) {
            directory.done(new DirectoryCommand.SetNodeState(node(lost), NodeRecord.State.DOWN));
            directory.done(new RemoveNode(node(lost), true));
            assertThat(standing(lost)).isEqualTo(Standing.REMOVED);
            assertThat(deviceRecord(lost).state()).isEqualTo(DeviceRecord.State.REMOVED);
        }
    }

    private static NodeRecord metadata(int number, String rack) {
        return new NodeRecord(
                node(number),
                1,
                "host",
                1,
                2,
                3,
                4,
                rack,
                Set.of(NodeRecord.Role.METADATA),
                "",
                NodeRecord.State.UP);
    }

    private static MoveReplica move(long epoch, int from, int to) {
        return new MoveReplica(new GroupId(1), epoch, node(from), node(to));
    }

    @Test
    void aReplicaGoesToANodeThatMayHaveItAsANewLife() {
        directory.done(new PutNode(metadata(1, "rack")));
        assertThat(directory.refusal(move(1, 4, 2)))
                .as("it keeps no metadata")
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.refusal(move(1, 2, 1)))
                .as("there is none on it")
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.refusal(move(1, 4, 4))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.refusal(move(1, 4, 9))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.refusal(move(2, 4, 1))).isEqualTo(ErrorCode.STALE_EPOCH);
        directory.done(new DirectoryCommand.SetNodeState(node(1), NodeRecord.State.DOWN));
        assertThat(directory.refusal(move(1, 4, 1))).isEqualTo(ErrorCode.UNAVAILABLE);
        directory.done(new DirectoryCommand.SetNodeState(node(1), NodeRecord.State.UP));
        directory.done(move(1, 4, 1));
        directory.done(move(1, 4, 1));
        PartitionRecord now = directory.reader().partition(new GroupId(1)).orElseThrow();
        assertThat(now.voters()).containsExactly(new Replica(node(1), 2));
        assertThat(now.mapEpoch()).isEqualTo(2);
        directory.done(new SetNodeLeaving(node(4), true));
        directory.done(new PutNode(metadata(4, "rack")));
        assertThat(directory.refusal(move(2, 1, 4)))
                .as("it leaves")
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void noTwoReplicasShareARackWhereRacksAreTheDomains() {
        TestDirectory racks = new TestDirectory();
        racks.done(
                new DirectoryCommand.InitCluster(
                        new Id128(9, 9),
                        "test",
                        "rack",
                        List.of(new StorageClass("standard", SCHEME, false))));
        for (int i = 1; i <= 4; i++) {
            racks.done(new PutNode(metadata(i, "r" + (i + 1) / 2)));
        }
        racks.done(
                new DirectoryCommand.PutPartition(
                        new PartitionRecord(
                                new GroupId(1),
                                Bytes.EMPTY,
                                Bytes.EMPTY,
                                List.of(new Replica(node(1), 0), new Replica(node(3), 0)),
                                List.of(),
                                1)));
        assertThat(racks.refusal(move(1, 1, 4))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        racks.done(move(1, 1, 2));
    }

    @Test
    void whoWasRemovedStaysSo() {
        directory.done(new RemoveNode(node(5), false));
        directory.done(new RemoveNode(node(5), false));
        assertThat(directory.refusal(says(5))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.refusal(has(5, 5))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.refusal(has(5, 7)))
                .as("a new device of it")
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.refusal(new SetNodeLeaving(node(5), false)))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.refusal(new DirectoryCommand.RegisterHolder(node(5), 2)))
                .as("it gets no lease, so it serves nobody")
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        directory.done(new DirectoryCommand.SetNodeState(node(5), NodeRecord.State.DOWN));
        assertThat(standing(5)).isEqualTo(Standing.REMOVED);
    }
}
