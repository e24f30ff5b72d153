package io.lethe.node.controller;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Begins the moves that {@link MovePlanner} plans, on the elected controller: off devices that are
 * lost or leaving, and from full ones to empty ones. The targets' nodes carry the moves out and end
 * them ({@code repair.Healer}). Does nothing on other nodes. One task.
 *
 * <p>A device counts as lost when it was removed, or when it has been unusable for the grace: its
 * node away, or its store failed or gone. While too many nodes are away at once nothing is begun:
 * then something else is wrong, and everything would be copied in vain.
 */
public final class MoveKeeper implements Worker {
    /** Directory setting: operators stop the evening out by {@code off}. */
    public static final String EVENING = "rebalance";

    /** Half an hour where nobody has said otherwise: 10 GiB at a tenth of a disk's rate. */
    private static final long SLOW_GRACES = 3;

    private static final long CATCH_UP_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ControllerPorts ports;
    private final Orders orders;
    private final AwayNodes away;
    private final long graceNanos;
    private final Map<DeviceId, Long> unusableSince = new HashMap<>();
    private final Map<PgId, Moving> moving = new HashMap<>();

    /** A move that this controller has seen, and since when. */
    private record Moving(int epoch, long sinceNanos) {}

    /**
     * @param grace longer than a restart of a machine: who blinks triggers nothing
     */
    public MoveKeeper(ControllerPorts ports, Duration grace) {
        this.ports = ports;
        orders = new Orders(ports);
        graceNanos = grace.toNanos();
        away = new AwayNodes(graceNanos);
    }

    @Override
    public String name() {
        return "moves";
    }

    @Override
    public Step step() throws InterruptedException {
        if (ports.coordination().controllerEpoch().isEmpty()) {
            forget();
            return new Step.Idle("another node is the controller");
        }
        if (!ports.coordination().connected() || ports.directory().cluster().isEmpty()) {
            forget();
            return new Step.Idle("who is here is not known now");
        }
        long now = ports.tasks().clock().nanos();
        ports.metadata().catchUpDirectory(now + CATCH_UP_NANOS);
        Set<NodeId> known = new HashSet<>();
        ports.directory().nodes().stream()
                .filter(node -> !node.removed())
                .forEach(node -> known.add(node.id()));
        Set<NodeId> lostNodes = away.lost(known, ports.coordination().nodes().keySet(), now);
        Set<DeviceId> lost = lostDevices(now);
        if (AwayNodes.tooMany(away.count() - lostNodes.size(), known.size())) {
            return new Step.Idle(
                    away.count() + " nodes are away at once: repair waits until they are back");
        }
        boolean evening = !ports.directory().setting(EVENING).orElse("on").equals("off");
        List<MovePlanner.Plan> plans =
                new MovePlanner(
                                devices(),
                                lost,
                                ports.directory().placementGroups(),
                                slow(ports.directory().placementGroups(), now))
                        .plan(evening);
        for (MovePlanner.Plan plan : plans) {
            begin(plan);
        }
        String progress = plans.size() + " moves begun, " + lost.size() + " devices lost";
        return plans.isEmpty() ? new Step.Idle(progress) : new Step.Worked(progress);
    }

    private void forget() {
        away.clear();
        unusableSince.clear();
        moving.clear();
    }

    /** Groups whose move takes so long that something may be wrong with it. */
    private Set<PgId> slow(List<PlacementGroup> groups, long now) {
        Set<PgId> slow = new HashSet<>();
        Set<PgId> seen = new HashSet<>();
        for (PlacementGroup pg : groups) {
            if (pg.move() != null) {
                seen.add(pg.id());
                Moving since =
                        moving.compute(
                                pg.id(),
                                (_, known) ->
                                        known != null && known.epoch() == pg.epoch()
                                                ? known
                                                : new Moving(pg.epoch(), now));
                if (now - since.sinceNanos() >= SLOW_GRACES * graceNanos) {
                    slow.add(pg.id());
                }
            }
        }
        moving.keySet().retainAll(seen);
        return slow;
    }

    private void begin(MovePlanner.Plan plan) throws InterruptedException {
        try {
            var _ =
                    orders.apply(
                            new DirectoryCommand.BeginMove(plan.pg(), plan.epoch(), plan.move()));
        } catch (StoreException e) {
            // The group has moved on since it was planned: the next step plans anew.
            boolean overtaken =
                    e.code() == ErrorCode.STALE_EPOCH || e.code() == ErrorCode.INVALID_ARGUMENT;
            if (!overtaken) {
                throw e;
            }
        }
    }

    private Set<DeviceId> lostDevices(long now) {
        Set<DeviceId> lost = new HashSet<>();
        Set<DeviceId> unusable = new HashSet<>();
        for (DeviceRecord device : ports.directory().devices()) {
            if (device.state() == DeviceRecord.State.REMOVED) {
                lost.add(device.id());
            } else if (device.state() == DeviceRecord.State.UNAVAILABLE) {
                unusable.add(device.id());
                Long since = unusableSince.putIfAbsent(device.id(), now);
                if (since != null && now - since >= graceNanos) {
                    lost.add(device.id());
                }
            }
        }
        unusableSince.keySet().retainAll(unusable);
        return lost;
    }

    private List<MovePlanner.Device> devices() {
        List<MovePlanner.Device> devices = new ArrayList<>();
        for (DeviceRecord device : ports.directory().devices()) {
            Optional<NodeRecord> node = ports.directory().node(device.node());
            node.ifPresent(
                    one ->
                            devices.add(
                                    new MovePlanner.Device(
                                            device,
                                            Domains.of(
                                                    device, one, ports.plan().failureDomain()))));
        }
        return devices;
    }
}
