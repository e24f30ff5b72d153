package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.DirectoryReader;
import io.lethe.node.metadata.table.MemoryTable;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LocalDirectoryTest {
    private static final Scheme PLAIN = new Scheme(1, 0, 262_144);
    private final Groups.TestClock clock = new Groups.TestClock();
    private final Tasks tasks = Groups.tasks(clock);
    private final Map<Path, Object> snapshots = new HashMap<>();
    private final MemoryTable table = new MemoryTable(RandomSource.seeded(5), snapshots);
    private final LocalDirectory directory = over(table);
    private final GroupState state = new GroupState(GroupId.DIRECTORY, table, directory);
    private long index;

    private LocalDirectory over(MemoryTable of) {
        return new LocalDirectory(of, Groups.inline(tasks), tasks, new Metrics());
    }

    private DirectoryReply apply(DirectoryCommand command) {
        index++;
        Stamp stamp = new Stamp(clock.wallMillis(), 0, 1, 1);
        byte[] reply = state.apply(index, 1, CommandCodec.encode(stamp, command).unsafeArray());
        return ReplyCodec.decodeDirectory(Bytes.wrap(reply));
    }

    private static NodeRecord node(int number, int rpcPort) {
        return new NodeRecord(
                new NodeId(new Id128(0, number)),
                1,
                "host" + number,
                9003,
                rpcPort,
                9001,
                9000,
                "rack",
                Set.of(NodeRecord.Role.STORAGE),
                "00",
                NodeRecord.State.UP);
    }

    private static DeviceRecord device(int number) {
        return new DeviceRecord(
                new DeviceId(new Id128(1, number)),
                new NodeId(new Id128(0, number)),
                1L << 40,
                1L << 39,
                DeviceRecord.State.WRITABLE);
    }

    private void fill() {
        apply(
                new DirectoryCommand.InitCluster(
                        new Id128(9, 9),
                        "test",
                        "device",
                        List.of(new StorageClass("standard", PLAIN, true))));
        for (int i = 1; i <= 3; i++) {
            apply(new DirectoryCommand.PutNode(node(i, 9002)));
            apply(new DirectoryCommand.PutDevice(device(i)));
            apply(
                    new DirectoryCommand.CreatePg(
                            "standard", PLAIN, List.of(new DeviceId(new Id128(1, i)))));
        }
        apply(new DirectoryCommand.PutPartition(partition(1, "", "g")));
        apply(new DirectoryCommand.PutPartition(partition(2, "g", "p")));
        apply(new DirectoryCommand.PutPartition(partition(3, "p", "")));
        apply(
                new DirectoryCommand.PutTenant(
                        new TenantRecord(
                                Groups.TENANT, "acme", "Acme", 1, Bytes.wrap(new byte[40]))));
        apply(
                new DirectoryCommand.PutUser(
                        new io.lethe.node.model.UserRecord(
                                Groups.TENANT, new Id128(3, 3), "user")));
        apply(
                new DirectoryCommand.PutAccessKey(
                        new AccessKeyRecord(
                                "AKIAEXAMPLE000000001",
                                Groups.TENANT,
                                new Id128(3, 3),
                                Bytes.wrap(new byte[60]),
                                false)));
        apply(
                new DirectoryCommand.CreateBucket(
                        Groups.BUCKET,
                        Groups.TENANT,
                        "photos",
                        "standard",
                        BucketRecord.Versioning.OFF,
                        0));
        apply(new DirectoryCommand.PutSetting("maintenance", "off"));
        apply(new DirectoryCommand.RegisterHolder(new NodeId(new Id128(0, 1)), 4));
    }

    private static PartitionRecord partition(int id, String from, String to) {
        return new PartitionRecord(
                new GroupId(id), Bytes.utf8(from), Bytes.utf8(to), List.of(), List.of(), 1);
    }

    /** Everything that can be asked, in one string. */
    private static String all(Directory of) {
        TenantId tenant = Groups.TENANT;
        return String.join(
                "\n",
                of.cluster().toString(),
                of.nodes().toString(),
                of.devices().toString(),
                of.placementGroups().toString(),
                of.openPlacementGroups("standard").toString(),
                of.openPlacementGroups("none").toString(),
                of.partitions().toString(),
                of.partitionOf(Bytes.utf8("")).toString(),
                of.partitionOf(Bytes.utf8("g")).toString(),
                of.partitionOf(Bytes.utf8("zz")).toString(),
                of.partition(new GroupId(2)).toString(),
                of.storageClasses().toString(),
                of.storageClass("standard").toString(),
                of.tenant(tenant).toString(),
                of.accessKey("AKIAEXAMPLE000000001").toString(),
                of.bucket(tenant, "photos").toString(),
                of.bucket(tenant, "none").toString(),
                of.bucket(Groups.BUCKET).toString(),
                of.buckets(tenant, "", 10).toString(),
                of.ticketKeys(new NodeId(new Id128(0, 1))).toString(),
                of.holders().toString(),
                of.setting("maintenance").toString(),
                of.node(new NodeId(new Id128(0, 2))).toString(),
                of.device(new DeviceId(new Id128(1, 2))).toString(),
                of.placementGroup(new PgId(2)).toString());
    }

    private String fromTable() {
        return table.read(view -> all(new DirectoryReader(view.rows())));
    }

    @Test
    void itSaysWhatTheTableSaysAfterEachChange() {
        assertThat(all(directory)).isEqualTo(fromTable());
        fill();
        assertThat(all(directory)).isEqualTo(fromTable()).contains("photos", "acme");
        assertThat(directory.index()).isEqualTo(index);
        apply(new DirectoryCommand.PutNode(node(2, 9102)));
        apply(new DirectoryCommand.SetPgState(new PgId(2), PlacementGroup.State.FULL));
        apply(new DirectoryCommand.PutSetting("maintenance", "on"));
        apply(
                new DirectoryCommand.SetVersioning(
                        Groups.BUCKET, BucketRecord.Versioning.ENABLED, index));
        assertThat(all(directory)).isEqualTo(fromTable()).contains("9102", "ENABLED");
        assertThat(directory.openPlacementGroups("standard")).hasSize(2);
    }

    @Test
    void aRemovedBucketIsForgottenAlsoWhereItWasCached() {
        fill();
        assertThat(directory.bucket(Groups.TENANT, "photos")).isPresent();
        apply(new DirectoryCommand.MarkBucketDeleting(Groups.BUCKET));
        assertThat(directory.bucket(Groups.TENANT, "photos"))
                .hasValueSatisfying(
                        it -> assertThat(it.state()).isEqualTo(BucketRecord.State.DELETING));
        long markIndex = directory.bucket(Groups.BUCKET).orElseThrow().markIndex();
        apply(new DirectoryCommand.FinishBucketDelete(Groups.BUCKET, markIndex, true));
        assertThat(directory.bucket(Groups.TENANT, "photos")).isEmpty();
        assertThat(directory.bucket(Groups.BUCKET)).isEmpty();
        apply(
                new DirectoryCommand.CreateBucket(
                        new BucketId(43),
                        Groups.TENANT,
                        "photos",
                        "standard",
                        BucketRecord.Versioning.OFF,
                        directory.index()));
        assertThat(directory.bucket(Groups.TENANT, "photos"))
                .hasValueSatisfying(it -> assertThat(it.id()).isEqualTo(new BucketId(43)));
    }

    @Test
    void aRestartAndASnapshotGiveTheSame() throws IOException {
        fill();
        LocalDirectory restarted = over(table);
        assertThat(all(restarted)).isEqualTo(all(directory));
        assertThat(restarted.index()).isEqualTo(index);
        Path folder = Path.of("/snapshot");
        state.saveSnapshot(folder);
        MemoryTable other = new MemoryTable(RandomSource.seeded(6), snapshots);
        LocalDirectory fresh = over(other);
        GroupState replica = new GroupState(GroupId.DIRECTORY, other, fresh);
        replica.importKeys(index, state.exportKeys());
        replica.loadSnapshot(folder, index, 1);
        assertThat(all(fresh)).isEqualTo(all(directory));
        assertThat(fresh.index()).isEqualTo(index);
    }

    @Test
    void aRecordReadWhileItChangesIsNotKept() {
        RecordCache<String, String> cache = new RecordCache<>(2);
        assertThat(
                        cache.get(
                                "a",
                                () -> {
                                    cache.forget("a");
                                    return java.util.Optional.of("old");
                                }))
                .hasValue("old");
        assertThat(cache.get("a", () -> java.util.Optional.of("new"))).hasValue("new");
        assertThat(cache.get("a", () -> java.util.Optional.of("newer"))).hasValue("new");
        assertThat(cache.get("b", java.util.Optional::empty)).isEmpty();
        assertThat(cache.get("b", () -> java.util.Optional.of("b"))).hasValue("b");
        assertThat(cache.get("c", () -> java.util.Optional.of("c"))).hasValue("c");
        assertThat(cache.get("a", () -> java.util.Optional.of("again")))
                .as("the eldest went")
                .hasValue("again");
    }
}
