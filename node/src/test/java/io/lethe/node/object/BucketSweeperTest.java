package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.task.ManualTasks;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.WriteId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Marks whose deleters are gone, over a real directory and partitions that do as they are told. */
final class BucketSweeperTest {
    private static final GroupId PARTITION = new GroupId(1);
    private static final TenantId TENANT = new TenantId(new Id128(3, 3));
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTasks tasks = new ManualTasks();
    private final Cluster cluster = new Cluster();
    private final List<GroupId> led = new ArrayList<>(List.of(PARTITION));
    private boolean lease = true;
    private final BucketSweeper sweeper =
            new BucketSweeper(
                    TestPorts.of(tasks, cluster.directory.copy(), cluster, this::checkLease),
                    () -> led,
                    PATIENCE);

    /** A directory, and one partition of which only fences and emptiness matter. */
    private static final class Cluster implements Metadata {
        private final MemoryDirectory directory = new MemoryDirectory();
        private final List<Long> fences = new ArrayList<>();
        private final Set<BucketId> full = new HashSet<>();
        private final Set<BucketId> unreadable = new HashSet<>();
        private final List<UploadRow> uploads = new ArrayList<>();

        @Override
        public PartitionReply execute(
                Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos) {
            PartitionCommand.AbortUpload abort = (PartitionCommand.AbortUpload) command;
            uploads.removeIf(row -> row.ref().equals(abort.upload()));
            return new PartitionReply.Done();
        }

        @Override
        public PartitionReply executeIn(
                GroupId partition, PartitionCommand command, long checkedAt, long deadlineNanos) {
            PartitionCommand.InRange ranged = (PartitionCommand.InRange) command;
            fences.add(((PartitionCommand.Fence) ranged.command()).directoryIndex());
            return new PartitionReply.Done();
        }

        @Override
        public PartitionAnswer query(Bytes rowKey, PartitionQuery query, long deadlineNanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public PartitionAnswer queryIn(
                GroupId partition, PartitionQuery ranged, long deadlineNanos) {
            PartitionQuery query = ((PartitionQuery.InRange) ranged).query();
            if (query instanceof PartitionQuery.ListUploads list) {
                return new PartitionAnswer.UploadPage(
                        uploads.stream().filter(row -> row.bucket().equals(list.bucket())).toList(),
                        List.of(),
                        Bytes.EMPTY,
                        0);
            }
            BucketId bucket = ((PartitionQuery.BucketEmpty) query).bucket();
            if (unreadable.contains(bucket)) {
                throw new StoreException(ErrorCode.UNAVAILABLE, "no leader; try again");
            }
            return new PartitionAnswer.Empty(!full.contains(bucket));
        }

        @Override
        public Applied execute(DirectoryCommand command, long controllerEpoch, long deadline) {
            return directory.execute(command, controllerEpoch, deadline);
        }

        @Override
        public void catchUpDirectory(long deadlineNanos) {}
    }

    @BeforeEach
    void bear() {
        cluster.directory.bear();
        order(
                new DirectoryCommand.PutTenant(
                        new TenantRecord(TENANT, "t", "T", 1, Bytes.utf8("key"))));
        order(
                new DirectoryCommand.PutPartition(
                        new PartitionRecord(
                                PARTITION,
                                Bytes.EMPTY,
                                Bytes.EMPTY,
                                List.of(
                                        new PartitionRecord.Replica(
                                                new NodeId(new Id128(0, 1)), 0)),
                                List.of(),
                                1)));
    }

    private void checkLease() {
        if (!lease) {
            throw new StoreException(ErrorCode.UNAVAILABLE, "no lease; try again");
        }
    }

    private DirectoryReply order(DirectoryCommand command) {
        return cluster.directory.execute(command, 1, 0).reply();
    }

    private BucketId bucket(int number) {
        BucketId id = new BucketId(number);
        DirectoryReply made =
                order(
                        new DirectoryCommand.CreateBucket(
                                id,
                                TENANT,
                                "bucket-" + number,
                                "standard",
                                BucketRecord.Versioning.OFF,
                                cluster.directory.copy().index()));
        assertThat(made).isInstanceOf(DirectoryReply.BucketCreated.class);
        return id;
    }

    private long mark(BucketId bucket) {
        return ((DirectoryReply.BucketMarked)
                        order(new DirectoryCommand.MarkBucketDeleting(bucket)))
                .markIndex();
    }

    private Optional<BucketRecord.State> state(BucketId bucket) {
        return cluster.directory.copy().bucket(bucket).map(BucketRecord::state);
    }

    private Step step() throws InterruptedException {
        return sweeper.step();
    }

    /** As long as a deleter has, and what comes with it: a step before and one after. */
    private Step stepAfterPatience() throws InterruptedException {
        assertThat(step()).isInstanceOf(Step.Idle.class);
        tasks.spend(PATIENCE.toNanos() + 1);
        return step();
    }

    @Test
    void aMarkThatStandsForLongIsFencedAtItsIndexAndAnEmptyBucketRemoved() throws Exception {
        BucketId bucket = bucket(1);
        long index = mark(bucket);
        assertThat(step()).isEqualTo(new Step.Idle("0 deletions finished, 1 under way"));
        tasks.spend(PATIENCE.toNanos());
        assertThat(step()).as("its deleter has time to the last").isInstanceOf(Step.Idle.class);
        assertThat(cluster.fences).isEmpty();
        tasks.spend(1);
        assertThat(step()).isEqualTo(new Step.Worked("1 deletions finished, 1 under way"));
        assertThat(cluster.fences).containsExactly(index);
        assertThat(state(bucket)).isEmpty();
        assertThat(step()).isInstanceOf(Step.Idle.class);
        assertThat(step()).isEqualTo(new Step.Idle("0 deletions finished, 0 under way"));
    }

    @Test
    void aBucketThatIsNotEmptyIsActiveAgain() throws Exception {
        BucketId bucket = bucket(1);
        cluster.full.add(bucket);
        long _ = mark(bucket);
        assertThat(stepAfterPatience()).isInstanceOf(Step.Worked.class);
        assertThat(state(bucket)).contains(BucketRecord.State.ACTIVE);
    }

    private static UploadRow upload(BucketId bucket) {
        Id128 id = new Id128(bucket.value(), 9);
        return new UploadRow(
                bucket,
                Bytes.utf8("key"),
                1,
                new WriteId(id),
                TENANT,
                0,
                "",
                Bytes.EMPTY,
                Bytes.EMPTY,
                new ShardId(id),
                Bytes.EMPTY);
    }

    @Test
    void uploadsAreAbortedWithTheirBucketAndOnlyWhereItGoes() throws Exception {
        BucketId empty = bucket(1);
        BucketId full = bucket(2);
        cluster.full.add(full);
        cluster.uploads.add(upload(empty));
        cluster.uploads.add(upload(full));
        long _ = mark(empty);
        long _ = mark(full);
        assertThat(stepAfterPatience()).isInstanceOf(Step.Worked.class);
        assertThat(state(empty)).isEmpty();
        assertThat(state(full)).contains(BucketRecord.State.ACTIVE);
        assertThat(cluster.uploads).containsExactly(upload(full));
    }

    @Test
    void bucketsWithoutAMarkAreLeftAlone() throws Exception {
        BucketId bucket = bucket(1);
        assertThat(stepAfterPatience()).isInstanceOf(Step.Idle.class);
        assertThat(state(bucket)).contains(BucketRecord.State.ACTIVE);
        assertThat(cluster.fences).isEmpty();
    }

    @Test
    void onlyWhoLeadsTheFirstPartitionFinishesAndCountsFromThen() throws Exception {
        BucketId bucket = bucket(1);
        long _ = mark(bucket);
        led.clear();
        assertThat(stepAfterPatience()).isInstanceOf(Step.Idle.class);
        led.add(PARTITION);
        assertThat(step()).isInstanceOf(Step.Idle.class);
        assertThat(state(bucket)).contains(BucketRecord.State.DELETING);
        assertThat(stepAfterPatience()).isInstanceOf(Step.Worked.class);
        assertThat(state(bucket)).isEmpty();
    }

    @Test
    void aMarkThatWasTakenBackAndSetAnewHasTimeOfItsOwn() throws Exception {
        BucketId bucket = bucket(1);
        long first = mark(bucket);
        assertThat(step()).isInstanceOf(Step.Idle.class);
        order(new DirectoryCommand.FinishBucketDelete(bucket, first, false));
        long second = mark(bucket);
        assertThat(second).isGreaterThan(first);
        tasks.spend(PATIENCE.toNanos() + 1);
        assertThat(step()).isInstanceOf(Step.Idle.class);
        assertThat(state(bucket)).contains(BucketRecord.State.DELETING);
        tasks.spend(PATIENCE.toNanos() + 1);
        assertThat(step()).isInstanceOf(Step.Worked.class);
        assertThat(cluster.fences).containsExactly(second);
    }

    @Test
    void aBucketThatCanNotBeFinishedKeepsNoOtherAndBecomesActive() throws Exception {
        BucketId sick = bucket(1);
        BucketId well = bucket(2);
        cluster.unreadable.add(sick);
        long _ = mark(sick);
        long _ = mark(well);
        assertThat(stepAfterPatience())
                .isEqualTo(new Step.Worked("1 deletions finished, 2 under way"));
        assertThat(state(well)).isEmpty();
        // What can't be looked under is taken back, so that the bucket can be used.
        assertThat(state(sick)).contains(BucketRecord.State.ACTIVE);
    }

    @Test
    void marksAreFoundAndRememberedAcrossPages() throws Exception {
        List<BucketId> buckets = new ArrayList<>();
        for (int i = 1; i <= 2_100; i++) {
            buckets.add(bucket(i));
        }
        List<BucketId> marked = List.of(buckets.get(0), buckets.get(1_500), buckets.get(2_099));
        marked.forEach(this::mark);
        for (int page = 0; page < 3; page++) {
            assertThat(step()).isInstanceOf(Step.Idle.class);
        }
        tasks.spend(PATIENCE.minus(SECOND).toNanos());
        for (int page = 0; page < 3; page++) {
            assertThat(step()).isInstanceOf(Step.Idle.class);
        }
        tasks.spend(SECOND.toNanos() + 1);
        for (BucketId bucket : marked) {
            assertThat(step()).isInstanceOf(Step.Worked.class);
            assertThat(state(bucket)).isEmpty();
        }
        assertThat(cluster.directory.copy().buckets(null, 5_000)).hasSize(2_097);
    }

    @Test
    void withoutALeaseNothingIsDone() throws Exception {
        BucketId bucket = bucket(1);
        long _ = mark(bucket);
        assertThat(step()).isInstanceOf(Step.Idle.class);
        tasks.spend(PATIENCE.toNanos() + 1);
        lease = false;
        assertThatThrownBy(this::step).isInstanceOf(StoreException.class);
        assertThat(state(bucket)).contains(BucketRecord.State.DELETING);
    }
}
