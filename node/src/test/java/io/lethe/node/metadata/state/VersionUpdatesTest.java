package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionCommand.LockChange;
import io.lethe.node.metadata.command.PartitionCommand.SetInfo;
import io.lethe.node.metadata.command.PartitionCommand.SetLock;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.Refused;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is said of a version changes where it lies, and no change is lost. */
class VersionUpdatesTest {
    private final TestPartition partition = new TestPartition(1);

    private Bytes info(long order) {
        return body(order).sealedInfo();
    }

    private VersionBody body(long order) {
        return Objects.requireNonNull(
                Objects.requireNonNull(partition.find("key", new Which.Order(order))).body());
    }

    private SetInfo set(long order, Bytes seen, String info) {
        return new SetInfo(
                partition.random.write(), BUCKET, Bytes.utf8("key"), order, seen, Bytes.utf8(info));
    }

    private static @Nullable ErrorCode refusal(PartitionReply reply) {
        return reply instanceof Refused refused ? refused.code() : null;
    }

    @Test
    void anyVersionIsChangedWhereItLies() {
        Committed old = partition.put("key", Versioning.OFF, partition.segment());
        Committed middle = partition.put("key", Versioning.ENABLED);
        Committed current = partition.put("key", Versioning.ENABLED, partition.segment());
        for (Committed version : new Committed[] {old, middle, current}) {
            VersionBody before = body(version.order());
            partition.done(set(version.order(), before.sealedInfo(), "new-" + version.order()));
            assertThat(body(version.order()))
                    .isEqualTo(before.withInfo(Bytes.utf8("new-" + version.order())));
            PartitionInvariants.check(partition.rows);
        }
        assertThat(Objects.requireNonNull(partition.find("key", new Which.Null())).order())
                .isEqualTo(old.order());
        assertThat(partition.orders())
                .containsExactly(current.order(), middle.order(), old.order());
        assertThat(partition.garbage()).isEmpty();
    }

    @Test
    void ofTwoWhoSawTheSameOneReadsAgain() {
        long order = partition.put("key", Versioning.OFF).order();
        Bytes seen = info(order);
        partition.done(set(order, seen, "one"));
        MapRows before = partition.rows.copy();
        assertThat(refusal(partition.execute(set(order, seen, "two"))))
                .isEqualTo(ErrorCode.STALE_EPOCH);
        assertThat(partition.rows).isEqualTo(before);
        partition.done(set(order, info(order), "two"));
        assertThat(info(order)).isEqualTo(Bytes.utf8("two"));
    }

    @Test
    void aRepeatIsASuccess() {
        long order = partition.put("key", Versioning.OFF).order();
        SetInfo command = set(order, info(order), "one");
        partition.done(command);
        partition.done(command);
        assertThat(info(order)).isEqualTo(Bytes.utf8("one"));
    }

    @Test
    void anIdThatWasUsedForAnotherObjectIsRefused() {
        long order = partition.put("key", Versioning.OFF).order();
        long other = partition.put("other", Versioning.OFF).order();
        SetInfo first = set(order, info(order), "one");
        partition.done(first);
        Bytes key = Bytes.utf8("other");
        Bytes seen =
                Objects.requireNonNull(Objects.requireNonNull(partition.current("other")).body())
                        .sealedInfo();
        PartitionReply info =
                partition.execute(
                        new SetInfo(first.request(), BUCKET, key, other, seen, Bytes.utf8("x")));
        PartitionReply lock =
                partition.execute(
                        new SetLock(
                                first.request(),
                                BUCKET,
                                key,
                                new Which.Current(),
                                new LockChange.Hold(true),
                                false));
        assertThat(refusal(info)).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(refusal(lock)).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(info.toString()).contains("for another object");
    }

    @Test
    void aRepeatWhoseAnswerWasLostIsASuccessAndUndoesNothingThatCameLater() {
        long order = partition.put("key", Versioning.OFF).order();
        SetInfo lost = set(order, info(order), "one");
        partition.done(lost);
        partition.done(set(order, info(order), "two"));
        partition.done(lost);
        assertThat(info(order)).isEqualTo(Bytes.utf8("two"));
        // Its sender would read again after a conflict, and do it again by the same request.
        partition.done(
                new SetInfo(
                        lost.request(),
                        BUCKET,
                        Bytes.utf8("key"),
                        order,
                        info(order),
                        Bytes.utf8("one")));
        assertThat(info(order)).isEqualTo(Bytes.utf8("two"));
        PartitionInvariants.check(partition.rows);
    }

    @Test
    void aConflictIsNotRememberedAndTheRequestGoesOn() {
        long order = partition.put("key", Versioning.OFF).order();
        Bytes seen = info(order);
        SetInfo late = set(order, seen, "late");
        partition.done(set(order, seen, "one"));
        assertThat(refusal(partition.execute(late))).isEqualTo(ErrorCode.STALE_EPOCH);
        partition.done(
                new SetInfo(
                        late.request(),
                        BUCKET,
                        Bytes.utf8("key"),
                        order,
                        info(order),
                        Bytes.utf8("late")));
        assertThat(info(order)).isEqualTo(Bytes.utf8("late"));
    }

    @Test
    void whatIsNoObjectIsRefused() {
        long order = partition.put("key", Versioning.ENABLED).order();
        Bytes seen = info(order);
        long marker = partition.delete("key", Versioning.ENABLED, new Which.Current()).order();
        assertThat(refusal(partition.execute(set(marker, seen, "x"))))
                .isEqualTo(ErrorCode.NO_SUCH_VERSION);
        assertThat(refusal(partition.execute(set(order + 7, seen, "x"))))
                .isEqualTo(ErrorCode.NO_SUCH_VERSION);
        assertThat(refusal(partition.execute(set(-5, seen, "x"))))
                .isEqualTo(ErrorCode.NO_SUCH_VERSION);
    }

    @Test
    void whatWasValidatedBelowTheFenceIsValidatedAgain() {
        long order = partition.put("key", Versioning.OFF).order();
        partition.done(new io.lethe.node.metadata.command.PartitionCommand.Fence(100));
        PartitionReply reply =
                partition.execute(
                        new Stamp(++partition.millis, 99, 0, FeatureLevels.HIGHEST),
                        set(order, info(order), "x"));
        assertThat(reply).isEqualTo(new PartitionReply.Retry(PartitionReply.Retry.Why.FENCED, 100));
    }
}
