package io.lethe.node;

import io.lethe.node.base.Clock;
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
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PgId;
import io.lethe.node.object.LocalDevices;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** This node's devices, each a store behind a pool of its own. Safe for any thread. */
final class StorageDevices implements LocalDevices, AutoCloseable {
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

    private final Map<DeviceId, Open> devices = new HashMap<>();
    private final Map<DeviceId, DeviceWatch> watches = new ConcurrentHashMap<>();

    StorageDevices(
            List<NodeConfig.Device> configured, RocksOpener rocks, Tasks tasks, Metrics metrics) {
        boolean opened = false;
        DiskPorts ports = DiskPorts.real(WriteBuffers.of(MOST_WRITE_BUFFER_BYTES), rocks);
        try {
            for (NodeConfig.Device device : configured) {
                DiskSettings settings = DiskSettings.of(device.path());
                if (device.capacity() != null) {
                    settings =
                            settings.withLimits(
                                    device.capacity().bytes(), settings.leastReserveBytes());
                }
                DiskChunkStore store = DiskChunkStore.open(settings, ports);
                DevicePool pool =
                        new DevicePool(
                                "device-" + store.device().toString().substring(0, 8),
                                DevicePool.THREADS,
                                DevicePool.MOST_QUEUED,
                                tasks);
                devices.put(store.device(), new Open(store, pool, device.path()));
                DeviceMetrics.register(metrics, store, pool);
            }
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    /** For the data plane. */
    Map<DeviceId, ServedDevice> served() {
        Map<DeviceId, ServedDevice> served = new HashMap<>();
        devices.forEach(
                (id, open) -> {
                    DevicePool pool = open.pool();
                    served.put(id, new ServedDevice(open.store(), pool, pool::executeInBackground));
                });
        return served;
    }

    /** Their directories. */
    Map<DeviceId, Path> paths() {
        Map<DeviceId, Path> paths = new HashMap<>();
        devices.forEach((id, open) -> paths.put(id, open.path().toAbsolutePath()));
        return paths;
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
                                    times(open.store().times().medians())));
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
     * One for each device.
     *
     * @param nodes who is registered
     */
    List<DeviceWatch> watches(Tasks tasks, Supplier<Map<NodeId, Registration>> nodes) {
        devices.forEach(
                (id, open) ->
                        watches.put(
                                id,
                                new DeviceWatch(
                                        open,
                                        open.store().times(),
                                        tasks,
                                        () -> others(nodes.get(), id),
                                        DeviceWatch.Patience.usual())));
        return List.copyOf(watches.values());
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

    /** Each device's own housekeeping. */
    List<Worker> upkeep(Clock clock) {
        List<Worker> workers = new ArrayList<>();
        devices.values()
                .forEach(open -> workers.add(new DeviceUpkeep(open.store(), open.pool(), clock)));
        return workers;
    }

    /** One for each device. */
    List<Scrubber> scrubbers(Tasks tasks, Duration period) {
        return devices.values().stream().map(open -> new Scrubber(open, tasks, period)).toList();
    }

    @Override
    public void close() {
        devices.values().forEach(open -> open.pool().close());
        devices.values().forEach(open -> open.store().close());
        devices.clear();
    }
}
