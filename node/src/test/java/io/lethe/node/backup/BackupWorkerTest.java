package io.lethe.node.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Pace;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.crypto.RootKeyFile;
import io.lethe.node.metadata.ExportingMetadata;
import io.lethe.node.metadata.MetadataResponse.Exported;
import io.lethe.node.metadata.MetadataResponse.Piece;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionAnswer.KeyCopyPage;
import io.lethe.node.metadata.command.PartitionAnswer.KeyCopyRow;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.ForwardingMetadata;
import io.lethe.node.object.ObjectWorld;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupWorkerTest {
    private static final NodeId SELF = new NodeId(new Id128(0, 1));
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
    private static final int KEEP = 2;
    private static final GroupId CHILD = new GroupId(2);
    private static final Bytes SEPARATOR = Bytes.wrap(new byte[] {(byte) 0x80});

    /** Of a piece. */
    private static final Bytes BODY = new Encoder().string("META").toBytes();

    /** Far more steps than a backup has. */
    private static final int MOST_STEPS = 100;

    @TempDir Path temp;
    private final ObjectWorld world = new ObjectWorld();
    private final AtomicLong nanos = new AtomicLong();
    private final VirtualTasks tasks =
            world.tasks(
                    nanos::get,
                    (_, fault) -> {
                        throw new AssertionError(fault);
                    });
    private final Exports metadata = new Exports();
    private Path folder;
    private Backups backups;
    private BackupWorker worker;

    /** What others do. */
    private interface Meanwhile {
        void run() throws InterruptedException;
    }

    /** States without rows or keys. */
    private final class Exports extends ForwardingMetadata implements ExportingMetadata {
        private boolean broken;

        /** What others do right before the partition's state is pinned, once. */
        private Meanwhile meanwhile = () -> {};

        Exports() {
            super(world.metadata);
        }

        @Override
        public Exported export(GroupId group, Id128 id, long deadlineNanos)
                throws InterruptedException {
            if (broken) {
                throw new StoreException(ErrorCode.UNAVAILABLE, "nobody leads " + group);
            }
            if (group.equals(ObjectWorld.PARTITION)) {
                Meanwhile now = meanwhile;
                meanwhile = () -> {};
                now.run();
            }
            return group.isDirectory() ? rows() : keys();
        }

        @Override
        public Exported export(GroupId group, Id128 id, Exported before, long deadlineNanos) {
            return rows();
        }

        private static Exported keys() {
            return new Exported(SELF, 7, 1, Piece.KEYS, 0, BODY, Bytes.utf8("rows"));
        }

        private static Exported rows() {
            return new Exported(SELF, 7, 1, Piece.ROWS, 0, BODY, Bytes.EMPTY);
        }
    }

    @BeforeEach
    void open() throws IOException {
        folder = Files.createDirectory(temp.resolve("backups"));
        Path root = temp.resolve("root.key");
        RootKeyFile.create(root, RandomSource.seeded(1));
        BackupPorts ports =
                new BackupPorts(
                        SELF,
                        tasks,
                        RandomSource.seeded(2),
                        world.ports.directory(),
                        metadata,
                        RootKeyFile.load(root),
                        new Pace(world.tasks, Pace.MOST_BYTES_PER_SECOND, 1 << 20));
        backups = new Backups(ports, List.of(new FolderPlace(folder, new SharedFiles())));
        worker = worker();
    }

    private BackupWorker worker() {
        return new BackupWorker(
                backups, () -> true, new BackupWorker.Policy(365 * DAY_MILLIS, KEEP));
    }

    private BackupPlace place() {
        return backups.places().getFirst();
    }

    private void want() throws InterruptedException {
        world.metadata.moveTo(world.metadata.millis() + 1_000);
        want(world.metadata.millis());
        world.metadata.moveTo(world.metadata.millis() + 1_000);
    }

    private void want(long millis) throws InterruptedException {
        DirectoryReply reply =
                world.metadata
                        .execute(
                                new DirectoryCommand.PutSetting(
                                        BackupWorker.WANTED, String.valueOf(millis)),
                                0,
                                0)
                        .reply();
        assertThat(reply).isEqualTo(new DirectoryReply.Done());
    }

    /** Steps until there is nothing to do. */
    private Step rest() throws InterruptedException {
        for (int i = 0; i < MOST_STEPS; i++) {
            if (!(worker.step() instanceof Step.Worked)) {
                return worker.step();
            }
        }
        throw new AssertionError("it never ends");
    }

    /** Attempts that fail within so many hours, looked at every minute. */
    private int failures(int hours) throws InterruptedException {
        int failures = 0;
        for (int minute = 0; minute < 60 * hours; minute++) {
            nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            for (int i = 0; i < MOST_STEPS; i++) {
                Step step = worker.step();
                failures += step instanceof Step.Failed ? 1 : 0;
                if (step instanceof Step.Idle) {
                    break;
                }
            }
        }
        return failures;
    }

    private List<KeyCopy> copies() throws InterruptedException {
        KeyCopyPage page =
                (KeyCopyPage)
                        world.metadata.queryIn(
                                ObjectWorld.PARTITION, new PartitionQuery.KeyCopies(null, 100), 0);
        return page.rows().stream()
                .map(KeyCopyRow::copy)
                .filter(copy -> copy.kind() != KeyCopy.Kind.REPLICA)
                .toList();
    }

    /** As another cluster, or under another clock, would have made it. */
    private Id128 plant(Id128 cluster, long beganMillis, boolean complete) throws Exception {
        Id128 id = new Id128(beganMillis, 77);
        place().write(id, BackupPlace.OWNER, Backups.owner(cluster));
        if (complete) {
            Manifest manifest =
                    new Manifest(
                            cluster,
                            "test",
                            id,
                            SELF,
                            beganMillis,
                            beganMillis,
                            1,
                            BackupRun.copyOf(id),
                            Bytes.EMPTY,
                            List.of());
            place().write(id, Manifest.NAME, new BytesContent(manifest.encode()));
        }
        return id;
    }

    private Id128 ownCluster() {
        return world.ports.directory().cluster().orElseThrow().id();
    }

    private List<Id128> ours() throws Exception {
        return backups.ours(place()).stream().map(Manifest::id).toList();
    }

    @Test
    void aBackupThatIsWantedIsMadeOnceAndItsCopyOfKeysIsRegistered() throws Exception {
        want();
        assertThat(rest()).isInstanceOf(Step.Idle.class);
        Manifest made = backups.ours(place()).getFirst();
        assertThat(Backups.check(place(), made)).isEmpty();
        assertThat(copies()).extracting(KeyCopy::number).containsExactly(made.copy());
        worker = worker();
        assertThat(rest()).isInstanceOf(Step.Idle.class);
        assertThat(ours()).containsExactly(made.id());
    }

    @Test
    void attemptsThatFailAreMadeLessAndLessOftenAndLeaveNoCopyOfKeys() throws Exception {
        want();
        metadata.broken = true;
        assertThat(failures(24)).as("one a minute, then one an hour").isBetween(24, 30);
        assertThat(copies()).isEmpty();
        assertThat(folder).isEmptyDirectory();
        Files.delete(folder);
        assertThat(failures(24)).isBetween(20, 24);
        assertThat(copies()).as("of a folder that was not mounted").isEmpty();
        Files.createDirectory(folder);
        metadata.broken = false;
        want();
        assertThat(rest()).as("one that is asked for need not wait").isInstanceOf(Step.Idle.class);
        assertThat(ours()).hasSize(1);
    }

    @Test
    void whatIsAnotherClustersInTheSameFolderIsNeitherCountedNorRemoved() throws Exception {
        Id128 stranger = new Id128(4, 4);
        long now = world.metadata.millis();
        Id128 old = plant(stranger, now - 3 * DAY_MILLIS, true);
        Id128 left = plant(stranger, now - 2 * DAY_MILLIS, false);
        Id128 ownLeft = plant(ownCluster(), now - 2 * DAY_MILLIS - 1, false);
        want();
        Id128 newer = plant(stranger, world.metadata.millis(), true);
        for (int i = 0; i <= KEEP; i++) {
            assertThat(rest()).isInstanceOf(Step.Idle.class);
            want();
        }
        assertThat(ours()).hasSize(KEEP).doesNotContain(old, newer);
        assertThat(place().list()).contains(old, left, newer).doesNotContain(ownLeft);
    }

    @Test
    void aBackupThatIsAskedForUnderAClockThatIsAheadIsMadeOnceAndThen() throws Exception {
        long ahead = world.metadata.millis() + Duration.ofHours(1).toMillis();
        want(ahead);
        assertThat(rest()).isInstanceOf(Step.Idle.class);
        assertThat(ours()).isEmpty();
        world.metadata.moveTo(ahead + 1);
        assertThat(rest()).isInstanceOf(Step.Idle.class);
        assertThat(ours()).hasSize(1);
    }

    @Test
    void aBackupThatBeganInTheFutureKeepsNoOtherFromBeingMadeOrKept() throws Exception {
        Id128 ahead = plant(ownCluster(), world.metadata.millis() + 500 * DAY_MILLIS, true);
        for (int i = 0; i < KEEP + 1; i++) {
            want();
            assertThat(rest()).isInstanceOf(Step.Idle.class);
        }
        assertThat(ours()).hasSize(KEEP + 1).contains(ahead);
    }

    private void order(DirectoryCommand command) throws InterruptedException {
        assertThat(world.metadata.execute(command, 0, 0).reply())
                .isEqualTo(new DirectoryReply.Done());
    }

    /** The record names a split; the partition has not come to it. */
    private void beginSplit() throws InterruptedException {
        order(new DirectoryCommand.BeginSplit(ObjectWorld.PARTITION, 1, SEPARATOR));
    }

    /** The partition has split, and its child is nobody's in the directory. */
    private void split() throws InterruptedException {
        assertThat(
                        world.metadata.executeIn(
                                ObjectWorld.PARTITION,
                                new PartitionCommand.Split(
                                        ObjectWorld.PARTITION, CHILD, SEPARATOR, 3, List.of()),
                                0,
                                0))
                .isEqualTo(new PartitionReply.Done());
    }

    private List<GroupId> copied() throws Exception {
        return backups.ours(place()).getLast().groups().stream().map(Manifest.Group::id).toList();
    }

    @Test
    void aPartitionThatSplitsWhileItIsCopiedIsCopiedOnceMoreWithItsChild() throws Exception {
        beginSplit();
        metadata.meanwhile = this::split;
        want();
        assertThat(rest()).isInstanceOf(Step.Idle.class);
        assertThat(ours()).as("half of the range is in no record").isEmpty();
        order(new DirectoryCommand.EndSplit(ObjectWorld.PARTITION, 2, true));
        assertThat(rest()).isInstanceOf(Step.Idle.class);
        assertThat(copied()).containsExactly(ObjectWorld.PARTITION, CHILD, GroupId.DIRECTORY);
    }

    @Test
    void aPartitionThatIsToBeSplitIsCopiedAsItIs() throws Exception {
        beginSplit();
        want();
        assertThat(rest()).isInstanceOf(Step.Idle.class);
        assertThat(copied()).containsExactly(ObjectWorld.PARTITION, GroupId.DIRECTORY);
    }

    @Test
    void oneWhoseRecordChangesWhileItIsCopiedIsCopiedOnceMore() throws Exception {
        AtomicLong exports = new AtomicLong();
        metadata.meanwhile =
                () -> {
                    exports.incrementAndGet();
                    metadata.meanwhile = exports::incrementAndGet;
                    beginSplit();
                    order(new DirectoryCommand.EndSplit(ObjectWorld.PARTITION, 2, false));
                };
        want();
        assertThat(rest()).isInstanceOf(Step.Idle.class);
        assertThat(exports).as("its range is as before").hasValue(2);
        assertThat(ours()).hasSize(1);
    }

    @Test
    void aSplitThatDoesNotEndIsNotWaitedForForEver() throws Exception {
        beginSplit();
        split();
        want();
        assertThat(rest()).isInstanceOf(Step.Idle.class);
        nanos.addAndGet(Duration.ofMinutes(9).toNanos());
        assertThat(worker.step()).isInstanceOf(Step.Idle.class);
        nanos.addAndGet(Duration.ofMinutes(2).toNanos());
        assertThat(worker.step())
                .isInstanceOfSatisfying(
                        Step.Failed.class,
                        failed -> assertThat(failed.reason()).contains("partition-1 is split"));
        assertThat(copies()).as("it was not copied").isEmpty();
    }
}
