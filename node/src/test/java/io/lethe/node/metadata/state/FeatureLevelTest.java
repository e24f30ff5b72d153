package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand.InitCluster;
import io.lethe.node.metadata.command.DirectoryCommand.PlaceDevice;
import io.lethe.node.metadata.command.DirectoryCommand.PutDevice;
import io.lethe.node.metadata.command.DirectoryCommand.PutNode;
import io.lethe.node.metadata.command.DirectoryCommand.RaiseFeatureLevel;
import io.lethe.node.metadata.command.DirectoryCommand.RemoveNode;
import io.lethe.node.metadata.command.DirectoryCommand.SetNodeState;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.model.Build;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.StorageClass;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Three nodes in a cluster that begins at level 3, so that there is one below. */
class FeatureLevelTest {
    private static final Build OLD = new Build("old", 2, 3);
    private static final Build NEW = new Build("new", 3, 4);
    private final TestDirectory directory = new TestDirectory();
    private long incarnation = 1;

    FeatureLevelTest() {
        StorageClass standard =
                new StorageClass("standard", new Scheme(1, 0, Scheme.LEAST_CELL_BYTES), false);
        directory.done(new InitCluster(new Id128(9, 9), "test", "node", List.of(standard), 3));
    }

    private static NodeId node(int number) {
        return new NodeId(new Id128(1, number));
    }

    private PutNode says(int number, Build build) {
        return new PutNode(
                new NodeRecord(
                                node(number),
                                ++incarnation,
                                "host-" + number,
                                1,
                                2,
                                3,
                                4,
                                "rack",
                                Set.of(NodeRecord.Role.STORAGE),
                                "",
                                NodeRecord.State.UP)
                        .withBuild(build));
    }

    private int level() {
        return directory.reader().featureLevel();
    }

    private String refused(int level) {
        assertThat(directory.execute(new RaiseFeatureLevel(level)))
                .isInstanceOf(DirectoryReply.Refused.class);
        return directory.execute(new RaiseFeatureLevel(level))
                        instanceof DirectoryReply.Refused(ErrorCode code, String message)
                ? code + " " + message
                : "";
    }

    @Test
    void aClusterBeginsAtTheLevelThatItsFounderSaid() {
        assertThat(level()).isEqualTo(3);
        assertThat(new DirectoryReader(new MapRows()).featureLevel()).isEqualTo(1);
    }

    @Test
    void itIsRaisedOnceAllSpeakItAlsoThoseWhoAreAway() {
        for (int i = 1; i <= 3; i++) {
            directory.done(says(i, OLD));
        }
        directory.done(says(1, NEW));
        directory.done(says(2, NEW));
        directory.done(new SetNodeState(node(3), NodeRecord.State.DOWN));
        assertThat(refused(4))
                .startsWith("UPGRADE_NEEDED")
                .contains(node(3).toString(), "host-3", "old", "levels 2 to 3")
                .doesNotContain("host-1", "host-2");
        directory.done(says(3, NEW));
        directory.done(new SetNodeState(node(3), NodeRecord.State.DOWN));
        directory.done(new RaiseFeatureLevel(4));
        assertThat(level()).isEqualTo(4);
        directory.done(new RaiseFeatureLevel(4));
    }

    @Test
    void whoWasRemovedDoesNotCount() {
        directory.done(says(1, OLD));
        directory.done(says(2, NEW));
        directory.done(new RemoveNode(node(1), false));
        directory.done(new RaiseFeatureLevel(4));
    }

    @Test
    void itGoesUpByOneAndNeverDown() {
        directory.done(says(1, new Build("far", 1, 9)));
        assertThat(refused(5)).startsWith("UPGRADE_NEEDED").contains("by one at a time");
        assertThat(refused(2)).startsWith("UPGRADE_NEEDED").contains("never down");
        directory.done(new RaiseFeatureLevel(4));
        assertThat(refused(3)).contains("never down");
        assertThat(level()).isEqualTo(4);
    }

    @Test
    void theOnlyNodesTakenAreThoseThatSpeakTheLevelInForce() {
        directory.done(says(1, NEW));
        directory.done(new RaiseFeatureLevel(4));
        assertThat(directory.refusal(says(1, OLD))).isEqualTo(ErrorCode.UPGRADE_NEEDED);
        assertThat(directory.refusal(says(2, OLD))).isEqualTo(ErrorCode.UPGRADE_NEEDED);
        assertThat(directory.refusal(says(2, new Build("next but one", 5, 6))))
                .isEqualTo(ErrorCode.UPGRADE_NEEDED);
        assertThat(directory.reader().node(node(1)).orElseThrow().build()).isEqualTo(NEW);
    }

    @Test
    void aPartitionKeepsTheHighestLevelByWhichItWasChanged() {
        MapRows rows = new MapRows();
        change(rows, 1, new PartitionCommand.Init(Bytes.EMPTY, Bytes.EMPTY, 0, List.of()));
        assertThat(LevelRow.read(rows)).isEqualTo(1);
        change(rows, 3, new PartitionCommand.Fence(0));
        assertThat(LevelRow.read(rows)).isEqualTo(3);
        // A leader whose copy of the directory is older.
        change(rows, 2, new PartitionCommand.Fence(0));
        assertThat(LevelRow.read(rows)).isEqualTo(3);
    }

    private static final DeviceRecord DEVICE =
            new DeviceRecord(
                    new DeviceId(new Id128(2, 1)),
                    node(1),
                    1_000,
                    500,
                    DeviceRecord.State.WRITABLE);

    private static TestDirectory atLevel(int level) {
        TestDirectory directory = new TestDirectory();
        StorageClass standard =
                new StorageClass("standard", new Scheme(1, 0, Scheme.LEAST_CELL_BYTES), false);
        directory.done(new InitCluster(new Id128(9, 9), "test", "node", List.of(standard), level));
        directory.done(
                new PutNode(
                        new NodeRecord(
                                node(1),
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
        return directory;
    }

    @Test
    void whereDevicesLieIsKeptFromLevelTwoOn() {
        TestDirectory old = atLevel(1);
        assertThat(old.refusal(new PlaceDevice(DEVICE.withPath("/disk"))))
                .isEqualTo(ErrorCode.UPGRADE_NEEDED);
        old.done(new PutDevice(DEVICE.withPath("/disk")));
        assertThat(old.reader().device(DEVICE.id())).contains(DEVICE);
        old.done(new RaiseFeatureLevel(2));
        old.done(new PlaceDevice(DEVICE.withPath("/disk")));
        assertThat(old.reader().device(DEVICE.id())).contains(DEVICE.withPath("/disk"));
        // What does not name it leaves it as it is.
        old.done(new PutDevice(DEVICE.withState(DeviceRecord.State.UNAVAILABLE)));
        assertThat(old.reader().device(DEVICE.id()).orElseThrow().path()).isEqualTo("/disk");
    }

    @Test
    void aDevicesRowHasItsFirstFormUntilItsPlaceIsKnown() {
        String first =
                "01000000000000000200000000000000010000000000000001000000000000"
                        + "0001e807f4030000";
        String later = "02" + first.substring(2) + "052f6469736b";
        Change.Put put = (Change.Put) Table.DEVICES.put(DEVICE.id(), DEVICE);
        assertThat(put.value().hex()).isEqualTo(first);
        Change.Put placed = (Change.Put) Table.DEVICES.put(DEVICE.id(), DEVICE.withPath("/disk"));
        assertThat(placed.value().hex()).isEqualTo(later);
        assertThat(DirectoryRow.device(put.value())).isEqualTo(DEVICE);
        assertThat(DirectoryRow.device(placed.value())).isEqualTo(DEVICE.withPath("/disk"));
    }

    private static void change(MapRows rows, int level, PartitionCommand command) {
        rows.apply(PartitionState.decide(rows, new Stamp(1, 0, 0, level), command).changes());
    }
}
