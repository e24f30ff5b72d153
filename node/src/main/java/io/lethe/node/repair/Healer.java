package io.lethe.node.repair;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.LocalDevices;
import io.lethe.node.object.MemoryBudget;
import io.lethe.node.object.ObjectPorts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that one device of this node has all chunks that it should have, the most endangered
 * first:
 *
 * <ol>
 *   <li>groups of which a chunk goes over to it ({@link Transfer}), those that lack most members
 *       first, of equally endangered ones several at once;
 *   <li>chunks of its own that were found damaged ({@link Damaged});
 *   <li>chunks of groups in which it has no part any more ({@link Strangers});
 *   <li>groups whose lists were not compared for a while: what it lacks without anybody knowing is
 *       mended, and found without a reader's asking.
 * </ol>
 *
 * A group that can't be healed now is left alone for a while, so that it keeps no others.
 *
 * <p>One task, which has others work for it within a step: none outlives the step. {@link
 * #statuses} may be called from anywhere.
 */
public final class Healer implements Worker {
    /** Groups at once: their fixed costs (lists, epochs, the directory) hide behind each other. */
    static final int MOST_AT_ONCE = 16;

    /** A step begins nothing new after this: its progress is shown then, and a stop heard. */
    private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How long a group that failed keeps behind the others. */
    private static final long PUT_OFF_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ObjectPorts ports;
    private final LocalDevices devices;
    private final DeviceId device;
    private final long checkEveryNanos;
    private final Mending mending;
    private final MendLanes lanes;
    private final Damaged damaged;
    private final Strangers strangers;
    private final Map<PgId, Long> checkedAt = new HashMap<>();
    private final Map<PgId, Long> failedAt = new HashMap<>();

    /** Begun and not over, by group; kept from step to step. */
    private final Map<PgId, Transfer> transfers = new HashMap<>();

    private volatile List<Transfer> shown = List.of();

    /**
     * @param checkEvery how often the lists of a group's members are compared
     * @param memory of chunks under way, of all devices of the node together
     */
    public Healer(
            ObjectPorts ports,
            LocalDevices devices,
            DeviceId device,
            Duration checkEvery,
            MemoryBudget memory) {
        this.ports = ports;
        this.devices = devices;
        this.device = device;
        checkEveryNanos = checkEvery.toNanos();
        mending = new Mending(ports);
        lanes = new MendLanes(ports.tasks(), memory);
        damaged = new Damaged(ports, devices, device, mending);
        strangers = new Strangers(ports, devices, device);
    }

    @Override
    public String name() {
        return "repair/" + device;
    }

    /** What is under way. */
    public List<RepairStatus> statuses() {
        return shown.stream().map(Transfer::status).toList();
    }

    @Override
    public Step step() throws InterruptedException {
        ports.lease().check();
        if (!devices.ids().contains(device)) {
            return new Step.Idle("the device is gone");
        }
        boolean moving = !moves().isEmpty();
        if (!moving && (damaged.step() || strangers.step())) {
            return new Step.Worked("repaired damaged chunks, or removed those of moved groups");
        }
        return new Visit(moving).run();
    }

    private long now() {
        return ports.tasks().clock().nanos();
    }

    /** Groups of which a chunk goes over to this device. */
    private List<PlacementGroup> moves() {
        return ports.directory().placementGroupsOf(device).stream()
                .filter(pg -> pg.move() != null && pg.move().to().equals(device))
                .toList();
    }

    private long lacking(PlacementGroup pg) {
        return pg.members().stream().filter(one -> !ports.directory().readable(one)).count();
    }

    /** Groups of this device that were not compared for the period, all of whose members are up. */
    private List<PlacementGroup> unchecked() {
        long now = now();
        return ports.directory().placementGroupsOf(device).stream()
                .filter(pg -> pg.members().contains(device) && pg.move() == null)
                .filter(pg -> pg.scheme().m() > 0 && lacking(pg) == 0)
                .filter(pg -> due(pg, now))
                .sorted(
                        Comparator.comparingLong(
                                        (PlacementGroup pg) ->
                                                checkedAt.getOrDefault(pg.id(), Long.MIN_VALUE))
                                .thenComparingLong(pg -> pg.id().value()))
                .toList();
    }

    private boolean due(PlacementGroup pg, long now) {
        Long at = checkedAt.get(pg.id());
        return at == null || now - at >= checkEveryNanos;
    }

    /**
     * What to work on now, the most urgent first: of moves those that are as endangered as the
     * first.
     *
     * @param moving whether any move waits for this device
     * @param over those that ended or failed in this step
     */
    private List<PlacementGroup> wanted(boolean moving, Set<PgId> over) {
        List<PlacementGroup> all = new ArrayList<>(moving ? moves() : unchecked());
        all.removeIf(pg -> over.contains(pg.id()));
        long now = now();
        failedAt.values().removeIf(at -> now - at >= PUT_OFF_NANOS);
        List<PlacementGroup> sound =
                all.stream().filter(pg -> !failedAt.containsKey(pg.id())).toList();
        List<PlacementGroup> chosen = sound.isEmpty() ? all : sound;
        if (!moving) {
            return chosen;
        }
        long most = chosen.stream().mapToLong(this::lacking).max().orElse(0);
        return chosen.stream().filter(pg -> lacking(pg) == most).toList();
    }

    /** The transfer of a group as it is now. */
    private Transfer transfer(PlacementGroup pg) {
        Transfer known = transfers.get(pg.id());
        if (known != null && known.group().equals(pg)) {
            return known;
        }
        Transfer fresh = new Transfer(ports, mending, lanes, device, pg);
        transfers.put(pg.id(), fresh);
        return fresh;
    }

    private void show() {
        shown = List.copyOf(transfers.values());
    }

    /** A transfer's step under way. */
    private record Run(Transfer transfer, Tasks.Task task, Promise<Boolean> ended) {}

    /** One step: works on several groups until its time is over. One task. */
    private final class Visit {
        private final boolean moving;
        private final long untilNanos = now() + STEP_NANOS;
        private final List<Run> runs = new ArrayList<>();
        private final Set<PgId> over = new HashSet<>();
        private final Set<PgId> failed = new HashSet<>();
        private @Nullable StoreException failure;
        private final Set<PgId> begun = new HashSet<>();
        private int ended;
        private String progress = "";

        /** Done when a run has ended since it was hung up. */
        private volatile Promise<Boolean> bell = ports.tasks().promise();

        Visit(boolean moving) {
            this.moving = moving;
        }

        Step run() throws InterruptedException {
            boolean whole = false;
            try {
                fill();
                while (!runs.isEmpty()) {
                    settle();
                    fill();
                }
                whole = true;
            } finally {
                if (!whole) {
                    abandon();
                }
            }
            return outcome();
        }

        private void fill() {
            if (untilNanos - now() <= 0) {
                return;
            }
            List<PlacementGroup> wanted = wanted(moving, over);
            if (begun.isEmpty()) {
                Set<PgId> ids = new HashSet<>();
                wanted.stream().limit(MOST_AT_ONCE).forEach(pg -> ids.add(pg.id()));
                transfers.keySet().retainAll(ids);
            }
            for (PlacementGroup pg : wanted) {
                if (runs.size() < MOST_AT_ONCE && !runsIn(pg.id())) {
                    begun.add(pg.id());
                    runs.add(begin(transfer(pg)));
                }
            }
            show();
        }

        private boolean runsIn(PgId pg) {
            return runs.stream().anyMatch(run -> run.transfer().group().id().equals(pg));
        }

        private Run begin(Transfer transfer) {
            Promise<Boolean> ended = ports.tasks().promise();
            Tasks.Task task =
                    ports.tasks()
                            .fork(
                                    "repair-" + transfer.group().id(),
                                    () -> {
                                        try {
                                            ended.complete(transfer.step(untilNanos));
                                        } catch (InterruptedException e) {
                                            ended.complete(false);
                                        } catch (RuntimeException e) {
                                            // The task's root: it belongs to who waits.
                                            ended.fail(e);
                                        } finally {
                                            bell.complete(true);
                                        }
                                    });
            return new Run(transfer, task, ended);
        }

        /** Takes away what has ended; waits a little where nothing has. */
        private void settle() throws InterruptedException {
            Promise<Boolean> next = ports.tasks().promise();
            bell = next;
            boolean any = false;
            for (Iterator<Run> all = runs.iterator(); all.hasNext(); ) {
                Run run = all.next();
                if (run.ended().isDone()) {
                    all.remove();
                    settle(run);
                    any = true;
                }
            }
            if (!any && !runs.isEmpty()) {
                try {
                    // Each run ends when the step's time is over.
                    var _ = next.await(Long.MAX_VALUE);
                } catch (TimeoutException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        private void settle(Run run) throws InterruptedException {
            PgId pg = run.transfer().group().id();
            progress = describe(run.transfer());
            try {
                if (run.ended().await(Long.MAX_VALUE)) {
                    ended++;
                    over.add(pg);
                    checkedAt.put(pg, now());
                    strangers.misplaced(run.transfer().misplaced());
                    transfers.remove(pg);
                }
            } catch (StoreException e) {
                failure = e;
                over.add(pg);
                failed.add(pg);
                failedAt.put(pg, now());
            } catch (TimeoutException e) {
                throw new IllegalStateException(e);
            }
        }

        /** The node stops: what is under way must not outlive what it stands on. */
        private void abandon() throws InterruptedException {
            runs.forEach(run -> run.task().cancel());
            for (Run run : runs) {
                run.task().join();
            }
        }

        private Step outcome() {
            StoreException last = failure;
            show();
            if (last != null && begun.equals(failed)) {
                throw last;
            }
            if (progress.isEmpty()) {
                return new Step.Idle("nothing is lacking");
            }
            String rest = last == null ? "" : "; " + failed.size() + " wait: " + last.getMessage();
            return new Step.Worked(ended + " groups done, last " + progress + rest);
        }
    }

    private static String describe(Transfer now) {
        RepairStatus status = now.status();
        Transfer.Counts counts = now.counts();
        return "%s of %s: %d segments seen, %d chunks copied, %d computed, %d MiB"
                .formatted(
                        status.phase(),
                        status.pg(),
                        status.segmentsSeen(),
                        counts.chunksCopied.sum(),
                        counts.chunksComputed.sum(),
                        status.bytes() >> 20);
    }
}
