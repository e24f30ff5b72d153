package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.task.Promise;
import io.lethe.node.metadata.command.CommandLevels;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.metadata.raft.ReplicatedLog.ProposeResult;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stamps commands with this node's time and puts them into a group's log. Stamps never go back in
 * the order of the log, as {@code decide} demands: time is read and the command handed over in one
 * step. Safe for any thread; {@link #propose} blocks the task.
 */
final class Proposer {
    /** Commands in flight per group: several times what a group does while one sync lasts. */
    static final int MOST_IN_FLIGHT = 4096;

    /**
     * How far the state's time may be ahead of this clock: two clocks, each a second off at most.
     */
    static final long MOST_AHEAD_MILLIS = TimeUnit.SECONDS.toMillis(2);

    /** What came of a proposal. */
    sealed interface Outcome {
        record Applied(long index, Bytes reply) implements Outcome {}

        record NotLeader(@Nullable NodeId hint) implements Outcome {}

        record Failed(ErrorCode code, String message) implements Outcome {}
    }

    private final ReplicatedLog log;
    private final Clock clock;
    private final ClockCheck clockCheck;
    private final Function<RaftPeer, Optional<NodeId>> nodes;
    private final IntSupplier level;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder rejected = new LongAdder();
    private long lastMillis;

    /**
     * @param nodes which node a replica is on
     * @param level the feature level in force, as far as this node knows
     */
    Proposer(
            ReplicatedLog log,
            Clock clock,
            ClockCheck clockCheck,
            Function<RaftPeer, Optional<NodeId>> nodes,
            IntSupplier level) {
        this.level = level;
        this.log = log;
        this.clock = clock;
        this.clockCheck = clockCheck;
        this.nodes = nodes;
    }

    boolean leads() {
        return log.leadership().isLeader() && clockCheck.trusted();
    }

    /** Whether the state's time may be raised to this node's by more than a step. */
    boolean mayRaiseTime() {
        return clockCheck.confirmed();
    }

    Outcome.NotLeader notLeader() {
        ReplicatedLog.Leadership now = log.leadership();
        // A leader that may not lead, since its clock is off, names nobody.
        return new Outcome.NotLeader(now.isLeader() ? null : nodeOf(now.leader()));
    }

    @Nullable NodeId nodeOf(@Nullable RaftPeer peer) {
        return peer == null ? null : nodes.apply(peer).orElse(null);
    }

    long rejected() {
        return rejected.sum();
    }

    int inFlight() {
        return inFlight.get();
    }

    /**
     * @param asked carries checkedAt and controller epoch
     * @param needed lowest feature level at which replicas can read the command: below it, it is
     *     refused here, since one that can't would halt
     * @param entry encodes the command behind a stamp
     */
    Outcome propose(Stamp asked, int needed, Function<Stamp, Bytes> entry, long deadlineNanos)
            throws InterruptedException {
        int inForce = level.getAsInt();
        return needed > inForce
                // The sender's copy of the directory is newer, and this one's follows.
                ? new Outcome.Failed(ErrorCode.UNAVAILABLE, CommandLevels.refusal(needed, inForce))
                : bounded(() -> stamped(asked, inForce, entry), deadlineNanos);
    }

    /** The feature level in force, as far as this node knows. */
    int level() {
        return level.getAsInt();
    }

    /** Proposes an entry whose stamp stands already, while no other is accepted. */
    Outcome proposeAs(Bytes entry, long deadlineNanos) throws InterruptedException {
        return bounded(() -> log.propose(entry.unsafeArray()), deadlineNanos);
    }

    private Outcome bounded(Supplier<Promise<ProposeResult>> handOver, long deadlineNanos)
            throws InterruptedException {
        if (!leads()) {
            return notLeader();
        }
        if (inFlight.incrementAndGet() > MOST_IN_FLIGHT) {
            inFlight.decrementAndGet();
            rejected.increment();
            return overloaded();
        }
        try {
            return outcome(handOver.get().await(deadlineNanos));
        } catch (TimeoutException e) {
            return new Outcome.Failed(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "the command was proposed, and not applied before the deadline");
        } finally {
            inFlight.decrementAndGet();
        }
    }

    private synchronized Promise<ProposeResult> stamped(
            Stamp asked, int inForce, Function<Stamp, Bytes> entry) {
        lastMillis = Math.max(lastMillis, clock.wallMillis());
        Stamp stamp = new Stamp(lastMillis, asked.checkedAt(), asked.controllerEpoch(), inForce);
        return log.propose(entry.apply(stamp).unsafeArray());
    }

    private Outcome outcome(ProposeResult result) {
        return switch (result) {
            case ProposeResult.Applied applied ->
                    new Outcome.Applied(applied.index(), Bytes.wrap(applied.reply()));
            case ProposeResult.NotLeader other -> new Outcome.NotLeader(nodeOf(other.hint()));
            case ProposeResult.OutcomeUnknown unknown ->
                    new Outcome.Failed(ErrorCode.OUTCOME_UNKNOWN, unknown.reason());
            case ProposeResult.Overloaded _ -> {
                rejected.increment();
                yield overloaded();
            }
        };
    }

    private static Outcome.Failed overloaded() {
        return new Outcome.Failed(
                ErrorCode.OVERLOADED, "too many commands of this partition are in flight");
    }

    /**
     * The state refused a stamp since its time is later, because the leader before had a faster
     * clock: stamps begin there from now on.
     *
     * @return false when the difference is more than clocks in order can have
     */
    synchronized boolean catchUp(long stateMillis) {
        if (stateMillis - clock.wallMillis() > MOST_AHEAD_MILLIS) {
            return false;
        }
        boolean helps = stateMillis > lastMillis;
        lastMillis = Math.max(lastMillis, stateMillis);
        return helps;
    }
}
