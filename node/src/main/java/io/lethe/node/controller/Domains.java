package io.lethe.node.controller;

import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.NodeRecord;

/** The failure domain that a device or node fails with. Pure. */
final class Domains {
    private Domains() {}

    static String of(DeviceRecord device, NodeRecord node, String failureDomain) {
        return switch (failureDomain) {
            case "device" -> device.id().toString();
            case "rack" -> node.rack();
            default -> node.id().toString();
        };
    }

    /** For Raft replicas a device is no domain: its node is. */
    static String of(NodeRecord node, String failureDomain) {
        return failureDomain.equals("rack") ? node.rack() : node.id().toString();
    }
}
