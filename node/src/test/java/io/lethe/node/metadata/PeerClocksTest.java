package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.metadata.raft.ReplicatedLog.Role;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeerClocksTest {
    private static final long EPOCH_MILLIS = 1_700_000_000_000L;
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    /** What the others are ahead by, in ms; a node that is not in it can't be reached. */
    private final Map<NodeId, Long> aheadMillis = new HashMap<>();

    /** Monotonic readings may begin anywhere. */
    private long nanos = Long.MIN_VALUE / 2;

    private long trueMillis = EPOCH_MILLIS;
    private long ownAheadMillis;
    private long tripMillis = 2;

    private final Clock clock =
            new Clock() {
                @Override
                public long wallMillis() {
                    return trueMillis + ownAheadMillis;
                }

                @Override
                public long nanos() {
                    return nanos;
                }
            };
    private final PeerClocks clocks = new PeerClocks(clock);
    private final ClockWorker worker =
            new ClockWorker(
                    Groups.node(0),
                    clocks,
                    () -> List.of(Groups.node(0), Groups.node(1), Groups.node(2)),
                    this::ask,
                    clock);

    private Optional<ReplicaStatus> ask(NodeId node, GroupId group, long deadlineNanos) {
        pass(tripMillis / 2);
        Long ahead = aheadMillis.get(node);
        if (ahead == null) {
            throw new StoreException(ErrorCode.UNAVAILABLE, "away");
        }
        long said = trueMillis + ahead;
        pass(tripMillis - tripMillis / 2);
        return Optional.of(
                new ReplicaStatus(Role.FOLLOWER, 1, null, 0, 0, 0, 0, 0, 0, 0, said, 0, 0, null));
    }

    private void pass(long millis) {
        nanos += millis * MILLI;
        trueMillis += millis;
    }

    private Step round() throws InterruptedException {
        var _ = worker.step();
        return worker.step();
    }

    private void others(long one, long two) {
        aheadMillis.put(Groups.node(1), one);
        aheadMillis.put(Groups.node(2), two);
    }

    @Test
    void aClockIsConfirmedByOneThatAgreesWhereNoneContradicts() throws InterruptedException {
        assertThat(clocks.confirmed()).as("before anything is known").isFalse();
        var _ = round();
        assertThat(clocks.trusted()).isTrue();
        assertThat(clocks.confirmed()).as("where nobody is heard").isFalse();
        aheadMillis.put(Groups.node(1), 0L);
        var _ = round();
        assertThat(clocks.confirmed()).isTrue();
        ownAheadMillis = 60_000;
        assertThat(clocks.trusted()).as("by one against it").isTrue();
        assertThat(clocks.confirmed()).isFalse();
    }

    @Test
    void theClockOfALoneNodeNeedsNobody() throws InterruptedException {
        ClockWorker lone =
                new ClockWorker(
                        Groups.node(0), clocks, () -> List.of(Groups.node(0)), this::ask, clock);
        var _ = lone.step();
        assertThat(clocks.confirmed()).isTrue();
    }

    @Test
    void clocksWithinASecondAreTrusted() throws InterruptedException {
        others(900, -900);
        assertThat(round()).isEqualTo(new Step.Idle("agrees with 2 other nodes"));
        assertThat(clocks.trusted()).isTrue();
    }

    @Test
    void aClockThatTheMajorityContradictsIsNotTrustedUntilItIsSetRight()
            throws InterruptedException {
        others(0, 0);
        for (long off : new long[] {1_500, -1_500, TimeUnit.DAYS.toMillis(400)}) {
            ownAheadMillis = off;
            assertThat(round()).as("off by %d ms", off).isInstanceOf(Step.Failed.class);
            assertThat(clocks.trusted()).as("off by %d ms", off).isFalse();
            ownAheadMillis = 0;
            assertThat(clocks.trusted()).as("set right after %d ms", off).isTrue();
        }
    }

    @Test
    void aJumpShowsBeforeAnybodyIsAskedAgain() throws InterruptedException {
        others(0, 0);
        assertThat(round()).isInstanceOf(Step.Idle.class);
        ownAheadMillis = 5_000;
        assertThat(clocks.trusted()).isFalse();
    }

    @Test
    void oneWrongClockAmongOthersAccusesNobody() throws InterruptedException {
        others(0, 60_000);
        assertThat(round()).isEqualTo(new Step.Idle("agrees with 1 other nodes"));
        assertThat(clocks.trusted()).isTrue();
    }

    @Test
    void aSlowAnswerDoesNotAccuse() throws InterruptedException {
        tripMillis = 4_000;
        others(0, 0);
        ownAheadMillis = 1_500;
        assertThat(round()).isInstanceOf(Step.Idle.class);
        ownAheadMillis = 5_000;
        assertThat(clocks.trusted()).isFalse();
    }

    @Test
    void whatWasHeardAMinuteAgoCountsNoMoreAndWhoHearsNobodyIsTrusted()
            throws InterruptedException {
        assertThat(round()).isEqualTo(new Step.Idle("agrees with 0 other nodes"));
        others(9_000, 9_000);
        assertThat(round()).isInstanceOf(Step.Failed.class);
        aheadMillis.clear();
        pass(59_000);
        assertThat(clocks.trusted()).isFalse();
        pass(1_100);
        assertThat(clocks.trusted()).isTrue();
    }
}
