package io.lethe.node.sim;

import io.lethe.node.base.Clock;
import io.lethe.node.chunk.DiskLoad;
import io.lethe.node.chunk.DiskTimes;
import io.lethe.node.chunk.FakeChunkStore;
import io.lethe.node.model.DeviceId;

/** A device: its store, and how quick it is at the moment. */
final class SimDevice {
    /** A sync of a fair disk, in nanoseconds. */
    private static final long SYNC_NANOS = 2 * SimNetwork.MILLI;

    final DeviceId id;
    final int node;
    final FakeChunkStore store;
    final SimLoop loop;
    final DiskLoad load;
    final DiskTimes times;
    int slowness = 1;

    SimDevice(DeviceId id, int node, FakeChunkStore store, SimLoop loop) {
        this.id = id;
        this.node = node;
        this.store = store;
        this.loop = loop;
        Clock clock = new SimTasks(loop, new SimLoop.Life("disk", node)).clock();
        load = new DiskLoad(clock);
        times = new DiskTimes(clock);
    }

    long readNanos() {
        return taking(DiskTimes.Kind.READ, loop.within(SYNC_NANOS / 4 * slowness));
    }

    long syncNanos() {
        return taking(DiskTimes.Kind.SYNC, loop.within(SYNC_NANOS * slowness));
    }

    private long taking(DiskTimes.Kind kind, long nanos) {
        times.record(kind, nanos);
        return nanos;
    }
}
