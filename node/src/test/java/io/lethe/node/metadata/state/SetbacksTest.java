package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.Setback;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A directory that finds itself at an earlier state: three nodes, a group, a partition. */
class SetbacksTest {
    private static final GroupId PARTITION = new GroupId(1);
    private static final long EPOCH = 7;

    private final MemoryDirectory directory = new MemoryDirectory();

    @BeforeEach
    void cluster() {
        directory.bear();
        for (int i = 1; i <= 3; i++) {
            done(
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
                                    NodeRecord.State.UP)));
            done(
                    new DirectoryCommand.PutDevice(
                            new DeviceRecord(
                                    device(i),
                                    node(i),
                                    1_000,
                                    1_000,
                                    DeviceRecord.State.WRITABLE)));
            done(new DirectoryCommand.RegisterHolder(node(i), 4));
        }
        var _ = group();
        done(
                new DirectoryCommand.PutPartition(
                        new PartitionRecord(
                                PARTITION,
                                Bytes.EMPTY,
                                Bytes.EMPTY,
                                List.of(
                                        new Replica(node(1), 0),
                                        new Replica(node(2), 0),
                                        new Replica(node(3), 0)),
                                List.of(),
                                1)));
    }

    private static NodeId node(int number) {
        return new NodeId(new Id128(0, number));
    }

    private static DeviceId device(int number) {
        return new DeviceId(new Id128(1, number));
    }

    private DirectoryReply execute(DirectoryCommand command, long epoch) {
        return directory.execute(command, epoch, 0).reply();
    }

    private void done(DirectoryCommand command) {
        assertThat(execute(command, EPOCH)).isInstanceOf(DirectoryReply.Done.class);
    }

    private PlacementGroup group() {
        DirectoryReply reply =
                execute(
                        new DirectoryCommand.CreatePg(
                                "standard",
                                new Scheme(2, 1, 1 << 18),
                                IntStream.rangeClosed(1, 3)
                                        .mapToObj(SetbacksTest::device)
                                        .toList()),
                        EPOCH);
        return copy().placementGroup(((DirectoryReply.PgCreated) reply).pg()).orElseThrow();
    }

    private Directory copy() {
        return directory.copy();
    }

    private void assertNothingIsGivenOutTwice(PlacementGroup before) {
        PlacementGroup old = copy().placementGroup(before.id()).orElseThrow();
        assertThat(old.state()).isEqualTo(PlacementGroup.State.FULL);
        assertThat(old.epoch()).as("above what members may refuse").isGreaterThan(1 << 16);
        assertThat(old.mayHaveForgotten(1 << 16)).isTrue();
        assertThat(old.mayHaveForgotten(old.epoch() + 3)).isFalse();
        assertThat(group().id().value()).isGreaterThan(before.id().value() + 1_000_000);
        PartitionRecord parent = copy().partition(PARTITION).orElseThrow();
        done(
                new DirectoryCommand.BeginSplit(
                        PARTITION, parent.mapEpoch(), Bytes.wrap(new byte[] {(byte) 0x80})));
        assertThat(
                        Objects.requireNonNull(copy().partition(PARTITION).orElseThrow().division())
                                .child()
                                .value())
                .as("nodes may have children whose splits are forgotten")
                .isGreaterThan(60_000);
        assertThat(Setback.reclaims(copy().setting(Setback.RECLAIM))).isFalse();
        done(new DirectoryCommand.SetReclaim(true));
        assertThat(Setback.reclaims(copy().setting(Setback.RECLAIM))).isTrue();
        done(new DirectoryCommand.SetReclaim(false));
        assertThat(Setback.reclaims(copy().setting(Setback.RECLAIM))).isFalse();
    }

    @Test
    void aDirectoryOfOneCopyGivesNothingOutTwice() {
        PlacementGroup last = group();
        done(new DirectoryCommand.RecoveredDirectory(node(2), 55));
        assertThat(Setback.recovered(copy().setting(Setback.Recovered.SETTING)))
                .get()
                .extracting(Setback.Recovered::survivor, Setback.Recovered::lastIndex)
                .containsExactly(node(2), 55L);
        PartitionRecord record = copy().partition(PARTITION).orElseThrow();
        assertThat(record.voters()).as("its replicas go on").hasSize(3);
        assertThat(record.mapEpoch()).isGreaterThan(1_000);
        assertThat(copy().holders()).hasSize(3);
        assertNothingIsGivenOutTwice(last);
    }

    @Test
    void whatIsMadeOfABackupVoidsWhatOldNodesHold() {
        PlacementGroup last = group();
        done(new DirectoryCommand.BeginSplit(PARTITION, 1, Bytes.hex("40")));
        done(new DirectoryCommand.RestoredCluster(node(3), 500, new Id128(8, 8), 1_234));
        assertThat(Setback.restored(copy().setting(Setback.Restored.SETTING)))
                .get()
                .extracting(Setback.Restored::backup, Setback.Restored::backupMillis)
                .containsExactly(new Id128(8, 8), 1_234L);
        assertThat(copy().holders()).as("nobody holds a lease").isEmpty();
        PartitionRecord record = copy().partition(PARTITION).orElseThrow();
        assertThat(record.voters()).containsExactly(new Replica(node(3), 500));
        assertThat(record.mapEpoch()).isEqualTo(500);
        assertThat(record.division()).as("its child may be on nodes").isNull();
        assertThat(record.recovery())
                .isNotNull()
                .extracting(
                        PartitionRecord.Recovery::survivor,
                        PartitionRecord.Recovery::from,
                        PartitionRecord.Recovery::generation,
                        PartitionRecord.Recovery::voters)
                .containsExactly(node(3), 499, 500, 3);
        assertThat(execute(new DirectoryCommand.SetNodeState(node(1), NodeRecord.State.DOWN), 1))
                .as("controllers are counted anew")
                .isInstanceOf(DirectoryReply.Done.class);
        assertNothingIsGivenOutTwice(last);
    }

    @Test
    void aTextThatTellsOfNoSetbackIsRefused() {
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> Setback.Restored.parse("a b"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(execute(new DirectoryCommand.SetNodeState(node(1), NodeRecord.State.DOWN), 1))
                .isInstanceOfSatisfying(
                        DirectoryReply.Refused.class,
                        it -> assertThat(it.code()).isEqualTo(ErrorCode.STALE_EPOCH));
    }
}
