package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.RandomSource;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.LevelAbove;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.DirectoryReader;
import io.lethe.node.metadata.table.GroupTable;
import io.lethe.node.metadata.table.MemoryTable;
import io.lethe.node.metadata.table.Position;
import io.lethe.node.model.Build;
import io.lethe.node.model.GroupId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GroupStateTest {
    private static final long MILLIS = 1_800_000_000_000L;
    private static final Build OLD = new Build("old", 1, 1);
    private static final Build NEW = new Build("new", 1, 2);
    private final Map<Path, Object> snapshots = new HashMap<>();
    private final MemoryTable table = new MemoryTable(RandomSource.seeded(2), snapshots);
    private final List<String> heard = new ArrayList<>();
    private final GroupState state = state(table);

    private GroupState state(GroupTable of) {
        return new GroupState(
                Groups.PARTITION,
                of,
                new GroupState.Listener() {
                    @Override
                    public void applied(Position position, List<Change> changes) {
                        heard.add("applied " + position.index());
                    }

                    @Override
                    public void replaced(Position position) {
                        heard.add("replaced " + position.index());
                    }
                });
    }

    private static byte[] entry(long afterMillis, PartitionCommand command) {
        return CommandCodec.encode(new Stamp(MILLIS + afterMillis, 10, 0, 1), command)
                .unsafeArray();
    }

    private static PartitionReply decode(byte[] reply) {
        return ReplyCodec.decodePartition(Bytes.wrap(reply));
    }

    @Test
    void entriesAreDecidedAppliedAndAnswered() {
        assertThat(decode(state.apply(2, 1, entry(0, Groups.init()))))
                .isInstanceOf(PartitionReply.Done.class);
        assertThat(decode(state.apply(5, 3, entry(1, Groups.openWrite(1)))))
                .isInstanceOf(PartitionReply.WriteOpened.class);
        assertThat(state.appliedIndex()).isEqualTo(5);
        assertThat(state.appliedTerm()).isEqualTo(3);
        assertThat(heard).containsExactly("applied 2", "applied 5");
    }

    private static byte[] atLevel(int level, PartitionCommand command) {
        return CommandCodec.encode(new Stamp(MILLIS, 10, 0, level), command).unsafeArray();
    }

    private GroupState of(GroupId group, GroupTable of, Build build) {
        return new GroupState(
                group,
                of,
                GroupState.Listener.none(),
                _ -> Optional.empty(),
                GroupState.Offspring.none(),
                build);
    }

    @Test
    void aReplicaHaltsBeforeAnEntryOfALevelThatItsBuildDoesNotSpeak() {
        GroupState old = of(Groups.PARTITION, table, OLD);
        byte[] _ = old.apply(1, 1, atLevel(1, Groups.init()));
        byte[] next = atLevel(2, Groups.openWrite(1));
        next[0] = 77;
        next[1] = 99;
        assertThatThrownBy(() -> old.apply(2, 1, next))
                .as("of a format and a type that it does not know either")
                .isInstanceOf(LevelAbove.class)
                .hasMessageContaining("feature level 2")
                .hasMessageContaining("start a newer build")
                .hasMessageContaining("nothing was lost");
        assertThat(old.appliedIndex()).isEqualTo(1);
    }

    @Test
    void aStateOfALevelThatTheBuildDoesNotSpeakIsNotOpened() {
        byte[] _ = of(Groups.PARTITION, table, NEW).apply(1, 1, atLevel(2, Groups.init()));
        assertThatThrownBy(() -> of(Groups.PARTITION, table, OLD)).isInstanceOf(LevelAbove.class);
        assertThat(of(Groups.PARTITION, table, NEW).appliedIndex()).isEqualTo(1);
    }

    @Test
    void aSnapshotOfALevelThatTheBuildDoesNotSpeakHaltsTheReplica() throws IOException {
        GroupState fresh = of(Groups.PARTITION, table, NEW);
        byte[] _ = fresh.apply(1, 1, atLevel(2, Groups.init()));
        Path dir = Path.of("snapshot");
        fresh.saveSnapshot(dir);
        GroupState old =
                of(Groups.PARTITION, new MemoryTable(RandomSource.seeded(3), snapshots), OLD);
        old.importKeys(1, fresh.exportKeys());
        assertThatThrownBy(() -> old.loadSnapshot(dir, 1, 1)).isInstanceOf(LevelAbove.class);
    }

    @Test
    void aCopyOfTheDirectoryHaltsBeforeTheLevelIsRaisedPastItsBuild() {
        GroupState old = of(GroupId.DIRECTORY, table, OLD);
        byte[] _ = old.apply(1, 1, directory(Groups.smallDirectory().getFirst()));
        byte[] _ = old.apply(2, 1, directory(new DirectoryCommand.RaiseFeatureLevel(9)));
        byte[] raise = directory(new DirectoryCommand.RaiseFeatureLevel(2));
        assertThatThrownBy(() -> old.apply(3, 1, raise)).isInstanceOf(LevelAbove.class);
        assertThat(old.appliedIndex()).as("what was refused is no halt").isEqualTo(2);
        GroupState fresh = of(GroupId.DIRECTORY, table, NEW);
        byte[] _ = fresh.apply(3, 1, raise);
        int level = table.read(view -> new DirectoryReader(view.rows()).featureLevel());
        assertThat(level).isEqualTo(2);
    }

    private static byte[] directory(DirectoryCommand command) {
        DirectoryCommand first =
                command instanceof DirectoryCommand.InitCluster c
                        ? new DirectoryCommand.InitCluster(
                                c.cluster(), c.name(), c.failureDomain(), c.classes(), 1)
                        : command;
        return CommandCodec.encode(new Stamp(MILLIS, 0, 0, 1), first).unsafeArray();
    }

    @Test
    void whatWasAppliedIsPassedOverOnReplay() {
        byte[] init = entry(0, Groups.init());
        byte[] write = entry(1, Groups.openWrite(1));
        byte[] _ = state.apply(2, 1, init);
        byte[] _ = state.apply(5, 3, write);
        assertThat(state.apply(2, 1, init)).isEmpty();
        assertThat(state.apply(5, 3, write)).isEmpty();
        assertThat(heard).hasSize(2);
    }

    @Test
    void anotherTermUnderAnIndexThatWasAppliedIsABrokenInvariant() {
        byte[] init = entry(0, Groups.init());
        byte[] _ = state.apply(2, 3, init);
        assertThatThrownBy(() -> state.apply(2, 2, init)).isInstanceOf(Check.BrokenInvariant.class);
        assertThatThrownBy(() -> state.apply(1, 4, init)).isInstanceOf(Check.BrokenInvariant.class);
    }

    @Test
    void replayAfterACrashGivesTheSameState() {
        List<byte[]> log = new ArrayList<>();
        log.add(entry(0, Groups.init()));
        for (int i = 1; i < 40; i++) {
            log.add(entry(i, Groups.openWrite(i)));
        }
        for (int i = 0; i < log.size(); i++) {
            byte[] _ = state.apply(i + 1, 1, log.get(i));
        }
        MemoryTable left = table.afterCrash();
        GroupState again = state(left);
        for (int i = 0; i < log.size(); i++) {
            byte[] _ = again.apply(i + 1, 1, log.get(i));
        }
        assertThat(rows(left)).isEqualTo(rows(table));
    }

    private static List<String> rows(GroupTable of) {
        return of.read(
                view -> {
                    List<String> all = new ArrayList<>();
                    for (var family : io.lethe.node.metadata.state.Family.values()) {
                        view.rows()
                                .scan(
                                        family,
                                        Bytes.EMPTY,
                                        Bytes.EMPTY,
                                        (key, value) -> {
                                            all.add(family + key.hex() + value.hex());
                                            return io.lethe.node.metadata.state.Rows.Step.NEXT;
                                        });
                    }
                    return all;
                });
    }

    @Test
    void aSnapshotMovesStateAndKeys() throws IOException {
        byte[] _ = state.apply(1, 1, entry(0, Groups.init()));
        byte[] _ =
                state.apply(
                        2,
                        1,
                        entry(
                                1,
                                new PartitionCommand.OpenShard(
                                        new io.lethe.node.metadata.command.ShardGrant(
                                                new io.lethe.node.model.ShardId(
                                                        new io.lethe.node.model.Id128(1, 2)),
                                                Groups.TENANT,
                                                1,
                                                Bytes.wrap(new byte[40])))));
        Path folder = Path.of("/snapshot");
        state.saveSnapshot(folder);
        MemoryTable fresh = new MemoryTable(RandomSource.seeded(3), snapshots);
        GroupState other = state(fresh);
        other.importKeys(2, state.exportKeys());
        other.loadSnapshot(folder, 2, 1);
        assertThat(other.appliedIndex()).isEqualTo(2);
        assertThat(heard).endsWith("replaced 2");
        assertThat(rows(fresh)).isEqualTo(rows(table));
        assertThat(fresh.exportKeys()).isEqualTo(table.exportKeys());
    }
}
