package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.backup.BackupFile.Kind;
import io.lethe.node.backup.BackupWorker;
import io.lethe.node.backup.Backups;
import io.lethe.node.backup.FileReader;
import io.lethe.node.backup.FolderPlace;
import io.lethe.node.backup.Manifest;
import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.config.ConfigLoader;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.crypto.Envelope;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.Purpose;
import io.lethe.node.crypto.RootKeyFile;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.metadata.table.KeyExport;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of the metadata of real nodes. */
class BackupTest {
    private static final BucketId BUCKET = new BucketId(42);

    @TempDir Path temp;
    private Path folder;
    private FolderPlace place;
    private Nodes nodes;

    @BeforeEach
    void start() throws Exception {
        folder = Files.createDirectory(temp.resolve("backups"));
        place = new FolderPlace(folder, NativeFiles.real());
        nodes =
                new Nodes(
                        temp.resolve("cluster"),
                        3,
                        Map.of(
                                "LETHE_CLUSTER_PARTITIONS",
                                "2",
                                "LETHE_BACKUP_FOLDER",
                                folder.toString(),
                                "LETHE_BACKUP_KEEP",
                                "2"));
    }

    @AfterEach
    void close() {
        nodes.close();
    }

    private static Bytes row(String key) {
        return RowKeys.objectKey(BUCKET, Bytes.utf8(key));
    }

    private Joined node() {
        return nodes.joined(0);
    }

    /** Opens a write, for which a shard is opened. */
    private ShardGrant open(String key) throws Exception {
        TenantId operator = node().directory().tenantNamed("operator").orElseThrow();
        PartitionReply reply =
                node().metadata()
                        .execute(
                                row(key),
                                new PartitionCommand.OpenWrite(
                                        new WriteId(new Id128(7, key.hashCode())),
                                        BUCKET,
                                        Bytes.utf8(key),
                                        operator,
                                        3_600_000),
                                1L << 40,
                                nodes.deadlineIn(60));
        return Objects.requireNonNull(((PartitionReply.WriteOpened) reply).shard());
    }

    private void want(long millis) throws Exception {
        var _ =
                node().metadata()
                        .execute(
                                new DirectoryCommand.PutSetting(
                                        BackupWorker.WANTED, String.valueOf(millis)),
                                0,
                                nodes.deadlineIn(30));
    }

    private List<KeyCopy> copies(GroupId partition) throws Exception {
        PartitionAnswer.KeyCopyPage page =
                (PartitionAnswer.KeyCopyPage)
                        node().metadata()
                                .queryIn(
                                        partition,
                                        new PartitionQuery.KeyCopies(null, 1_000),
                                        nodes.deadlineIn(30));
        return page.rows().stream()
                .map(PartitionAnswer.KeyCopyRow::copy)
                .filter(copy -> copy.kind() != KeyCopy.Kind.REPLICA)
                .toList();
    }

    private List<byte[]> frames(Manifest manifest, GroupId group, Kind kind) throws Exception {
        List<byte[]> frames = new ArrayList<>();
        try (FileReader reader =
                new FileReader(place.open(manifest.id(), Manifest.file(group, kind)))) {
            for (byte[] frame = reader.next(); frame != null; frame = reader.next()) {
                frames.add(frame);
            }
        }
        return frames;
    }

    @Test
    void theWholeStateIsCopiedKeysApartAndOldCopiesGo() throws Exception {
        nodes.until(
                "the partition is set up",
                () ->
                        node().metadata()
                                .query(
                                        row("key"),
                                        new PartitionQuery.BucketEmpty(BUCKET),
                                        nodes.deadlineIn(30))
                                .equals(new PartitionAnswer.Empty(true)));
        PartitionRecord record = node().directory().partitionOf(row("key")).orElseThrow();
        ShardGrant shard = open("key");
        want(Clock.system().wallMillis());
        nodes.until("there is a backup", () -> !Backups.complete(place).isEmpty());
        Manifest manifest = Backups.complete(place).getFirst();
        assertThat(Backups.check(place, manifest)).isEmpty();
        assertThat(manifest.groups())
                .extracting(Manifest.Group::id)
                .containsExactly(new GroupId(1), new GroupId(2), GroupId.DIRECTORY);
        assertThat(String.join("", names(frames(manifest, record.id(), Kind.ROWS))))
                .contains("META", "WRITES", "SHARDS");
        assertThat(keys(manifest, record.id()))
                .as("the key of the shard, as it is wrapped")
                .contains(shard);
        assertThat(copies(record.id())).extracting(KeyCopy::kind).contains(KeyCopy.Kind.DECLARED);
        nodes.until(
                "there is one in the store too",
                () -> copies(record.id()).stream().anyMatch(BackupTest::isInStore));
        for (int i = 0; i < 2; i++) {
            Id128 last = Backups.complete(place).getLast().id();
            want(Clock.system().wallMillis());
            nodes.until(
                    "there is a newer one",
                    () -> !Backups.complete(place).getLast().id().equals(last));
        }
        nodes.until("the oldest is removed", () -> !place.list().contains(manifest.id()));
        assertThat(Backups.complete(place)).hasSize(2);
        nodes.until(
                "its copies of keys are off the list",
                () ->
                        copies(record.id()).stream()
                                .noneMatch(copy -> copy.number() == manifest.copy()));
    }

    private static boolean isInStore(KeyCopy copy) {
        return copy.kind() == KeyCopy.Kind.BACKUP;
    }

    private static List<String> names(List<byte[]> frames) {
        return frames.stream().map(frame -> new Decoder(frame).string()).toList();
    }

    private List<ShardGrant> keys(Manifest manifest, GroupId group) throws Exception {
        RootKeyFile root =
                RootKeyFile.load(
                        ConfigLoader.load(
                                        NodeConfig.class,
                                        nodes.data(0).resolveSibling("node.yaml"),
                                        Map.of())
                                .config()
                                .rootKey()
                                .file()
                                .path());
        KeyBytes key = root.unwrapBackupKey(manifest.id(), manifest.wrappedKey());
        List<ShardGrant> grants = new ArrayList<>();
        long number = 0;
        for (byte[] frame : frames(manifest, group, Kind.KEYS)) {
            Bytes id =
                    new io.lethe.node.base.codec.Encoder()
                            .i32(group.value())
                            .i64(number++)
                            .toBytes();
            grants.addAll(
                    KeyExport.decode(
                            Envelope.open(key, Purpose.BACKUP_KEYS, id, Bytes.wrap(frame))));
        }
        return grants;
    }
}
