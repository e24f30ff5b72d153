package io.lethe.client.model;

import java.util.List;

/**
 * A node.
 *
 * @param s3Port 0: that door is closed; so for all ports
 * @param rack failure domain; empty where none is configured
 * @param incarnation raised at each start of its process
 * @param standing STAYS, LEAVING or REMOVED, as operators said
 * @param placementGroups that have a member on its devices
 * @param replicas of partitions, the directory's among them where it votes there
 */
public record NodeStatus(
        String id,
        String host,
        int s3Port,
        int consolePort,
        int rpcPort,
        int dataPort,
        String rack,
        List<String> roles,
        boolean up,
        long incarnation,
        int devices,
        long capacityBytes,
        long freeBytes,
        String standing,
        int placementGroups,
        int replicas) {
    public NodeStatus {
        roles = List.copyOf(roles);
    }
}
