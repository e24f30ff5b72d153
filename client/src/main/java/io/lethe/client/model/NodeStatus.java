package io.lethe.client.model;

import java.util.List;

/**
 * A node.
 *
 * @param s3Port 0: that door is closed; so for all ports
 * @param rack failure domain; empty where none is configured
 * @param incarnation raised at each start of its process
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
        long freeBytes) {
    public NodeStatus {
        roles = List.copyOf(roles);
    }
}
