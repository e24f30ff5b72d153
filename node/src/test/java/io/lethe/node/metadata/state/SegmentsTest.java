package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static io.lethe.node.metadata.state.TestPartition.TENANT;
import static io.lethe.node.metadata.state.TestPartition.commit;
import static io.lethe.node.metadata.state.TestPartition.delete;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionAnswer.GarbagePage;
import io.lethe.node.metadata.command.PartitionAnswer.NotInRange;
import io.lethe.node.metadata.command.PartitionAnswer.UnderprotectedPage;
import io.lethe.node.metadata.command.PartitionAnswer.UnderprotectedRow;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.CloseWrite;
import io.lethe.node.metadata.command.PartitionCommand.Fence;
import io.lethe.node.metadata.command.PartitionCommand.OpenWrite;
import io.lethe.node.metadata.command.PartitionCommand.RaisePgEpoch;
import io.lethe.node.metadata.command.PartitionCommand.Rebuilt;
import io.lethe.node.metadata.command.PartitionCommand.Reclaimed;
import io.lethe.node.metadata.command.PartitionCommand.ReplaceSegment;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.Refused;
import io.lethe.node.metadata.command.PartitionReply.Retry;
import io.lethe.node.metadata.command.PartitionReply.Retry.Why;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SegmentsTest {
    private static final Bytes KEY = Bytes.utf8("key");
    private final TestPartition partition = new TestPartition(4);

    @AfterEach
    void rowsAgree() {
        PartitionInvariants.check(partition.rows);
    }

    private List<UnderprotectedRow> thin() {
        return ((UnderprotectedPage) partition.ask(new PartitionQuery.Underprotected(null, 100)))
                .rows();
    }

    private List<SegmentRef> stored() {
        VersionBody body = Objects.requireNonNull(partition.current("key")).body();
        return ((Placement.Segments) Objects.requireNonNull(body).placement()).list();
    }

    @Test
    void missingChunksAreListedUntilRebuilt() {
        SegmentRef whole = partition.segment();
        SegmentRef thin = partition.segment(0b1000);
        Committed put = partition.put("key", Versioning.OFF, whole, thin);
        assertThat(thin())
                .singleElement()
                .satisfies(
                        row -> {
                            assertThat(row.key()).isEqualTo(KEY);
                            assertThat(row.bucket()).isEqualTo(BUCKET);
                            assertThat(row.order()).isEqualTo(put.order());
                            assertThat(row.segment()).isEqualTo(thin);
                            assertThat(row.sinceMillis()).isEqualTo(put.createdMillis());
                        });
        assertThat(partition.figures().oldestUnderprotectedMillis()).isEqualTo(put.createdMillis());
        partition.done(new Rebuilt(BUCKET, KEY, put.order(), thin.segment(), 0b0111));
        assertThat(thin()).hasSize(1);
        partition.done(new Rebuilt(BUCKET, KEY, put.order(), thin.segment(), 0b1000));
        assertThat(thin()).isEmpty();
        assertThat(stored()).containsExactly(whole, thin.withMissing(0));
        assertThat(partition.figures().underprotected()).isZero();
    }

    @Test
    void whatIsGoneNeedsNoRebuild() {
        SegmentRef thin = partition.segment(1);
        Committed put = partition.put("key", Versioning.OFF, thin);
        partition.done(
                new Rebuilt(BUCKET, KEY, put.order(), new SegmentId(partition.random.id()), 1));
        partition.done(new Rebuilt(BUCKET, KEY, 5, thin.segment(), 1));
        assertThat(thin()).hasSize(1);
        var _ = partition.delete("key", Versioning.OFF, new Which.Current());
        assertThat(thin()).isEmpty();
        partition.done(new Rebuilt(BUCKET, KEY, put.order(), thin.segment(), 1));
    }

    @Test
    void aCopyTakesTheSegmentsPlaceAndEndsItsWrite() {
        SegmentRef first = partition.segment();
        SegmentRef thin = partition.segment(1);
        Committed put = partition.put("key", Versioning.ENABLED, first, thin);
        WriteId copy = partition.open("key");
        SegmentRef fresh = TestSegments.copyOf(partition, thin);
        ReplaceSegment replace =
                new ReplaceSegment(copy, BUCKET, KEY, put.order(), thin.segment(), fresh);
        partition.done(replace);
        assertThat(stored()).containsExactly(first, fresh);
        assertThat(thin()).isEmpty();
        assertThat(partition.garbage()).containsExactly(thin.segment());
        partition.done(replace);
        assertThat(partition.garbage()).hasSize(1);
        assertThat(partition.execute(new CloseWrite(copy, BUCKET, KEY, List.of(fresh))))
                .isEqualTo(new PartitionReply.WriteEnded(true));
        assertThat(partition.figures().openWrites()).isZero();
    }

    @Test
    void aCopyThatFitsNowhereIsRefused() {
        SegmentRef thin = partition.segment(1);
        Committed put = partition.put("key", Versioning.ENABLED, thin);
        WriteId write = partition.open("key");
        SegmentRef fresh = TestSegments.copyOf(partition, thin);
        SegmentRef longer =
                new SegmentRef(
                        fresh.segment(), fresh.pg(), 1, fresh.scheme(), thin.lengthBytes() + 1, 0);
        assertThat(replace(write, put.order(), thin, longer)).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(replace(write, put.order(), thin, thin)).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(replace(write, put.order(), thin, fresh.withMissing(0b11)))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(replace(write, put.order(), fresh, fresh)).isEqualTo(ErrorCode.NO_SUCH_VERSION);
        assertThat(replace(write, 1, thin, fresh)).isEqualTo(ErrorCode.NO_SUCH_VERSION);
        assertThat(replace(partition.random.write(), put.order(), thin, fresh))
                .isEqualTo(ErrorCode.WRITE_CLOSED);
        assertThat(replace(partition.open("other"), put.order(), thin, fresh))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(stored()).containsExactly(thin);
    }

    private @Nullable ErrorCode replace(
            WriteId write, long order, SegmentRef old, SegmentRef fresh) {
        PartitionReply reply =
                partition.execute(
                        new ReplaceSegment(write, BUCKET, KEY, order, old.segment(), fresh));
        return reply instanceof Refused refused ? refused.code() : null;
    }

    @Test
    void whatWasWrittenBeforeAChunkMovedCountsThatChunkAsMissing() {
        SegmentRef segment = partition.segment();
        partition.done(new RaisePgEpoch(segment.pg(), 4, 1));
        partition.done(new RaisePgEpoch(segment.pg(), 2, 1));
        partition.done(new RaisePgEpoch(segment.pg(), 6, 0));
        WriteId write = partition.open("key");
        assertThat(
                        partition.execute(
                                commit(write, "key", Versioning.OFF, partition.segments(segment))))
                .isInstanceOf(Committed.class);
        assertThat(stored()).containsExactly(under(segment, 6, 0b11));
    }

    @Test
    void whatWasWrittenSinceAChunkMovedKeepsIt() {
        SegmentRef written = partition.segment();
        SegmentRef since = under(written, 4, 0);
        partition.done(new RaisePgEpoch(written.pg(), 4, 1));
        var _ = partition.put("key", Versioning.OFF, since);
        assertThat(stored()).containsExactly(since);
        partition.done(new RaisePgEpoch(written.pg(), 6, 0));
        assertThat(stored()).as("what is committed stays as it is").containsExactly(since);
    }

    @Test
    void aReplacementWrittenBeforeAChunkMovedCountsThatChunkAsMissing() {
        SegmentRef thin = partition.segment(0b1000);
        Committed put = partition.put("key", Versioning.OFF, thin);
        WriteId write = partition.open("key");
        SegmentRef fresh = TestSegments.copyOf(partition, thin);
        partition.done(new RaisePgEpoch(fresh.pg(), 9, 2));
        assertThat(replace(write, put.order(), thin, fresh)).isNull();
        assertThat(stored()).containsExactly(under(fresh, 9, 0b100));
    }

    private static SegmentRef under(SegmentRef written, int epoch, long missing) {
        return new SegmentRef(
                written.segment(),
                written.pg(),
                epoch,
                written.scheme(),
                written.lengthBytes(),
                missing);
    }

    @Test
    void garbageIsPagedByTimeAndReclaimedOnce() {
        List<SegmentId> expected = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            SegmentRef segment = partition.segment();
            var _ = partition.put("key", Versioning.OFF, segment);
            expected.add(segment.segment());
            partition.millis += 1_000;
        }
        expected.removeLast();
        List<SegmentId> seen = new ArrayList<>();
        Bytes after = null;
        do {
            GarbagePage page =
                    (GarbagePage)
                            partition.ask(new PartitionQuery.Garbage(after, Long.MAX_VALUE, 3));
            page.rows().forEach(row -> seen.add(row.segment().segment()));
            after = page.next();
        } while (after != null);
        assertThat(seen).isEqualTo(expected);
        GarbagePage early =
                (GarbagePage)
                        partition.ask(
                                new PartitionQuery.Garbage(
                                        null, TestPartition.START_MILLIS + 1_500, 100));
        assertThat(early.rows()).hasSize(1);
        Bytes key = early.rows().getFirst().garbageKey();
        partition.done(new Reclaimed(List.of(key, key, Bytes.utf8("nothing"))));
        assertThat(partition.figures().garbageSegments()).isEqualTo(3);
        assertThat(partition.ask(new PartitionQuery.Garbage(null, -1, 10)))
                .isEqualTo(new GarbagePage(List.of(), null));
    }

    @Test
    void bodiesThatContradictThemselvesAreRefused() {
        SegmentRef segment = partition.segment();
        VersionBody good = partition.segments(segment);
        List<VersionBody> bad =
                List.of(
                        with(good, good.sizeBytes() + 1, good.placement()),
                        with(good, -1, good.placement()),
                        with(
                                good,
                                2L * segment.lengthBytes(),
                                new Placement.Segments(List.of(segment, segment))),
                        partition.segments(segment.withMissing(1)),
                        partition.segments(segment.withMissing(1L << 40)),
                        partition.segments(partition.segment(0b11)),
                        with(good, 5, new Placement.Inline(Bytes.hex("00"))));
        for (VersionBody body : bad) {
            WriteId write = partition.open("key");
            assertThat(partition.execute(commit(write, "key", Versioning.OFF, body)))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused ->
                                    assertThat(refused.code())
                                            .isEqualTo(ErrorCode.INVALID_ARGUMENT));
        }
    }

    private static VersionBody with(VersionBody body, long sizeBytes, Placement placement) {
        return new VersionBody(
                sizeBytes,
                body.etag(),
                body.md5(),
                body.sha256(),
                body.sealedInfo(),
                body.shard(),
                body.wrappedKey(),
                placement);
    }

    @Test
    void requestsValidatedBelowTheFenceAreSentBack() {
        WriteId open = partition.open("key");
        partition.done(new Fence(11));
        Retry fenced = new Retry(Why.FENCED, 11);
        partition.checkedAt = 10;
        List<PartitionCommand> ofRequests =
                List.of(
                        new OpenWrite(partition.random.write(), BUCKET, KEY, TENANT, 1_000),
                        commit(open, "key", Versioning.OFF, partition.inline(1)),
                        delete(
                                partition.random.write(),
                                "key",
                                Versioning.OFF,
                                new Which.Current()));
        for (PartitionCommand command : ofRequests) {
            assertThat(partition.execute(command)).isEqualTo(fenced);
        }
        assertThat(partition.execute(new CloseWrite(open, BUCKET, KEY, List.of())))
                .isEqualTo(new PartitionReply.WriteEnded(false));
        partition.done(new Fence(5));
        partition.checkedAt = 11;
        assertThat(partition.put("key", Versioning.OFF)).isNotNull();
        assertThat(partition.figures().fence()).isEqualTo(11);
    }

    @Test
    void keysOutsideTheRangeAreSentElsewhere() {
        Bytes middle = RowKeys.objectKey(BUCKET, Bytes.utf8("m"));
        TestPartition low = new TestPartition(5, Bytes.EMPTY, middle);
        TestPartition high = new TestPartition(6, middle, Bytes.EMPTY);
        assertThat(low.put("a", Versioning.OFF)).isNotNull();
        assertThat(high.put("m", Versioning.OFF)).isNotNull();
        assertThat(low.execute(commit(low.random.write(), "m", Versioning.OFF, low.inline(1))))
                .isEqualTo(new PartitionReply.WrongPartition(0));
        assertThat(high.ask(new PartitionQuery.Find(BUCKET, Bytes.utf8("a"), new Which.Current())))
                .isEqualTo(new NotInRange());
        BucketId elsewhere = new BucketId(BUCKET.value() + 1);
        boolean above = elsewhere.hash16() > BUCKET.hash16();
        assertThat(
                        (above ? low : high)
                                .ask(
                                        new PartitionQuery.ListKeys(
                                                elsewhere,
                                                Bytes.EMPTY,
                                                Bytes.EMPTY,
                                                0,
                                                Bytes.EMPTY,
                                                false,
                                                10)))
                .isEqualTo(new NotInRange());
    }

    @Test
    void keysOfNoOrTooGreatLengthAreRefused() {
        for (int bytes : new int[] {0, 1025}) {
            PartitionReply reply =
                    partition.execute(
                            new OpenWrite(
                                    partition.random.write(),
                                    BUCKET,
                                    Bytes.wrap(new byte[bytes]),
                                    TENANT,
                                    1_000));
            assertThat(reply)
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused ->
                                    assertThat(refused.code())
                                            .isEqualTo(
                                                    bytes == 0
                                                            ? ErrorCode.INVALID_ARGUMENT
                                                            : ErrorCode.KEY_TOO_LONG));
        }
    }

    @Test
    void aPartitionBeginsWithItsRange() {
        MapRows rows = new MapRows();
        Stamp stamp = new Stamp(1_000, 0, 0, 1);
        assertThat(PartitionState.decide(rows, stamp, new Fence(1)).reply())
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThat(PartitionState.answer(rows, new PartitionQuery.Summary()))
                .isEqualTo(new NotInRange());
        for (PartitionCommand.Init bad :
                List.of(
                        new PartitionCommand.Init(Bytes.hex("02"), Bytes.hex("01"), 0, List.of()),
                        new PartitionCommand.Init(Bytes.EMPTY, Bytes.EMPTY, -1, List.of()),
                        new PartitionCommand.Init(
                                Bytes.EMPTY, Bytes.EMPTY, Long.MAX_VALUE, List.of()))) {
            assertThat(PartitionState.decide(rows, stamp, bad).reply()).isInstanceOf(Refused.class);
        }
        PartitionCommand.Init init =
                new PartitionCommand.Init(Bytes.EMPTY, Bytes.hex("80"), 1L << 60, List.of());
        rows.apply(PartitionState.decide(rows, stamp, init).changes());
        assertThat(PartitionState.decide(rows, stamp, init).reply())
                .isEqualTo(new PartitionReply.Done());
        assertThat(
                        PartitionState.decide(
                                        rows,
                                        stamp,
                                        new PartitionCommand.Init(
                                                Bytes.EMPTY, Bytes.EMPTY, 0, List.of()))
                                .reply())
                .isInstanceOf(Refused.class);
    }

    @Test
    void pagesOfUnderprotectedSegmentsGoOnWhereTheyEnded() {
        for (int i = 0; i < 5; i++) {
            var _ = partition.put("key", Versioning.ENABLED, partition.segment(1));
        }
        List<SegmentId> seen = new ArrayList<>();
        Bytes after = null;
        do {
            UnderprotectedPage page =
                    (UnderprotectedPage) partition.ask(new PartitionQuery.Underprotected(after, 2));
            page.rows().forEach(row -> seen.add(row.segment().segment()));
            after = page.next();
        } while (after != null);
        assertThat(seen).doesNotHaveDuplicates().hasSize(5);
    }
}
