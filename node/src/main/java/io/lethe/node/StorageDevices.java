package io.lethe.node;

import io.lethe.node.base.background.Worker;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.rocks.RocksOpener;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.chunk.DeviceCalls;
import io.lethe.node.chunk.DeviceMetrics;
import io.lethe.node.chunk.DevicePool;
import io.lethe.node.chunk.DeviceUpkeep;
import io.lethe.node.chunk.DeviceWatch;
import io.lethe.node.chunk.DiskChunkStore;
import io.lethe.node.chunk.DiskLoad;
import io.lethe.node.chunk.DiskPorts;
import io.lethe.node.chunk.DiskSettings;
import io.lethe.node.chunk.DiskTimes;
import io.lethe.node.chunk.Scrubber;
import io.lethe.node.chunk.WriteBuffers;
import io.lethe.node.chunk.wire.ServedDevice;
import io.lethe.node.cluster.Registration;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PgId;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.LocalDevices;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's devices, each a store behind a pool of its own; they may come and go while it runs.
 * Safe for any thread.
 */
final class StorageDevices implements LocalDevices, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StorageDevices.class);

    private record Open(DiskChunkStore store, DevicePool pool, Path path) implements DeviceCalls {
        @Override
        public DeviceId device() {
            return store.device();
        }

        @Override
        public <T> Promise<T> call(Function<ChunkStore, T> work) {
            return pool.submit(() -> work.apply(store));
        }

        @Override
        public ChunkStore.State state() {
            return store.status().state();
        }

        @Override
        public void setSlow(@Nullable String why) {
            store.setSlow(why);
        }

        @Override
        public DiskLoad load() {
            return pool.load();
        }
    }

    /** 64 MiB, of the 512 MiB outside the heap that the launcher allows: 128 chunks at a time. */
    private static final long MOST_WRITE_BUFFER_BYTES = 64L << 20;

    private final NodeConfig config;
    private final DiskPorts ports;
    private final Tasks tasks;
    private final Metrics metrics;
    private final AddedDevices added;
    private final Map<DeviceId, Open> devices = new ConcurrentHashMap<>();
    private final Map<DeviceId, ServedDevice> served = new ConcurrentHashMap<>();
    private final Map<DeviceId, DeviceWatch> watches = new ConcurrentHashMap<>();

    /** Not used any more, and not closed yet, since somebody may still read. */
    private final List<Open> retired = new ArrayList<>();

    /** Opens those that the node is configured with, and those that were added while it ran. */
    StorageDevices(NodeConfig config, RocksOpener rocks, Tasks tasks, Metrics metrics) {
        this.config = config;
        this.tasks = tasks;
        this.metrics = metrics;
        added = new AddedDevices(config.node().data());
        ports = DiskPorts.real(WriteBuffers.of(MOST_WRITE_BUFFER_BYTES), rocks);
        boolean opened = false;
        try {
            for (NodeConfig.Device device : config.devices()) {
                serve(device, open(device));
            }
            List<AddedDevices.Added> noted = added.read();
            for (AddedDevices.Added one : noted) {
                if (!configured(one.path())) {
                    openAdded(one, noted);
                }
            }
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    private boolean configured(Path path) {
        return config.devices().stream().anyMatch(one -> absolute(one.path()).equals(path));
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /**
     * One that was added is there already: nothing is made where its disk is not mounted.
     *
     * @param noted all of them: their disks may be mounted in each other's places
     */
    private void openAdded(AddedDevices.Added one, List<AddedDevices.Added> noted) {
        try {
            Optional<DeviceId> found = DiskChunkStore.peek(one.path());
            boolean known =
                    noted.stream().anyMatch(any -> found.equals(Optional.ofNullable(any.id())));
            if (found.isPresent() && (one.id() == null || known)) {
                serve(one.device(), open(one.device()));
                return;
            }
            log.warn(
                    "device {} is missing: {} holds {}. This node starts without it. Mount its"
                        + " disk, and restart the node or say 'lethe device add' again; if it is"
                        + " gone for good, take its line out of {}",
                    one.id() == null ? "of " + one.path() : one.id(),
                    one.path(),
                    found.map(other -> "device " + other).orElse("no device"),
                    config.node().data().resolve("devices"));
        } catch (StoreException e) {
            throw new StoreException(
                    e.code(),
                    e.getMessage()
                            + "; if it is gone for good, take its line out of "
                            + config.node().data().resolve("devices"),
                    e);
        }
    }

    private DiskChunkStore open(NodeConfig.Device device) {
        Optional<DeviceId> holds = DiskChunkStore.peek(device.path());
        if (holds.isPresent() && devices.containsKey(holds.get())) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    device.path()
                            + " holds device "
                            + holds.get()
                            + ", as "
                            + open(holds.get()).path()
                            + " does: one is a copy of the other; empty the copy");
        }
        DiskSettings settings = DiskSettings.of(device.path());
        if (device.capacity() != null) {
            settings = settings.withLimits(device.capacity().bytes(), settings.leastReserveBytes());
        }
        return DiskChunkStore.open(settings, ports);
    }

    private void serve(NodeConfig.Device device, DiskChunkStore store) {
        DevicePool pool =
                new DevicePool(
                        "device-" + store.device().toString().substring(0, 8),
                        DevicePool.THREADS,
                        DevicePool.MOST_QUEUED,
                        tasks,
                        config.repair().share(),
                        DeviceMetrics.waits(metrics, store)::observeNanos);
        Open open = new Open(store, pool, absolute(device.path()));
        devices.put(store.device(), open);
        served.put(
                store.device(),
                new ServedDevice(store, pool, pool::executeInBackground, pool::closed));
        DeviceMetrics.register(metrics, store, pool);
    }

    /**
     * Opens another device, which is then opened at each start.
     *
     * @param device its path is absolute and normal, and was looked at by {@link NewDevice}
     */
    synchronized DeviceId add(NodeConfig.Device device) {
        DiskChunkStore store = open(device);
        boolean noted = false;
        try {
            if (!configured(device.path())) {
                added.add(device, store.device());
            }
            noted = true;
        } finally {
            if (!noted) {
                store.close();
            }
        }
        serve(device, store);
        return store.device();
    }

    /**
     * Lets go of a device that was taken out of the cluster: its disk may be emptied, or pulled,
     * once nobody reads from it any more. It is not opened at the next start unless the
     * configuration has it.
     */
    synchronized void retire(DeviceId device) {
        Open open = devices.remove(device);
        if (open != null) {
            served.remove(device);
            watches.remove(device);
            added.remove(open.path());
            retired.add(open);
        }
    }

    /** Closes those that nobody reads any more; true when there was one. */
    synchronized boolean closeRetired() {
        List<Open> quiet = retired.stream().filter(one -> one.store().openSlices() == 0).toList();
        for (Open open : quiet) {
            open.pool().close();
            metrics.forget("device", open.store().device().toString());
            open.store().close();
            retired.remove(open);
        }
        return !quiet.isEmpty();
    }

    /** For the data plane: as they come and go. */
    Map<DeviceId, ServedDevice> served() {
        return served;
    }

    /** Their directories. */
    Map<DeviceId, Path> paths() {
        Map<DeviceId, Path> paths = new HashMap<>();
        devices.forEach((id, open) -> paths.put(id, open.path()));
        return paths;
    }

    /** Of devices that are being let go of. */
    synchronized List<Path> retiredPaths() {
        return retired.stream().map(Open::path).toList();
    }

    /** For the registration. */
    List<Registration.Device> registered() {
        List<Registration.Device> list = new ArrayList<>();
        devices.forEach(
                (id, open) -> {
                    ChunkStore.Status status = open.store().status();
                    list.add(
                            new Registration.Device(
                                    id,
                                    status.capacityBytes(),
                                    status.freeBytes(),
                                    switch (status.state()) {
                                        case ONLINE -> Registration.DeviceState.ONLINE;
                                        case FULL -> Registration.DeviceState.FULL;
                                        case FAILED -> Registration.DeviceState.FAILED;
                                        case SLOW -> Registration.DeviceState.SLOW;
                                    },
                                    since(id),
                                    times(open.store().times().medians()),
                                    open.path().toString()));
                });
        return list;
    }

    private long since(DeviceId device) {
        DeviceWatch watch = watches.get(device);
        return watch == null ? 0 : watch.troubleSinceMillis();
    }

    private static Registration.Times times(DiskTimes.Medians own) {
        return new Registration.Times(own.readMicros(), own.writeMicros(), own.syncMicros());
    }

    /**
     * Looks how quick a device is.
     *
     * @param nodes who is registered
     */
    DeviceWatch watch(DeviceId device, Supplier<Map<NodeId, Registration>> nodes) {
        Open open = open(device);
        DeviceWatch watch =
                new DeviceWatch(
                        open,
                        open.store().times(),
                        tasks,
                        () -> others(nodes.get(), device),
                        DeviceWatch.Patience.usual());
        watches.put(device, watch);
        return watch;
    }

    private static List<DiskTimes.Medians> others(Map<NodeId, Registration> nodes, DeviceId self) {
        return nodes.values().stream()
                .flatMap(node -> node.devices().stream())
                .filter(device -> !device.id().equals(self))
                .map(Registration.Device::times)
                .map(t -> new DiskTimes.Medians(t.readMicros(), t.writeMicros(), t.syncMicros()))
                .toList();
    }

    private Open open(DeviceId device) {
        Open open = devices.get(device);
        if (open == null) {
            throw new IllegalArgumentException("this node has no device " + device);
        }
        return open;
    }

    @Override
    public List<DeviceId> ids() {
        return List.copyOf(devices.keySet());
    }

    @Override
    public Promise<List<ChunkStore.ChunkInfo>> unresolved(
            DeviceId device, ChunkStore.@Nullable ChunkInfo after, long beforeMillis, int limit) {
        Open open = open(device);
        return open.pool().submit(() -> open.store().unresolved(after, beforeMillis, limit));
    }

    @Override
    public Promise<Boolean> resolve(DeviceId device, List<ChunkKey> keys) {
        Open open = open(device);
        return open.pool()
                .submit(
                        () -> {
                            open.store().resolve(keys);
                            return true;
                        });
    }

    @Override
    public Promise<Boolean> delete(DeviceId device, ChunkKey key) {
        Open open = open(device);
        return open.pool()
                .submit(
                        () -> {
                            open.store().delete(key);
                            return true;
                        });
    }

    @Override
    public Promise<List<ChunkStore.ChunkInfo>> list(
            DeviceId device, PgId pg, @Nullable ChunkKey after, int limit) {
        Open open = open(device);
        return open.pool().submit(() -> open.store().list(pg, after, limit));
    }

    @Override
    public Promise<List<PgId>> groups(DeviceId device) {
        Open open = open(device);
        return open.pool().submit(() -> open.store().groups());
    }

    @Override
    public DiskLoad load(DeviceId device) {
        return open(device).pool().load();
    }

    @Override
    public Promise<List<ChunkKey>> damaged(DeviceId device, int limit) {
        Open open = open(device);
        return open.pool().submit(() -> open.store().damaged(limit));
    }

    @Override
    public Promise<ChunkStore.Verdict> verify(DeviceId device, ChunkKey key) {
        Open open = open(device);
        return open.pool().submit(() -> open.store().verify(key));
    }

    /** A device's own housekeeping. */
    Worker upkeep(DeviceId device) {
        Open open = open(device);
        return new DeviceUpkeep(open.store(), open.pool(), tasks.clock());
    }

    Scrubber scrubber(DeviceId device) {
        return new Scrubber(open(device), tasks, config.scrub().period());
    }

    @Override
    public synchronized void close() {
        retired.addAll(devices.values());
        devices.clear();
        retired.forEach(open -> open.pool().close());
        retired.forEach(open -> open.store().close());
        retired.clear();
    }
}
