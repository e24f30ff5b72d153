package io.lethe.node.metadata.raft;

import io.lethe.node.base.task.Promise;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One group's replicated log as one replica sees it: the port behind which the Raft library stays.
 * Safe for any thread; no call blocks for I/O, and promises are completed on threads of the log, so
 * callbacks must not block. Kept by the suite {@code ReplicatedLogContract}.
 */
public interface ReplicatedLog {
    /** Appends a command if this replica leads; answered once it has applied here. */
    Promise<ProposeResult> propose(byte[] command);

    /**
     * Asks a quorum for its commit index after this call began, and waits until this replica has
     * applied it: whatever was acknowledged anywhere before the call is then in the local state.
     * Works on followers and learners too. Reads that wait at the same time share one round.
     *
     * @param deadlineNanos reading of the injected clock; until then busy answers are retried
     */
    Promise<ReadResult> readIndex(long deadlineNanos);

    Leadership leadership();

    /** Hands the leadership to a voter; done when the hand-over has begun. */
    Promise<ChangeResult> transferLeadership(RaftPeer to);

    /** One voter at a time; done when the new configuration is committed. A voter stays one. */
    Promise<ChangeResult> addVoter(RaftPeer peer);

    Promise<ChangeResult> removeVoter(RaftPeer peer);

    Promise<ChangeResult> addLearner(RaftPeer peer);

    Promise<ChangeResult> removeLearner(RaftPeer peer);

    /** Voters and learners as this replica last heard. */
    Membership membership();

    /**
     * Takes a snapshot at the applied index and cuts the log at the snapshot <em>before</em> it; a
     * second call without a command in between cuts at this one. Also begins a new log-epoch with
     * the next append, so that older epochs can be destroyed.
     */
    Promise<ChangeResult> snapshot();

    /** Stops snapshot transfers in both directions and wipes what was staged (for purges). */
    void abortTransfers();

    /**
     * True when the persisted log begins after {@code index} and the key of every log-epoch that
     * ever held an entry up to it has been overwritten: half of a purge receipt.
     */
    boolean erasedThrough(long index);

    Figures figures();

    /** Stops this replica and waits for its threads; later calls are answered as unavailable. */
    void shutdown();

    /** What became of a proposal. */
    sealed interface ProposeResult {
        /**
         * @param reply what {@link ReplicatedState#apply} returned here
         */
        record Applied(long index, byte[] reply) implements ProposeResult {}

        /** Certainly not appended; ask the replica that the hint names. */
        record NotLeader(@Nullable RaftPeer hint) implements ProposeResult {}

        /** It may or may not apply, now or later. */
        record OutcomeUnknown(String reason) implements ProposeResult {}

        /** Certainly not appended: too much is in flight. */
        record Overloaded() implements ProposeResult {}
    }

    /** What became of a read index. */
    sealed interface ReadResult {
        /**
         * @param index applied here at least
         */
        record Ready(long index) implements ReadResult {}

        record Unavailable(String reason) implements ReadResult {}
    }

    /** What became of a change of leadership or membership, or of a snapshot. */
    sealed interface ChangeResult {
        record Done() implements ChangeResult {}

        record NotLeader(@Nullable RaftPeer hint) implements ChangeResult {}

        /**
         * @param busy the same call may succeed later
         */
        record Refused(String reason, boolean busy) implements ChangeResult {}
    }

    /** What this replica is at the moment. */
    enum Role {
        LEADER,
        FOLLOWER,
        CANDIDATE,
        LEARNER,
        DOWN
    }

    /** A hint: by the time it is read, it may be old. */
    record Leadership(long term, Role role, @Nullable RaftPeer leader) {
        public boolean isLeader() {
            return role == Role.LEADER;
        }
    }

    /** Who replicates this group. */
    record Membership(List<RaftPeer> voters, List<RaftPeer> learners) {
        public Membership {
            voters = List.copyOf(voters);
            learners = List.copyOf(learners);
        }
    }

    /**
     * Figures for metrics.
     *
     * @param firstIndex first log entry that is kept, as persisted
     * @param lastTerm of the last entry, also where only the snapshot is left of it
     * @param proposalBytes commands proposed here and not answered yet
     * @param appendBytes entries received from the leader and not applied yet
     * @param rejected proposals and appends refused because a bound was reached
     * @param epochs log-epochs whose keys exist
     */
    record Figures(
            Leadership leadership,
            long firstIndex,
            long lastIndex,
            long lastTerm,
            long committedIndex,
            long appliedIndex,
            long snapshotIndex,
            long proposalBytes,
            long appendBytes,
            long rejected,
            int epochs) {}
}
