package io.lethe.node.controller;

import io.lethe.node.base.Check;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.StorageClass;
import java.util.List;

/**
 * What a cluster is to be when it is born.
 *
 * @param name of the cluster
 * @param expectedNodes nodes that must have registered before it is formed
 * @param failureDomain device, node or rack
 * @param classes storage classes, the default first; empty: one chosen by the number of domains
 * @param partitions metadata partitions at the start
 */
public record ClusterPlan(
        String name,
        int expectedNodes,
        String failureDomain,
        List<StorageClass> classes,
        int partitions) {
    private static final int MOST_PARTITIONS = 1024;

    public ClusterPlan {
        classes = List.copyOf(classes);
        Check.range("expected nodes", expectedNodes, 1, 10_000);
        Check.range("partitions", partitions, 1, MOST_PARTITIONS);
        if (!List.of("device", "node", "rack").contains(failureDomain)) {
            throw new IllegalArgumentException(
                    "a failure domain is device, node or rack, and not " + failureDomain);
        }
    }

    /**
     * The default code for a number of failure domains: it can lose what it claims and still has a
     * domain for every chunk.
     */
    public static StorageClass defaultClass(int domains) {
        int[][] codes = {
            {1, 1, 0}, {2, 1, 1}, {3, 2, 1}, {4, 2, 2}, {5, 3, 2}, {6, 4, 2}, {8, 6, 2}, {12, 8, 4}
        };
        int[] chosen = codes[0];
        for (int[] code : codes) {
            if (domains >= code[0]) {
                chosen = code;
            }
        }
        return new StorageClass(
                "standard", new Scheme(chosen[1], chosen[2], Scheme.DEFAULT_CELL_BYTES), false);
    }
}
