package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
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
import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import org.junit.jupiter.api.Test;

/** A partition that goes on from one replica. */
class RecoveriesTest {
    private static final BucketId BUCKET = new BucketId(1);
    private static final long FENCE = 500;
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
}
