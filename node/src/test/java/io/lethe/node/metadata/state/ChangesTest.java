package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static io.lethe.node.metadata.state.TestPartition.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.Condition.Seen;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.Brief;
import io.lethe.node.metadata.command.PartitionAnswer.ChangePage;
import io.lethe.node.metadata.command.PartitionAnswer.ChangeRow;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Delete;
import io.lethe.node.metadata.command.PartitionCommand.SaveProgress;
import io.lethe.node.metadata.command.PartitionCommand.Walk;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The index of changes: what is made, and in which order it is walked. */
final class ChangesTest {
    private final TestPartition partition = new TestPartition(1);

    private ChangePage walk(long from, long to, String prefix, int depth, int limit) {
        return (ChangePage)
                partition.ask(
                        new PartitionQuery.Changes(
                                BUCKET, from, to, Bytes.utf8(prefix), depth, limit));
    }

    private List<ChangeRow> all(int depth) {
        return walk(0, Long.MAX_VALUE, "", depth, 1_000).rows();
    }

    private List<String> keys() {
        return all(0).stream().map(row -> row.key().utf8()).toList();
    }

    private long put(String key) {
        return partition.put(key, Versioning.ENABLED).order();
    }

    private static List<Long> orders(ChangeRow row) {
        return row.versions().stream().map(Brief::order).toList();
    }

    @Test
    void everythingIsThereInTheOrderInWhichItWasMade() {
        put("b");
        put("a");
        partition.delete("b", Versioning.ENABLED, new Which.Current());
        put("b");
        assertThat(keys()).containsExactly("b", "a", "b", "b");
        assertThat(all(0).get(2).versions().getFirst().isMarker()).isTrue();
    }

    @Test
    void whatIsRemovedLeavesTheIndex() {
        long first = put("a");
        put("a");
        partition.delete("a", Versioning.ENABLED, new Which.Order(first));
        assertThat(keys()).containsExactly("a");
        partition.put("p", Versioning.OFF);
        partition.put("p", Versioning.OFF);
        assertThat(keys()).containsExactly("a", "p");
        partition.delete("p", Versioning.OFF, new Which.Current());
        assertThat(keys()).containsExactly("a");
        PartitionInvariants.check(partition.rows);
    }

    @Test
    void eachRowSaysWhichVersionsAreAroundIt() {
        long one = put("a");
        long two = put("a");
        long three = put("a");
        List<ChangeRow> rows = all(5);
        assertThat(orders(rows.get(0))).containsExactly(one);
        assertThat(orders(rows.get(1))).containsExactly(two, one);
        assertThat(orders(rows.get(2))).containsExactly(three, two, one);
        assertThat(rows.stream().map(ChangeRow::newer)).containsExactly(2, 1, 0);
        long marker = partition.delete("a", Versioning.ENABLED, new Which.Current()).order();
        rows = all(0);
        assertThat(orders(rows.get(2))).as("one below").containsExactly(three, two);
        assertThat(orders(rows.get(3))).containsExactly(marker, three);
        assertThat(rows.stream().map(ChangeRow::newer))
                .as("counted to one more than the depth")
                .containsExactly(1, 1, 1, 0);
    }

    @Test
    void nullVersionsAndTheirPointersAreNoStrangers() {
        long bare = partition.put("a", Versioning.OFF).order();
        long named = put("a");
        List<ChangeRow> rows = all(3);
        assertThat(orders(rows.get(0))).containsExactly(bare);
        assertThat(rows.get(0).newer()).isEqualTo(1);
        assertThat(orders(rows.get(1))).containsExactly(named, bare);
    }

    @Test
    void uploadsAreThereUntilTheyEnd() {
        TestUploads uploads = new TestUploads(partition);
        var upload = uploads.create("u");
        assertThat(all(0))
                .singleElement()
                .satisfies(row -> assertThat(row.upload()).isEqualTo(upload.write()));
        partition.done(new PartitionCommand.AbortUpload(upload));
        assertThat(all(0)).isEmpty();
    }

    @Test
    void aWalkGoesOnWhereItEndedAndNothingComesBeforeThat() {
        List<Long> made = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            made.add(put("k" + i % 3));
        }
        List<Long> seen = new ArrayList<>();
        long from = 0;
        ChangePage page;
        do {
            page = walk(from, Long.MAX_VALUE, "", 0, 4);
            page.rows().forEach(row -> seen.add(row.order()));
            from = page.next();
        } while (!page.done());
        assertThat(seen).isEqualTo(made);
        assertThat(walk(from, Long.MAX_VALUE, "", 0, 4).rows()).isEmpty();
        long late = put("late");
        assertThat(late).isGreaterThanOrEqualTo(from);
        assertThat(walk(from, Long.MAX_VALUE, "", 0, 4).rows()).hasSize(1);
    }

    @Test
    void onlyOneBucketItsTimesAndItsPrefixAreWalked() {
        put("x/a");
        long second = put("y/b");
        long third = put("x/c");
        partition.execute(
                new PartitionCommand.Commit(
                        partition.random.write(),
                        new BucketId(BUCKET.value() + 1),
                        Bytes.utf8("x/other"),
                        TENANT,
                        Versioning.OFF,
                        new Condition.Always(),
                        partition.inline(3)));
        assertThat(walk(0, Long.MAX_VALUE, "x/", 0, 10).rows()).hasSize(2);
        ChangePage until = walk(second, third, "", 0, 10);
        assertThat(until.rows()).hasSize(1);
        assertThat(until.next()).isEqualTo(third);
        assertThat(until.done()).isTrue();
    }

    private PartitionReply delete(Which which, Condition condition) {
        return partition.execute(
                new Delete(
                        partition.random.write(),
                        BUCKET,
                        Bytes.utf8("a"),
                        TENANT,
                        Versioning.ENABLED,
                        which,
                        condition));
    }

    private static void refused(PartitionReply reply) {
        assertThat(reply)
                .isInstanceOfSatisfying(
                        PartitionReply.Refused.class,
                        why -> assertThat(why.code()).isEqualTo(ErrorCode.PRECONDITION_FAILED));
    }

    @Test
    void aDeleteOfTheNewestIsRefusedWhereANewerOneCame() {
        long first = put("a");
        long second = put("a");
        refused(delete(new Which.Current(), Seen.newest(first)));
        assertThat(delete(new Which.Current(), Seen.newest(second)))
                .isInstanceOf(PartitionReply.Deleted.class);
        refused(delete(new Which.Current(), Seen.newest(second)));
    }

    @Test
    void aDeleteOfAnOldVersionIsRefusedWhereWhatHidItIsGone() {
        long first = put("a");
        long second = put("a");
        assertThat(delete(new Which.Order(second), new Condition.Always()))
                .isInstanceOf(PartitionReply.Deleted.class);
        refused(delete(new Which.Order(first), new Seen(first, second, 0, null)));
        assertThat(partition.current("a")).isNotNull();
    }

    @Test
    void aDeleteOfAnOldVersionIsRefusedWhereFewerNewerOnesAreLeftThanAreKept() {
        long first = put("a");
        long second = put("a");
        long third = put("a");
        put("a");
        Seen kept = new Seen(first, second, 2, null);
        refused(delete(new Which.Order(first), new Seen(first, second, 3, null)));
        partition.delete("a", Versioning.ENABLED, new Which.Order(third));
        refused(delete(new Which.Order(first), kept));
        put("a");
        assertThat(delete(new Which.Order(first), kept))
                .isEqualTo(new PartitionReply.Deleted(first, false, false));
        refused(delete(new Which.Order(first), kept));
    }

    @Test
    void aDeleteByWhatIsSaidOfAVersionIsRefusedOnceSomethingElseIs() {
        long first = put("a");
        Bytes info = partition.random.bytes(20, 20);
        Bytes other = partition.random.bytes(20, 20);
        setInfo(first, said(first), info);
        Seen seen = new Seen(first, 0, 0, info);
        setInfo(first, info, other);
        refused(delete(new Which.Current(), seen));
        setInfo(first, other, info);
        assertThat(delete(new Which.Current(), seen)).isInstanceOf(PartitionReply.Deleted.class);
        long marker = orders(all(0).getLast()).getFirst();
        refused(delete(new Which.Order(marker), new Seen(marker, 0, 0, Bytes.EMPTY)));
    }

    private Bytes said(long order) {
        VersionRow row = Objects.requireNonNull(partition.find("a", new Which.Order(order)));
        return Objects.requireNonNull(row.body()).sealedInfo();
    }

    private void setInfo(long order, Bytes seen, Bytes info) {
        partition.done(
                new PartitionCommand.SetInfo(
                        partition.random.write(), BUCKET, Bytes.utf8("a"), order, seen, info));
    }

    @Test
    void aNullVersionThatWasReplacedIsNotTheOneThatWasSeen() {
        long bare = partition.put("a", Versioning.OFF).order();
        long named = put("a");
        long again = partition.put("a", Versioning.SUSPENDED).order();
        refused(delete(new Which.Order(bare), new Seen(bare, named, 0, null)));
        assertThat(partition.orders()).containsExactly(again, named);
    }

    @Test
    void anUploadIsGivenUpByRulesOnlyWhereTheyWereReadBehindTheFence() {
        TestUploads uploads = new TestUploads(partition);
        var upload = uploads.create("u");
        partition.done(new PartitionCommand.Fence(partition.checkedAt + 1));
        assertThat(partition.execute(new PartitionCommand.AbortUpload(upload, true)))
                .isInstanceOfSatisfying(
                        PartitionReply.Retry.class,
                        retry ->
                                assertThat(retry.why()).isEqualTo(PartitionReply.Retry.Why.FENCED));
        partition.checkedAt++;
        partition.done(new PartitionCommand.AbortUpload(upload, true));
        assertThat(all(0)).isEmpty();
    }

    @Test
    void progressIsBounded() {
        Bytes most = Bytes.wrap(new byte[SaveProgress.MOST_PROGRESS_BYTES]);
        partition.done(new SaveProgress(Walk.INVENTORY, BUCKET, most));
        assertThatThrownBy(
                        () ->
                                new SaveProgress(
                                        Walk.INVENTORY,
                                        BUCKET,
                                        Bytes.wrap(new byte[most.length() + 1])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rowsAreReadAsTheyWereWritten() {
        assertThat(ChangeTable.key(BUCKET, 7).hex())
                .isEqualTo("01f519000000000000002a0000000000000007");
        assertThat(ChangeTable.order(ChangeTable.key(BUCKET, 7))).isEqualTo(7);
        assertThat(ChangeTable.progressKey(Walk.INVENTORY, BUCKET).hex())
                .isEqualTo("0201f519000000000000002a");
        assertThat(ChangeTable.Made.decode(Bytes.hex("0101036b6579")))
                .isEqualTo(new ChangeTable.Made(Bytes.utf8("key"), null));
        assertThat(
                        ChangeTable.Made.decode(
                                Bytes.hex("0102036b657900000000000000010000000000000002")))
                .isEqualTo(new ChangeTable.Made(Bytes.utf8("key"), new WriteId(new Id128(1, 2))));
    }

    @Test
    void progressIsKeptByWalkAndBucketAndCanBeForgotten() {
        Bytes far = Bytes.utf8("far");
        partition.done(new SaveProgress(Walk.LIFECYCLE, BUCKET, far));
        partition.done(new SaveProgress(Walk.INVENTORY, BUCKET, Bytes.utf8("other")));
        assertThat(progress(Walk.LIFECYCLE))
                .containsExactly(new PartitionAnswer.BucketProgress(BUCKET, far));
        partition.done(new SaveProgress(Walk.LIFECYCLE, BUCKET, Bytes.EMPTY));
        assertThat(progress(Walk.LIFECYCLE)).isEmpty();
        assertThat(progress(Walk.INVENTORY)).hasSize(1);
    }

    private List<PartitionAnswer.BucketProgress> progress(Walk walk) {
        return ((PartitionAnswer.ProgressPage)
                        partition.ask(new PartitionQuery.SavedProgress(walk, null, 10)))
                .list();
    }
}
