package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static io.lethe.node.metadata.state.TestPartition.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentState;
import io.lethe.node.metadata.command.PartitionAnswer.WriteState;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.ExpireWrites;
import io.lethe.node.metadata.command.PartitionCommand.InRange;
import io.lethe.node.metadata.command.PartitionCommand.Rewrap;
import io.lethe.node.metadata.command.PartitionCommand.Rewrapped;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.Refused;
import io.lethe.node.metadata.command.PartitionReply.WrongPartition;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.Id128;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.WriteId;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Each rule of a split, one by one. The halves meet at "m". */
class SplitsTest {
    private static final Bytes SEPARATOR = RowKeys.keyPrefix(BUCKET, Bytes.utf8("m"));

    private final TestPartition partition = new TestPartition(1);

    private static Bytes row(String key) {
        return RowKeys.objectKey(BUCKET, Bytes.utf8(key));
    }

    private DividedPartition divide() {
        return DividedPartition.divide(partition, SEPARATOR);
    }

    private PartitionReply put(TestPartition half, String key) {
        return half.execute(
                TestPartition.commit(half.random.write(), key, Versioning.OFF, half.inline(10)));
    }

    @Test
    void eachHalfSendsAwayWhatIsTheOthers() {
        DividedPartition halves = divide();
        assertThat(put(halves.parent, "z")).isEqualTo(new WrongPartition(2));
        assertThat(put(halves.child, "a")).isInstanceOf(WrongPartition.class);
        halves.parent.shard = halves.parent.openShard();
        assertThat(put(halves.parent, "a")).isInstanceOf(Committed.class);
        assertThat(put(halves.child, "z")).isInstanceOf(Committed.class);
        PartitionQuery find = new PartitionQuery.Find(BUCKET, Bytes.utf8("z"), new Which.Current());
        assertThat(halves.parent.ask(find)).isEqualTo(new PartitionAnswer.NotInRange());
        assertThat(halves.child.ask(find)).isInstanceOf(PartitionAnswer.Found.class);
    }

    @Test
    void whatIsMeantForARangeIsRefusedByWhoHasNotAllOfIt() {
        DividedPartition halves = divide();
        Bytes from = RowKeys.bucketPrefix(BUCKET);
        Bytes end = from.prefixEnd();
        PartitionCommand fence = new PartitionCommand.Fence(50);
        assertThat(halves.parent.execute(new InRange(from, end, fence)))
                .isInstanceOf(WrongPartition.class);
        assertThat(halves.child.execute(new InRange(from, end, fence)))
                .isInstanceOf(WrongPartition.class);
        halves.parent.done(new InRange(from, SEPARATOR, fence));
        halves.child.done(new InRange(SEPARATOR, end, fence));
        assertThat(halves.parent.figures().fence()).isEqualTo(50);
        assertThat(halves.child.figures().fence()).isEqualTo(50);
        PartitionQuery empty = new PartitionQuery.BucketEmpty(BUCKET);
        assertThat(halves.parent.ask(new PartitionQuery.InRange(from, end, empty)))
                .isEqualTo(new PartitionAnswer.NotInRange());
        assertThat(halves.child.ask(new PartitionQuery.InRange(SEPARATOR, end, empty)))
                .isEqualTo(new PartitionAnswer.Empty(true));
    }

    @Test
    void aSplitIsOnlyWhereTheRangeIsAndWhereNoWholeKeyStandsInTheMap() {
        for (Bytes bad :
                List.of(Bytes.EMPTY, row("m"), RowKeys.versionKey(BUCKET, Bytes.utf8("m"), 7))) {
            assertThat(partition.execute(DividedPartition.command(bad)))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            r -> assertThat(r.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
        }
        DividedPartition halves = divide();
        // The same once more changes nothing; another waits until this one is over.
        MapRows before = halves.parent.rows.copy();
        halves.parent.done(DividedPartition.command(SEPARATOR));
        assertThat(halves.parent.rows.family(Family.CURRENT))
                .isEqualTo(before.family(Family.CURRENT));
        Stamp stamp = new Stamp(halves.parent.millis + 1, 0, 0, FeatureLevels.HIGHEST);
        assertThat(
                        PartitionState.birth(
                                halves.parent.rows, stamp, DividedPartition.command(SEPARATOR)))
                .as("a child is made once")
                .isNull();
        assertThat(
                        halves.parent.execute(
                                new PartitionCommand.Split(
                                        DividedPartition.PARENT,
                                        new io.lethe.node.model.GroupId(77),
                                        RowKeys.keyPrefix(BUCKET, Bytes.utf8("c")),
                                        3,
                                        DividedPartition.command(SEPARATOR).founders())))
                .isInstanceOfSatisfying(
                        Refused.class, r -> assertThat(r.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    @Test
    void bothInheritFenceOrderAndTime() {
        partition.done(new PartitionCommand.Fence(9));
        Committed last = partition.put("z", Versioning.ENABLED);
        DividedPartition halves = divide();
        halves.child.checkedAt = 8;
        assertThat(put(halves.child, "z")).isInstanceOf(PartitionReply.Retry.class);
        halves.child.checkedAt = 9;
        assertThat(halves.child.figures().fence()).isEqualTo(9);
        Committed next = (Committed) put(halves.child, "z");
        assertThat(next.order()).isGreaterThan(last.order());
        assertThat(halves.child.figures().stateMillis()).isGreaterThan(last.createdMillis());
    }

    @Test
    void aRequestThatWasCarriedOutBeforeIsAnsweredAsThen() {
        PartitionCommand.Commit commit =
                TestPartition.commit(
                        partition.random.write(), "z", Versioning.OFF, partition.inline(5));
        PartitionReply first = partition.execute(commit);
        DividedPartition halves = divide();
        halves.finish();
        assertThat(halves.child.execute(commit)).isEqualTo(first);
        DividedPartition.sweep(halves.child, 3);
        assertThat(halves.child.execute(commit)).isEqualTo(first);
        assertThat(halves.parent.execute(commit)).isInstanceOf(WrongPartition.class);
    }

    @Test
    void anOpenWriteGoesOnInTheHalfThatHasItsKeyAndIsClosedThereOnly() {
        WriteId write = partition.open("z");
        SegmentRef segment = partition.segment();
        DividedPartition halves = divide();
        PartitionCommand renew = new PartitionCommand.RenewWrites(List.of(write), 120_000);
        assertThat(halves.parent.execute(renew)).isInstanceOf(WrongPartition.class);
        assertThat(halves.child.execute(renew)).isEqualTo(new PartitionReply.Renewed(List.of()));
        // Long after the first lease, within the second.
        halves.parent.millis += 90_000;
        halves.child.millis += 90_000;
        assertThat(halves.parent.execute(new ExpireWrites(10)))
                .isEqualTo(new PartitionReply.Swept(0));
        PartitionQuery states =
                new PartitionQuery.SegmentStates(
                        List.of(new PartitionQuery.SegmentAsk(write, segment.segment())));
        assertThat(halves.parent.ask(states))
                .as("the parent says nothing of what is the child's")
                .isEqualTo(
                        new PartitionAnswer.WriteStates(
                                List.of(new SegmentState(WriteState.UNKNOWN, null))));
        assertThat(halves.child.ask(states))
                .isEqualTo(
                        new PartitionAnswer.WriteStates(
                                List.of(new SegmentState(WriteState.OPEN, null))));
        assertThat(
                        halves.child.execute(
                                TestPartition.commit(
                                        write,
                                        "z",
                                        Versioning.OFF,
                                        halves.child.segments(segment))))
                .isInstanceOf(Committed.class);
    }

    @Test
    void whatIsClosedIsClosedInBoth() {
        WriteId write = partition.open("z");
        assertThat(
                        partition.execute(
                                new PartitionCommand.CloseWrite(
                                        write, BUCKET, Bytes.utf8("z"), List.of())))
                .isEqualTo(new PartitionReply.WriteEnded(false));
        DividedPartition halves = divide();
        assertThat(
                        halves.child.execute(
                                TestPartition.commit(
                                        write,
                                        "z",
                                        Versioning.OFF,
                                        halves.child.segments(halves.child.segment()))))
                .isInstanceOfSatisfying(
                        Refused.class, r -> assertThat(r.code()).isEqualTo(ErrorCode.WRITE_CLOSED));
    }

    @Test
    void shardsThatBothHaveTakeNoMoreVersionsFromTheSplitOn() {
        ShardId before = partition.shard;
        DividedPartition halves = divide();
        halves.child.shard = before;
        for (TestPartition half : List.of(halves.parent, halves.child)) {
            String key = half == halves.parent ? "a" : "z";
            half.shard = before;
            assertThat(put(half, key))
                    .isEqualTo(new PartitionReply.Retry(PartitionReply.Retry.Why.SHARD, 0));
            PartitionAnswer.Shard offered =
                    (PartitionAnswer.Shard) half.ask(new PartitionQuery.OpenShardOf(TENANT));
            assertThat(offered.grant() == null || !offered.grant().shard().equals(before)).isTrue();
            half.shard = half.openShard();
            assertThat(put(half, key)).isInstanceOf(Committed.class);
        }
    }

    @Test
    void theChildHasTheSlotsThatItsHoldersNeedByteForByteAndNoOthers() {
        ShardId both = partition.shard;
        var _ = partition.put("a", Versioning.OFF);
        var _ = partition.put("z", Versioning.OFF);
        ShardId first = partition.openShard();
        partition.shard = first;
        var _ = partition.put("b", Versioning.OFF);
        ShardId last = partition.openShard();
        partition.shard = last;
        var _ = partition.put("y", Versioning.OFF);
        DividedPartition halves = divide();
        assertThat(halves.child.rows.slot(both)).isEqualTo(halves.whole.slot(both));
        assertThat(halves.child.rows.slot(last)).isEqualTo(halves.whole.slot(last));
        assertThat(halves.child.rows.slot(first)).isNull();
        // The parent's file is wiped of what it does not need once the child is durable.
        assertThat(halves.parent.rows.slot(last)).isNotNull();
        assertThat(halves.parent.execute(new PartitionCommand.SweepSplit(1, null, 10)))
                .isInstanceOf(Refused.class);
        assertThat(halves.parent.rows.slot(last)).isNotNull();
        halves.finish();
        DividedPartition.sweep(halves.parent, 10);
        DividedPartition.sweep(halves.child, 10);
        assertThat(halves.parent.rows.slot(last)).isNull();
        assertThat(halves.parent.rows.slot(both)).isNotNull();
        assertThat(halves.parent.rows.slot(first)).isNotNull();
    }

    @Test
    void aStraddlingShardIsKnownAsSuchAndDestroyedInBothOnceItIsReWrapped() {
        ShardId both = partition.shard;
        var _ = partition.put("a", Versioning.OFF);
        var _ = partition.put("z", Versioning.OFF);
        DividedPartition halves = divide();
        halves.finish();
        for (TestPartition half : List.of(halves.parent, halves.child)) {
            half.shard = half.openShard();
            assertThat(half.ask(new PartitionQuery.Shards(null, 10)))
                    .as("not before the holders are divided")
                    .isEqualTo(new PartitionAnswer.ShardPage(List.of()));
            assertThat(half.execute(new Rewrap(both, half.shard, List.of())))
                    .isInstanceOf(Refused.class);
            DividedPartition.sweep(half, 10);
            PartitionAnswer.ShardPage work =
                    (PartitionAnswer.ShardPage) half.ask(new PartitionQuery.Shards(null, 10));
            assertThat(work.shards())
                    .singleElement()
                    .satisfies(
                            shard -> {
                                assertThat(shard.grant().shard()).isEqualTo(both);
                                assertThat(shard.straddling()).isTrue();
                                assertThat(shard.live()).isEqualTo(1);
                            });
            reWrap(half, both);
            assertThat(half.rows.slot(both)).isNull();
            PartitionInvariants.check(half.rows);
        }
    }

    @Test
    void aSweepThatBeginsAnewKnowsWhatStraddled() {
        ShardId both = partition.shard;
        var _ = partition.put("a", Versioning.OFF);
        var _ = partition.put("z", Versioning.OFF);
        DividedPartition halves = divide();
        halves.finish();
        for (TestPartition half : List.of(halves.parent, halves.child)) {
            for (String leader : List.of("first", "next")) {
                assertThat(half.execute(new PartitionCommand.SweepSplit(1, null, 500)))
                        .isEqualTo(new PartitionReply.SplitSwept(1, last(both)));
                assertThat(ShardTable.straddles(half.rows, both))
                        .as("swept by the %s leader", leader)
                        .isTrue();
            }
        }
    }

    private static Bytes last(ShardId shard) {
        Encoder out = new Encoder(Id128.BYTES);
        shard.id().encode(out);
        return out.toBytes();
    }

    @Test
    void aShardStraddlesToWhereTheOtherHalfsKeyWasMovedOutOfIt() {
        ShardId from = partition.shard;
        var _ = partition.put("a", Versioning.OFF);
        var _ = partition.put("z", Versioning.OFF);
        ShardId to = partition.openShard();
        partition.done(new PartitionCommand.CloseShard(from));
        partition.done(new Rewrap(from, to, rewrapped(partition, from)));
        DividedPartition halves = divide();
        assertThat(halves.child.rows.slot(from)).as("until that is confirmed").isNotNull();
        halves.finish();
        DividedPartition.sweep(halves.parent, 10);
        assertThat(ShardTable.straddles(halves.parent.rows, from)).isTrue();
    }

    private static List<Rewrapped> rewrapped(TestPartition half, ShardId from) {
        PartitionAnswer.Holders held =
                (PartitionAnswer.Holders) half.ask(new PartitionQuery.ShardHolders(from));
        return held.holders().stream()
                .map(
                        one ->
                                new Rewrapped(
                                        one.bucket(),
                                        one.key(),
                                        one.order(),
                                        half.random.bytes(40, 40)))
                .toList();
    }

    private static void reWrap(TestPartition half, ShardId from) {
        half.done(new Rewrap(from, half.shard, rewrapped(half, from)));
        half.done(new PartitionCommand.ConfirmRewrap(from, DividedPartition.COPY.node()));
        half.done(new PartitionCommand.DestroyShard(from));
    }

    @Test
    void nothingOfTheOtherHalfIsShownOrTakenForGarbageBeforeItIsSwept() {
        var _ = partition.put("z", Versioning.OFF, partition.segment(2));
        TestUploads uploads = new TestUploads(partition);
        UploadRef upload = uploads.create("y");
        var _ = uploads.put(upload, 1, partition.segment());
        UploadRef done = uploads.create("x");
        PartitionCommand.PartName kept = uploads.put(done, 1, partition.segment());
        var _ = uploads.put(done, 2, partition.segment());
        assertThat(uploads.complete(done, kept)).isInstanceOf(Committed.class);
        DividedPartition halves = divide();
        TestPartition parent = halves.parent;
        assertThat(parent.ask(new PartitionQuery.BucketEmpty(BUCKET)))
                .isEqualTo(new PartitionAnswer.Empty(true));
        assertThat(
                        ((PartitionAnswer.UnderprotectedPage)
                                        parent.ask(new PartitionQuery.Underprotected(null, 10)))
                                .rows())
                .isEmpty();
        assertThat(
                        ((PartitionAnswer.HashPage)
                                        parent.ask(new PartitionQuery.HashWork(null, 10)))
                                .items())
                .isEmpty();
        assertThat(
                        ((PartitionAnswer.ChangePage)
                                        parent.ask(
                                                new PartitionQuery.Changes(
                                                        BUCKET,
                                                        0,
                                                        Long.MAX_VALUE,
                                                        Bytes.EMPTY,
                                                        1,
                                                        10)))
                                .rows())
                .isEmpty();
        long garbage = parent.figures().garbageSegments();
        var _ = parent.execute(new PartitionCommand.SweepParts(100, 0));
        assertThat(parent.figures().garbageSegments()).isEqualTo(garbage);
        assertThat(halves.child.execute(new PartitionCommand.SweepParts(100, 0)))
                .isNotEqualTo(new PartitionReply.Swept(0));
        assertThat(halves.child.figures().garbageSegments()).isEqualTo(1);
    }

    @Test
    void eventsThatWaitAreToldByBothSoThatEachKeysComeInOrder() {
        partition.tell(3);
        for (int i = 0; i < 8; i++) {
            var _ = partition.put("z", Versioning.ENABLED);
        }
        DividedPartition halves = divide();
        assertThat(halves.child.rows.family(Family.OUTBOX))
                .isEqualTo(halves.whole.family(Family.OUTBOX))
                .isNotEmpty();
    }

    @Test
    void theSeparatorIsTheShortestThatSeparatesAndNeverAWholeKey() {
        for (String key : List.of("apple", "applepie", "banana", "band", "ca", "cb")) {
            var _ = partition.put(key, Versioning.OFF);
        }
        assertThat(separator("banana")).isEqualTo(prefix("b"));
        assertThat(separator("applepie")).isEqualTo(prefix("applep"));
        // All of "cb" and "band" would be needed, so something between them and what lies before is
        // taken.
        assertThat(separator("cb")).isGreaterThan(row("ca")).isLessThan(prefix("cb"));
        assertThat(separator("band")).isGreaterThan(row("banana")).isLessThan(prefix("band"));
    }

    private static Bytes prefix(String text) {
        return RowKeys.keyPrefix(BUCKET, Bytes.utf8(text));
    }

    private Bytes separator(String at) {
        PartitionAnswer.SeparatorFound found =
                (PartitionAnswer.SeparatorFound)
                        partition.ask(new PartitionQuery.FindSeparator(row(at)));
        Bytes separator = Objects.requireNonNull(found.separator());
        assertThat(RowKeys.hasWholeKey(separator)).isFalse();
        return separator;
    }
}
