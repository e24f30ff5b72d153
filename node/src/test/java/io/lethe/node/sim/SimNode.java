package io.lethe.node.sim;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.chunk.DeviceCalls;
import io.lethe.node.chunk.DeviceWatch;
import io.lethe.node.chunk.DiskLoad;
import io.lethe.node.chunk.DiskTimes;
import io.lethe.node.chunk.Scrubber;
import io.lethe.node.cluster.Registration;
import io.lethe.node.controller.Controller;
import io.lethe.node.controller.ControllerPorts;
import io.lethe.node.controller.MoveKeeper;
import io.lethe.node.metadata.MergeWorker;
import io.lethe.node.metadata.SplitWorker;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.state.DirectoryReader;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import io.lethe.node.object.BucketSweeper;
import io.lethe.node.object.Buckets;
import io.lethe.node.object.LocalDevices;
import io.lethe.node.object.MemoryBudget;
import io.lethe.node.object.ObjectMeters;
import io.lethe.node.object.ObjectPorts;
import io.lethe.node.object.Objects;
import io.lethe.node.object.OrphanSweeper;
import io.lethe.node.object.Rebuilder;
import io.lethe.node.object.Reclaimer;
import io.lethe.node.object.UploadHasher;
import io.lethe.node.repair.Healer;
import io.lethe.node.s3.events.SinkWorker;
import io.lethe.node.sim.SimLoop.Life;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A node: disks and replicas that stay, and a life between start and crash with its gateway and
 * background work, which are the real ones over simulated ports.
 */
final class SimNode {
    private static final long LEASE_NANOS = 5_000 * SimNetwork.MILLI;
    private static final Duration CHECK_EVERY = Duration.ofSeconds(30);

    /** Some chunks at once, so that they wait for each other. */
    private static final long REPAIR_BYTES = 1 << 20;

    private static final long WORK_EVERY_NANOS = 1_500 * SimNetwork.MILLI;

    /** Within a deletion's own deadline of 15 s now and then, so that several meet at a mark. */
    private static final Duration MARK_PATIENCE = Duration.ofSeconds(8);

    /** Short, as all is in a run. */
    private static final DeviceWatch.Patience PATIENCE =
            new DeviceWatch.Patience(Duration.ofSeconds(5), Duration.ofSeconds(10));

    private static final Duration EVICT_AFTER = Duration.ofSeconds(20);

    /** Some passes in each run. */
    private static final Duration SCRUB_PERIOD = Duration.ofSeconds(30);

    /** Above the deadline of a client's request. */
    private static final long KEPT_MILLIS = 20_000;

    final int index;
    final NodeId id;
    final List<SimDevice> devices = new ArrayList<>();
    private final Map<DeviceId, DeviceWatch> watches = new HashMap<>();
    private final SimCluster cluster;
    private long incarnation;
    private Life life;
    private @Nullable Running running;

    SimNode(SimCluster cluster, int index, NodeId id) {
        this.cluster = cluster;
        this.index = index;
        this.id = id;
        life = new Life("node-" + index, index);
        life.dead = true;
    }

    /** What there is while the node runs. */
    static final class Running {
        final Tasks tasks;
        final SimMetadata metadata;
        final DirectoryReader directory;
        final ObjectPorts ports;
        final Objects objects;
        final Buckets buckets;
        final List<String> workerNames = new ArrayList<>();
        long leaseUntilNanos;
        SimZooKeeper.@Nullable Session session;

        Running(SimCluster cluster, Life life) {
            tasks = new SimTasks(cluster.loop, life);
            directory = new DirectoryReader(new SimRows(cluster.directory(), life.node));
            metadata =
                    new SimMetadata(
                            cluster.loop,
                            cluster.network,
                            life,
                            directory,
                            cluster.groups,
                            cluster.plant);
            RandomSource random = RandomSource.seeded(cluster.loop.random.nextLong());
            ports =
                    new ObjectPorts(
                            tasks,
                            random,
                            directory,
                            metadata,
                            new SimPeers(
                                    cluster.loop,
                                    cluster.network,
                                    life,
                                    cluster.devices,
                                    cluster.plant),
                            (operation, pg, epoch, segment) ->
                                    new Ticket(
                                            operation,
                                            pg,
                                            epoch,
                                            segment,
                                            tasks.clock().wallMillis() + 58_000,
                                            directory.index(),
                                            1,
                                            SimPeers.noMac()),
                            new SimKeys(random),
                            this::checkLease,
                            cluster.codecs,
                            new ObjectMeters(),
                            cluster.settings,
                            (bucket, _, _, _) -> SimEars.note(bucket));
            objects = new Objects(ports);
            buckets = new Buckets(ports);
        }

        private void checkLease() {
            if (tasks.clock().nanos() >= leaseUntilNanos) {
                throw new StoreException(ErrorCode.UNAVAILABLE, "no freshness lease");
            }
        }
    }

    Life life() {
        return life;
    }

    boolean isUp() {
        return !life.dead;
    }

    @Nullable Running running() {
        return life.dead ? null : running;
    }

    void start() {
        cluster.builds.choose(index, cluster.zooKeeper().toldLevel());
        incarnation++;
        life = new Life("node-" + index, index);
        life.skewMillis = cluster.loop.random.nextInt(1_001) - 500L;
        cluster.network.live(index, life);
        for (SimGroup group : cluster.groups.values()) {
            SimGroup.Replica replica = group.on(index);
            if (replica != null) {
                replica.restart();
            }
        }
        Running now = new Running(cluster, life);
        running = now;
        startWork(now);
    }

    /** It met what its build does not know, and is started again with another. */
    void halt() {
        if (isUp()) {
            cluster.builds.halted(index);
            crash();
            cluster.loop.after(cluster.loop.within(3_000 * SimNetwork.MILLI), this::startUnlessUp);
        }
    }

    void startUnlessUp() {
        if (!isUp()) {
            start();
        }
    }

    /** The power fails: memory is gone, disks lose what was not synced. */
    void crash() {
        cluster.loop.kill(life);
        devices.forEach(device -> device.store.crash());
        for (SimGroup group : cluster.groups.values()) {
            SimGroup.Replica replica = group.on(index);
            if (replica != null) {
                replica.crash();
            }
        }
        running = null;
    }

    private void startWork(Running now) {
        SimZooKeeper.Session session = cluster.zooKeeper().connect(id, life);
        now.session = session;
        session.register(registration());
        session.campaign();
        now.tasks.fork("lease", () -> keepLease(now, session));
        ObjectPorts ports = now.ports;
        work(
                now,
                () ->
                        new SplitWorker(
                                new SplitWorker.Ports(
                                        now.tasks,
                                        now.directory,
                                        now.metadata,
                                        this::led,
                                        _ -> true)));
        work(
                now,
                () ->
                        new MergeWorker(
                                new MergeWorker.Ports(
                                        now.tasks, now.directory, now.metadata, this::led)));
        work(now, () -> new Reclaimer(ports, this::led));
        work(now, () -> new Rebuilder(ports, this::led));
        work(now, () -> new UploadHasher(ports, this::led));
        work(
                now,
                () ->
                        new SinkWorker(
                                new SinkWorker.Ports(
                                        now.tasks,
                                        now.metadata,
                                        this::led,
                                        new Metrics(),
                                        "sim",
                                        (_, _) -> true),
                                SimEars.NAME,
                                cluster.plant == Plant.TAKEN_BEFORE_TOLD
                                        ? cluster.ears.later(now.tasks)
                                        : cluster.ears));
        work(now, () -> new BucketSweeper(ports, this::led, MARK_PATIENCE));
        devices.forEach(device -> startDevice(now, session, device));
        ControllerPorts controller =
                new ControllerPorts(
                        now.tasks,
                        ports.random(),
                        session,
                        now.directory,
                        now.metadata,
                        new SimSecrets(),
                        cluster.plan);
        work(now, () -> new Controller(controller, EVICT_AFTER));
        work(now, () -> new MoveKeeper(controller, cluster.repairAfter));
        now.tasks.fork("expire", () -> expire(now));
        now.tasks.fork("retire", () -> retire(now));
    }

    /** The work of one device, until it is lost. */
    private void startDevice(Running now, SimZooKeeper.Session session, SimDevice device) {
        Disks disks = new Disks(now.tasks);
        work(now, () -> new OrphanSweeper(now.ports, disks, device.id));
        MemoryBudget memory = new MemoryBudget(now.tasks, REPAIR_BYTES);
        work(now, () -> new Healer(now.ports, disks, device.id, CHECK_EVERY, memory));
        DeviceWatch watch =
                new DeviceWatch(
                        disks.calls(device),
                        device.times,
                        now.tasks,
                        () -> othersTimes(session, device),
                        PATIENCE);
        watches.put(device.id, watch);
        work(now, () -> watch);
        work(now, () -> new Scrubber(disks.calls(device), now.tasks, SCRUB_PERIOD));
    }

    /**
     * The device is gone with all that it has, and another, empty one is in its place: as after a
     * disk was changed and the node started again.
     */
    void replaceDevice(SimDevice lost, SimDevice fresh) {
        devices.remove(lost);
        devices.add(fresh);
        Running now = running();
        if (now != null) {
            startDevice(now, java.util.Objects.requireNonNull(now.session), fresh);
        }
    }

    private void work(Running now, Supplier<Worker> maker) {
        Worker worker = maker.get();
        now.workerNames.add(worker.name());
        now.tasks.fork(worker.name(), () -> forever(now, worker));
    }

    private void forever(Running now, Worker worker) {
        try {
            while (true) {
                now.tasks.sleep(WORK_EVERY_NANOS / 2 + cluster.loop.within(WORK_EVERY_NANOS));
                try {
                    if (worker.step() instanceof Step.Failed failed) {
                        cluster.workerFailed(worker.name(), failed.reason());
                    }
                } catch (StoreException e) {
                    cluster.workerFailed(worker.name(), e.code().name());
                }
            }
        } catch (InterruptedException e) {
            // Nobody cancels workers; a crash ends them.
        }
    }

    private List<GroupId> led() {
        return cluster.groups.values().stream()
                .filter(group -> !group.id.isDirectory())
                .filter(
                        group -> {
                            SimGroup.Replica leader = group.leader();
                            return leader != null && leader.node == index;
                        })
                .map(group -> group.id)
                .toList();
    }

    /**
     * Closes open writes whose lease is over and sweeps dropped parts, in the partitions that this
     * node leads.
     */
    private void expire(Running now) {
        try {
            while (true) {
                now.tasks.sleep(2 * WORK_EVERY_NANOS);
                for (GroupId group : led()) {
                    try {
                        sweep(now, group, new PartitionCommand.ExpireWrites(100));
                        sweep(now, group, new PartitionCommand.SweepParts(20, KEPT_MILLIS));
                    } catch (StoreException e) {
                        cluster.workerFailed("expire", e.code().name());
                    }
                }
            }
        } catch (InterruptedException e) {
            // A crash ends it.
        }
    }

    /** Closes and wipes replicas of partitions that were merged into others, and says so. */
    private void retire(Running now) {
        try {
            while (true) {
                now.tasks.sleep(2 * WORK_EVERY_NANOS);
                for (SimGroup group : List.copyOf(cluster.groups.values())) {
                    SimGroup.Replica replica = group.on(index);
                    boolean over = now.directory.merged(group.id).isPresent();
                    if (over && replica != null && !replica.wiped) {
                        replica.close();
                        retire(now, replica);
                    }
                }
            }
        } catch (InterruptedException e) {
            // A crash ends it.
        }
    }

    private void retire(Running now, SimGroup.Replica replica) throws InterruptedException {
        try {
            replica.wiped =
                    now.metadata.executeIn(
                                    now.directory.heirOf(replica.group()),
                                    new PartitionCommand.DeregisterKeyCopy(
                                            KeyCopy.merged(replica.group(), id, 0),
                                            new PartitionCommand.WipeReceipt(1, true)),
                                    0,
                                    now.tasks.clock().nanos() + LEASE_NANOS)
                            instanceof PartitionReply.Done;
        } catch (StoreException e) {
            cluster.workerFailed("retire", e.code().name());
        }
    }

    private static void sweep(Running now, GroupId group, PartitionCommand command)
            throws InterruptedException {
        var _ =
                now.metadata.executeIn(
                        group, command, Long.MAX_VALUE, now.tasks.clock().nanos() + LEASE_NANOS);
    }

    private void keepLease(Running now, SimZooKeeper.Session session) {
        try {
            while (true) {
                long sent = now.tasks.clock().nanos();
                try {
                    now.metadata.catchUpDirectory(sent + LEASE_NANOS / 2);
                    now.leaseUntilNanos = sent + LEASE_NANOS;
                } catch (StoreException e) {
                    cluster.workerFailed("lease", e.code().name());
                }
                session.register(registration());
                now.tasks.sleep(LEASE_NANOS / 4);
            }
        } catch (InterruptedException e) {
            // A crash ends it.
        }
    }

    private static List<DiskTimes.Medians> othersTimes(
            SimZooKeeper.Session session, SimDevice self) {
        return session.nodes().values().stream()
                .flatMap(node -> node.devices().stream())
                .filter(device -> !device.id().equals(self.id))
                .map(Registration.Device::times)
                .map(t -> new DiskTimes.Medians(t.readMicros(), t.writeMicros(), t.syncMicros()))
                .toList();
    }

    private Registration registration() {
        List<Registration.Device> said = new ArrayList<>();
        for (SimDevice device : devices) {
            ChunkStore.Status status = device.store.status();
            Registration.DeviceState state =
                    switch (status.state()) {
                        case ONLINE -> Registration.DeviceState.ONLINE;
                        case FULL -> Registration.DeviceState.FULL;
                        case FAILED -> Registration.DeviceState.FAILED;
                        case SLOW -> Registration.DeviceState.SLOW;
                    };
            DeviceWatch watch = watches.get(device.id);
            DiskTimes.Medians own = device.times.medians();
            said.add(
                    new Registration.Device(
                            device.id,
                            status.capacityBytes(),
                            status.freeBytes(),
                            state,
                            watch == null ? 0 : watch.troubleSinceMillis(),
                            new Registration.Times(
                                    own.readMicros(), own.writeMicros(), own.syncMicros()),
                            "/devices/" + device.id));
        }
        return new Registration(
                id,
                incarnation,
                "node-" + index,
                1,
                2,
                3,
                4,
                "rack",
                Set.of(NodeRecord.Role.values()),
                "key",
                said,
                List.of(),
                cluster.builds.of(index));
    }

    /** This node's own devices, without a network between. */
    private final class Disks implements LocalDevices {
        private final Tasks tasks;

        Disks(Tasks tasks) {
            this.tasks = tasks;
        }

        @Override
        public List<DeviceId> ids() {
            return devices.stream().map(device -> device.id).toList();
        }

        private <T> Promise<T> on(DeviceId device, Function<ChunkStore, T> op) {
            Promise<T> promise = tasks.promise();
            Life mine = life;
            SimDevice disk = cluster.devices.get(device);
            if (disk == null) {
                promise.fail(new StoreException(ErrorCode.UNAVAILABLE, "the device is gone"));
                return promise;
            }
            cluster.loop.after(
                    disk.syncNanos(),
                    () -> {
                        if (mine.dead) {
                            return;
                        }
                        try {
                            promise.complete(op.apply(disk.store));
                        } catch (StoreException e) {
                            promise.fail(e);
                        }
                    });
            return promise;
        }

        @Override
        public Promise<List<ChunkStore.ChunkInfo>> unresolved(
                DeviceId device,
                ChunkStore.@Nullable ChunkInfo after,
                long beforeMillis,
                int limit) {
            return on(device, store -> store.unresolved(after, beforeMillis, limit));
        }

        @Override
        public Promise<Boolean> resolve(DeviceId device, List<ChunkKey> keys) {
            return on(
                    device,
                    store -> {
                        store.resolve(keys);
                        return true;
                    });
        }

        @Override
        public Promise<Boolean> delete(DeviceId device, ChunkKey key) {
            return on(
                    device,
                    store -> {
                        store.delete(key);
                        return true;
                    });
        }

        @Override
        public Promise<List<ChunkStore.ChunkInfo>> list(
                DeviceId device, PgId pg, @Nullable ChunkKey after, int limit) {
            return on(device, store -> store.list(pg, after, limit));
        }

        @Override
        public Promise<List<PgId>> groups(DeviceId device) {
            return on(device, ChunkStore::groups);
        }

        @Override
        public DiskLoad load(DeviceId device) {
            return devices.stream().filter(d -> d.id.equals(device)).findFirst().orElseThrow().load;
        }

        DeviceCalls calls(SimDevice device) {
            return new DeviceCalls() {
                @Override
                public DeviceId device() {
                    return device.id;
                }

                @Override
                public <T> Promise<T> call(Function<ChunkStore, T> work) {
                    return on(device.id, work);
                }

                @Override
                public ChunkStore.State state() {
                    return device.store.status().state();
                }

                @Override
                public void setSlow(@Nullable String why) {
                    device.store.setSlow(why);
                }

                @Override
                public DiskLoad load() {
                    return device.load;
                }
            };
        }

        @Override
        public Promise<List<ChunkKey>> damaged(DeviceId device, int limit) {
            return on(device, store -> store.damaged(limit));
        }

        @Override
        public Promise<ChunkStore.Verdict> verify(DeviceId device, ChunkKey key) {
            return on(device, store -> store.verify(key));
        }
    }
}
