package io.lethe.node.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.cluster.Registration;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.Build;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the follower commands, carried out on a model of the directory, over histories by seed. */
final class NodeFollowerTest {
    private static final int SEEDS = 200;
    private static final int STEPS = 40;
    private static final long CAPACITY_BYTES = 1_000_000;
    private static final long EVICT_BEFORE = 1_000;

    /** Nodes that come, go and change, and the directory as far as the follower writes it. */
    private static final class World {
        final Random random;
        final Map<NodeId, Registration> here = new LinkedHashMap<>();
        final Map<NodeId, NodeRecord> nodes = new LinkedHashMap<>();
        final Map<DeviceId, DeviceRecord> devices = new LinkedHashMap<>();

        /** Feature level in force. */
        int level;

        World(long seed) {
            random = new Random(seed);
            level = 1 + (int) (seed % 2);
        }

        void change() {
            NodeId node = new NodeId(new Id128(1, random.nextInt(4)));
            Registration before = here.remove(node);
            if (random.nextInt(3) == 0) {
                return;
            }
            long known = nodes.containsKey(node) ? nodes.get(node).incarnation() : 0;
            long incarnation = before == null ? known + 1 : before.incarnation();
            List<Registration.Device> said = new ArrayList<>();
            Registration.DeviceState[] states = Registration.DeviceState.values();
            for (int i = 0; i < 2; i++) {
                said.add(
                        new Registration.Device(
                                new DeviceId(new Id128(node.id().low(), i)),
                                CAPACITY_BYTES,
                                1 + random.nextInt((int) CAPACITY_BYTES),
                                states[random.nextInt(states.length)],
                                EVICT_BEFORE - 1 + random.nextInt(2),
                                Registration.Times.UNKNOWN,
                                "/disk-" + random.nextInt(2)));
            }
            here.put(
                    node,
                    new Registration(
                            node,
                            incarnation,
                            "host-" + random.nextInt(2),
                            1,
                            2,
                            3,
                            4,
                            "rack",
                            Set.of(NodeRecord.Role.STORAGE),
                            "key",
                            said,
                            List.of(),
                            new Build("test", 1, level + random.nextInt(2))));
        }

        List<DirectoryCommand> plan() {
            return NodeFollower.plan(
                    here,
                    List.copyOf(nodes.values()),
                    List.copyOf(devices.values()),
                    level,
                    EVICT_BEFORE);
        }

        void apply(DirectoryCommand command) {
            switch (command) {
                case DirectoryCommand.PutNode c -> nodes.put(c.node().id(), c.node());
                case DirectoryCommand.PutDevice c ->
                        devices.compute(
                                c.device().id(),
                                (_, was) -> c.device().withPath(was == null ? "" : was.path()));
                case DirectoryCommand.PlaceDevice c -> devices.put(c.device().id(), c.device());
                case DirectoryCommand.SetNodeState c ->
                        nodes.computeIfPresent(c.node(), (_, was) -> was.withState(c.state()));
                default -> throw new AssertionError("not the follower's: " + command);
            }
        }
    }

    @Test
    void oneRoundBringsTheDirectoryIntoLine() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed);
            for (int step = 0; step < STEPS; step++) {
                world.change();
                world.plan().forEach(world::apply);
                String named = "seed " + seed + ", step " + step;
                assertThat(world.plan()).as("%s, a second plan", named).isEmpty();
                for (NodeRecord node : world.nodes.values()) {
                    assertThat(node.state() == NodeRecord.State.UP)
                            .as("%s, %s is up", named, node.id())
                            .isEqualTo(world.here.containsKey(node.id()));
                }
                for (DeviceRecord device : world.devices.values()) {
                    assertThat(device.state()).as(named).isEqualTo(expected(world, device));
                }
            }
        }
    }

    private static DeviceRecord.State slow(Registration.Device device) {
        return device.sinceMillis() < EVICT_BEFORE
                ? DeviceRecord.State.EVICTED
                : DeviceRecord.State.SLOW;
    }

    /** With up to eight devices: one may be avoided, of three at least. */
    private static boolean avoided(World world) {
        List<Registration.Device> all =
                world.here.values().stream().flatMap(node -> node.devices().stream()).toList();
        return all.size() >= 3
                && all.stream().filter(d -> d.state() == Registration.DeviceState.SLOW).count()
                        == 1;
    }

    private static DeviceRecord.State expected(World world, DeviceRecord device) {
        Registration said = world.here.get(device.node());
        if (said == null) {
            return DeviceRecord.State.UNAVAILABLE;
        }
        return said.devices().stream()
                .filter(one -> one.id().equals(device.id()))
                .map(
                        one ->
                                switch (one.state()) {
                                    case ONLINE -> DeviceRecord.State.WRITABLE;
                                    case FULL -> DeviceRecord.State.FULL;
                                    case FAILED -> DeviceRecord.State.UNAVAILABLE;
                                    case SLOW ->
                                            avoided(world)
                                                    ? slow(one)
                                                    : DeviceRecord.State.WRITABLE;
                                })
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRemovedDeviceStaysRemoved() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed);
            for (int step = 0; step < STEPS; step++) {
                world.change();
                for (DirectoryCommand command : world.plan()) {
                    @Nullable DeviceRecord device =
                            switch (command) {
                                case DirectoryCommand.PutDevice c -> c.device();
                                case DirectoryCommand.PlaceDevice c -> c.device();
                                default -> null;
                            };
                    if (device != null) {
                        DeviceRecord before = world.devices.get(device.id());
                        assertThat(before == null ? null : before.state())
                                .as("seed %d, step %d, %s", seed, step, command)
                                .isNotEqualTo(DeviceRecord.State.REMOVED);
                    }
                    world.apply(command);
                }
                if (world.random.nextInt(8) == 0 && !world.devices.isEmpty()) {
                    List<DeviceRecord> all = List.copyOf(world.devices.values());
                    DeviceRecord one = all.get(world.random.nextInt(all.size()));
                    world.apply(
                            new DirectoryCommand.PutDevice(
                                    new DeviceRecord(
                                            one.id(),
                                            one.node(),
                                            one.capacityBytes(),
                                            one.freeBytes(),
                                            DeviceRecord.State.REMOVED)));
                }
            }
        }
    }

    @Test
    void anOlderIncarnationChangesNothing() {
        World world = new World(1);
        while (world.here.isEmpty()) {
            world.change();
        }
        world.plan().forEach(world::apply);
        world.nodes.replaceAll(
                (_, was) ->
                        new NodeRecord(
                                was.id(),
                                was.incarnation() + 1,
                                "another",
                                was.dataPort(),
                                was.rpcPort(),
                                was.consolePort(),
                                was.s3Port(),
                                was.rack(),
                                was.roles(),
                                was.publicKey(),
                                was.state()));
        assertThat(world.plan()).isEmpty();
    }

    @Test
    void whatOperatorsSaidOfANodeIsNotReportedAway() {
        World world = new World(1);
        while (world.here.isEmpty()) {
            world.change();
        }
        world.plan().forEach(world::apply);
        world.nodes.replaceAll((_, was) -> was.withStanding(NodeRecord.Standing.LEAVING));
        assertThat(world.plan()).isEmpty();
        world.nodes.replaceAll((_, was) -> was.withStanding(NodeRecord.Standing.REMOVED));
        world.devices.replaceAll((_, was) -> was.withState(DeviceRecord.State.REMOVED));
        world.here.clear();
        world.plan().forEach(world::apply);
        assertThat(world.nodes.values()).allMatch(NodeRecord::removed);
    }

    @Test
    void whereDevicesLieIsSaidFromLevelTwoOn() {
        World world = new World(4);
        while (world.here.isEmpty()) {
            world.change();
        }
        world.plan().forEach(world::apply);
        assertThat(world.devices.values()).isNotEmpty().allMatch(one -> one.path().isEmpty());
        world.here.replaceAll((_, node) -> at(node, 2));
        world.plan().forEach(world::apply);
        world.level = 2;
        assertThat(world.plan())
                .hasSameSizeAs(world.devices.values())
                .hasOnlyElementsOfType(DirectoryCommand.PlaceDevice.class);
        world.plan().forEach(world::apply);
        assertThat(world.plan()).isEmpty();
        assertThat(world.devices.values()).noneMatch(one -> one.path().isEmpty());
    }

    private static Registration at(Registration node, int highest) {
        return new Registration(
                node.node(),
                node.incarnation() + 1,
                node.host(),
                node.dataPort(),
                node.rpcPort(),
                node.consolePort(),
                node.s3Port(),
                node.rack(),
                node.roles(),
                node.publicKey(),
                node.devices(),
                node.damaged(),
                new Build("new", 1, highest));
    }

    @Test
    void aNodeWhoseBuildDoesNotSpeakTheLevelIsNotHere() {
        World world = new World(1);
        while (world.here.isEmpty()) {
            world.change();
        }
        List<DirectoryCommand> plan =
                NodeFollower.plan(world.here, List.of(), List.of(), 9, EVICT_BEFORE);
        assertThat(plan).isEmpty();
        world.plan().forEach(world::apply);
        assertThat(
                        NodeFollower.plan(
                                world.here,
                                List.copyOf(world.nodes.values()),
                                List.of(),
                                9,
                                EVICT_BEFORE))
                .hasSameSizeAs(world.nodes.values())
                .hasOnlyElementsOfType(DirectoryCommand.SetNodeState.class);
    }

    @Test
    void freeSpaceIsWrittenOnlyWhenItHasMovedByATwentieth() {
        World world = new World(2);
        while (world.here.isEmpty()) {
            world.change();
        }
        world.plan().forEach(world::apply);
        world.devices.replaceAll((_, was) -> withFree(was, was.freeBytes() + 49_999));
        assertThat(world.plan()).isEmpty();
        world.devices.replaceAll((_, was) -> withFree(was, was.freeBytes() + 1));
        assertThat(world.plan()).hasSize(world.devices.size());
    }

    private static DeviceRecord withFree(DeviceRecord was, long freeBytes) {
        return new DeviceRecord(was.id(), was.node(), was.capacityBytes(), freeBytes, was.state());
    }
}
