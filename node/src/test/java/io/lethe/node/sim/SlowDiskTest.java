package io.lethe.node.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.metadata.state.DirectoryReader;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.sim.SimLoop.Life;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** A disk that is slow for long: noticed, avoided, given up, and used again once it is quick. */
final class SlowDiskTest {
    private static final int SEEDS = 20;
    private static final long SECOND = 1_000 * SimNetwork.MILLI;

    /** One cluster, born; with fewer than four devices there is nothing to compare with. */
    private static final class World {
        final SimLoop loop;
        final SimCluster cluster;

        World(long seed) {
            loop = new SimLoop(seed);
            Checks checks = new Checks(loop);
            cluster = new SimCluster(loop, Plant.NONE, checks);
            checks.of(cluster);
            cluster.nodes.forEach(SimNode::start);
            SimNode.Running first = cluster.nodes.getFirst().running();
            var _ =
                    new SimTasks(loop, new Life("clients", 0))
                            .fork(
                                    "birth",
                                    () -> {
                                        try {
                                            if (first != null) {
                                                cluster.bear(first.metadata);
                                            }
                                        } catch (InterruptedException e) {
                                            throw new AssertionError(e);
                                        }
                                    });
        }

        DirectoryReader directory() {
            return Checks.newestDirectory(cluster);
        }

        boolean within(int seconds, BooleanSupplier condition) {
            return loop.runUntil(condition, loop.nanos() + seconds * SECOND);
        }

        boolean is(SimDevice device, DeviceRecord.State state) {
            return directory().device(device.id).map(d -> d.state() == state).orElse(false);
        }

        /** Open groups that have the device, and came after those of before. */
        List<PlacementGroup> newGroupsOf(SimDevice device, long lastId) {
            return directory().openPlacementGroups("standard").stream()
                    .filter(pg -> pg.id().value() > lastId)
                    .filter(pg -> pg.members().contains(device.id))
                    .toList();
        }

        long lastGroup() {
            return directory().openPlacementGroups("standard").stream()
                    .mapToLong(pg -> pg.id().value())
                    .max()
                    .orElse(0);
        }
    }

    @Test
    void aDiskThatIsSlowForLongIsAvoidedAndUsedAgainLater() {
        int looked = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed);
            try {
                if (world.cluster.devices.size() >= 4) {
                    slowThenQuick(world, "seed " + seed);
                    looked++;
                }
            } finally {
                world.loop.close();
            }
        }
        assertThat(looked).isPositive();
    }

    private static void slowThenQuick(World world, String seed) {
        assertThat(world.within(120, () -> world.lastGroup() > 0)).as(seed).isTrue();
        SimDevice device = world.cluster.devices.values().iterator().next();
        assertThat(world.within(60, () -> world.is(device, DeviceRecord.State.WRITABLE)))
                .as("%s: it is writable", seed)
                .isTrue();
        assertThat(world.within(60, () -> !world.is(device, DeviceRecord.State.WRITABLE)))
                .as("%s: a quick disk stays so", seed)
                .isFalse();
        device.slowness = 200;
        assertThat(world.within(120, () -> world.is(device, DeviceRecord.State.SLOW)))
                .as("%s: it is noticed", seed)
                .isTrue();
        long last = world.lastGroup();
        boolean _ = world.within(30, () -> false);
        assertThat(world.newGroupsOf(device, last)).as("%s: it is avoided", seed).isEmpty();
        assertThat(world.within(60, () -> world.is(device, DeviceRecord.State.EVICTED)))
                .as("%s: it is to be emptied", seed)
                .isTrue();
        device.slowness = 1;
        assertThat(world.within(120, () -> world.is(device, DeviceRecord.State.WRITABLE)))
                .as("%s: it is used again", seed)
                .isTrue();
        assertThat(world.loop.failure()).as(seed).isNull();
    }
}
