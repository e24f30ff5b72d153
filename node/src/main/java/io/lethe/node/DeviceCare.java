package io.lethe.node;

import io.lethe.node.base.background.Pacing;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.config.ByteSize;
import io.lethe.node.chunk.Scrubber;
import io.lethe.node.metadata.Directory;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.MemoryBudget;
import io.lethe.node.object.ObjectPorts;
import io.lethe.node.object.OrphanSweeper;
import io.lethe.node.object.SetbackSweeper;
import io.lethe.node.repair.Healer;
import io.lethe.node.repair.RepairStatus;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The background work of this node's devices, and how they come and go while it runs: a device is
 * added by an operator's word, and let go of once the directory says that it was removed, so that
 * its disk may be emptied and added again. As a worker it looks for removed ones. Safe for any
 * thread.
 */
final class DeviceCare implements Worker {
    private static final Logger log = LoggerFactory.getLogger(DeviceCare.class);
    private static final Pacing OFTEN = Pacing.every(Duration.ofMillis(500).toNanos());
    private static final Pacing SECOND = Pacing.every(Duration.ofSeconds(1).toNanos());
    private static final Pacing PROBE = Pacing.every(Duration.ofSeconds(5).toNanos());
    private static final Pacing UPKEEP = Pacing.every(Duration.ofSeconds(2).toNanos());

    /** A step of a worker that waits for its disk. */
    private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** As of a device of the configuration. */
    private static final long LEAST_CAPACITY_BYTES = 64L << 20;

    /** Devices of one node, which the registration names. */
    private static final int MOST_DEVICES = 1_000;

    private final Node.Parts parts;
    private final ObjectPorts ports;
    private final MemoryBudget memory;
    private final Directory directory;
    private final Map<DeviceId, Healer> healers = new ConcurrentHashMap<>();
    private final Map<DeviceId, List<String>> workers = new ConcurrentHashMap<>();

    /**
     * @param ports of the background
     * @param memory of all that is made anew at once
     */
    DeviceCare(Node.Parts parts, ObjectPorts ports, MemoryBudget memory, Directory directory) {
        this.parts = parts;
        this.ports = ports;
        this.memory = memory;
        this.directory = directory;
    }

    /** Takes all devices on that are there. */
    void start() {
        parts.devices().ids().forEach(this::attend);
        parts.workers().start(this, SECOND);
    }

    private void attend(DeviceId device) {
        StorageDevices devices = parts.devices();
        List<String> names = workers.computeIfAbsent(device, _ -> new ArrayList<>());
        Healer healer =
                new Healer(ports, devices, device, parts.config().repair().checkEvery(), memory);
        Scrubber scrubber = devices.scrubber(device);
        scrubber.show(parts.metrics());
        healers.put(device, healer);
        start(names, new OrphanSweeper(ports, devices, device), UPKEEP);
        start(names, new SetbackSweeper(ports, devices, device), UPKEEP);
        start(names, healer, OFTEN);
        start(names, devices.watch(device, () -> parts.coordination().nodes()), PROBE);
        start(names, scrubber, SECOND);
        start(names, devices.upkeep(device), SECOND);
    }

    private void start(List<String> names, Worker worker, Pacing pacing) {
        names.add(worker.name());
        parts.workers().start(worker, pacing);
    }

    /** What the devices are getting now. */
    List<RepairStatus> repairs() {
        return healers.values().stream().map(Healer::statuses).flatMap(List::stream).toList();
    }

    /**
     * Adds a device, as {@code lethe device add} asks. One that is there already is only named.
     *
     * @param capacityBytes 0: all that its file system has
     * @throws StoreException INVALID_ARGUMENT where it may not be, UNAVAILABLE where it can't be
     */
    synchronized DeviceId add(String path, long capacityBytes, boolean sharedDisk) {
        if (!parts.config().node().roleSet().contains(NodeRecord.Role.STORAGE)) {
            throw invalid("this node has not the role storage, so it has no devices");
        }
        if (capacityBytes != 0 && capacityBytes < LEAST_CAPACITY_BYTES) {
            throw invalid("a device needs 64 MiB at least, and this would have " + capacityBytes);
        }
        Path wanted = parse(path);
        StorageDevices devices = parts.devices();
        for (Map.Entry<DeviceId, Path> known : devices.paths().entrySet()) {
            if (known.getValue().equals(wanted) && !removed(known.getKey())) {
                return known.getKey();
            }
        }
        if (devices.ids().size() >= MOST_DEVICES) {
            throw invalid("this node has " + MOST_DEVICES + " devices, which is the most");
        }
        if (devices.paths().containsValue(wanted) || devices.retiredPaths().contains(wanted)) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    wanted + " is still being let go of; empty it, and try again in a moment");
        }
        new NewDevice(wanted, sharedDisk)
                .check(
                        parts.identity().id(),
                        devices.paths(),
                        parts.config().node().data(),
                        directory);
        DeviceId device =
                devices.add(
                        new NodeConfig.Device(
                                wanted, capacityBytes == 0 ? null : new ByteSize(capacityBytes)));
        attend(device);
        parts.workers().wake(Registrar.NAME);
        log.info("device {} was added: {}", device, wanted);
        return device;
    }

    private static Path parse(String path) {
        try {
            if (path.startsWith("/") && path.indexOf('\n') < 0) {
                return Path.of(path).normalize();
            }
        } catch (InvalidPathException e) {
            throw invalid("'" + path + "' is no path: " + e.getReason());
        }
        throw invalid("'" + path + "' is no absolute path; give one of the node, such as /mnt/d2");
    }

    private static StoreException invalid(String why) {
        return new StoreException(ErrorCode.INVALID_ARGUMENT, why);
    }

    private boolean removed(DeviceId device) {
        return directory
                .device(device)
                .map(record -> record.state() == DeviceRecord.State.REMOVED)
                .orElse(false);
    }

    @Override
    public String name() {
        return "devices";
    }

    @Override
    public synchronized Step step() throws InterruptedException {
        StorageDevices devices = parts.devices();
        boolean changed = false;
        for (DeviceId device : devices.ids()) {
            if (removed(device)) {
                leave(device);
                devices.retire(device);
                log.info("device {} was removed: this node lets go of it", device);
                changed = true;
            }
        }
        changed |= devices.closeRetired();
        return changed ? Step.worked() : Step.idle();
    }

    private void leave(DeviceId device) throws InterruptedException {
        long deadline = parts.tasks().clock().nanos() + STOP_NANOS;
        List<String> names = workers.remove(device);
        for (String name : names == null ? List.<String>of() : names) {
            parts.workers().stop(name, deadline);
        }
        healers.remove(device);
    }
}
