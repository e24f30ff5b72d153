package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.Legacy;
import io.lethe.node.metadata.command.MergeReceipt;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.KeyCopyRow;
import io.lethe.node.metadata.command.PartitionAnswer.LegacyPage;
import io.lethe.node.metadata.command.PartitionAnswer.MergeStanding;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.GiveUp;
import io.lethe.node.metadata.command.PartitionCommand.Inherit;
import io.lethe.node.metadata.command.PartitionCommand.TakeBack;
import io.lethe.node.metadata.command.PartitionCommand.TakeOver;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.GivenUp;
import io.lethe.node.metadata.command.PartitionReply.Refused;
import io.lethe.node.metadata.command.PartitionReply.Retry;
import io.lethe.node.metadata.command.PartitionReply.Retry.Why;
import io.lethe.node.metadata.command.PartitionReply.WrongPartition;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PgId;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Each rule of a merge within partitions, one by one. Both meet at "m"; the second one gives. */
class HandOverTest {
    private static final Bytes EDGE = RowKeys.keyPrefix(BUCKET, Bytes.utf8("m"));
    private static final GroupId GIVER = new GroupId(2);
    private static final long SINCE = 70;
    private static final long MAP_EPOCH = 5;
    private static final int SEEDS = 60;
    private static final Which CURRENT = new Which.Current();

    private final TestPartition heir = new TestPartition(1, Bytes.EMPTY, EDGE);
    private TestPartition giver = new TestPartition(2, EDGE, Bytes.EMPTY);

    private static GiveUp giveUp(long since) {
        return new GiveUp(GIVER, EDGE, Bytes.EMPTY, since);
    }

    private static MergeReceipt receipt(TestPartition from) {
        PartitionReply reply = from.execute(giveUp(SINCE));
        assertThat(reply).isInstanceOf(GivenUp.class);
        return ((GivenUp) reply).receipt();
    }

    private static TakeOver takeOver(MergeReceipt receipt) {
        return new TakeOver(GIVER, EDGE, Bytes.EMPTY, MAP_EPOCH, receipt);
    }

    private static void inherit(TestPartition from, TestPartition to, int limit) {
        Bytes after = null;
        do {
            LegacyPage page = (LegacyPage) from.ask(new PartitionQuery.FindLegacy(after, limit));
            to.done(new Inherit(page.legacy()));
            after = page.next();
        } while (after != null);
    }

    /** The whole of a merge, as the worker does it. */
    private void merge() {
        MergeReceipt receipt = receipt(giver);
        inherit(giver, heir, 3);
        heir.millis = Math.max(heir.millis, giver.millis);
        heir.done(takeOver(receipt));
    }

    private static void assertRefused(PartitionReply reply, ErrorCode code) {
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(code));
    }

    private String occupied() {
        return ((MergeStanding) giver.ask(new PartitionQuery.MergeState())).occupied();
    }

    @Test
    void aRangeIsGivenUpOnlyWhereNothingIsInIt() {
        Map<String, Runnable> ways = new LinkedHashMap<>();
        ways.put("versions", () -> giver.put("z", Versioning.OFF));
        ways.put("versions of objects", () -> giver.delete("y", Versioning.ENABLED, CURRENT));
        ways.put("writes or uploads", () -> giver.open("z"));
        ways.put("uploads are under way", () -> new TestUploads(giver).create("z"));
        ways.put(
                "reclaimed",
                () -> {
                    var _ = giver.put("z", Versioning.OFF, giver.segment());
                    var _ = giver.delete("z", Versioning.OFF, CURRENT);
                });
        ways.put(
                "split",
                () -> {
                    var _ =
                            DividedPartition.divide(
                                    giver, RowKeys.keyPrefix(BUCKET, Bytes.utf8("t")));
                });
        for (Map.Entry<String, Runnable> way : ways.entrySet()) {
            giver = new TestPartition(9, EDGE, Bytes.EMPTY);
            assertThat(occupied()).isEmpty();
            way.getValue().run();
            assertThat(occupied()).as(way.getKey()).contains(way.getKey());
            assertThat(giver.execute(giveUp(SINCE))).as(way.getKey()).isInstanceOf(Refused.class);
        }
    }

    @Test
    void anEventThatWaitsIsToldFirst() {
        giver.tell(3);
        for (int i = 0; i < 8; i++) {
            var _ = giver.put("z", Versioning.OFF);
        }
        var _ = giver.delete("z", Versioning.OFF, CURRENT);
        assertThat(giver.figures().versions()).isZero();
        assertThat(occupied()).contains("events");
        assertThat(giver.execute(giveUp(SINCE))).isInstanceOf(Refused.class);
    }

    @Test
    void fromThereOnItTakesNothingAndSaysTheSameOnceMore() {
        WriteId write = giver.random.write();
        MergeReceipt first = receipt(giver);
        giver.checkedAt = TestPartition.FENCE;
        for (PartitionCommand one :
                List.of(
                        TestPartition.commit(write, "z", Versioning.OFF, giver.inline(3)),
                        new PartitionCommand.Fence(50),
                        new PartitionCommand.InRange(
                                EDGE, Bytes.EMPTY, new PartitionCommand.Fence(50)),
                        new PartitionCommand.OpenShard(giver.grant(TestPartition.TENANT)),
                        new PartitionCommand.RegisterKeyCopies(List.of(DividedPartition.COPY)),
                        new PartitionCommand.PruneResults(10),
                        takeOver(first))) {
            assertThat(giver.execute(one)).as("%s", one).isEqualTo(new WrongPartition(0));
        }
        assertThat(giver.ask(new PartitionQuery.Find(BUCKET, Bytes.utf8("z"), CURRENT)))
                .isEqualTo(new PartitionAnswer.NotInRange());
        assertThat(
                        giver.ask(
                                new PartitionQuery.InRange(
                                        EDGE, Bytes.EMPTY, new PartitionQuery.BucketEmpty(BUCKET))))
                .isEqualTo(new PartitionAnswer.NotInRange());
        MergeReceipt again = receipt(giver);
        assertThat(again.lastOrder()).isEqualTo(first.lastOrder());
        assertThat(again.fence()).isEqualTo(first.fence());
        assertRefused(giver.execute(giveUp(SINCE + 1)), ErrorCode.UNAVAILABLE);
    }

    @Test
    void timeGoesOnWhereTheRangeIsGivenUpSoThatALongPauseEnds() {
        var _ = receipt(giver);
        giver.millis += 2 * PartitionState.MOST_JUMP_MILLIS;
        assertThat(giver.execute(new TakeBack(SINCE))).isInstanceOf(Retry.class);
        giver.millis -= PartitionState.MOST_JUMP_MILLIS + 5;
        giver.done(new PartitionCommand.Fence(0));
        giver.millis += PartitionState.MOST_JUMP_MILLIS - 5;
        giver.done(new TakeBack(SINCE));
        assertThat(giver.put("z", Versioning.OFF)).isInstanceOf(Committed.class);
    }

    @Test
    void itTakesItsRangeBackForTheMergeForWhichItGaveItUp() {
        var _ = receipt(giver);
        giver.done(new TakeBack(SINCE - 1));
        giver.done(new PartitionCommand.Fence(0));
        assertThat(giver.execute(new PartitionCommand.Fence(9))).isInstanceOf(WrongPartition.class);
        giver.done(new TakeBack(SINCE));
        assertThat(giver.put("z", Versioning.OFF)).isInstanceOf(Committed.class);
        assertRefused(giver.execute(giveUp(SINCE)), ErrorCode.INVALID_ARGUMENT);
        PartitionInvariants.check(giver.rows);
    }

    @Test
    void oneThatHasNotTheRangeOfItsRecordSaysNothingForAllOfIt() {
        assertRefused(
                giver.execute(new GiveUp(GIVER, Bytes.EMPTY, Bytes.EMPTY, SINCE)),
                ErrorCode.UNAVAILABLE);
    }

    @Test
    void theHeirBeginsAboveWhatWasDoneThere() {
        giver.millis += 500_000;
        giver.done(new PartitionCommand.Fence(TestPartition.FENCE));
        giver.checkedAt = TestPartition.FENCE;
        Committed last = giver.put("z", Versioning.OFF);
        var _ = giver.delete("z", Versioning.OFF, CURRENT);
        MergeReceipt receipt = receipt(giver);
        assertThat(heir.execute(takeOver(receipt)))
                .as("by a clock that is behind")
                .isEqualTo(new Retry(Why.STAMP, receipt.stateMillis()));
        heir.millis = receipt.stateMillis();
        heir.done(takeOver(receipt));
        assertThat(
                        heir.execute(
                                TestPartition.commit(
                                        heir.random.write(), "z", Versioning.OFF, heir.inline(3))))
                .as("validated before what the giver was fenced for")
                .isEqualTo(new Retry(Why.FENCED, TestPartition.FENCE));
        heir.checkedAt = TestPartition.FENCE;
        assertThat(heir.put("z", Versioning.OFF).order()).isGreaterThan(last.order());
        assertThat(heir.put("a", Versioning.OFF).order()).isGreaterThan(last.order());
        heir.done(takeOver(receipt));
        PartitionInvariants.check(heir.rows);
    }

    @Test
    void itTakesOnlyWhatIsNextToItAndWhereNothingIsLeftOfASplit() {
        MergeReceipt receipt = receipt(giver);
        Bytes far = RowKeys.keyPrefix(BUCKET, Bytes.utf8("p"));
        for (TakeOver bad :
                List.of(
                        new TakeOver(GIVER, far, Bytes.EMPTY, MAP_EPOCH, receipt),
                        new TakeOver(GIVER, EDGE, EDGE, MAP_EPOCH, receipt),
                        new TakeOver(GIVER, far, EDGE, MAP_EPOCH, receipt))) {
            assertRefused(heir.execute(bad), ErrorCode.INVALID_ARGUMENT);
        }
        TestPartition whole = new TestPartition(5);
        var _ = whole.put("z", Versioning.OFF);
        DividedPartition halves = DividedPartition.divide(whole, EDGE);
        assertRefused(halves.parent.execute(takeOver(receipt)), ErrorCode.UNAVAILABLE);
        halves.finish();
        assertRefused(
                halves.parent.execute(new Inherit(new Legacy(List.of(), List.of()))),
                ErrorCode.UNAVAILABLE);
        DividedPartition.sweep(halves.parent, 10);
        halves.parent.done(takeOver(receipt));
        assertThat(halves.parent.current("z")).as("a ghost").isNull();
        PartitionInvariants.check(halves.parent.rows);
    }

    @Test
    void oneThatComesLateDoesNotBringBackWhatWasSplitOffSince() {
        MergeReceipt receipt = receipt(giver);
        heir.millis = giver.millis;
        heir.done(takeOver(receipt));
        PartitionCommand.Split split = DividedPartition.command(EDGE);
        heir.done(
                new PartitionCommand.Split(
                        split.parent(), split.child(), EDGE, MAP_EPOCH + 1, split.founders()));
        heir.done(new PartitionCommand.FinishSplit(split.child()));
        DividedPartition.sweep(heir, 10);
        assertRefused(heir.execute(takeOver(receipt)), ErrorCode.STALE_EPOCH);
    }

    @Test
    void theRangeBehindTakesOverTheOneBefore() {
        TestPartition first = new TestPartition(3, Bytes.EMPTY, EDGE);
        TestPartition second = new TestPartition(4, EDGE, Bytes.EMPTY);
        GivenUp given = (GivenUp) first.execute(new GiveUp(GIVER, Bytes.EMPTY, EDGE, SINCE));
        second.done(new TakeOver(GIVER, Bytes.EMPTY, EDGE, MAP_EPOCH, given.receipt()));
        assertThat(second.put("a", Versioning.OFF)).isInstanceOf(Committed.class);
        assertThat(second.put("z", Versioning.OFF)).isInstanceOf(Committed.class);
        PartitionInvariants.check(second.rows);
    }

    @Test
    void whatIsClosedStaysClosed() {
        WriteId write = giver.open("z");
        SegmentRef segment = giver.segment();
        assertThat(
                        giver.execute(
                                new PartitionCommand.CloseWrite(
                                        write, BUCKET, Bytes.utf8("z"), List.of())))
                .isEqualTo(new PartitionReply.WriteEnded(false));
        merge();
        assertRefused(
                heir.execute(
                        TestPartition.commit(write, "z", Versioning.OFF, heir.segments(segment))),
                ErrorCode.WRITE_CLOSED);
    }

    @Test
    void chunksThatMovedCountAsMissingAsThere() {
        giver.done(new PartitionCommand.RaisePgEpoch(new PgId(7), 4, 1));
        for (int pg = 10; pg < 80; pg++) {
            giver.done(new PartitionCommand.RaisePgEpoch(new PgId(pg), 3, 0));
        }
        merge();
        Scheme scheme = new Scheme(2, 2, TestPartition.SCHEME.cellBytes());
        for (int pg : List.of(7, 10, 79)) {
            SegmentRef old =
                    new SegmentRef(
                            new SegmentId(heir.random.id()), new PgId(pg), 2, scheme, 100, 0);
            var _ = heir.put("z" + pg, Versioning.OFF, old);
        }
        assertThat(heir.figures().underprotected()).isEqualTo(3);
    }

    @Test
    void theHeirKnowsOfTheGiversKeysUntilTheyAreWiped() {
        merge();
        KeyCopy copy = KeyCopy.merged(GIVER, TestPartition.REPLICA.node(), 0);
        assertThat(copies()).contains(copy);
        heir.done(
                new PartitionCommand.DeregisterKeyCopy(
                        copy, new PartitionCommand.WipeReceipt(2, true)));
        assertThat(copies()).doesNotContain(copy);
        assertThat(PartitionState.registered(heir.rows, TestPartition.REPLICA)).isTrue();
        GivenUp given =
                (GivenUp) heir.execute(new GiveUp(new GroupId(1), Bytes.EMPTY, Bytes.EMPTY, SINCE));
        assertThat(given.receipt().kin()).as("who else may have had keys").contains(GIVER);
    }

    private List<KeyCopy> copies() {
        PartitionAnswer.KeyCopyPage page =
                (PartitionAnswer.KeyCopyPage) heir.ask(new PartitionQuery.KeyCopies(null, 100));
        return page.rows().stream()
                .filter(row -> row.wipedMillis() == 0)
                .map(KeyCopyRow::copy)
                .toList();
    }

    /** A request that was carried out is answered as then, and not carried out again. */
    @Test
    void whoAsksOnceMoreIsAnsweredAsByTheGiver() {
        for (long seed = 0; seed < SEEDS; seed++) {
            TestPartition from = new TestPartition(seed, EDGE, Bytes.EMPTY);
            TestPartition to = new TestPartition(seed + 1_000, Bytes.EMPTY, EDGE);
            Map<PartitionCommand, PartitionReply> said = new LinkedHashMap<>();
            List<String> keys = List.of("x", "y", "z");
            for (int i = from.random.below(30); i >= 0; i--) {
                String key = keys.get(from.random.below(3));
                PartitionCommand command =
                        from.random.coin()
                                ? TestPartition.commit(
                                        from.random.write(), key, Versioning.OFF, from.inline(5))
                                : TestPartition.delete(
                                        from.random.write(), key, Versioning.OFF, CURRENT);
                said.put(command, from.execute(command));
                if (from.random.below(4) == 0) {
                    var _ = to.put("a" + i, Versioning.ENABLED);
                }
            }
            for (String key : keys) {
                PartitionCommand last =
                        TestPartition.delete(from.random.write(), key, Versioning.OFF, CURRENT);
                said.put(last, from.execute(last));
            }
            GivenUp given = (GivenUp) from.execute(giveUp(SINCE));
            inherit(from, to, 1 + from.random.below(9));
            to.millis = Math.max(to.millis, from.millis);
            to.done(takeOver(given.receipt()));
            List<Long> before = to.orders();
            List<PartitionCommand> asked = new ArrayList<>(said.keySet());
            for (PartitionCommand one : asked) {
                assertThat(to.execute(one)).as("seed %s: %s", seed, one).isEqualTo(said.get(one));
            }
            assertThat(to.orders()).as("seed %s", seed).isEqualTo(before);
            for (String key : keys) {
                assertThat(to.current(key)).isNull();
                to.shard = to.openShard();
                assertThat(to.put(key, Versioning.OFF).order())
                        .isGreaterThan(given.receipt().lastOrder());
            }
            PartitionInvariants.check(to.rows);
            // A day later they are forgotten, as anywhere.
            for (int hour = 0; hour <= 24; hour++) {
                to.millis += PartitionState.MOST_JUMP_MILLIS - 1;
                to.done(new PartitionCommand.Fence(0));
            }
            assertThat(to.execute(new PartitionCommand.PruneResults(1_000)))
                    .isInstanceOfSatisfying(
                            PartitionReply.Swept.class,
                            swept -> assertThat(swept.count()).isGreaterThanOrEqualTo(said.size()));
        }
    }

    @Test
    void aResultThatNobodyCanReadIsRefused() {
        Legacy.Result odd = new Legacy.Result(heir.random.write(), 5, Bytes.utf8("?"));
        assertRefused(
                heir.execute(new Inherit(new Legacy(List.of(odd), List.of()))),
                ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void whoTookARangeOverSaysSoForGoodAndWhatItTook() {
        PartitionQuery.FindReceipt question = new PartitionQuery.FindReceipt(GIVER);
        assertThat(heir.ask(question)).isEqualTo(new PartitionAnswer.ReceiptFound(null));
        MergeReceipt receipt = receipt(giver);
        heir.done(takeOver(receipt));
        PartitionAnswer.ReceiptFound found = (PartitionAnswer.ReceiptFound) heir.ask(question);
        MergeReceipt again = Objects.requireNonNull(found.receipt());
        assertThat(again.lastOrder()).isGreaterThanOrEqualTo(receipt.lastOrder());
        assertThat(again.fence()).isGreaterThanOrEqualTo(receipt.fence());
        assertThat(again.stateMillis()).isGreaterThanOrEqualTo(receipt.stateMillis());
        assertThat(again.copies()).isEqualTo(receipt.copies());
        assertThat(again.kin()).containsExactly(GIVER);
        for (KeyCopy copy : receipt.copies()) {
            heir.done(
                    new PartitionCommand.DeregisterKeyCopy(
                            copy, new PartitionCommand.WipeReceipt(1, true)));
        }
        assertThat(heir.ask(question))
                .as("all is wiped")
                .isInstanceOfSatisfying(
                        PartitionAnswer.ReceiptFound.class,
                        it -> assertThat(it.receipt()).isNotNull().isNotEqualTo(again));
        assertThat(heir.ask(new PartitionQuery.FindReceipt(new GroupId(3))))
                .isEqualTo(new PartitionAnswer.ReceiptFound(null));
    }
}
