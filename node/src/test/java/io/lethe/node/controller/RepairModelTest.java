package io.lethe.node.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Clock;
import io.lethe.node.chunk.DiskLoad;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Scheme;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * How long full devices of sizes that no test can fill take to be made anew: a model in which bytes
 * flow at rates.
 *
 * <p>Real: which member goes where and when ({@link MovePlanner}, once a second), and what the
 * background gets of a device ({@link DiskLoad}). Modelled: bytes, which flow from k members to the
 * target of each group that is worked on; what a device reads and writes for it comes from one
 * allowance, a network port takes in and gives out so much, and whoever shares one of these gets as
 * much as the others. A target works on as many groups at once as {@code repair.Healer} does, of
 * the most endangered ones. Each group costs a fixed time besides (lists, epochs, the directory),
 * three times what six processes on an idle machine of two cores take.
 *
 * <p>Not modelled: processors, seeks (the rates are what the device does under this load), what
 * fails meanwhile, and foreground load that changes.
 */
class RepairModelTest {
    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;
    private static final long TIB = 1L << 40;

    /** As in {@code repair.Healer}. */
    private static final int AT_ONCE = 16;

    /** {@code repair.share}. */
    private static final int SHARE_PERCENT = 50;

    private static final long FLOOR = 8 * MIB;
    private static final double FIXED_SECONDS = 1.5;

    /**
     * What is simulated.
     *
     * @param spares empty devices beside those that hold the groups
     * @param busyPercent of the time in which requests use each device
     */
    private record World(
            int devices,
            int spares,
            int k,
            int m,
            long deviceBytes,
            int groupsPerDevice,
            long diskRate,
            long netRate,
            int busyPercent) {
        String text() {
            return "%d devices, %d+%d, %d GiB each, disk %d MiB/s, network %d MiB/s, busy %d %%"
                    .formatted(
                            devices,
                            k,
                            m,
                            deviceBytes / GIB,
                            diskRate / MIB,
                            netRate / MIB,
                            busyPercent);
        }

        /** Of what requests leave free. */
        double copySeconds() {
            double rate = Math.min(diskRate * (100 - busyPercent) / 100.0, (double) netRate);
            return deviceBytes / rate;
        }
    }

    /** A chunk that goes over, for all segments of its group. */
    private static final class Flow {
        final PlacementGroup pg;
        final DeviceId target;
        final List<DeviceId> sources;
        double leftBytes;
        double fixedSeconds = FIXED_SECONDS;
        double rate;

        Flow(PlacementGroup pg, DeviceId target, List<DeviceId> sources, double leftBytes) {
            this.pg = pg;
            this.target = target;
            this.sources = sources;
            this.leftBytes = leftBytes;
        }

        double seconds() {
            return leftBytes > 0 ? leftBytes / rate : fixedSeconds;
        }
    }

    private static final class Model {
        final World world;
        final Map<DeviceId, MovePlanner.Device> devices = new LinkedHashMap<>();
        final List<PlacementGroup> groups = new ArrayList<>();
        final Set<DeviceId> lost = new HashSet<>();
        final Map<PgId, Flow> flows = new LinkedHashMap<>();

        /** When a chunk of a group had first gone over. */
        final Map<PgId, Double> firstDone = new HashMap<>();

        final double chunkBytes;
        final double allowance;
        double seconds;

        Model(World world, long seed) {
            this.world = world;
            chunkBytes = (double) world.deviceBytes() / world.groupsPerDevice();
            allowance = allowance(world);
            for (int i = 0; i < world.devices() + world.spares(); i++) {
                boolean spare = i >= world.devices();
                long capacity = 2 * world.deviceBytes();
                DeviceRecord record =
                        new DeviceRecord(
                                new DeviceId(new Id128(2, i)),
                                new NodeId(new Id128(1, i)),
                                capacity,
                                spare ? capacity : capacity - world.deviceBytes(),
                                DeviceRecord.State.WRITABLE);
                devices.put(record.id(), new MovePlanner.Device(record, "domain-" + i));
            }
            place(new Random(seed));
        }

        /** Groups on the devices that have fewest, so that all have as many. */
        private void place(Random random) {
            Scheme scheme = new Scheme(world.k(), world.m(), Scheme.LEAST_CELL_BYTES);
            Map<DeviceId, Integer> count = new HashMap<>();
            List<DeviceId> all = new ArrayList<>(devices.keySet()).subList(0, world.devices());
            int wanted = world.devices() * world.groupsPerDevice() / scheme.width();
            for (int i = 1; i <= wanted; i++) {
                List<DeviceId> order = new ArrayList<>(all);
                Collections.shuffle(order, random);
                order.sort(Comparator.comparingInt(one -> count.getOrDefault(one, 0)));
                List<DeviceId> members = new ArrayList<>(order.subList(0, scheme.width()));
                Collections.shuffle(members, random);
                members.forEach(one -> count.merge(one, 1, Integer::sum));
                groups.add(
                        new PlacementGroup(
                                new PgId(i),
                                1,
                                "standard",
                                scheme,
                                members,
                                PlacementGroup.State.FULL));
            }
        }

        private static double allowance(World world) {
            long[] now = {0};
            DiskLoad load =
                    new DiskLoad(
                            new Clock() {
                                @Override
                                public long wallMillis() {
                                    return TimeUnit.NANOSECONDS.toMillis(now[0]);
                                }

                                @Override
                                public long nanos() {
                                    return now[0];
                                }
                            });
            long slice = TimeUnit.MILLISECONDS.toNanos(1);
            for (int i = 0; i < 30_000; i++) {
                boolean busy = i % 100 < world.busyPercent();
                if (busy) {
                    load.entered();
                }
                now[0] += slice;
                if (busy) {
                    load.left();
                }
            }
            load.measured(world.diskRate(), TimeUnit.SECONDS.toNanos(1));
            return load.allowance(SHARE_PERCENT, FLOOR);
        }

        private long lacking(PlacementGroup pg) {
            return pg.members().stream().filter(lost::contains).count();
        }

        private void plan() {
            for (MovePlanner.Plan plan :
                    new MovePlanner(devices.values(), lost, groups).plan(false)) {
                int at = (int) plan.pg().value() - 1;
                assertThat(groups.get(at).epoch()).isEqualTo(plan.epoch());
                groups.set(at, groups.get(at).moving(plan.move()));
            }
        }

        /** Each target begins with what its healer would. */
        private void begin() {
            Map<DeviceId, List<PlacementGroup>> moves = new LinkedHashMap<>();
            for (PlacementGroup pg : groups) {
                if (pg.move() != null) {
                    moves.computeIfAbsent(pg.move().to(), _ -> new ArrayList<>()).add(pg);
                }
            }
            moves.forEach(
                    (target, waiting) -> {
                        long most = waiting.stream().mapToLong(this::lacking).max().orElse(0);
                        waiting.stream()
                                .filter(pg -> lacking(pg) == most)
                                .limit(AT_ONCE)
                                .filter(pg -> !flows.containsKey(pg.id()))
                                .forEach(pg -> flows.put(pg.id(), flow(pg, target)));
                    });
        }

        private Flow flow(PlacementGroup pg, DeviceId target) {
            List<DeviceId> sources =
                    pg.members().stream()
                            .filter(one -> !lost.contains(one))
                            .limit(world.k())
                            .toList();
            assertThat(sources).hasSize(world.k());
            return new Flow(pg, target, sources, chunkBytes);
        }

        /** A device's allowance, or one direction of its port, and who wants some of it. */
        private static final class Share {
            double left;
            final Map<Flow, Double> parts = new LinkedHashMap<>();

            Share(double left) {
                this.left = left;
            }
        }

        private void want(Map<String, Share> shares, String name, double most, Flow flow) {
            double part = name.startsWith("in") ? world.k() : 1;
            shares.computeIfAbsent(name, _ -> new Share(most)).parts.merge(flow, part, Double::sum);
        }

        /** All rates grow alike; who meets a limit stays behind, and the others go on. */
        private void rates() {
            Map<String, Share> shares = new LinkedHashMap<>();
            Set<Flow> growing = new HashSet<>();
            for (Flow flow : flows.values()) {
                flow.rate = 0;
                if (flow.leftBytes > 0) {
                    growing.add(flow);
                    want(shares, "disk " + flow.target, allowance, flow);
                    want(shares, "in " + flow.target, (double) world.netRate(), flow);
                    for (DeviceId source : flow.sources) {
                        want(shares, "disk " + source, allowance, flow);
                        want(shares, "out " + source, (double) world.netRate(), flow);
                    }
                }
            }
            while (!growing.isEmpty()) {
                double step = Double.MAX_VALUE;
                @Nullable Share tightest = null;
                for (Share share : shares.values()) {
                    double parts = parts(share, growing);
                    if (parts > 0 && share.left / parts < step) {
                        step = share.left / parts;
                        tightest = share;
                    }
                }
                if (tightest == null) {
                    throw new AssertionError("nothing limits " + growing.size() + " flows");
                }
                for (Share share : shares.values()) {
                    share.left -= step * parts(share, growing);
                }
                for (Flow flow : growing) {
                    flow.rate += step;
                }
                growing.removeAll(tightest.parts.keySet());
            }
        }

        private static double parts(Share share, Set<Flow> growing) {
            double parts = 0;
            for (Map.Entry<Flow, Double> one : share.parts.entrySet()) {
                parts += growing.contains(one.getKey()) ? one.getValue() : 0;
            }
            return parts;
        }

        /** Until no group lacks a member, with what is lost already. */
        void heal() {
            plan();
            begin();
            double planAt = seconds + 1;
            while (groups.stream().anyMatch(pg -> lacking(pg) > 0)) {
                assertThat(flows).as("somebody works").isNotEmpty();
                rates();
                double step = flows.values().stream().mapToDouble(Flow::seconds).min().orElse(0);
                pass(Math.max(step, 1e-9));
                boolean ended = end();
                if (ended && seconds >= planAt) {
                    plan();
                    planAt = seconds + 1;
                }
                if (ended) {
                    begin();
                }
                if (flows.isEmpty()) {
                    seconds = planAt;
                    plan();
                    begin();
                    planAt = seconds + 1;
                }
            }
        }

        private void pass(double step) {
            seconds += step;
            for (Flow flow : flows.values()) {
                if (flow.leftBytes > 0) {
                    flow.leftBytes -= flow.rate * step;
                    flow.leftBytes = flow.leftBytes < 1 ? 0 : flow.leftBytes;
                } else {
                    flow.fixedSeconds -= step;
                }
            }
        }

        private boolean end() {
            List<Flow> over =
                    flows.values().stream()
                            .filter(flow -> flow.leftBytes == 0 && flow.fixedSeconds < 1e-6)
                            .toList();
            for (Flow flow : over) {
                flows.remove(flow.pg.id());
                groups.set((int) flow.pg.id().value() - 1, flow.pg.moved());
                firstDone.putIfAbsent(flow.pg.id(), seconds);
            }
            return !over.isEmpty();
        }
    }

    private static Model lose(World world) {
        Model model = new Model(world, 1);
        model.devices.keySet().stream().limit(1).forEach(model.lost::add);
        model.heal();
        System.out.printf(
                "%s: whole after %.0f s, a copy takes %.0f s, ratio %.2f%n",
                world.text(),
                model.seconds,
                world.copySeconds(),
                model.seconds / world.copySeconds());
        return model;
    }

    private static double ratio(World world) {
        return lose(world).seconds / world.copySeconds();
    }

    /** An empty device in the place of the one that is lost: one target gets it all. */
    private static World six(long deviceBytes, int busyPercent) {
        return new World(6, 1, 4, 2, deviceBytes, 31, 200 * MIB, 1_100 * MIB, busyPercent);
    }

    /** A lost device's groups go to all others. */
    private static World hundred(long deviceBytes, int busyPercent) {
        return new World(100, 0, 8, 4, deviceBytes, 100, 200 * MIB, 1_100 * MIB, busyPercent);
    }

    @Test
    void aReplacedDeviceTakesAtMostThreeTimesAsLongAsACopyOfIt() {
        assertThat(ratio(six(20 * GIB, 0))).isLessThan(3);
        assertThat(ratio(six(TIB, 0))).isLessThan(3);
        assertThat(ratio(six(TIB, 50))).isLessThan(3);
    }

    @Test
    void ofManyDevicesAllOthersMakeALostOneAnewSoonerThanACopyWould() {
        assertThat(ratio(hundred(20 * GIB, 0))).isLessThan(1);
        assertThat(ratio(hundred(TIB, 0))).isLessThan(0.5);
        assertThat(ratio(hundred(TIB, 50))).isLessThan(0.5);
    }

    /** The floor: it ends however busy the devices are. */
    @Test
    void devicesThatAreNeverIdleAreHealedAtTheFloor() {
        World world = six(TIB, 100);
        Model model = lose(world);
        assertThat(model.seconds).isLessThan(2.0 * TIB / FLOOR);
    }

    @Test
    void ofGroupsThatLackTwoEachHasOneAgainLongBeforeAllIsWhole() {
        Model model = new Model(hundred(TIB, 0), 1);
        model.lost.addAll(model.devices.keySet().stream().limit(2).toList());
        List<PgId> two =
                model.groups.stream()
                        .filter(pg -> model.lacking(pg) == 2)
                        .map(PlacementGroup::id)
                        .toList();
        assertThat(two).isNotEmpty();
        model.heal();
        double endangered = two.stream().mapToDouble(model.firstDone::get).max().orElseThrow();
        System.out.printf(
                "two of 100 lost: none of %d groups lacks two after %.0f s, none any after %.0f"
                        + " s%n",
                two.size(), endangered, model.seconds);
        assertThat(endangered).isLessThan(model.seconds / 3);
    }
}
