package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static io.lethe.node.metadata.state.TestPartition.LEASE_MILLIS;
import static io.lethe.node.metadata.state.TestPartition.TENANT;
import static io.lethe.node.metadata.state.TestPartition.commit;
import static io.lethe.node.metadata.state.TestPartition.delete;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.WriteState;
import io.lethe.node.metadata.command.PartitionCommand.CloseWrite;
import io.lethe.node.metadata.command.PartitionCommand.Commit;
import io.lethe.node.metadata.command.PartitionCommand.Delete;
import io.lethe.node.metadata.command.PartitionCommand.ExpireWrites;
import io.lethe.node.metadata.command.PartitionCommand.OpenWrite;
import io.lethe.node.metadata.command.PartitionCommand.PruneResults;
import io.lethe.node.metadata.command.PartitionCommand.Reclaimed;
import io.lethe.node.metadata.command.PartitionCommand.RenewWrites;
import io.lethe.node.metadata.command.PartitionCommand.ReplaceSegment;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionQuery.SegmentAsk;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.Deleted;
import io.lethe.node.metadata.command.PartitionReply.Refused;
import io.lethe.node.metadata.command.PartitionReply.Renewed;
import io.lethe.node.metadata.command.PartitionReply.Swept;
import io.lethe.node.metadata.command.PartitionReply.WriteEnded;
import io.lethe.node.metadata.command.PartitionReply.WriteOpened;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.WriteId;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WritesTest {
    private static final Bytes KEY = Bytes.utf8("key");
    private final TestPartition partition = new TestPartition(2);

    @AfterEach
    void rowsAgree() {
        PartitionInvariants.check(partition.rows);
    }

    private WriteState state(WriteId write, SegmentRef segment) {
        PartitionAnswer.WriteStates states =
                (PartitionAnswer.WriteStates)
                        partition.ask(
                                new PartitionQuery.SegmentStates(
                                        List.of(new SegmentAsk(write, segment.segment()))));
        return states.states().getFirst().state();
    }

    private CloseWrite close(WriteId write, SegmentRef... written) {
        return new CloseWrite(write, BUCKET, KEY, List.of(written));
    }

    private static void assertOtherObject(PartitionReply reply) {
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> {
                            assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
                            assertThat(refused.message()).contains("for another object");
                        });
    }

    /** A client that used an id again must not take the answer for that of its new request. */
    @Test
    void anIdThatWasUsedForAnotherObjectIsRefused() {
        var _ = partition.put("other", Versioning.OFF);
        WriteId put = partition.random.write();
        var _ = partition.execute(commit(put, "key", Versioning.OFF, partition.inline(1)));
        WriteId open = partition.open("key");
        WriteId gone = partition.random.write();
        var _ = partition.execute(delete(gone, "none", Versioning.OFF, new Which.Current()));
        for (WriteId id : List.of(put, open, gone)) {
            assertOtherObject(
                    partition.execute(commit(id, "other", Versioning.OFF, partition.inline(1))));
            assertOtherObject(
                    partition.execute(
                            new OpenWrite(id, BUCKET, Bytes.utf8("other"), TENANT, LEASE_MILLIS)));
            assertOtherObject(
                    partition.execute(delete(id, "other", Versioning.OFF, new Which.Current())));
            assertOtherObject(
                    partition.execute(
                            new Commit(
                                    id,
                                    new BucketId(43),
                                    KEY,
                                    TENANT,
                                    Versioning.OFF,
                                    new Condition.Always(),
                                    partition.inline(1))));
        }
        assertThat(partition.current("other")).isNotNull();
        assertThat(partition.execute(delete(gone, "none", Versioning.OFF, new Which.Current())))
                .as("a repeat")
                .isEqualTo(new Deleted(0, false, false));
    }

    @Test
    void anIdThatWasUsedForAnotherVersionIsRefused() {
        long older = partition.put("key", Versioning.ENABLED).order();
        long newer = partition.put("key", Versioning.ENABLED).order();
        WriteId id = partition.random.write();
        Delete first = delete(id, "key", Versioning.ENABLED, new Which.Order(older));
        PartitionReply done = partition.execute(first);
        for (Which other : List.of(new Which.Order(newer), new Which.Current(), new Which.Null())) {
            assertRefused(
                    partition.execute(delete(id, "key", Versioning.ENABLED, other)),
                    ErrorCode.INVALID_ARGUMENT);
        }
        assertThat(partition.orders()).containsExactly(newer);
        assertThat(partition.execute(first)).isEqualTo(done);
        for (Which which : List.of(new Which.Current(), new Which.Null())) {
            Delete one = delete(partition.random.write(), "key", Versioning.ENABLED, which);
            assertThat(partition.execute(one)).isEqualTo(partition.execute(one));
        }
    }

    /** What is said to be stored is what was sent. */
    @Test
    void anIdThatWasUsedForOtherBytesIsRefusedAsLongAsTheyAreThere() {
        WriteId id = partition.random.write();
        Commit first = commit(id, "key", Versioning.OFF, partition.inline(1));
        Commit other = commit(id, "key", Versioning.OFF, partition.inline(1));
        PartitionReply stored = partition.execute(first);
        assertRefused(partition.execute(other), ErrorCode.INVALID_ARGUMENT);
        assertThat(partition.execute(first)).isEqualTo(stored);
        var _ = partition.delete("key", Versioning.OFF, new Which.Current());
        assertThat(partition.execute(other)).as("nobody knows").isEqualTo(stored);
    }

    private static void assertRefused(PartitionReply reply, ErrorCode code) {
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.code()).as(reply.toString()).isEqualTo(code));
    }

    @Test
    void anOpenWriteIsToldItsShardAndWhenItEnds() {
        WriteId write = partition.random.write();
        OpenWrite open = new OpenWrite(write, BUCKET, KEY, TENANT, LEASE_MILLIS);
        assertThat(partition.execute(open))
                .isEqualTo(
                        new WriteOpened(
                                partition.rows.slot(partition.shard),
                                partition.millis + LEASE_MILLIS));
        assertThat(partition.figures().openWrites()).isEqualTo(1);
        assertThat(partition.execute(open))
                .as("repeating renews")
                .isEqualTo(
                        new WriteOpened(
                                partition.rows.slot(partition.shard),
                                partition.millis + LEASE_MILLIS));
        assertThat(partition.figures().openWrites()).isEqualTo(1);
    }

    @Test
    void segmentsNeedAnOpenWriteAndInlineBodiesDoNot() {
        SegmentRef segment = partition.segment();
        WriteId write = partition.random.write();
        assertRefused(
                partition.execute(
                        commit(write, "key", Versioning.OFF, partition.segments(segment))),
                ErrorCode.WRITE_CLOSED);
        assertThat(partition.execute(commit(write, "key", Versioning.OFF, partition.inline(1))))
                .isInstanceOf(Committed.class);
    }

    @Test
    void aClosedWriteCommitsNeverMore() {
        WriteId write = partition.open("key");
        SegmentRef segment = partition.segment();
        assertThat(partition.execute(close(write, segment))).isEqualTo(new WriteEnded(false));
        assertThat(partition.garbage()).containsExactly(segment.segment());
        assertRefused(
                partition.execute(
                        commit(write, "key", Versioning.OFF, partition.segments(segment))),
                ErrorCode.WRITE_CLOSED);
        assertRefused(
                partition.execute(commit(write, "key", Versioning.OFF, partition.inline(1))),
                ErrorCode.WRITE_CLOSED);
        assertRefused(
                partition.execute(new OpenWrite(write, BUCKET, KEY, TENANT, LEASE_MILLIS)),
                ErrorCode.WRITE_CLOSED);
    }

    @Test
    void closingAWriteThatWasNeverOpenedClosesIt() {
        WriteId write = partition.random.write();
        assertThat(partition.execute(close(write))).isEqualTo(new WriteEnded(false));
        assertThat(state(write, partition.segment())).isEqualTo(WriteState.CLOSED);
        assertRefused(
                partition.execute(new OpenWrite(write, BUCKET, KEY, TENANT, LEASE_MILLIS)),
                ErrorCode.WRITE_CLOSED);
    }

    @Test
    void closingACommittedWriteLeavesItsSegments() {
        SegmentRef segment = partition.segment();
        WriteId write = partition.open("key");
        Commit commit = commit(write, "key", Versioning.OFF, partition.segments(segment));
        PartitionReply first = partition.execute(commit);
        assertThat(partition.execute(close(write, segment))).isEqualTo(new WriteEnded(true));
        assertThat(partition.garbage()).isEmpty();
        assertThat(partition.execute(commit)).isEqualTo(first);
        assertThat(partition.execute(new OpenWrite(write, BUCKET, KEY, TENANT, LEASE_MILLIS)))
                .isEqualTo(first);
    }

    @Test
    void aListOfWrittenSegmentsCountsOnce() {
        WriteId write = partition.open("key");
        SegmentRef segment = partition.segment();
        var _ = partition.execute(close(write));
        var _ = partition.execute(close(write, segment));
        assertThat(partition.garbage()).containsExactly(segment.segment());
        var _ = partition.execute(close(write, segment));
        assertThat(partition.garbage()).containsExactly(segment.segment());
        partition.done(new Reclaimed(List.copyOf(partition.rows.family(Family.GARBAGE).keySet())));
        var _ = partition.execute(close(write, segment));
        assertThat(partition.garbage()).isEmpty();
        assertThat(partition.figures().garbageBytes()).isZero();
    }

    @Test
    void writesExpireByTheStatesTimeUnlessRenewed() {
        WriteId kept = partition.open("a");
        WriteId lost = partition.open("b");
        partition.millis += LEASE_MILLIS / 2;
        assertThat(partition.execute(new RenewWrites(List.of(kept), LEASE_MILLIS)))
                .isEqualTo(new Renewed(List.of()));
        partition.millis += LEASE_MILLIS / 2;
        assertThat(partition.execute(new ExpireWrites(100))).isEqualTo(new Swept(1));
        WriteId unknown = partition.random.write();
        assertThat(partition.execute(new RenewWrites(List.of(kept, lost, unknown), LEASE_MILLIS)))
                .isEqualTo(new Renewed(List.of(lost, unknown)));
        SegmentRef segment = partition.segment();
        assertThat(state(kept, segment)).isEqualTo(WriteState.OPEN);
        assertThat(state(lost, segment)).isEqualTo(WriteState.CLOSED);
        assertThat(state(unknown, segment)).isEqualTo(WriteState.UNKNOWN);
    }

    @Test
    void sweepsKeepToTheirLimit() {
        for (int i = 0; i < 5; i++) {
            var _ = partition.open("key-" + i);
        }
        partition.millis += LEASE_MILLIS;
        assertThat(partition.execute(new ExpireWrites(3))).isEqualTo(new Swept(3));
        assertThat(partition.execute(new ExpireWrites(3))).isEqualTo(new Swept(2));
        assertRefused(partition.execute(new ExpireWrites(0)), ErrorCode.INVALID_ARGUMENT);
        assertRefused(partition.execute(new PruneResults(-1)), ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void resultsAreForgottenAfterADayButThoseOfLiveSegmentsNot() {
        SegmentRef segment = partition.segment();
        WriteId stored = partition.open("stored");
        Commit commit = commit(stored, "stored", Versioning.OFF, partition.segments(segment));
        PartitionReply first = partition.execute(commit);
        var _ = partition.put("inline", Versioning.OFF);
        var _ = partition.delete("none", Versioning.OFF, new Which.Current());
        WriteId closed = partition.random.write();
        var _ = partition.execute(close(closed));
        waitADay(-10);
        assertThat(partition.execute(new PruneResults(100))).isEqualTo(new Swept(0));
        waitADay(10 - Writes.RESULT_MILLIS + 10);
        assertThat(partition.execute(new PruneResults(100))).isEqualTo(new Swept(3));
        assertThat(partition.execute(commit)).isEqualTo(first);
        assertThat(state(stored, segment)).isEqualTo(WriteState.COMMITTED);
        assertThat(state(closed, segment)).isEqualTo(WriteState.UNKNOWN);

        var _ = partition.delete("stored", Versioning.OFF, new Which.Current());
        assertThat(state(stored, segment)).as("no version names it").isEqualTo(WriteState.CLOSED);
        assertThat(partition.execute(commit)).isEqualTo(first);
        waitADay(10);
        assertThat(partition.execute(new PruneResults(100))).isEqualTo(new Swept(2));
        assertThat(state(stored, segment)).isEqualTo(WriteState.UNKNOWN);
    }

    /** A day and some milliseconds, in steps that a stamp may take. */
    private void waitADay(long moreMillis) {
        long end = partition.millis + Writes.RESULT_MILLIS + moreMillis;
        while (partition.millis < end) {
            partition.millis =
                    Math.min(end, partition.millis + PartitionState.MOST_JUMP_MILLIS - 1);
            var _ = partition.execute(new ExpireWrites(1));
        }
    }

    @Test
    void theWriteOfAReplacedSegmentIsKnownAsLongAsItsVersion() {
        SegmentRef old = partition.segment(1);
        Committed put = partition.put("key", Versioning.OFF, old);
        WriteId copy = partition.open("key");
        SegmentRef fresh = TestSegments.copyOf(partition, old);
        partition.done(new ReplaceSegment(copy, BUCKET, KEY, put.order(), old.segment(), fresh));
        waitADay(10);
        var _ = partition.execute(new PruneResults(100));
        assertThat(state(copy, fresh)).isEqualTo(WriteState.COMMITTED);
        var _ = partition.delete("key", Versioning.OFF, new Which.Current());
        waitADay(10);
        assertThat(partition.execute(new PruneResults(100))).isEqualTo(new Swept(3));
        assertThat(state(copy, fresh)).isEqualTo(WriteState.UNKNOWN);
    }

    @Test
    void anIdServesOneRequest() {
        WriteId write = partition.open("key");
        assertRefused(
                partition.execute(
                        new OpenWrite(write, BUCKET, Bytes.utf8("other"), TENANT, LEASE_MILLIS)),
                ErrorCode.INVALID_ARGUMENT);
        assertRefused(
                partition.execute(commit(write, "other", Versioning.OFF, partition.inline(1))),
                ErrorCode.INVALID_ARGUMENT);
        assertRefused(
                partition.execute(delete(write, "key", Versioning.OFF, new Which.Current())),
                ErrorCode.INVALID_ARGUMENT);
        WriteId request = partition.random.write();
        var _ = partition.execute(delete(request, "key", Versioning.OFF, new Which.Current()));
        assertRefused(
                partition.execute(commit(request, "key", Versioning.OFF, partition.inline(1))),
                ErrorCode.INVALID_ARGUMENT);
        assertRefused(partition.execute(close(request)), ErrorCode.INVALID_ARGUMENT);
        assertRefused(
                partition.execute(new OpenWrite(request, BUCKET, KEY, TENANT, LEASE_MILLIS)),
                ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void aLeaseOfNoLengthOrOfAgesIsRefused() {
        for (long lease : new long[] {0, -1, Writes.MOST_LEASE_MILLIS + 1, Long.MAX_VALUE}) {
            assertRefused(
                    partition.execute(
                            new OpenWrite(partition.random.write(), BUCKET, KEY, TENANT, lease)),
                    ErrorCode.INVALID_ARGUMENT);
            assertRefused(
                    partition.execute(new RenewWrites(List.of(partition.random.write()), lease)),
                    ErrorCode.INVALID_ARGUMENT);
        }
    }

    @Test
    void aBucketWithAnOpenWriteIsNotEmpty() {
        WriteId write = partition.open("key");
        assertThat(partition.ask(new PartitionQuery.BucketEmpty(BUCKET)))
                .isEqualTo(new PartitionAnswer.Empty(false));
        var _ = partition.execute(close(write));
        assertThat(partition.ask(new PartitionQuery.BucketEmpty(BUCKET)))
                .isEqualTo(new PartitionAnswer.Empty(true));
    }

    @Test
    void stampsGoNeitherBackNorFarAhead() {
        MapRows before = partition.rows.copy();
        long now = partition.millis;
        ExpireWrites command = new ExpireWrites(1);
        for (long wall :
                new long[] {
                    now - 1, now + PartitionState.MOST_JUMP_MILLIS + 1, -1, Long.MAX_VALUE
                }) {
            assertThat(partition.execute(new Stamp(wall, 0, 0, 1), command))
                    .isEqualTo(new PartitionReply.Retry(PartitionReply.Retry.Why.STAMP, now));
        }
        assertThat(partition.rows).isEqualTo(before);
        assertThat(
                        partition.execute(
                                new Stamp(now + PartitionState.MOST_JUMP_MILLIS, 0, 0, 1), command))
                .isEqualTo(new Swept(0));
    }
}
