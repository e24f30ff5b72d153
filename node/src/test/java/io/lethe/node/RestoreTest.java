package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.ReplicaFolders.Place;
import io.lethe.node.backup.BackupWorker;
import io.lethe.node.backup.Backups;
import io.lethe.node.backup.Content;
import io.lethe.node.backup.FolderPlace;
import io.lethe.node.backup.Manifest;
import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Setback;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that loses all of its metadata, on real nodes. */
class RestoreTest {
    private static final int NODES = 3;
    private static final int FIRST = 0;
    private static final Id128 OBJECTS = new Id128(1, 1);
    private static final Id128 LATER = new Id128(2, 2);

    /** Above and below what lies inline. */
    private static final Map<String, Integer> SIZES =
            Map.of("small", 900, "middle", 100_000, "large", 5_000_000);

    @TempDir Path temp;
    private Path folder;
    private FolderPlace backups;
    private Nodes nodes;

    @BeforeEach
    void start() throws Exception {
        folder = Files.createDirectory(temp.resolve("backups"));
        backups = new FolderPlace(folder, NativeFiles.real());
        nodes =
                new Nodes(
                        temp.resolve("cluster"),
                        NODES,
                        Map.of(
                                "LETHE_CLUSTER_PARTITIONS",
                                "2",
                                "LETHE_BACKUP_FOLDER",
                                folder.toString(),
                                "LETHE_BACKUP_IN_STORE",
                                "false",
                                "LETHE_RECLAIM_ORPHAN_AGE",
                                "1s"));
        for (int i = 1; i <= 2; i++) {
            GroupId partition = new GroupId(i);
            nodes.until(
                    "the partition is set up",
                    () ->
                            nodes.joined(FIRST)
                                    .metadata()
                                    .queryIn(
                                            partition,
                                            new PartitionQuery.BucketEmpty(new BucketId(42)),
                                            nodes.deadlineIn(30))
                                    .equals(new PartitionAnswer.Empty(true)));
        }
    }

    @AfterEach
    void close() {
        nodes.close();
    }

    private static Tasks tasks() {
        return new VirtualTasks(
                Clock.system(),
                (thread, e) -> {
                    throw new AssertionError(thread.getName(), e);
                });
    }

    /** Objects, by way of what keeps backups in the store: it writes and reads whole ones. */
    private BucketPlace objects() {
        Joined joined = nodes.joined(FIRST);
        return new BucketPlace(
                new BucketPlace.Ports(
                        tasks(),
                        RandomSource.secure(),
                        joined.directory(),
                        joined.doors().objects(),
                        joined.doors().buckets()));
    }

    private static byte[] bytes(String name) {
        byte[] bytes = new byte[SIZES.get(name)];
        new Random(name.hashCode()).nextBytes(bytes);
        return bytes;
    }

    private void write(Id128 under) throws Exception {
        for (String name : SIZES.keySet()) {
            byte[] all = bytes(name);
            int[] taken = new int[1];
            objects()
                    .write(
                            under,
                            name,
                            (target, offset, length) -> {
                                int count = Math.min(length, all.length - taken[0]);
                                System.arraycopy(all, taken[0], target, offset, count);
                                taken[0] += count;
                                return count == 0 ? -1 : count;
                            });
        }
    }

    private byte[] read(String name) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[64 * 1024];
        try (Content content = objects().open(OBJECTS, name)) {
            for (int count = content.read(buffer, 0, buffer.length);
                    count >= 0;
                    count = content.read(buffer, 0, buffer.length)) {
                all.write(buffer, 0, count);
            }
        }
        return all.toByteArray();
    }

    private Set<ChunkKey> chunks() throws Exception {
        Set<ChunkKey> all = new HashSet<>();
        for (int i = 0; i < NODES; i++) {
            StorageDevices devices = nodes.joined(i).storage();
            for (DeviceId device : devices.ids()) {
                for (PgId pg : devices.groups(device).await(nodes.deadlineIn(30))) {
                    devices.list(device, pg, null, 1_000).await(nodes.deadlineIn(30)).stream()
                            .map(ChunkInfo::key)
                            .forEach(all::add);
                }
            }
        }
        return all;
    }

    private Manifest backup() throws Exception {
        var _ =
                nodes.joined(FIRST)
                        .metadata()
                        .execute(
                                new DirectoryCommand.PutSetting(
                                        BackupWorker.WANTED,
                                        String.valueOf(Clock.system().wallMillis())),
                                0,
                                nodes.deadlineIn(30));
        nodes.until("there is a backup", () -> !Backups.complete(backups).isEmpty());
        return Backups.complete(backups).getFirst();
    }

    private void loseAllMetadata() throws Exception {
        IntStream.range(0, NODES).forEach(nodes::stop);
        for (int i = 0; i < NODES; i++) {
            for (String part : List.of("raft", "tables", "replicas")) {
                DurableFiles.deleteTree(nodes.data(i).resolve(part));
            }
        }
        nodes.emptyZooKeeper();
    }

    private OfflineNode offline(int number) throws Exception {
        return OfflineNode.openOrBegin(nodes.config(number), tasks());
    }

    private Manifest restore() throws Exception {
        try (OfflineNode node = offline(FIRST)) {
            List<String> told = new ArrayList<>();
            Manifest done = new Restore(node, backups, told::add).restore(null);
            assertThat(told).anyMatch(line -> line.contains("3 of 3 groups"));
            return done;
        }
    }

    private List<RaftPeer> voters() {
        return nodes.joined(FIRST).directoryMembers().voters();
    }

    @Test
    void allOfTheBackupIsReadAgainAndWhatCameLaterStaysOnTheDisksUntilItMayGo() throws Exception {
        write(OBJECTS);
        Set<ChunkKey> before = chunks();
        Manifest backup = backup();
        write(LATER);
        Set<ChunkKey> later = chunks();
        later.removeAll(before);
        assertThat(later).isNotEmpty();
        long highest = nodes.joined(FIRST).directory().placementGroups().getLast().id().value();
        Ticket old =
                nodes.joined(1)
                        .booth()
                        .mint(
                                Ticket.Operation.DELETE,
                                before.iterator().next().pg(),
                                1,
                                before.iterator().next().segment());
        loseAllMetadata();
        try (OfflineNode node = offline(FIRST)) {
            Restore.View view = new Restore(node, backups, _ -> {}).look(null);
            assertThat(view.obstacle()).isNull();
            assertThat(view.manifest().id()).isEqualTo(backup.id());
            assertThat(node.host().standing(GroupId.DIRECTORY)).as("it only looks").isEmpty();
        }
        cutShort(backup);
        assertThat(restore().id()).isEqualTo(backup.id());
        nodes.startAllAgain();
        for (String name : SIZES.keySet()) {
            assertThat(read(name)).as(name).isEqualTo(bytes(name));
        }
        assertThat(objects().list()).as("what came later is gone").containsExactly(OBJECTS);
        assertThat(chunks()).as("and on the disks still").containsAll(later).containsAll(before);
        assertThat(
                        Setback.Restored.parse(
                                        nodes.joined(2)
                                                .directory()
                                                .setting(Setback.Restored.SETTING)
                                                .orElseThrow())
                                .backup())
                .as("the gap that was signed for")
                .isEqualTo(backup.id());
        oldTicketsAreVoid(old);
        nodes.until("all three vote again", () -> voters().size() == NODES);
        nodes.until(
                "partitions have their replicas again",
                () ->
                        nodes.joined(FIRST).directory().partitions().stream()
                                .allMatch(one -> one.voters().size() == NODES));
        assertThat(
                        nodes.joined(FIRST).directory().placementGroups().stream()
                                .filter(one -> one.state() == PlacementGroup.State.OPEN))
                .as("what is new goes into groups of numbers that were never given out")
                .allMatch(one -> one.id().value() > highest);
        write(LATER);
        assertThat(chunks()).containsAll(later);
        var _ =
                nodes.joined(FIRST)
                        .metadata()
                        .execute(new DirectoryCommand.SetReclaim(true), 0, nodes.deadlineIn(30));
        nodes.until(
                "what no record knows is removed",
                () -> chunks().stream().noneMatch(later::contains));
        assertThat(chunks()).as("and nothing else").containsAll(before);
        for (String name : SIZES.keySet()) {
            assertThat(read(name)).as(name).isEqualTo(bytes(name));
        }
    }

    private void oldTicketsAreVoid(Ticket old) {
        DeviceId device = nodes.joined(2).storage().ids().getFirst();
        ChunkKey chunk = new ChunkKey(old.pg(), old.segment(), 0);
        Ticket fresh =
                nodes.joined(1)
                        .booth()
                        .mint(old.operation(), old.pg(), old.pgEpoch(), old.segment());
        assertThatCode(() -> nodes.joined(2).booth().check(fresh, old.operation(), device, chunk))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> nodes.joined(2).booth().check(old, old.operation(), device, chunk))
                .isInstanceOf(StoreException.class);
    }

    /** A run that ended after it had begun, in the middle of a table. */
    private void cutShort(Manifest backup) throws Exception {
        int generation = 200_000_000;
        new RestorePlan(nodes.data(FIRST)).write(new RestorePlan.Begun(backup.id(), generation));
        Path table =
                new ReplicaFolders(nodes.data(FIRST), NativeFiles.real())
                        .table(new Place(new GroupId(1), generation));
        Files.createDirectories(table);
        Files.writeString(table.resolve("current"), "1\n");
        assertThatThrownBy(() -> nodes.startAgain(FIRST))
                .as("nobody starts from half of a backup")
                .hasMessageContaining("go on with 'lethe restore'");
    }

    @Test
    void nodesThatHaveLostTheirNamesTooAreNewOnesWithTheOldDevices() throws Exception {
        write(OBJECTS);
        var _ = backup();
        IntStream.range(0, NODES).forEach(nodes::stop);
        for (int i = 0; i < NODES; i++) {
            DurableFiles.deleteTree(nodes.data(i));
        }
        nodes.emptyZooKeeper();
        var _ = restore();
        nodes.startAllAgain();
        for (String name : SIZES.keySet()) {
            assertThat(read(name)).as(name).isEqualTo(bytes(name));
        }
        nodes.until("all three vote again", () -> voters().size() == NODES);
        nodes.until(
                "partitions have their replicas again",
                () ->
                        nodes.joined(FIRST).directory().partitions().stream()
                                .allMatch(one -> one.voters().size() == NODES));
    }

    @Test
    void itIsRefusedWhileAnythingIsLeftAndOfWhatIsDamaged() throws Exception {
        Manifest backup = backup();
        nodes.stop(FIRST);
        try (OfflineNode node = offline(FIRST)) {
            assertThatThrownBy(() -> new Restore(node, backups, _ -> {}).restore(null))
                    .hasMessageContaining("this node has a copy of the directory");
        }
        for (String part : List.of("raft", "tables", "replicas")) {
            DurableFiles.deleteTree(nodes.data(FIRST).resolve(part));
        }
        try (OfflineNode node = offline(FIRST)) {
            assertThatThrownBy(() -> new Restore(node, backups, _ -> {}).restore(null))
                    .hasMessageContaining("nodes are registered in ZooKeeper");
        }
        Path rows = folder.resolve(backup.id().toString()).resolve("directory.rows");
        byte[] content = Files.readAllBytes(rows);
        content[content.length / 2] ^= 1;
        Files.write(rows, content);
        try (OfflineNode node = offline(FIRST)) {
            assertThatThrownBy(() -> new Restore(node, backups, _ -> {}).look(null))
                    .hasMessageContaining("is damaged")
                    .hasMessageContaining("directory.rows");
            assertThatThrownBy(() -> new Restore(node, backups, _ -> {}).look(new Id128(9, 9)))
                    .hasMessageContaining("has no complete backup");
        }
    }
}
