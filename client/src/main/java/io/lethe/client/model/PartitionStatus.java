package io.lethe.client.model;

import java.util.List;

/**
 * A metadata partition, or the directory.
 *
 * @param from first row key, hex; empty: from the beginning
 * @param to end of the range, hex, exclusive; empty: to the end
 * @param leader empty: none at the moment
 * @param appliedIndex by the leader; 0 where it is not known
 * @param rows estimated; 0 where it is not known
 * @param recoveredMillis when it was last made anew of one replica; 0: never
 * @param sizeBytes about what its rows take on the leader; 0 where it is not known
 * @param commandsPerSecond that the leader proposed of late
 * @param change SPLITTING, MERGING, or empty
 */
public record PartitionStatus(
        String id,
        String from,
        String to,
        List<String> voters,
        List<String> learners,
        String leader,
        long appliedIndex,
        long rows,
        long mapEpoch,
        int votersUp,
        long recoveredMillis,
        long sizeBytes,
        long commandsPerSecond,
        String change) {
    public PartitionStatus {
        voters = List.copyOf(voters);
        learners = List.copyOf(learners);
    }
}
