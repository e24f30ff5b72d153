package io.lethe.node.controller;

import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Plans which members of placement groups go over to which devices. Pure. In this order:
 *
 * <ol>
 *   <li>members whose device is lost, in groups that could lose the fewest more first; the others
 *       wait until none of those is on its way, unless that takes very long: all read from the same
 *       devices;
 *   <li>moves whose target is lost, leaving or full, to another target;
 *   <li>members whose device is leaving;
 *   <li>members of devices that are fuller than the mean by {@link #LEAST_IMBALANCE_PERCENT}, to
 *       the emptiest ones.
 * </ol>
 *
 * A group moves one member at a time. A target gets at most {@link #MOST_PER_TARGET} moves at once,
 * so that few readers ask it in vain, and {@link #MOST_LOST_PER_TARGET} where members are lost,
 * whom they would ask in vain; the targets of a lost device's groups are all others. Where no
 * device in a domain of its own is left, a group waits: less protection is no repair.
 */
final class MovePlanner {
    /** So that the next ones are ready when some small ones end together. */
    static final int MOST_PER_TARGET = 8;

    /** Of small groups a target ends several in the time that it takes to begin the next. */
    static final int MOST_LOST_PER_TARGET = 64;

    /** Moves that only even out what devices hold, in the whole cluster. */
    static final int MOST_EVENING = 4;

    /** Below this an even fill is not worth the traffic. */
    static final int LEAST_IMBALANCE_PERCENT = 10;

    private final Map<DeviceId, Device> devices = new HashMap<>();
    private final Set<DeviceId> lost;
    private final List<PlacementGroup> groups;
    private final Map<DeviceId, Integer> incoming = new HashMap<>();
    private final Map<DeviceId, Integer> memberships = new HashMap<>();
    private final Map<DeviceId, Long> plannedBytes = new HashMap<>();
    private final Set<PgId> planned = new HashSet<>();
    private final Set<PgId> slow;

    /**
     * A device as the planner sees it.
     *
     * @param domain the failure domain that it fails with
     */
    record Device(DeviceRecord record, String domain) {}

    /** A chunk of a group that is to go over, and in which epoch that was planned. */
    record Plan(PgId pg, int epoch, PlacementGroup.Move move) {}

    /** Where no group is slow. */
    MovePlanner(Collection<Device> known, Set<DeviceId> lost, List<PlacementGroup> groups) {
        this(known, lost, groups, Set.of());
    }

    /**
     * @param lost devices that will not come back, as far as anybody can tell
     * @param slow groups whose move has been under way for so long that none waits for them
     */
    MovePlanner(
            Collection<Device> known,
            Set<DeviceId> lost,
            List<PlacementGroup> groups,
            Set<PgId> slow) {
        known.forEach(one -> devices.put(one.record().id(), one));
        this.slow = slow;
        this.lost = lost;
        this.groups = groups;
        for (PlacementGroup pg : groups) {
            pg.members().forEach(one -> memberships.merge(one, 1, Integer::sum));
            PlacementGroup.Move move = pg.move();
            if (move != null) {
                incoming.merge(move.to(), 1, Integer::sum);
                memberships.merge(move.to(), 1, Integer::sum);
            }
        }
        for (PlacementGroup pg : groups) {
            PlacementGroup.Move move = pg.move();
            if (move != null) {
                plannedBytes.merge(
                        move.to(), groupBytes(pg.members().get(move.chunk())), Long::sum);
            }
        }
    }

    /**
     * What to begin now.
     *
     * @param evening whether to even out what devices hold as well
     */
    List<Plan> plan(boolean evening) {
        List<Plan> plans = new ArrayList<>();
        List<PlacementGroup> byDanger = new ArrayList<>(groups);
        Map<PgId, Long> spare = new HashMap<>();
        groups.forEach(pg -> spare.put(pg.id(), pg.scheme().m() - lostMembers(pg)));
        byDanger.sort(
                Comparator.comparingLong((PlacementGroup pg) -> spare.getOrDefault(pg.id(), 0L))
                        .thenComparingLong(pg -> pg.id().value()));
        long held = Long.MAX_VALUE;
        for (PlacementGroup pg : byDanger) {
            int chunk = pg.move() == null ? first(pg, lost::contains) : retarget(pg);
            long left = spare.getOrDefault(pg.id(), 0L);
            if (pg.move() != null || left <= held) {
                add(plans, pg, chunk);
            }
            if (holds(pg)) {
                held = Math.min(held, left);
            }
        }
        for (PlacementGroup pg : byDanger) {
            add(plans, pg, pg.move() == null ? first(pg, this::isLeaving) : -1);
        }
        if (evening && plans.isEmpty() && incoming.isEmpty()) {
            planEvening(plans);
        }
        return plans;
    }

    /** Whether a lost member of the group is on its way, for which less endangered groups wait. */
    private boolean holds(PlacementGroup pg) {
        PlacementGroup.Move move = pg.move();
        boolean under = move != null && lost.contains(pg.members().get(move.chunk()));
        return (under || planned.contains(pg.id())) && !slow.contains(pg.id());
    }

    private long lostMembers(PlacementGroup pg) {
        return pg.members().stream().filter(lost::contains).count();
    }

    private boolean isLeaving(DeviceId device) {
        Device known = devices.get(device);
        return known != null && known.record().emptying();
    }

    private static int first(PlacementGroup pg, Predicate<DeviceId> which) {
        for (int i = 0; i < pg.members().size(); i++) {
            if (which.test(pg.members().get(i))) {
                return i;
            }
        }
        return -1;
    }

    /** The chunk whose target can't take it; -1 where the target can. */
    private int retarget(PlacementGroup pg) {
        PlacementGroup.Move move = pg.move();
        if (move == null) {
            return -1;
        }
        Device target = devices.get(move.to());
        boolean bad =
                target == null
                        || lost.contains(move.to())
                        || target.record().emptying()
                        || target.record().state() == DeviceRecord.State.REMOVED
                        || target.record().state() == DeviceRecord.State.FULL;
        return bad ? move.chunk() : -1;
    }

    private void add(List<Plan> plans, PlacementGroup pg, int chunk) {
        Device target = chunk < 0 || planned.contains(pg.id()) ? null : target(pg, chunk);
        if (target != null) {
            DeviceId to = target.record().id();
            planned.add(pg.id());
            incoming.merge(to, 1, Integer::sum);
            memberships.merge(to, 1, Integer::sum);
            plannedBytes.merge(to, groupBytes(pg.members().get(chunk)), Long::sum);
            plans.add(new Plan(pg.id(), pg.epoch(), new PlacementGroup.Move(chunk, to)));
        }
    }

    /** The device with the most room of those that may take a chunk; null: none may. */
    private @Nullable Device target(PlacementGroup pg, int chunk) {
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < pg.members().size(); i++) {
            Device member = devices.get(pg.members().get(i));
            if (i != chunk && member != null) {
                taken.add(member.domain());
            }
        }
        PlacementGroup.Move move = pg.move();
        boolean isLost = lost.contains(pg.members().get(chunk));
        int most = isLost ? MOST_LOST_PER_TARGET : MOST_PER_TARGET;
        return devices.values().stream()
                .filter(one -> one.record().wanted() && !lost.contains(one.record().id()))
                .filter(one -> !taken.contains(one.domain()))
                .filter(one -> !pg.members().contains(one.record().id()))
                .filter(one -> move == null || !move.to().equals(one.record().id()))
                .filter(one -> incoming.getOrDefault(one.record().id(), 0) < most)
                .max(
                        Comparator.comparingDouble(this::roomShare)
                                .thenComparing(one -> one.record().id()))
                .orElse(null);
    }

    private long room(Device device) {
        return device.record().freeBytes() - plannedBytes.getOrDefault(device.record().id(), 0L);
    }

    private double roomShare(Device device) {
        return room(device) / (double) Math.max(1, device.record().capacityBytes());
    }

    /** About what a member of a group holds, from what its device does. */
    private long groupBytes(DeviceId member) {
        Device device = devices.get(member);
        if (device == null) {
            return 0;
        }
        long used = device.record().capacityBytes() - device.record().freeBytes();
        return Math.max(0, used) / Math.max(1, memberships.getOrDefault(member, 1));
    }

    private void planEvening(List<Plan> plans) {
        List<Device> usable =
                devices.values().stream().filter(one -> one.record().wanted()).toList();
        double mean = usable.stream().mapToDouble(this::roomShare).average().orElse(0);
        double step = LEAST_IMBALANCE_PERCENT / 100.0;
        List<Device> fullest =
                usable.stream()
                        .filter(one -> roomShare(one) < mean - step)
                        .sorted(Comparator.comparingDouble(this::roomShare))
                        .toList();
        for (Device from : fullest) {
            for (PlacementGroup pg : groups) {
                int chunk = pg.members().indexOf(from.record().id());
                Device to = chunk < 0 || pg.move() != null ? null : target(pg, chunk);
                if (plans.size() < MOST_EVENING && to != null && roomShare(to) > mean) {
                    add(plans, pg, chunk);
                }
            }
        }
    }
}
