package io.lethe.node.model;

import io.lethe.node.base.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A metadata partition: a routing hint, since the partition's own state is the authority on its
 * range.
 *
 * @param from first row key of the range, inclusive; empty: from the beginning
 * @param to end of the range, exclusive; empty: to the end
 * @param mapEpoch raised at each change of range or replicas
 * @param division that is under way; null: none. Voters that have joined don't change meanwhile
 * @param parent that it was split off from; null: it was there from the beginning
 * @param recovery from a majority that was lost for good, the last one; null: there was none. Stays
 *     for good: what was purged before it is proven for some copies only
 */
public record PartitionRecord(
        GroupId id,
        Bytes from,
        Bytes to,
        List<Replica> voters,
        List<Replica> learners,
        long mapEpoch,
        @Nullable Division division,
        @Nullable GroupId parent,
        @Nullable Recovery recovery) {
    /** Where a partition is being split, and who gets what is at and behind that. */
    public record Division(Bytes separator, GroupId child) {}

    /**
     * A Raft replica.
     *
     * @param generation raised when a replica's store was lost and is made anew: the Raft peer
     *     index
     */
    public record Replica(NodeId node, int generation) {}

    /**
     * What the partition was made anew of.
     *
     * @param survivor the node whose replica everything there is comes from
     * @param from generation of that replica as it was; {@link #NONE} where that was the parent's
     * @param generation that it has become, alone at first; {@link #NONE} likewise
     * @param lastIndex end of its log: what others had behind that is lost
     * @param millis when that was ordered
     * @param voters how many the partition had, and shall have again
     */
    public record Recovery(
            NodeId survivor, int from, int generation, long lastIndex, long millis, int voters) {
        /** No generation. */
        public static final int NONE = -1;

        /** What a partition that is split off has of it: the loss, and no replica to make over. */
        public Recovery inherited() {
            return new Recovery(survivor, NONE, NONE, lastIndex, millis, voters);
        }
    }

    public PartitionRecord {
        voters = List.copyOf(voters);
        learners = List.copyOf(learners);
    }

    /** From the beginning, and whole. */
    public PartitionRecord(
            GroupId id,
            Bytes from,
            Bytes to,
            List<Replica> voters,
            List<Replica> learners,
            long mapEpoch) {
        this(id, from, to, voters, learners, mapEpoch, null, null, null);
    }

    /** The same with other voters, in the next map epoch. */
    public PartitionRecord withVoters(List<Replica> now) {
        return new PartitionRecord(
                id, from, to, now, learners, mapEpoch + 1, division, parent, recovery);
    }

    public boolean covers(Bytes rowKey) {
        return from.compareTo(rowKey) <= 0 && (to.isEmpty() || rowKey.compareTo(to) < 0);
    }
}
