package io.lethe.node.model;

import io.lethe.node.base.Bytes;
import java.util.List;

/**
 * A metadata partition: a routing hint, since the partition's own state is the authority on its
 * range.
 *
 * @param from first row key of the range, inclusive; empty: from the beginning
 * @param to end of the range, exclusive; empty: to the end
 * @param mapEpoch raised at each change of range or replicas
 */
public record PartitionRecord(
        GroupId id,
        Bytes from,
        Bytes to,
        List<Replica> voters,
        List<Replica> learners,
        long mapEpoch) {
    /**
     * A Raft replica.
     *
     * @param generation raised when a replica's store was lost and is made anew: the Raft peer
     *     index
     */
    public record Replica(NodeId node, int generation) {}

    public PartitionRecord {
        voters = List.copyOf(voters);
        learners = List.copyOf(learners);
    }

    public boolean covers(Bytes rowKey) {
        return from.compareTo(rowKey) <= 0 && (to.isEmpty() || rowKey.compareTo(to) < 0);
    }
}
