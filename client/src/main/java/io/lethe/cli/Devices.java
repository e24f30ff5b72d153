package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.DeviceStatus;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lethe devices}. */
@Command(name = "devices", description = "List the devices, with their faults.")
final class Devices extends ClusterList<DeviceStatus> {
    @Option(names = "--node", paramLabel = "NODE", description = "only this node's")
    private String node = "";

    Devices(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    String[] columns() {
        return new String[] {
            "DEVICE",
            "NODE",
            "PATH",
            "STATE",
            ">GROUPS",
            ">FREE",
            ">SIZE",
            ">CHUNKS",
            ">CORRUPT",
            ">MISSING",
            "FAULT"
        };
    }

    @Override
    Iterable<DeviceStatus> rows(LetheClient client) {
        return client.cluster().devices(node);
    }

    @Override
    Map<String, Object> json(DeviceStatus device) {
        return Rows.device(device);
    }

    @Override
    void show(Table table, DeviceStatus device) {
        boolean known = device.reported();
        table.row(
                device.id(),
                device.node(),
                orDash(device.path()),
                state(device),
                device.placementGroups(),
                size(device.freeBytes()),
                size(device.capacityBytes()),
                known ? device.chunks() : "?",
                known ? device.corruptChunks() : "?",
                known ? device.missingFiles() : "?",
                known ? orDash(device.fault()) : "its node did not answer");
    }

    /** LEAVING for those that nothing else is the matter with. */
    private static String state(DeviceStatus device) {
        if (!device.leaving() || device.state().equals("REMOVED")) {
            return device.state();
        }
        return device.state().equals("WRITABLE") ? "LEAVING" : device.state() + ",LEAVING";
    }
}
