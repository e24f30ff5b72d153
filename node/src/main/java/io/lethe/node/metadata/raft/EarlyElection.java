package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.core.NodeImpl;
import io.lethe.node.base.Clock;
import java.util.concurrent.TimeUnit;

/**
 * Has one replica of a group that has just been made stand for election before the others would:
 * its election time-out is some milliseconds until somebody leads, so it asks for pre-votes again
 * and again, and stands when a quorum is there to grant them. An election like any other; where it
 * comes to nothing within the patience, the usual time-outs hold. Called by the host's timer.
 *
 * <p>The library takes over what this changes in its options at once; its timers for votes and for
 * stepping down, and its heartbeats, keep what the replica was opened with.
 */
final class EarlyElection {
    /** A pre-vote each 100 to 150 ms: some round trips and syncs of any network and disk. */
    private static final int TIMEOUT_MILLIS = 100;

    private static final int DELAY_MILLIS = 50;

    /** Until a quorum has opened its replicas: a second or two as a rule. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final NodeImpl node;
    private final int usualMillis;
    private final Clock clock;
    private final long untilNanos;
    private boolean over;

    /** Begins. */
    EarlyElection(NodeImpl node, int usualMillis, Clock clock) {
        this.node = node;
        this.usualMillis = usualMillis;
        this.clock = clock;
        untilNanos = clock.nanos() + PATIENCE_NANOS;
        set(TIMEOUT_MILLIS, DELAY_MILLIS);
    }

    /** Ends it once somebody leads. */
    void tick(boolean led) {
        if (!over && (led || untilNanos - clock.nanos() <= 0)) {
            over = true;
            set(usualMillis, usualMillis);
        }
    }

    private void set(int timeoutMillis, int delayMillis) {
        node.getOptions().getRaftOptions().setMaxElectionDelayMs(delayMillis);
        node.resetElectionTimeoutMs(timeoutMillis);
    }
}
