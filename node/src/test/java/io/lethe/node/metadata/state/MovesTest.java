package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryCommand.BeginMove;
import io.lethe.node.metadata.command.DirectoryCommand.EndMove;
import io.lethe.node.metadata.command.DirectoryCommand.PutDevice;
import io.lethe.node.metadata.command.DirectoryCommand.RemoveDevice;
import io.lethe.node.metadata.command.DirectoryCommand.SetLeaving;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.PlacementGroup.Move;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.StorageClass;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A group 2+1 on devices 1 to 3 of nodes of their own; 4 and 5 are spare, 6 is on node 1. */
class MovesTest {
    private static final Scheme SCHEME = new Scheme(2, 1, Scheme.LEAST_CELL_BYTES);
    private static final PgId PG = new PgId(1);
    private final TestDirectory directory = new TestDirectory();

    private static DeviceId device(int number) {
        return new DeviceId(new Id128(2, number));
    }

    private static NodeId node(int number) {
        return new NodeId(new Id128(1, number));
    }

    private PlacementGroup group() {
        return directory.reader().placementGroup(PG).orElseThrow();
    }

    private DeviceRecord record(int number, DeviceRecord.State state) {
        return new DeviceRecord(device(number), node(number == 6 ? 1 : number), 1_000, 500, state);
    }

    @BeforeEach
    void aGroup() {
        StorageClass standard = new StorageClass("standard", SCHEME, false);
        directory.done(
                new DirectoryCommand.InitCluster(
                        new Id128(9, 9), "test", "node", List.of(standard)));
        for (int i = 1; i <= 6; i++) {
            NodeId node = node(i == 6 ? 1 : i);
            directory.done(
                    new DirectoryCommand.PutNode(
                            new NodeRecord(
                                    node,
                                    1,
                                    "host",
                                    1,
                                    2,
                                    3,
                                    4,
                                    "rack",
                                    Set.of(NodeRecord.Role.STORAGE),
                                    "",
                                    NodeRecord.State.UP)));
            directory.done(new PutDevice(record(i, DeviceRecord.State.WRITABLE)));
        }
        assertThat(
                        directory.execute(
                                new DirectoryCommand.CreatePg(
                                        "standard",
                                        SCHEME,
                                        List.of(device(1), device(2), device(3)))))
                .isEqualTo(new DirectoryReply.PgCreated(PG));
    }

    @Test
    void aMemberMovesInTwoStepsEachOfWhichRaisesTheEpoch() {
        Move move = new Move(1, device(4));
        directory.done(new BeginMove(PG, 1, move));
        assertThat(group().epoch()).isEqualTo(2);
        assertThat(group().members()).containsExactly(device(1), device(2), device(3));
        assertThat(group().writers()).containsExactly(device(1), device(4), device(3));
        assertThat(group().holders(1)).containsExactly(device(4), device(2));
        assertThat(group().holders(0)).containsExactly(device(1));
        assertThat(group().chunkOf(device(4))).isEqualTo(1);
        directory.done(new EndMove(PG, 2, move));
        assertThat(group().epoch()).isEqualTo(3);
        assertThat(group().members()).containsExactly(device(1), device(4), device(3));
        assertThat(group().move()).isNull();
        assertThat(group().chunkOf(device(2))).isEqualTo(-1);
    }

    @Test
    void aRepeatIsAnsweredAlikeAndAnythingOlderIsRefused() {
        Move move = new Move(1, device(4));
        directory.done(new BeginMove(PG, 1, move));
        directory.done(new BeginMove(PG, 1, move));
        assertThat(group().epoch()).isEqualTo(2);
        assertThat(directory.refusal(new BeginMove(PG, 1, new Move(1, device(5)))))
                .isEqualTo(ErrorCode.STALE_EPOCH);
        assertThat(directory.refusal(new EndMove(PG, 1, move))).isEqualTo(ErrorCode.STALE_EPOCH);
        assertThat(directory.refusal(new EndMove(PG, 2, new Move(1, device(5)))))
                .isEqualTo(ErrorCode.STALE_EPOCH);
        directory.done(new EndMove(PG, 2, move));
        directory.done(new EndMove(PG, 2, move));
        assertThat(group().epoch()).isEqualTo(3);
    }

    @Test
    void aMoveMayGoToAnotherTargetButNoSecondChunkMoves() {
        directory.done(new BeginMove(PG, 1, new Move(1, device(4))));
        assertThat(directory.refusal(new BeginMove(PG, 2, new Move(0, device(5)))))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        directory.done(new BeginMove(PG, 2, new Move(1, device(5))));
        assertThat(group().epoch()).isEqualTo(3);
        assertThat(group().writer(1)).isEqualTo(device(5));
        assertThat(directory.refusal(new EndMove(PG, 2, new Move(1, device(4)))))
                .as("the first target has been overtaken")
                .isEqualTo(ErrorCode.STALE_EPOCH);
    }

    @Test
    void aTargetIsKnownNoMemberAndInADomainOfItsOwn() {
        for (Move wrong :
                List.of(
                        new Move(1, device(1)),
                        new Move(1, device(2)),
                        new Move(1, device(6)),
                        new Move(1, device(77)),
                        new Move(3, device(4)))) {
            assertThat(directory.refusal(new BeginMove(PG, 1, wrong)))
                    .as(wrong.toString())
                    .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        }
        // In the place of the member in its own domain it may be.
        directory.done(new BeginMove(PG, 1, new Move(0, device(6))));
    }

    @Test
    void thatADeviceLeavesIsTheOperatorsWordWhateverTheControllerReports() {
        directory.done(new SetLeaving(device(2), true));
        directory.done(new PutDevice(record(2, DeviceRecord.State.FULL)));
        DeviceRecord now = directory.reader().device(device(2)).orElseThrow();
        assertThat(now.leaving()).isTrue();
        assertThat(now.state()).isEqualTo(DeviceRecord.State.FULL);
        directory.done(new SetLeaving(device(2), false));
        assertThat(directory.reader().device(device(2)).orElseThrow().leaving()).isFalse();
    }

    @Test
    void aDeviceIsRemovedWhenNoGroupNeedsItOrWhenItIsLost() {
        directory.done(new RemoveDevice(device(4), false));
        assertThat(directory.refusal(new RemoveDevice(device(2), false)))
                .isEqualTo(ErrorCode.DEVICE_IN_USE);
        assertThat(directory.refusal(new RemoveDevice(device(2), true)))
                .as("it is here")
                .isEqualTo(ErrorCode.DEVICE_IN_USE);
        directory.done(new PutDevice(record(2, DeviceRecord.State.UNAVAILABLE)));
        directory.done(new RemoveDevice(device(2), true));
        directory.done(new RemoveDevice(device(2), true));
        assertThat(directory.refusal(new SetLeaving(device(2), true)))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        directory.done(new BeginMove(PG, 1, new Move(1, device(5))));
        assertThat(directory.refusal(new RemoveDevice(device(5), false)))
                .as("a chunk goes over to it")
                .isEqualTo(ErrorCode.DEVICE_IN_USE);
    }
}
