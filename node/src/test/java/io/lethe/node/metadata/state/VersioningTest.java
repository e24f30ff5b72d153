package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static io.lethe.node.metadata.state.TestPartition.TENANT;
import static io.lethe.node.metadata.state.TestPartition.commit;
import static io.lethe.node.metadata.state.TestPartition.delete;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand.Commit;
import io.lethe.node.metadata.command.PartitionCommand.Delete;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.Deleted;
import io.lethe.node.metadata.command.PartitionReply.Refused;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.WriteId;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VersioningTest {
    private final TestPartition partition = new TestPartition(1);
    private static final Which CURRENT = new Which.Current();

    @AfterEach
    void rowsAgree() {
        PartitionInvariants.check(partition.rows);
    }

    @Test
    void withoutVersionsAPutReplacesAndItsSegmentsBecomeGarbage() {
        SegmentRef first = partition.segment();
        SegmentRef second = partition.segment();
        Committed one = partition.put("key", Versioning.OFF, first);
        Committed other = partition.put("key", Versioning.OFF, second);
        assertThat(other.order()).isGreaterThan(one.order());
        assertThat(other.nullVersion()).isTrue();
        assertThat(partition.orders()).containsExactly(other.order());
        assertThat(partition.garbage()).containsExactly(first.segment());
        assertThat(PartitionInvariants.usageOf(partition.rows, TENANT, BUCKET))
                .isEqualTo(new Ledger.Usage(1, second.lengthBytes()));
    }

    @Test
    void withoutVersionsADeleteRemoves() {
        SegmentRef segment = partition.segment();
        Committed put = partition.put("key", Versioning.OFF, segment);
        assertThat(partition.delete("key", Versioning.OFF, CURRENT))
                .isEqualTo(new Deleted(put.order(), true, false));
        assertThat(partition.current("key")).isNull();
        assertThat(partition.garbage()).containsExactly(segment.segment());
        assertThat(partition.delete("key", Versioning.OFF, CURRENT))
                .isEqualTo(new Deleted(0, false, false));
        assertThat(partition.figures().versions()).isZero();
    }

    @Test
    void withVersionsAPutKeepsWhatWasThere() {
        Committed one = partition.put("key", Versioning.ENABLED);
        Committed other = partition.put("key", Versioning.ENABLED);
        assertThat(other.nullVersion()).isFalse();
        assertThat(partition.orders()).containsExactly(other.order(), one.order());
        assertThat(current("key").order()).isEqualTo(other.order());
        assertThat(found("key", new Which.Order(one.order())).order()).isEqualTo(one.order());
        assertThat(partition.garbage()).isEmpty();
    }

    private VersionRow current(String key) {
        return found(key, CURRENT);
    }

    private VersionRow found(String key, Which which) {
        return Objects.requireNonNull(partition.find(key, which));
    }

    @Test
    void withVersionsADeleteWritesAMarkerEvenWhereNothingIs() {
        Deleted first = partition.delete("key", Versioning.ENABLED, CURRENT);
        assertThat(first.marker()).isTrue();
        assertThat(first.nullVersion()).isFalse();
        Committed put = partition.put("key", Versioning.ENABLED);
        Deleted second = partition.delete("key", Versioning.ENABLED, CURRENT);
        assertThat(partition.orders()).containsExactly(second.order(), put.order(), first.order());
        VersionRow marker = current("key");
        assertThat(marker.isDeleteMarker()).isTrue();
        assertThat(marker.order()).isEqualTo(second.order());
        assertThat(partition.figures().versions()).isEqualTo(3);
    }

    @Test
    void removingTheNewestMarkerBringsTheObjectBack() {
        Committed put = partition.put("key", Versioning.ENABLED);
        Deleted marker = partition.delete("key", Versioning.ENABLED, CURRENT);
        assertThat(partition.delete("key", Versioning.ENABLED, new Which.Order(marker.order())))
                .isEqualTo(new Deleted(marker.order(), false, true));
        assertThat(current("key").order()).isEqualTo(put.order());
    }

    @Test
    void removingTheNewestVersionLeavesTheNextNewestEvenIfThatIsAMarker() {
        Committed one = partition.put("key", Versioning.ENABLED);
        Deleted marker = partition.delete("key", Versioning.ENABLED, CURRENT);
        Committed two = partition.put("key", Versioning.ENABLED);
        var _ = partition.delete("key", Versioning.ENABLED, new Which.Order(two.order()));
        assertThat(current("key").isDeleteMarker()).isTrue();
        assertThat(partition.orders()).containsExactly(marker.order(), one.order());
        var _ = partition.delete("key", Versioning.ENABLED, new Which.Order(one.order()));
        var _ = partition.delete("key", Versioning.ENABLED, new Which.Order(marker.order()));
        assertThat(partition.orders()).isEmpty();
        assertThat(partition.ask(new PartitionQuery.BucketEmpty(BUCKET)))
                .isEqualTo(new PartitionAnswer.Empty(true));
    }

    @Test
    void removingAVersionThatIsNotThereRemovesNothing() {
        Committed put = partition.put("key", Versioning.ENABLED);
        for (Which which : List.of(new Which.Order(5), new Which.Order(-5), new Which.Null())) {
            assertThat(partition.delete("key", Versioning.ENABLED, which))
                    .isEqualTo(new Deleted(0, false, false));
        }
        assertThat(partition.orders()).containsExactly(put.order());
    }

    @Test
    void aSuspendedPutReplacesTheNullVersionWhereverItIs() {
        SegmentRef segment = partition.segment();
        Committed old = partition.put("key", Versioning.OFF, segment);
        Committed versioned = partition.put("key", Versioning.ENABLED);
        assertThat(found("key", new Which.Null()).order()).isEqualTo(old.order());
        Committed suspended = partition.put("key", Versioning.SUSPENDED);
        assertThat(suspended.nullVersion()).isTrue();
        assertThat(partition.orders()).containsExactly(suspended.order(), versioned.order());
        assertThat(partition.garbage()).containsExactly(segment.segment());
        Committed again = partition.put("key", Versioning.SUSPENDED);
        assertThat(partition.orders()).containsExactly(again.order(), versioned.order());
    }

    @Test
    void aSuspendedDeleteWritesANullMarkerInPlaceOfTheNullVersion() {
        Committed versioned = partition.put("key", Versioning.ENABLED);
        var _ = partition.put("key", Versioning.SUSPENDED);
        Deleted marker = partition.delete("key", Versioning.SUSPENDED, CURRENT);
        assertThat(marker.marker() && marker.nullVersion()).isTrue();
        assertThat(partition.orders()).containsExactly(marker.order(), versioned.order());
        Deleted next = partition.delete("key", Versioning.SUSPENDED, CURRENT);
        assertThat(partition.orders()).containsExactly(next.order(), versioned.order());
        assertThat(partition.delete("key", Versioning.SUSPENDED, new Which.Null()))
                .isEqualTo(new Deleted(next.order(), true, true));
        assertThat(current("key").order()).isEqualTo(versioned.order());
    }

    @Test
    void ordersFollowTheClockAndNeverRepeat() {
        partition.millis = TestPartition.START_MILLIS + 1_000;
        Committed one = partition.put("a", Versioning.OFF);
        assertThat(one.order()).isEqualTo(partition.millis << 20);
        partition.millis--;
        Committed two = partition.put("b", Versioning.OFF);
        assertThat(two.order()).isEqualTo(one.order() + 1);
    }

    @Test
    void aCommitRepeatedGetsItsFirstResultAlsoUnderACondition() {
        WriteId write = partition.random.write();
        VersionBody body = partition.inline(10);
        Commit commit =
                new Commit(
                        write,
                        BUCKET,
                        Bytes.utf8("key"),
                        TENANT,
                        Versioning.OFF,
                        new Condition.Absent(),
                        body);
        PartitionReply first = partition.execute(commit);
        assertThat(first).isInstanceOf(Committed.class);
        assertThat(partition.execute(commit)).isEqualTo(first);
        var _ = partition.put("key", Versioning.OFF);
        assertThat(partition.execute(commit)).isEqualTo(first);
        assertThat(current("key").write()).isNotEqualTo(write);
    }

    @Test
    void aDeleteRepeatedDoesNotDeleteWhatCameLater() {
        Delete delete = delete(partition.random.write(), "key", Versioning.OFF, CURRENT);
        PartitionReply first = partition.execute(delete);
        Committed put = partition.put("key", Versioning.OFF);
        assertThat(partition.execute(delete)).isEqualTo(first);
        assertThat(current("key").order()).isEqualTo(put.order());
    }

    @Test
    void conditionsSpeakOfTheCurrentObject() {
        assertThat(conditional(new Condition.Matches("x"))).isTrue();
        assertThat(conditional(new Condition.Present())).isTrue();
        assertThat(conditional(new Condition.Absent())).isFalse();
        assertThat(conditional(new Condition.Absent())).isTrue();
        assertThat(conditional(new Condition.Present())).isFalse();
        String etag = etag();
        assertThat(conditional(new Condition.Differs(etag))).isTrue();
        assertThat(conditional(new Condition.Differs("x"))).isFalse();
        assertThat(conditional(new Condition.Matches(etag()))).isFalse();
        var _ = partition.delete("key", Versioning.ENABLED, CURRENT);
        assertThat(conditional(new Condition.Matches(etag))).isTrue();
        assertThat(conditional(new Condition.Absent())).isFalse();
    }

    private String etag() {
        return Objects.requireNonNull(current("key").body()).etag();
    }

    /** Whether a conditional commit was refused. */
    private boolean conditional(Condition condition) {
        PartitionReply reply =
                partition.execute(
                        new Commit(
                                partition.random.write(),
                                BUCKET,
                                Bytes.utf8("key"),
                                TENANT,
                                Versioning.ENABLED,
                                condition,
                                partition.inline(3)));
        if (reply instanceof Refused refused) {
            assertThat(refused.code()).isEqualTo(ErrorCode.PRECONDITION_FAILED);
        }
        return reply instanceof Refused;
    }

    @Test
    void aFailedConditionalDeleteChangesNothing() {
        var _ = partition.put("key", Versioning.OFF);
        MapRows before = partition.rows.copy();
        PartitionReply reply =
                partition.execute(
                        new Delete(
                                partition.random.write(),
                                BUCKET,
                                Bytes.utf8("key"),
                                TENANT,
                                Versioning.OFF,
                                CURRENT,
                                new Condition.Matches("other")));
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused ->
                                assertThat(refused.code())
                                        .isEqualTo(ErrorCode.PRECONDITION_FAILED));
        assertThat(partition.rows).isEqualTo(before);
    }

    @Test
    void findGivesInlineBytesAndTheShardAndListingsDoNot() {
        VersionBody body = partition.inline(100);
        WriteId write = partition.random.write();
        var _ = partition.execute(commit(write, "key", Versioning.OFF, body));
        PartitionAnswer.Found found =
                (PartitionAnswer.Found)
                        partition.ask(new PartitionQuery.Find(BUCKET, Bytes.utf8("key"), CURRENT));
        assertThat(Objects.requireNonNull(found.row()).body()).isEqualTo(body);
        assertThat(found.shard()).isEqualTo(partition.rows.slot(partition.shard));
        PartitionAnswer.Page page =
                (PartitionAnswer.Page)
                        partition.ask(
                                new PartitionQuery.ListKeys(
                                        BUCKET,
                                        Bytes.EMPTY,
                                        Bytes.EMPTY,
                                        0,
                                        Bytes.EMPTY,
                                        false,
                                        10));
        assertThat(Objects.requireNonNull(page.rows().getFirst().body()).placement())
                .isEqualTo(new VersionBody.Placement.Inline(Bytes.EMPTY));
    }
}
