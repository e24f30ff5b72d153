package io.lethe.client.model;

import java.util.List;

/**
 * The whole cluster on one page, as the answering node sees it: seconds old.
 *
 * @param directoryLeader empty: none at the moment
 * @param controller empty: none at the moment
 * @param partitionsHealthy have a leader and all voters
 * @param partitionsServing have a leader
 * @param segmentsUnderprotected have fewer durable chunks than their code asks for
 * @param oldestUnderprotectedMillis age of the oldest of them
 * @param garbageBytes wait to be reclaimed; part of {@code usedBytes}
 * @param rebalance whether the cluster evens out what devices hold
 * @param reclaim whether chunks that no record knows are removed
 */
public record ClusterStatus(
        String clusterId,
        String name,
        String version,
        int featureLevel,
        int nodesUp,
        int nodesTotal,
        int devicesWritable,
        int devicesTotal,
        String directoryLeader,
        String controller,
        long controllerEpoch,
        int partitionsHealthy,
        int partitionsServing,
        int partitionsTotal,
        int placementGroupsOpen,
        int placementGroupsTotal,
        long segmentsUnderprotected,
        long oldestUnderprotectedMillis,
        long capacityBytes,
        long usedBytes,
        long garbageBytes,
        String answeredBy,
        List<ClusterWarning> warnings,
        boolean rebalance,
        boolean reclaim) {
    public ClusterStatus {
        warnings = List.copyOf(warnings);
    }
}
