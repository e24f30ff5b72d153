package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.ReplicaFolders.Place;
import io.lethe.node.base.Bytes;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.base.rocks.RocksOpener;
import io.lethe.node.metadata.GroupState;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Founder;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.raft.LoneHost;
import io.lethe.node.metadata.raft.ReplicaSpec;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.metadata.table.RocksTable;
import io.lethe.node.model.Build;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a split makes on one of its founders, with real tables and a real host. */
class SplitChildrenTest {
    private static final NodeId SELF = new NodeId(new Id128(1, 1));
    private static final GroupId PARENT = new GroupId(1);
    private static final GroupId CHILD = new GroupId(2);
    private static final Place FIRST = new Place(CHILD, 0);
    private static final Place LATER = new Place(CHILD, 7);

    @TempDir Path temp;
    private final RocksOpener opener = new RocksOpener(RocksOpener.Limits.small());
    private final List<AutoCloseable> closing = new ArrayList<>();
    private LoneHost host;
    private ReplicaFolders folders;

    @BeforeEach
    void open() throws Exception {
        host = new LoneHost(temp.resolve("raft"));
        folders = new ReplicaFolders(temp, NativeFiles.real());
    }

    @AfterEach
    void close() throws Exception {
        host.close();
        for (AutoCloseable one : closing) {
            one.close();
        }
        opener.close();
    }

    private RocksTable table(Place place) throws Exception {
        RocksTable table =
                RocksTable.open(
                        folders.table(place),
                        place.group(),
                        new RocksTable.Surroundings(
                                opener,
                                NativeFiles.real(),
                                (component, cause) -> {
                                    throw new AssertionError(component, cause);
                                },
                                new Metrics()));
        closing.add(table);
        return table;
    }

    private static ReplicaSpec later(boolean fresh) {
        return new ReplicaSpec(CHILD, LATER.generation(), fresh, List.of(), List.of());
    }

    /** A replica of the child in a later generation, as one that joins. */
    private ReplicatedLog open(RocksTable table, boolean fresh) {
        GroupState state = new GroupState(CHILD, table, GroupState.Listener.none());
        return host.host().open(later(fresh), state);
    }

    /** The parent's log is replayed from its beginning. */
    private void split(boolean merged) throws Exception {
        RocksTable table = table(new Place(PARENT, 5));
        GroupState parent =
                new GroupState(
                        PARENT,
                        table,
                        GroupState.Listener.none(),
                        _ -> Optional.empty(),
                        new SplitChildren(SELF, folders, host.host())
                                .of(table, child -> merged && child.equals(CHILD)),
                        Build.own());
        List<PartitionCommand> commands =
                List.of(
                        new PartitionCommand.Init(
                                Bytes.EMPTY, Bytes.EMPTY, 0, List.of(KeyCopy.replica(SELF, 5))),
                        new PartitionCommand.Split(
                                PARENT,
                                CHILD,
                                Bytes.wrap(new byte[] {(byte) 0x80}),
                                2,
                                List.of(new Founder(SELF, "node", 1))));
        for (int i = 0; i < commands.size(); i++) {
            Stamp stamp = new Stamp(1_000 + i, 0, 0, FeatureLevels.HIGHEST);
            byte[] _ =
                    parent.apply(i + 1, 1, CommandCodec.encode(stamp, commands.get(i)).toArray());
        }
    }

    /** Nothing was made; an empty folder has the copy that was registered reported as wiped. */
    private void checkThatNoneWasMade() {
        assertThat(folders.wasHere(FIRST)).isFalse();
        assertThat(folders.isThere(FIRST)).isFalse();
        assertThat(folders.places()).contains(FIRST);
        assertThat(folders.wipe(FIRST).files()).isZero();
        assertThat(host.halts()).isEmpty();
    }

    @Test
    void aFounderMakesItsReplica() throws Exception {
        split(false);
        assertThat(folders.wasHere(FIRST)).isTrue();
        assertThat(folders.isThere(FIRST)).isTrue();
    }

    @Test
    void aSplitThatComesLateLeavesALaterGenerationOpen() throws Exception {
        ReplicatedLog later = open(table(LATER), true);
        folders.know(LATER);
        split(false);
        checkThatNoneWasMade();
        later.shutdown();
    }

    @Test
    void aSplitThatComesLateLeavesALaterGenerationsStore() throws Exception {
        RocksTable table = table(LATER);
        open(table, true).shutdown();
        folders.know(LATER);
        split(false);
        checkThatNoneWasMade();
        // Votes and log are those that it had, else it were refused.
        open(table, false).shutdown();
    }

    @Test
    void aLaterGenerationIsNoLessThereWhenItsOpeningWasCutShort() throws Exception {
        RocksTable table = table(LATER);
        open(table, true).shutdown();
        split(false);
        checkThatNoneWasMade();
        open(table, false).shutdown();
    }

    @Test
    void whoeverHadALaterGenerationAndLostItMakesNone() throws Exception {
        folders.know(LATER);
        split(false);
        checkThatNoneWasMade();
    }

    @Test
    void whatWasMergedSinceIsNotMade() throws Exception {
        split(true);
        checkThatNoneWasMade();
        assertThat(Files.exists(temp.resolve("raft").resolve(CHILD.toString()))).isFalse();
    }
}
