package io.lethe.client.model;

import java.util.List;

/**
 * What is left of a partition that has lost its majority, and what was ordered.
 *
 * @param survivor node whose replica goes on, or would
 * @param ordered false: nothing was done
 * @param loss what is lost by it
 */
public record PartitionRecovery(
        List<Replica> replicas, String survivor, boolean ordered, String loss) {
    /**
     * A voter of the partition as it was.
     *
     * @param generation which of its lives
     * @param answers the numbers are 0 where it does not
     * @param lastTerm of its log: the higher, the more it has
     * @param lastIndex of its log; of two with one term, the higher has more
     * @param nodeState UP, DOWN or REMOVED
     */
    public record Replica(
            String node,
            int generation,
            boolean answers,
            long lastTerm,
            long lastIndex,
            long appliedIndex,
            String nodeState) {}

    public PartitionRecovery {
        replicas = List.copyOf(replicas);
    }
}
