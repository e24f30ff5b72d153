package io.lethe.node.controller;

import io.lethe.node.cluster.Registration;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Brings the directory's nodes and devices into line with who is registered. The plan is pure; free
 * space is written only when it has moved by a twentieth of the device, so that a busy cluster does
 * not fill the log with it.
 */
final class NodeFollower {
    private static final int FREE_STEP = 20;

    /** With fewer devices there is nothing to go to instead of a slow one. */
    private static final int LEAST_TO_AVOID = 3;

    /** One device, or a fifth of all, may be avoided for being slow. */
    private static final int MOST_SLOW_PART = 5;

    private NodeFollower() {}

    /**
     * What differs, as commands.
     *
     * @param level feature level in force: a node that does not speak it is not counted as here,
     *     and does not stay
     * @param evictBeforeMillis a device that has been slow since before this is to be emptied
     */
    static List<DirectoryCommand> plan(
            Map<NodeId, Registration> here,
            List<NodeRecord> nodes,
            List<DeviceRecord> devices,
            int level,
            long evictBeforeMillis) {
        Map<NodeId, Registration> able = new TreeMap<>(here);
        able.values().removeIf(node -> !node.build().speaks(level));
        List<DirectoryCommand> plan = plan(able, nodes, devices, evictBeforeMillis);
        return level < FeatureLevels.DEVICE_PLACES ? plan : placed(plan, able, devices);
    }

    /** The same, with the places of devices that their nodes have told. */
    private static List<DirectoryCommand> placed(
            List<DirectoryCommand> plan,
            Map<NodeId, Registration> here,
            List<DeviceRecord> devices) {
        Map<DeviceId, String> places = new HashMap<>();
        here.values().stream()
                .flatMap(node -> node.devices().stream())
                .filter(device -> !device.path().isEmpty())
                .forEach(device -> places.put(device.id(), device.path()));
        List<DirectoryCommand> all = new ArrayList<>();
        Set<DeviceId> planned = new HashSet<>();
        for (DirectoryCommand command : plan) {
            if (command instanceof DirectoryCommand.PutDevice(DeviceRecord device)
                    && places.containsKey(device.id())) {
                String place = places.getOrDefault(device.id(), "");
                all.add(new DirectoryCommand.PlaceDevice(device.withPath(place)));
                planned.add(device.id());
            } else {
                all.add(command);
            }
        }
        for (DeviceRecord known : devices) {
            String place = places.getOrDefault(known.id(), known.path());
            if (!place.equals(known.path())
                    && known.state() != DeviceRecord.State.REMOVED
                    && !planned.contains(known.id())) {
                all.add(new DirectoryCommand.PlaceDevice(known.withPath(place)));
            }
        }
        return all;
    }

    private static List<DirectoryCommand> plan(
            Map<NodeId, Registration> here,
            List<NodeRecord> nodes,
            List<DeviceRecord> devices,
            long evictBeforeMillis) {
        List<DirectoryCommand> commands = new ArrayList<>();
        boolean few = slowAreFew(here);
        for (Registration registration : here.values()) {
            Optional<NodeRecord> known =
                    nodes.stream().filter(n -> n.id().equals(registration.node())).findFirst();
            if (known.isPresent() && known.get().removed()) {
                // It goes on as if nothing had happened, and nobody counts on it any more.
                continue;
            }
            NodeRecord said =
                    record(registration)
                            .withStanding(
                                    known.map(NodeRecord::standing)
                                            .orElse(NodeRecord.Standing.STAYS));
            if (known.isEmpty() || outdated(known.get(), said)) {
                commands.add(new DirectoryCommand.PutNode(said));
            }
            for (Registration.Device device : registration.devices()) {
                DeviceRecord.State slow =
                        device.sinceMillis() < evictBeforeMillis
                                ? DeviceRecord.State.EVICTED
                                : DeviceRecord.State.SLOW;
                DeviceRecord.State state = few ? slow : usual(device);
                planDevice(record(registration.node(), device, state), devices, commands);
            }
            Set<DeviceId> had = new HashSet<>();
            registration.devices().forEach(one -> had.add(one.id()));
            planAway(registration.node(), had, devices, commands);
        }
        for (NodeRecord node : nodes) {
            if (!here.containsKey(node.id())) {
                if (node.state() == NodeRecord.State.UP) {
                    commands.add(
                            new DirectoryCommand.SetNodeState(node.id(), NodeRecord.State.DOWN));
                }
                planAway(node.id(), Set.of(), devices, commands);
            }
        }
        return commands;
    }

    private static boolean outdated(NodeRecord known, NodeRecord said) {
        return !known.equals(said) && known.incarnation() <= said.incarnation();
    }

    /**
     * Where many devices are slow it is not the devices: something that they share is, or the whole
     * cluster has too much to do. Avoiding them all would only make it worse.
     */
    private static boolean slowAreFew(Map<NodeId, Registration> here) {
        List<Registration.Device> all =
                here.values().stream().flatMap(node -> node.devices().stream()).toList();
        long slow = all.stream().filter(d -> d.state() == Registration.DeviceState.SLOW).count();
        return all.size() >= LEAST_TO_AVOID && slow <= Math.max(1, all.size() / MOST_SLOW_PART);
    }

    private static DeviceRecord.State usual(Registration.Device device) {
        return device.freeBytes() > 0 ? DeviceRecord.State.WRITABLE : DeviceRecord.State.FULL;
    }

    /**
     * @param whenSlow what a slow device is called
     */
    private static DeviceRecord record(
            NodeId node, Registration.Device device, DeviceRecord.State whenSlow) {
        DeviceRecord.State state =
                switch (device.state()) {
                    case ONLINE -> DeviceRecord.State.WRITABLE;
                    case FULL -> DeviceRecord.State.FULL;
                    case FAILED -> DeviceRecord.State.UNAVAILABLE;
                    case SLOW -> whenSlow;
                };
        return new DeviceRecord(
                device.id(), node, device.capacityBytes(), device.freeBytes(), state);
    }

    private static void planDevice(
            DeviceRecord said, List<DeviceRecord> devices, List<DirectoryCommand> commands) {
        Optional<DeviceRecord> known =
                devices.stream().filter(d -> d.id().equals(said.id())).findFirst();
        if (known.isEmpty()
                || (known.get().state() != DeviceRecord.State.REMOVED
                        && differs(known.get(), said))) {
            commands.add(new DirectoryCommand.PutDevice(said));
        }
    }

    private static boolean differs(DeviceRecord known, DeviceRecord said) {
        long step = Math.max(1, said.capacityBytes() / FREE_STEP);
        return known.state() != said.state()
                || !known.node().equals(said.node())
                || known.capacityBytes() != said.capacityBytes()
                || Math.abs(known.freeBytes() - said.freeBytes()) >= step;
    }

    /** A node's devices that it does not have, all of one that is away: nobody can use them. */
    private static void planAway(
            NodeId node,
            Set<DeviceId> had,
            List<DeviceRecord> devices,
            List<DirectoryCommand> commands) {
        for (DeviceRecord device : devices) {
            if (device.node().equals(node) && device.readable() && !had.contains(device.id())) {
                commands.add(
                        new DirectoryCommand.PutDevice(
                                device.withState(DeviceRecord.State.UNAVAILABLE)));
            }
        }
    }

    private static NodeRecord record(Registration said) {
        return new NodeRecord(
                said.node(),
                said.incarnation(),
                said.host(),
                said.dataPort(),
                said.rpcPort(),
                said.consolePort(),
                said.s3Port(),
                said.rack(),
                said.roles(),
                said.publicKey(),
                NodeRecord.State.UP,
                NodeRecord.Standing.STAYS,
                said.build());
    }
}
