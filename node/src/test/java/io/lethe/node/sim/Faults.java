package io.lethe.node.sim;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.metadata.MergePlanner;
import io.lethe.node.metadata.SplitPlanner;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.StoreException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Breaks one thing after the other, and mends each after a while. One task. */
final class Faults {
    private static final long MILLI = SimNetwork.MILLI;
    private static final int STORM_LATE = 300;
    private static final int MOST_PARTITIONS = 6;

    /** Splits that leave nothing behind them, most times. */
    private static final int EMPTY_PER_THOUSAND = 400;

    private static final long CAPACITY_BYTES = 1L << 30;

    private final SimCluster cluster;
    private final SimLoop loop;
    private final Tasks tasks;
    private final @Nullable SimDevice rotting;

    /** Whether a device is lost for good in this run, and whether it was. */
    private boolean loses;

    private boolean stopped;

    Faults(SimCluster cluster, Tasks tasks) {
        this.cluster = cluster;
        this.tasks = tasks;
        loop = cluster.loop;
        // One device rots in a run at most: with the chunk that a write may lack, a code of m = 2
        // still has k, and codes of m = 1 lack none.
        List<SimDevice> devices = List.copyOf(cluster.devices.values());
        rotting = loop.chance(400) ? devices.get(loop.random.nextInt(devices.size())) : null;
        // A lost device is a lost chunk of each of its segments, as one that rots is.
        loses = rotting == null && cluster.scheme.m() > 0 && loop.chance(400);
    }

    void run() {
        boolean calm = loop.chance(150);
        cluster.network.lostPerThousand = calm ? 0 : loop.random.nextInt(30);
        cluster.network.latePerThousand = cluster.storm ? STORM_LATE : loop.random.nextInt(60);
        for (SimGroup group : cluster.groups.values()) {
            group.leaderLossPerThousand = calm ? 0 : loop.random.nextInt(30);
        }
        try {
            while (!stopped) {
                tasks.sleep(loop.within(4_000 * MILLI));
                if (!stopped && !calm) {
                    breakSomething();
                }
            }
        } catch (InterruptedException e) {
            // Nobody cancels it.
        }
    }

    private void breakSomething() {
        SimNode node = cluster.nodes.get(loop.random.nextInt(cluster.nodes.size()));
        SimDevice device = node.devices.getFirst();
        switch (loop.random.nextInt(cluster.builds.mixed ? 17 : 15)) {
            case 0, 1 -> crash(node);
            case 2 -> pause(node);
            case 3 -> cutOneWay(node);
            case 4 -> isolate(node);
            case 5 -> slow(device);
            case 6 -> fill(device);
            case 7 -> rot();
            case 8 -> lose(device);
            case 9 -> leave(device);
            case 11 -> split();
            case 13, 14 -> merge();
            case 15 -> {
                crash(node);
                later(9_000, this::raise);
            }
            case 16 -> raise();
            case 10 -> {
                cluster.zooKeeper().down(true);
                later(8_000, () -> cluster.zooKeeper().down(false));
            }
            default -> {
                if (loop.chance(100)) {
                    cluster.nodes.forEach(this::crash);
                } else {
                    cluster.groups.values().forEach(SimGroup::loseLeader);
                }
            }
        }
    }

    /** One device in a run: what it had is made anew from the others', on the one in its place. */
    private void lose(SimDevice device) {
        if (loses) {
            loses = false;
            cluster.loseDevice(device);
        }
    }

    /** An operator has a device emptied, and takes it back a while later. */
    private void leave(SimDevice device) {
        SimNode.Running there = cluster.nodes.getFirst().running();
        if (there != null) {
            setLeaving(there, device, true);
            later(
                    20_000,
                    () -> {
                        SimNode.Running then = cluster.nodes.getFirst().running();
                        if (then != null) {
                            setLeaving(then, device, false);
                        }
                    });
        }
    }

    private static void setLeaving(SimNode.Running there, SimDevice device, boolean leaving) {
        var _ =
                there.tasks.fork(
                        "leave",
                        () -> {
                            try {
                                tell(there, device, leaving);
                            } catch (InterruptedException e) {
                                // The node crashed; what was done stands.
                            }
                        });
    }

    /** An operator has a partition split at some key, or just before it. */
    private void split() {
        SimNode.Running there = cluster.nodes.getFirst().running();
        List<SimGroup> groups =
                cluster.groups.values().stream()
                        .filter(one -> !one.id.isDirectory())
                        .filter(one -> Checks.newestDirectory(cluster).merged(one.id).isEmpty())
                        .toList();
        SimGroup group = groups.get(loop.random.nextInt(groups.size()));
        List<Bytes> keys = List.copyOf(Checks.newest(group).rows.family(Family.CURRENT).keySet());
        if (there == null || keys.isEmpty() || groups.size() > MOST_PARTITIONS) {
            return;
        }
        Bytes some = keys.get(loop.random.nextInt(keys.size()));
        // Now and then where nothing is behind it, or not for long.
        Bytes at =
                loop.chance(EMPTY_PER_THOUSAND)
                        ? RowKeys.objectKey(
                                bucketOf(some), Bytes.utf8("~" + loop.random.nextInt(9)))
                        : some;
        var _ =
                there.tasks.fork(
                        "split",
                        () -> {
                            try {
                                var _ =
                                        new SplitPlanner(there.metadata, there.directory)
                                                .begin(
                                                        group.id,
                                                        at,
                                                        there.tasks.clock().nanos()
                                                                + 5_000 * MILLI);
                            } catch (StoreException | InterruptedException e) {
                                // Another time.
                            }
                        });
    }

    private static BucketId bucketOf(Bytes rowKey) {
        return new BucketId(new Decoder(rowKey.slice(Short.BYTES, rowKey.length())).i64());
    }

    /** An operator has a partition merged into a neighbour, if it has nothing. */
    private void merge() {
        SimNode.Running there = cluster.nodes.getFirst().running();
        if (there == null) {
            return;
        }
        List<SimGroup> groups =
                cluster.groups.values().stream()
                        .filter(one -> !one.id.isDirectory())
                        .filter(one -> !Checks.hasObjects(one) || loop.chance(200))
                        .filter(one -> there.directory.partition(one.id).isPresent())
                        .toList();
        if (groups.isEmpty()) {
            return;
        }
        SimGroup group = groups.get(loop.random.nextInt(groups.size()));
        var _ =
                there.tasks.fork(
                        "merge",
                        () -> {
                            try {
                                var _ =
                                        new MergePlanner(there.metadata, there.directory)
                                                .begin(
                                                        group.id,
                                                        there.tasks.clock().nanos()
                                                                + 5_000 * MILLI);
                            } catch (StoreException | InterruptedException e) {
                                // Another time.
                            }
                        });
    }

    /** An operator finishes the upgrade, perhaps too early. */
    private void raise() {
        SimNode.Running there = cluster.nodes.getFirst().running();
        if (there != null) {
            var _ = there.tasks.fork("raise", () -> raise(there));
        }
    }

    private static void raise(SimNode.Running there) {
        try {
            var _ = finishUpgrade(there);
        } catch (StoreException | InterruptedException e) {
            // Another time.
        }
    }

    /** Whether the highest level is in force then. */
    static boolean finishUpgrade(SimNode.Running there) throws InterruptedException {
        return there.metadata
                        .execute(
                                new DirectoryCommand.RaiseFeatureLevel(FeatureLevels.HIGHEST),
                                0,
                                there.tasks.clock().nanos() + 5_000 * MILLI)
                        .reply()
                instanceof DirectoryReply.Done;
    }

    /** As an operator who tries until it is done. */
    private static void tell(SimNode.Running there, SimDevice device, boolean leaving)
            throws InterruptedException {
        for (int tries = 0; tries < 100; tries++) {
            try {
                var _ =
                        there.metadata.execute(
                                new DirectoryCommand.SetLeaving(device.id, leaving),
                                0,
                                there.tasks.clock().nanos() + 5_000 * MILLI);
                return;
            } catch (StoreException e) {
                there.tasks.sleep(500 * MILLI);
            }
        }
    }

    private void later(long mostMillis, Runnable mend) {
        loop.after(loop.within(mostMillis * MILLI), mend);
    }

    private void crash(SimNode node) {
        if (node.isUp()) {
            node.crash();
            later(9_000, () -> startAgain(node));
        }
    }

    private void startAgain(SimNode node) {
        node.startUnlessUp();
    }

    private void pause(SimNode node) {
        if (node.isUp()) {
            node.life().pausedUntilNanos = loop.nanos() + loop.within(7_000 * MILLI);
        }
    }

    private void cutOneWay(SimNode node) {
        int to = loop.random.nextInt(cluster.nodes.size());
        cluster.network.cut(node.index, to, true);
        later(7_000, () -> cluster.network.cut(node.index, to, false));
    }

    private void isolate(SimNode node) {
        cutAll(node, true);
        later(7_000, () -> cutAll(node, false));
    }

    private void cutAll(SimNode node, boolean on) {
        for (SimNode other : cluster.nodes) {
            cluster.network.cut(node.index, other.index, on);
            cluster.network.cut(other.index, node.index, on);
        }
    }

    /** For a moment, or for long enough to be noticed and avoided. */
    private void slow(SimDevice device) {
        device.slowness = 200;
        later(loop.chance(300) ? 60_000 : 8_000, () -> device.slowness = 1);
    }

    private void fill(SimDevice device) {
        device.store.setCapacityBytes(device.store.status().storedBytes() + 1);
        later(8_000, () -> device.store.setCapacityBytes(CAPACITY_BYTES));
    }

    private void rot() {
        SimDevice device = rotting;
        if (device != null) {
            List<ChunkStore.ChunkInfo> chunks = device.store.list(null, null, 1000);
            if (!chunks.isEmpty()) {
                ChunkStore.ChunkInfo one = chunks.get(loop.random.nextInt(chunks.size()));
                int at = loop.random.nextInt((int) Math.max(1, one.lengthBytes()));
                device.store.corrupt(one.key(), at);
            }
        }
    }

    /** Mends everything; whatever still is to break does not. */
    void stop() {
        stopped = true;
        cluster.network.lostPerThousand = 0;
        cluster.network.latePerThousand = 0;
        cluster.zooKeeper().down(false);
        for (SimGroup group : cluster.groups.values()) {
            group.leaderLossPerThousand = 0;
        }
        for (SimNode node : cluster.nodes) {
            cutAll(node, false);
            node.life().pausedUntilNanos = 0;
            startAgain(node);
        }
        for (SimDevice device : cluster.devices.values()) {
            device.slowness = 1;
            device.store.setCapacityBytes(CAPACITY_BYTES);
        }
        loop.after(
                2_000 * MILLI,
                () ->
                        cluster.devices
                                .values()
                                .forEach(
                                        device -> {
                                            SimNode.Running there =
                                                    cluster.nodes.getFirst().running();
                                            if (there != null) {
                                                setLeaving(there, device, false);
                                            }
                                        }));
    }
}
