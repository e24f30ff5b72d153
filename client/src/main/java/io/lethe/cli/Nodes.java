package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.NodeStatus;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code lethe nodes}. */
@Command(name = "nodes", description = "List the nodes.")
final class Nodes extends ClusterList<NodeStatus> {
    Nodes(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    String[] columns() {
        return new String[] {
            "NODE",
            "STATE",
            "HOST",
            ">GRPC",
            ">S3",
            "RACK",
            "ROLES",
            ">DEVICES",
            ">GROUPS",
            ">REPLICAS",
            ">FREE",
            ">SIZE"
        };
    }

    @Override
    Iterable<NodeStatus> rows(LetheClient client) {
        return client.cluster().nodes();
    }

    @Override
    Map<String, Object> json(NodeStatus node) {
        return Rows.node(node);
    }

    @Override
    void show(Table table, NodeStatus node) {
        table.row(
                node.id(),
                state(node),
                node.host(),
                node.rpcPort(),
                node.s3Port(),
                orDash(node.rack()),
                String.join(",", node.roles()),
                node.devices(),
                node.placementGroups(),
                node.replicas(),
                size(node.freeBytes()),
                size(node.capacityBytes()));
    }

    private static String state(NodeStatus node) {
        return switch (node.standing()) {
            case "REMOVED" -> "removed";
            case "LEAVING" -> node.up() ? "leaving" : "DOWN, leaving";
            default -> node.up() ? "up" : "DOWN";
        };
    }
}
