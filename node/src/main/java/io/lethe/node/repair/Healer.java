package io.lethe.node.repair;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.object.LocalDevices;
import io.lethe.node.object.ObjectPorts;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that one device of this node has all chunks that it should have, the most endangered
 * first:
 *
 * <ol>
 *   <li>groups of which a chunk goes over to it ({@link Transfer}), those that lack most members
 *       first;
 *   <li>chunks of its own that were found damaged ({@link Damaged});
 *   <li>chunks of groups in which it has no part any more ({@link Strangers});
 *   <li>groups whose lists were not compared for a while: what it lacks without anybody knowing is
 *       mended, and found without a reader's asking.
 * </ol>
 *
 * One task. {@link #status} may be called from anywhere.
 */
public final class Healer implements Worker {
    private final ObjectPorts ports;
    private final LocalDevices devices;
    private final DeviceId device;
    private final long checkEveryNanos;
    private final Mending mending;
    private final Damaged damaged;
    private final Strangers strangers;
    private final Map<PgId, Long> checkedAt = new HashMap<>();
    private final AtomicReference<@Nullable RepairStatus> status = new AtomicReference<>();
    private @Nullable Transfer transfer;
    private long beganMillis;

    /**
     * @param checkEvery how often the lists of a group's members are compared
     */
    public Healer(ObjectPorts ports, LocalDevices devices, DeviceId device, Duration checkEvery) {
        this.ports = ports;
        this.devices = devices;
        this.device = device;
        checkEveryNanos = checkEvery.toNanos();
        mending = new Mending(ports);
        damaged = new Damaged(ports, devices, device, mending);
        strangers = new Strangers(ports, devices, device);
    }

    @Override
    public String name() {
        return "repair/" + device;
    }

    /** What is under way; null: nothing. */
    public @Nullable RepairStatus status() {
        return status.get();
    }

    @Override
    public Step step() throws InterruptedException {
        ports.lease().check();
        if (!devices.ids().contains(device)) {
            return new Step.Idle("the device is gone");
        }
        Transfer now = current();
        if (now == null) {
            now = begin(urgent());
        }
        boolean busy = now != null && now.moves();
        if (!busy && (damaged.step() || strangers.step())) {
            return new Step.Worked("repaired damaged chunks, or removed those of moved groups");
        }
        if (now == null) {
            now = begin(unchecked());
        }
        if (now == null) {
            return new Step.Idle("nothing is lacking");
        }
        boolean ended = now.step();
        show(now);
        if (ended) {
            checkedAt.put(now.group().id(), ports.tasks().clock().nanos());
            strangers.misplaced(now.misplaced());
            giveUp();
        }
        return new Step.Worked(describe(now));
    }

    /** The transfer under way; given up where its group has moved on, or another is more urgent. */
    private @Nullable Transfer current() {
        Transfer now = transfer;
        if (now == null) {
            return null;
        }
        PlacementGroup pg = ports.directory().placementGroup(now.group().id()).orElse(null);
        boolean stands = pg != null && pg.equals(now.group());
        boolean yields = !now.moves() && urgent() != null;
        if (stands && !yields) {
            return now;
        }
        giveUp();
        return null;
    }

    private void giveUp() {
        transfer = null;
        status.set(null);
    }

    private @Nullable Transfer begin(@Nullable PlacementGroup pg) {
        if (pg == null) {
            return null;
        }
        Transfer fresh = new Transfer(ports, mending, device, pg);
        fresh.begin();
        beganMillis = ports.tasks().clock().wallMillis();
        transfer = fresh;
        show(fresh);
        return fresh;
    }

    /** The group that lacks most members, of those of which a chunk goes over to this device. */
    private @Nullable PlacementGroup urgent() {
        return ports.directory().placementGroups().stream()
                .filter(pg -> pg.move() != null && pg.move().to().equals(device))
                .min(
                        Comparator.comparingLong((PlacementGroup pg) -> -lacking(pg))
                                .thenComparingLong(pg -> pg.id().value()))
                .orElse(null);
    }

    private long lacking(PlacementGroup pg) {
        return pg.members().stream().filter(one -> !usable(one)).count();
    }

    private boolean usable(DeviceId one) {
        return ports.directory().device(one).map(DeviceRecord::readable).orElse(false);
    }

    /** A group of this device that was not compared for the period, all of whose members are up. */
    private @Nullable PlacementGroup unchecked() {
        long now = ports.tasks().clock().nanos();
        List<PlacementGroup> groups = ports.directory().placementGroups();
        checkedAt.keySet().removeIf(id -> ports.directory().placementGroup(id).isEmpty());
        return groups.stream()
                .filter(pg -> pg.members().contains(device) && pg.move() == null)
                .filter(pg -> pg.scheme().m() > 0 && lacking(pg) == 0)
                .filter(pg -> due(pg, now))
                .min(
                        Comparator.comparingLong(
                                        (PlacementGroup pg) ->
                                                checkedAt.getOrDefault(pg.id(), Long.MIN_VALUE))
                                .thenComparingLong(pg -> pg.id().value()))
                .orElse(null);
    }

    private boolean due(PlacementGroup pg, long now) {
        Long at = checkedAt.get(pg.id());
        return at == null || now - at >= checkEveryNanos;
    }

    private void show(Transfer now) {
        Transfer.Counts counts = now.counts();
        status.set(
                new RepairStatus(
                        now.group().id(),
                        now.group().chunkOf(device),
                        device,
                        now.moves() ? now.phase().name() : "CHECK",
                        beganMillis,
                        counts.segmentsSeen,
                        counts.chunksCopied + counts.chunksComputed,
                        counts.bytes));
    }

    private String describe(Transfer now) {
        Transfer.Counts counts = now.counts();
        return "%s of %s: %d segments seen, %d chunks copied, %d computed, %d MiB"
                .formatted(
                        now.moves() ? now.phase() : "check",
                        now.group().id(),
                        counts.segmentsSeen,
                        counts.chunksCopied,
                        counts.chunksComputed,
                        counts.bytes >> 20);
    }
}
