package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.EventNote;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Delete;
import io.lethe.node.metadata.command.PartitionCommand.DeleteBatch;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.DeleteBatchDone;
import io.lethe.node.metadata.command.PartitionReply.Deleted;
import io.lethe.node.metadata.command.PartitionReply.Refused;
import io.lethe.node.metadata.command.PartitionReply.Retry;
import io.lethe.node.metadata.command.PartitionReply.WrongPartition;
import io.lethe.node.metadata.command.RandomValues;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Deletes of one entry do and answer what they would have one after the other. */
class DeleteBatchTest {
    private static final int SEEDS = 150;
    private static final List<String> KEYS = List.of("a", "a/b", "b", "b0", "c", "x", "x/y");

    /** A partition of half of the keys with some versions of each. */
    private static TestPartition partition(long seed, RandomValues random) {
        Bytes to = RowKeys.objectKey(TestPartition.BUCKET, Bytes.utf8("x"));
        TestPartition partition = new TestPartition(seed, Bytes.EMPTY, to);
        for (int i = random.below(30); i >= 0; i--) {
            String key = KEYS.get(random.below(5));
            Versioning versioning = random.one(Versioning.values());
            Object reply =
                    switch (random.below(4)) {
                        case 0 -> partition.put(key, versioning);
                        case 1 -> partition.delete(key, versioning, new Which.Current());
                        default -> partition.put(key, versioning, partition.segment());
                    };
            assertThat(reply).isNotInstanceOf(Refused.class);
        }
        if (random.coin()) {
            partition.done(new PartitionCommand.Fence(TestPartition.FENCE));
        }
        return partition;
    }

    private static List<PartitionCommand> deletes(TestPartition partition, RandomValues random) {
        List<Long> orders = partition.orders();
        List<WriteId> requests = new ArrayList<>();
        List<PartitionCommand> deletes = new ArrayList<>();
        for (int i = 1 + random.below(PartitionCommand.MOST_DELETES); i > 0; i--) {
            Which which =
                    switch (random.below(4)) {
                        case 0 -> new Which.Null();
                        case 1 ->
                                new Which.Order(
                                        orders.isEmpty()
                                                ? 1
                                                : orders.get(random.below(orders.size())));
                        default -> new Which.Current();
                    };
            WriteId request =
                    requests.isEmpty() || random.below(6) > 0
                            ? random.write()
                            : requests.get(random.below(requests.size()));
            requests.add(request);
            Delete delete =
                    new Delete(
                            request,
                            TestPartition.BUCKET,
                            Bytes.utf8(KEYS.get(random.below(KEYS.size()))),
                            TestPartition.TENANT,
                            random.one(Versioning.values()),
                            which,
                            random.below(4) == 0
                                    ? new Condition.Present()
                                    : new Condition.Always());
            deletes.add(
                    random.coin()
                            ? delete
                            : new PartitionCommand.Noted(
                                    delete,
                                    new EventNote(
                                            "b",
                                            TestPartition.TENANT,
                                            "p",
                                            List.of(
                                                    new EventNote.Wanted(
                                                            EventNote.Happened.REMOVED,
                                                            "e",
                                                            "s",
                                                            "c")))));
        }
        return deletes;
    }

    @Test
    void aBatchIsItsDeletesOneAfterTheOther() {
        Set<Class<?>> seen = new HashSet<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            RandomValues random = new RandomValues(seed);
            TestPartition partition = partition(seed, random);
            List<PartitionCommand> deletes = deletes(partition, random);
            Stamp stamp =
                    new Stamp(
                            partition.millis + 1,
                            TestPartition.FENCE - random.below(4) / 3,
                            0,
                            FeatureLevels.HIGHEST);
            MapRows before = partition.rows.copy();
            PartitionReply reply = partition.execute(stamp, new DeleteBatch(deletes));
            MapRows after = partition.rows.copy();
            List<PartitionReply> alone = new ArrayList<>();
            for (PartitionCommand delete : deletes) {
                Change.Decision<PartitionReply> decision =
                        PartitionState.decide(before, stamp, delete);
                before.apply(decision.changes());
                alone.add(decision.reply());
            }
            assertThat(reply).as("seed %s", seed).isEqualTo(new DeleteBatchDone(alone));
            assertThat(after).as("seed %s", seed).isEqualTo(before);
            alone.forEach(one -> seen.add(one.getClass()));
        }
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        Deleted.class, Refused.class, Retry.class, WrongPartition.class);
    }

    @Test
    void aStampThatJumpedIsAnsweredOnceForAll() {
        TestPartition partition = new TestPartition(1);
        RandomValues random = new RandomValues(2);
        Stamp late =
                new Stamp(
                        partition.millis + 2 * PartitionState.MOST_JUMP_MILLIS,
                        0,
                        0,
                        FeatureLevels.HIGHEST);
        MapRows before = partition.rows.copy();
        assertThat(partition.execute(late, new DeleteBatch(deletes(partition, random))))
                .isInstanceOf(Retry.class);
        assertThat(partition.rows).isEqualTo(before);
    }

    @Test
    void whatALockKeepsIsKeptAndTheRestIsDeleted() {
        TestPartition partition = new TestPartition(3);
        var kept = partition.put("a", Versioning.ENABLED);
        var gone = partition.put("b", Versioning.ENABLED);
        partition.done(
                new PartitionCommand.SetLock(
                        partition.random.write(),
                        TestPartition.BUCKET,
                        Bytes.utf8("a"),
                        new Which.Order(kept.order()),
                        new PartitionCommand.LockChange.Hold(true),
                        false));
        var reply =
                (DeleteBatchDone)
                        partition.execute(
                                new DeleteBatch(
                                        List.of(
                                                TestPartition.delete(
                                                        partition.random.write(),
                                                        "a",
                                                        Versioning.ENABLED,
                                                        new Which.Order(kept.order())),
                                                TestPartition.delete(
                                                        partition.random.write(),
                                                        "b",
                                                        Versioning.ENABLED,
                                                        new Which.Order(gone.order())))));
        assertThat(reply.replies().getFirst()).isInstanceOf(Refused.class);
        assertThat(reply.replies().getLast()).isEqualTo(new Deleted(gone.order(), false, false));
        assertThat(partition.orders()).containsExactly(kept.order());
    }
}
