package io.lethe.client.model;

import java.util.List;

/**
 * What the nodes run, and how far the cluster is with it.
 *
 * @param featureLevel in force
 * @param nextLevel that would be put in force next; 0: no node speaks a higher one
 * @param brings what that brings, for people
 * @param ready whether every node speaks it
 * @param nodes that were not removed
 */
public record UpgradeStatus(
        int featureLevel, int nextLevel, String brings, boolean ready, List<NodeBuild> nodes) {
    public UpgradeStatus {
        nodes = List.copyOf(nodes);
    }

    /**
     * What a node runs, also one that is away: as it last said.
     *
     * @param node its id
     * @param version for people
     * @param lowestLevel that it goes by
     * @param highestLevel that it goes by
     * @param ready whether it speaks the next level
     */
    public record NodeBuild(
            String node,
            String host,
            boolean up,
            String version,
            int lowestLevel,
            int highestLevel,
            boolean ready) {}
}
