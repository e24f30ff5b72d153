package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static io.lethe.node.metadata.state.TestPartition.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.NewProtection;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Commit;
import io.lethe.node.metadata.command.PartitionCommand.Delete;
import io.lethe.node.metadata.command.PartitionCommand.LockChange;
import io.lethe.node.metadata.command.PartitionCommand.SetLock;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.Refused;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketLock.Mode;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Protection;
import io.lethe.node.model.SegmentRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Object Lock as the state machine keeps it. */
class LocksTest {
    private static final long MINUTE = 60_000;
    private static final int SEEDS = 40;
    private static final int STEPS = 120;

    private final TestPartition partition = new TestPartition(1);

    private static Protection until(Mode mode, long untilMillis) {
        return new Protection(mode, untilMillis, false);
    }

    private static Protection soon(TestPartition partition, Mode mode) {
        return until(mode, partition.millis + 10 * MINUTE);
    }

    private static PartitionReply put(
            TestPartition partition, Versioning versioning, NewProtection protection) {
        return partition.execute(
                new Commit(
                        partition.random.write(),
                        BUCKET,
                        Bytes.utf8("key"),
                        TENANT,
                        versioning,
                        new Condition.Always(),
                        partition.inline(10),
                        protection));
    }

    private long put(Protection protection) {
        PartitionReply reply =
                put(partition, Versioning.ENABLED, new NewProtection(protection, null));
        return ((Committed) reply).order();
    }

    private static Delete delete(
            TestPartition partition, Versioning versioning, Which which, boolean bypass) {
        return new Delete(
                partition.random.write(),
                BUCKET,
                Bytes.utf8("key"),
                TENANT,
                versioning,
                which,
                new Condition.Always(),
                bypass);
    }

    private @Nullable ErrorCode delete(long order, boolean bypass) {
        return code(
                partition.execute(
                        delete(partition, Versioning.ENABLED, new Which.Order(order), bypass)));
    }

    private @Nullable ErrorCode set(long order, LockChange change, boolean bypass) {
        return code(
                partition.execute(
                        new SetLock(
                                partition.random.write(),
                                BUCKET,
                                Bytes.utf8("key"),
                                new Which.Order(order),
                                change,
                                bypass)));
    }

    private @Nullable ErrorCode retain(long order, Protection to, boolean bypass) {
        return set(order, new LockChange.Retain(to.mode(), to.untilMillis()), bypass);
    }

    private static @Nullable ErrorCode code(PartitionReply reply) {
        return reply instanceof Refused refused ? refused.code() : null;
    }

    private VersionRow version(long order) {
        return Objects.requireNonNull(partition.find("key", new Which.Order(order)));
    }

    @Test
    void aLockedVersionIsNotDeletedBeforeItsTimeAndIsAfterwards() {
        long order = put(soon(partition, Mode.COMPLIANCE));
        MapRows before = partition.rows.copy();
        assertThat(delete(order, false)).isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(delete(order, true)).isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(partition.rows).isEqualTo(before);
        partition.millis += 10 * MINUTE;
        assertThat(delete(order, false)).isNull();
        assertThat(partition.orders()).isEmpty();
    }

    @Test
    void markersAndNewVersionsComeOnTop() {
        long order = put(soon(partition, Mode.COMPLIANCE));
        assertThat(partition.delete("key", Versioning.ENABLED, new Which.Current()).marker())
                .isTrue();
        long next = put(Protection.NONE);
        assertThat(delete(next, false)).isNull();
        assertThat(delete(order, false)).isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(partition.find("key", new Which.Order(order))).isNotNull();
    }

    @Test
    void governanceYieldsToWhoMayPassOverIt() {
        long order = put(soon(partition, Mode.GOVERNANCE));
        assertThat(delete(order, false)).isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(delete(order, true)).isNull();
    }

    @Test
    void aLegalHoldHoldsWhateverTheRetention() {
        long order = put(soon(partition, Mode.GOVERNANCE).withHold(true));
        assertThat(delete(order, true)).isEqualTo(ErrorCode.ACCESS_DENIED);
        partition.millis += 11 * MINUTE;
        assertThat(delete(order, true)).isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(set(order, new LockChange.Hold(false), false)).isNull();
        assertThat(delete(order, false)).isNull();
    }

    @Test
    void complianceIsOnlyEverMadeLonger() {
        long order = put(soon(partition, Mode.COMPLIANCE));
        Protection now = version(order).protection();
        Protection longer = until(Mode.COMPLIANCE, now.untilMillis() + 1);
        assertThat(retain(order, until(Mode.COMPLIANCE, now.untilMillis() - 1), true))
                .isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(retain(order, until(Mode.GOVERNANCE, now.untilMillis() + 1), true))
                .isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(retain(order, Protection.NONE, true)).isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(retain(order, longer, false)).isNull();
        assertThat(version(order).protection()).isEqualTo(longer);
    }

    @Test
    void governanceIsShortenedOrChangedOnlyByWhoMayPassOverIt() {
        long order = put(soon(partition, Mode.GOVERNANCE));
        long end = version(order).protection().untilMillis();
        for (Protection to :
                List.of(
                        until(Mode.GOVERNANCE, end - 1),
                        until(Mode.COMPLIANCE, end + 1),
                        Protection.NONE)) {
            assertThat(retain(order, to, false)).isEqualTo(ErrorCode.ACCESS_DENIED);
        }
        assertThat(retain(order, until(Mode.GOVERNANCE, end + 1), false)).isNull();
        assertThat(retain(order, until(Mode.GOVERNANCE, end - 1), true)).isNull();
        assertThat(retain(order, Protection.NONE, true)).isNull();
        assertThat(version(order).protection()).isEqualTo(Protection.NONE);
        assertThat(retain(order, until(Mode.COMPLIANCE, end), false)).isNull();
    }

    @Test
    void whatIsOverMayBecomeAnything() {
        long order = put(soon(partition, Mode.COMPLIANCE));
        partition.millis += 10 * MINUTE;
        assertThat(retain(order, soon(partition, Mode.GOVERNANCE), false)).isNull();
        assertThat(delete(order, true)).isNull();
    }

    @Test
    void aRetentionThatIsOverAlreadyIsRefused() {
        Protection over = until(Mode.GOVERNANCE, partition.millis);
        assertThat(code(put(partition, Versioning.ENABLED, new NewProtection(over, null))))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        long order = put(Protection.NONE);
        assertThat(retain(order, over, false)).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(partition.orders()).containsExactly(order);
    }

    @Test
    void theBucketsDefaultCountsFromTheStatesTime() {
        BucketLock days = new BucketLock(Mode.GOVERNANCE, 3, 0);
        BucketLock years = new BucketLock(Mode.COMPLIANCE, 0, 1);
        Protection asked = until(Mode.COMPLIANCE, partition.millis + MINUTE);
        var _ = put(partition, Versioning.ENABLED, new NewProtection(Protection.NONE, days));
        assertThat(Objects.requireNonNull(partition.current("key")).protection())
                .isEqualTo(
                        until(Mode.GOVERNANCE, partition.millis + Duration.ofDays(3).toMillis()));
        var _ =
                put(
                        partition,
                        Versioning.ENABLED,
                        new NewProtection(Protection.NONE.withHold(true), years));
        Protection yearly = Objects.requireNonNull(partition.current("key")).protection();
        assertThat(yearly.hold()).isTrue();
        // 2027-01-15 to 2028-01-15.
        assertThat(Instant.ofEpochMilli(yearly.untilMillis()))
                .isEqualTo(Instant.ofEpochMilli(partition.millis).plus(Duration.ofDays(365)));
        var _ = put(partition, Versioning.ENABLED, new NewProtection(asked, years));
        assertThat(Objects.requireNonNull(partition.current("key")).protection()).isEqualTo(asked);
    }

    @Test
    void aLockedNullVersionIsNotReplaced() {
        var _ =
                put(
                        partition,
                        Versioning.OFF,
                        new NewProtection(soon(partition, Mode.COMPLIANCE), null));
        for (Versioning versioning : List.of(Versioning.OFF, Versioning.SUSPENDED)) {
            assertThat(code(put(partition, versioning, NewProtection.NONE)))
                    .isEqualTo(ErrorCode.ACCESS_DENIED);
            assertThat(
                            code(
                                    partition.execute(
                                            delete(
                                                    partition,
                                                    versioning,
                                                    new Which.Current(),
                                                    true))))
                    .isEqualTo(ErrorCode.ACCESS_DENIED);
        }
        assertThat(
                        code(
                                partition.execute(
                                        delete(
                                                partition,
                                                Versioning.ENABLED,
                                                new Which.Null(),
                                                true))))
                .isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(code(put(partition, Versioning.ENABLED, NewProtection.NONE))).isNull();
        assertThat(partition.orders()).hasSize(2);
    }

    @Test
    void theLockStaysWhateverElseOfTheVersionChanges() {
        Protection lock = soon(partition, Mode.COMPLIANCE);
        SegmentRef thin = partition.segment(2);
        var write = partition.open("key");
        Committed put =
                (Committed)
                        partition.execute(
                                new Commit(
                                        write,
                                        BUCKET,
                                        Bytes.utf8("key"),
                                        TENANT,
                                        Versioning.ENABLED,
                                        new Condition.Always(),
                                        partition.segments(thin),
                                        new NewProtection(lock, null)));
        var body = Objects.requireNonNull(version(put.order()).body());
        partition.done(
                new PartitionCommand.SetInfo(
                        partition.random.write(),
                        BUCKET,
                        Bytes.utf8("key"),
                        put.order(),
                        body.sealedInfo(),
                        Bytes.utf8("other")));
        partition.done(
                new PartitionCommand.Rebuilt(
                        BUCKET, Bytes.utf8("key"), put.order(), thin.segment(), 2));
        var _ = partition.put("key", Versioning.ENABLED);
        assertThat(version(put.order()).protection()).isEqualTo(lock);
    }

    @Test
    void whatIsNotThereIsNotLocked() {
        long order = put(Protection.NONE);
        long marker = partition.delete("key", Versioning.ENABLED, new Which.Current()).order();
        assertThat(set(marker, new LockChange.Hold(true), false))
                .isEqualTo(ErrorCode.NO_SUCH_VERSION);
        assertThat(set(order + 7, new LockChange.Hold(true), false))
                .isEqualTo(ErrorCode.NO_SUCH_VERSION);
        assertThat(
                        code(
                                partition.execute(
                                        new SetLock(
                                                partition.random.write(),
                                                BUCKET,
                                                Bytes.utf8("key"),
                                                new Which.Current(),
                                                new LockChange.Hold(true),
                                                false))))
                .isEqualTo(ErrorCode.NO_SUCH_KEY);
    }

    @Test
    void aRepeatWhoseAnswerWasLostUndoesNothingThatCameLater() {
        long order = put(Protection.NONE);
        Protection asked = soon(partition, Mode.GOVERNANCE);
        SetLock on = lock(new Which.Order(order), new LockChange.Hold(true));
        SetLock retain =
                lock(
                        new Which.Order(order),
                        new LockChange.Retain(asked.mode(), asked.untilMillis()));
        partition.done(on);
        partition.done(retain);
        assertThat(set(order, new LockChange.Hold(false), false)).isNull();
        assertThat(retain(order, Protection.NONE, true)).isNull();
        partition.done(on);
        partition.done(retain);
        assertThat(version(order).protection()).isEqualTo(Protection.NONE);
        PartitionInvariants.check(partition.rows);
    }

    @Test
    void aRepeatOfAChangeOfTheNewestVersionLeavesANewerOneAlone() {
        long order = put(Protection.NONE);
        SetLock hold = lock(new Which.Current(), new LockChange.Hold(true));
        partition.done(hold);
        long newer = put(Protection.NONE);
        partition.done(hold);
        assertThat(version(order).protection().hold()).isTrue();
        assertThat(version(newer).protection()).isEqualTo(Protection.NONE);
    }

    @Test
    void whatFoundTheLockAsItWantsItIsRememberedToo() {
        long order = put(Protection.NONE.withHold(true));
        SetLock hold = lock(new Which.Order(order), new LockChange.Hold(true));
        partition.done(hold);
        assertThat(set(order, new LockChange.Hold(false), false)).isNull();
        partition.done(hold);
        assertThat(version(order).protection()).isEqualTo(Protection.NONE);
    }

    @Test
    void whatWasRefusedChangedNothingAndIsDecidedAnew() {
        long order = put(soon(partition, Mode.GOVERNANCE));
        SetLock off = lock(new Which.Order(order), new LockChange.Retain(Mode.NONE, 0));
        assertThat(code(partition.execute(off))).isEqualTo(ErrorCode.ACCESS_DENIED);
        partition.millis += 11 * MINUTE;
        partition.done(off);
        assertThat(version(order).protection()).isEqualTo(Protection.NONE);
    }

    @Test
    void anIdOfAnotherRequestIsRefusedAndAnswersAreForgottenAfterADay() {
        long order = put(Protection.NONE);
        SetLock hold = lock(new Which.Order(order), new LockChange.Hold(true));
        partition.done(hold);
        Delete delete = delete(partition, Versioning.ENABLED, new Which.Current(), false);
        assertThat(
                        code(
                                partition.execute(
                                        new Delete(
                                                hold.request(),
                                                BUCKET,
                                                Bytes.utf8("key"),
                                                TENANT,
                                                Versioning.ENABLED,
                                                new Which.Current(),
                                                new Condition.Always(),
                                                false))))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(partition.execute(delete)).isInstanceOf(PartitionReply.Deleted.class);
        assertThat(
                        code(
                                partition.execute(
                                        new SetLock(
                                                delete.request(),
                                                BUCKET,
                                                Bytes.utf8("key"),
                                                new Which.Order(order),
                                                new LockChange.Hold(false),
                                                false))))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        for (int hour = 0; hour < 25; hour++) {
            partition.millis += 60 * MINUTE - 10;
            partition.done(new PartitionCommand.Fence(0));
        }
        assertThat(partition.execute(new PartitionCommand.PruneResults(10)))
                .isEqualTo(new PartitionReply.Swept(3));
        PartitionInvariants.check(partition.rows);
    }

    private SetLock lock(Which which, LockChange change) {
        return new SetLock(
                partition.random.write(), BUCKET, Bytes.utf8("key"), which, change, false);
    }

    /** The property that Object Lock is about, of any order of commands. */
    @Test
    void aLockedVersionIsNeverLostBeforeItsTime() {
        for (long seed = 0; seed < SEEDS; seed++) {
            TestPartition one = new TestPartition(seed);
            Random random = new Random(seed);
            for (int step = 0; step < STEPS; step++) {
                List<VersionRow> before = versions(one);
                PartitionCommand command = any(one, random);
                boolean bypass = command instanceof Delete delete && delete.bypassGovernance();
                one.millis += random.nextInt(4) == 0 ? 5 * MINUTE : 0;
                var _ = one.execute(command);
                List<Long> after = one.orders();
                for (VersionRow row : before) {
                    assertThat(
                                    row.protection().allowsDelete(one.millis, bypass)
                                            || after.contains(row.order()))
                            .as("seed %s, step %s: %s after %s", seed, step, row, command)
                            .isTrue();
                }
                PartitionInvariants.check(one.rows);
            }
        }
    }

    private static List<VersionRow> versions(TestPartition one) {
        List<VersionRow> rows = new ArrayList<>();
        for (long order : one.orders()) {
            rows.add(Objects.requireNonNull(one.find("key", new Which.Order(order))));
        }
        return rows;
    }

    private static PartitionCommand any(TestPartition one, Random random) {
        Mode mode = Mode.values()[random.nextInt(3)];
        long end = mode == Mode.NONE ? 0 : one.millis + (1 + random.nextInt(20)) * MINUTE;
        Versioning versioning = Versioning.values()[random.nextInt(3)];
        List<Long> orders = one.orders();
        Which some =
                orders.isEmpty() || random.nextInt(4) == 0
                        ? new Which.Null()
                        : new Which.Order(orders.get(random.nextInt(orders.size())));
        return switch (random.nextInt(5)) {
            case 0, 1 ->
                    new Commit(
                            one.random.write(),
                            BUCKET,
                            Bytes.utf8("key"),
                            TENANT,
                            versioning,
                            new Condition.Always(),
                            one.inline(5),
                            new NewProtection(
                                    new Protection(mode, end, random.nextInt(4) == 0), null));
            case 2 -> delete(one, versioning, some, random.nextBoolean());
            case 3 -> delete(one, versioning, new Which.Current(), random.nextBoolean());
            default ->
                    new SetLock(
                            one.random.write(),
                            BUCKET,
                            Bytes.utf8("key"),
                            some,
                            random.nextBoolean()
                                    ? new LockChange.Hold(random.nextBoolean())
                                    : new LockChange.Retain(mode, end),
                            random.nextBoolean());
        };
    }
}
