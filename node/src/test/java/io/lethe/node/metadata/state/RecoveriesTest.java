package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryCommand.BeginSplit;
import io.lethe.node.metadata.command.DirectoryCommand.EndSplit;
import io.lethe.node.metadata.command.DirectoryCommand.RecoverPartition;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Recovered;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Retry;
import io.lethe.node.metadata.command.PartitionReply.Retry.Why;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Recovery;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.WriteId;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A partition that goes on from one replica, and its record. */
class RecoveriesTest {
    private static final BucketId BUCKET = new BucketId(1);
    private static final long FENCE = 500;
    private static final GroupId PARENT = new GroupId(1);
    private static final GroupId CHILD = new GroupId(2);
    private final TestPartition partition = new TestPartition(4);
    private final KeyCopy is = KeyCopy.replica(TestPartition.REPLICA.node(), 9);

    private PartitionReply decide(Stamp stamp, PartitionCommand command) {
        var decision = PartitionState.decide(partition.rows, stamp, command);
        partition.rows.apply(decision.changes());
        return decision.reply();
    }

    private static PartitionCommand mark(int id) {
        return new PartitionCommand.Delete(
                new WriteId(new Id128(1, id)),
                BUCKET,
                Bytes.utf8("key"),
                TestPartition.TENANT,
                Versioning.ENABLED,
                new PartitionCommand.Which.Current(),
                new Condition.Always());
    }

    @Test
    void itHoldsWhateverTheStampAndFencesWhatMayHaveBeenLost() {
        long millis = partition.millis;
        long days = 30L * 24 * 3_600_000;
        long floor = (millis + days) << 20;
        Stamp late = new Stamp(millis + days, FENCE, 0, FeatureLevels.HIGHEST);
        assertThat(decide(late, new Recovered(TestPartition.REPLICA, is, FENCE, floor)))
                .isEqualTo(new PartitionReply.Done());
        Stamp before = new Stamp(millis + 1, FENCE - 1, 0, FeatureLevels.HIGHEST);
        assertThat(decide(before, mark(1)))
                .as("validated before the recovery")
                .isEqualTo(new Retry(Why.FENCED, FENCE));
        Stamp after = new Stamp(millis + 1, FENCE, 0, FeatureLevels.HIGHEST);
        assertThat(decide(after, mark(1)))
                .as("no order that a lost version may have had")
                .isInstanceOfSatisfying(
                        PartitionReply.Deleted.class,
                        deleted -> assertThat(deleted.order()).isGreaterThan(floor));
    }

    @Test
    void theSurvivorsCopyOfTheKeysGoesByItsNextGeneration() {
        Stamp stamp = new Stamp(0, 0, 0, FeatureLevels.HIGHEST);
        assertThat(decide(stamp, new Recovered(TestPartition.REPLICA, is, 0, 0)))
                .isEqualTo(new PartitionReply.Done());
        assertThat(PartitionState.registered(partition.rows, TestPartition.REPLICA)).isFalse();
        assertThat(PartitionState.registered(partition.rows, is)).isTrue();
    }

    /**
     * A directory with a partition that was recovered in map epoch 1 and has three voters again.
     */
    private static TestDirectory recovered() {
        TestDirectory directory = new TestDirectory();
        directory.done(
                new DirectoryCommand.InitCluster(
                        new Id128(9, 9),
                        "test",
                        "node",
                        List.of(
                                new StorageClass(
                                        "standard",
                                        new Scheme(2, 1, Scheme.DEFAULT_CELL_BYTES),
                                        false))));
        directory.done(
                new DirectoryCommand.PutPartition(
                        new PartitionRecord(
                                PARENT,
                                Bytes.EMPTY,
                                Bytes.EMPTY,
                                List.of(replica(1, 0), replica(2, 0), replica(3, 0)),
                                List.of(),
                                1)));
        directory.done(new RecoverPartition(PARENT, 1, replica(1, 0), 77));
        for (List<Replica> voters :
                List.of(
                        List.of(replica(1, 2), replica(2, 3)),
                        List.of(replica(1, 2), replica(2, 3), replica(3, 4)))) {
            directory.done(
                    new DirectoryCommand.PutPartition(
                            record(directory, PARENT).withVoters(voters)));
        }
        return directory;
    }

    private static Replica replica(int node, int generation) {
        return new Replica(new NodeId(new Id128(1, node)), generation);
    }

    private static PartitionRecord record(TestDirectory directory, GroupId id) {
        return directory.reader().partition(id).orElseThrow();
    }

    private static Recovery recovery(PartitionRecord record) {
        return Objects.requireNonNull(record.recovery());
    }

    @Test
    void aChildOfARecoveredPartitionHasTheLossAndCanBeRecoveredItself() {
        TestDirectory directory = recovered();
        Recovery parents = recovery(record(directory, PARENT));
        directory.done(new BeginSplit(PARENT, 4, Bytes.wrap(new byte[] {(byte) 0x80})));
        directory.done(new EndSplit(PARENT, 5, true));
        assertThat(recovery(record(directory, PARENT))).isEqualTo(parents);
        Recovery inherited = recovery(record(directory, CHILD));
        assertThat(inherited)
                .isEqualTo(
                        new Recovery(
                                parents.survivor(),
                                Recovery.NONE,
                                Recovery.NONE,
                                77,
                                parents.millis(),
                                3));
        directory.done(new RecoverPartition(CHILD, 1, replica(1, 0), 5));
        assertThat(record(directory, CHILD).voters()).containsExactly(replica(1, 2));
        assertThat(recovery(record(directory, CHILD)).lastIndex()).isEqualTo(5);
    }

    @Test
    void aRecoveryInTheEpochOfAnothersIsCarriedOutAndRepeatedOnce() {
        TestDirectory directory = recovered();
        // As records of children were that had all of their parents' recovery.
        directory.done(
                new DirectoryCommand.PutPartition(
                        new PartitionRecord(
                                CHILD,
                                Bytes.EMPTY,
                                Bytes.EMPTY,
                                List.of(replica(1, 0), replica(2, 0), replica(3, 0)),
                                List.of(),
                                1,
                                null,
                                PARENT,
                                record(directory, PARENT).recovery())));
        for (String which : List.of("first", "the same once more")) {
            directory.done(new RecoverPartition(CHILD, 1, replica(1, 0), 5));
            assertThat(record(directory, CHILD).voters()).as(which).containsExactly(replica(1, 2));
            assertThat(record(directory, CHILD).mapEpoch()).as(which).isEqualTo(2);
        }
    }
}
