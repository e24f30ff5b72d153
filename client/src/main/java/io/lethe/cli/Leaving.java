package io.lethe.cli;

import io.lethe.client.ErrorCode;
import io.lethe.client.LetheClient;
import io.lethe.client.model.DeviceStatus;
import java.io.InterruptedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Drains devices, or lets them stay: {@code lethe device drain|keep}. */
abstract class Leaving extends ClientCommand {
    static final String WAIT =
            "show how far it is until no group is left; Ctrl-C only stops watching";

    Leaving(Surroundings surroundings) {
        super(surroundings);
    }

    /** {@code lethe device drain}. */
    @Command(
            name = "drain",
            description = {
                "Have a device's chunks moved to others, with nothing missing at any moment.",
                "It gets nothing new and is read from meanwhile. When no group is left on it, take"
                        + " it out with 'lethe device remove'."
            })
    static final class DrainDevice extends Leaving {
        @Parameters(paramLabel = "ID", description = "id of the device, see 'lethe devices'")
        private String device = "";

        @Option(names = "--wait", description = WAIT)
        private boolean wait;

        DrainDevice(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) throws InterruptedIOException {
            return drain(client, List.of(device), wait);
        }
    }

    /** {@code lethe device keep}. */
    @Command(name = "keep", description = "Let a device stay that was to be drained.")
    static final class KeepDevice extends Leaving {
        @Parameters(paramLabel = "ID", description = "id of the device, see 'lethe devices'")
        private String device = "";

        KeepDevice(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            return keep(client, List.of(device));
        }
    }

    final ExitStatus keep(LetheClient client, List<String> devices) {
        for (String id : devices) {
            DeviceStatus device = client.cluster().setLeaving(id, false);
            say(device, "device " + id + " stays");
        }
        return ExitStatus.OK;
    }

    final ExitStatus drain(LetheClient client, List<String> devices, boolean wait)
            throws InterruptedIOException {
        Map<String, DeviceStatus> left = new LinkedHashMap<>();
        for (String id : devices) {
            DeviceStatus device = client.cluster().setLeaving(id, true);
            say(device, "device " + id + " is leaving: " + groups(device.placementGroups()));
            left.put(id, device);
        }
        if (!wait) {
            remark("see 'lethe repairs' for how far it is, 'lethe devices' for what is left");
            return ExitStatus.OK;
        }
        remark("Ctrl-C only stops watching");
        return watch(client, left);
    }

    private static String groups(int count) {
        return count == 1 ? "1 placement group is on it" : count + " placement groups are on it";
    }

    private void say(DeviceStatus device, String remark) {
        if (json()) {
            print(Rows.device(device));
        } else {
            remark(remark);
        }
    }

    /** Looks again and again until no group is on any of the devices. */
    private ExitStatus watch(LetheClient client, Map<String, DeviceStatus> left)
            throws InterruptedIOException {
        boolean seenLeaving = false;
        while (true) {
            left.values().removeIf(device -> device.placementGroups() == 0);
            if (left.isEmpty()) {
                remark("no placement group is left; take out with 'lethe device remove ID'");
                return ExitStatus.OK;
            }
            pauseBeforeLook();
            TreeSet<String> nodes = new TreeSet<>();
            left.values().forEach(device -> nodes.add(device.node()));
            for (String node : nodes) {
                for (DeviceStatus now : client.cluster().devices(node)) {
                    DeviceStatus before = left.get(now.id());
                    if (before == null) {
                        continue;
                    }
                    // The answering node may hear of the order a moment later.
                    if (seenLeaving && !now.leaving()) {
                        surroundings
                                .err()
                                .println("lethe: device " + now.id() + " is not leaving any more");
                        return ExitStatus.of(ErrorCode.DEVICE_IN_USE);
                    }
                    seenLeaving |= now.leaving();
                    if (now.placementGroups() != before.placementGroups()) {
                        say(now, "device " + now.id() + ": " + groups(now.placementGroups()));
                    }
                    left.put(now.id(), now);
                }
            }
        }
    }
}
