package io.lethe.node.repair;

import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentState;
import io.lethe.node.metadata.command.PartitionAnswer.WriteState;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.SegmentId;
import io.lethe.node.object.LocalDevices;
import io.lethe.node.object.ObjectPorts;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replaces a device's damaged chunks by computed ones, and removes those that no version names. One
 * task.
 */
final class Damaged {
    /** Chunks tried in a step. */
    private static final int BATCH = 16;

    /** Chunks listed in a step: those behind the ones that can't be had now get their turn. */
    private static final int LISTED = 1_000;

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    private final ObjectPorts ports;
    private final LocalDevices devices;
    private final DeviceId device;
    private final Mending mending;

    /** Place in the list from where the next step goes on. */
    private int next;

    Damaged(ObjectPorts ports, LocalDevices devices, DeviceId device, Mending mending) {
        this.ports = ports;
        this.devices = devices;
        this.device = device;
        this.mending = mending;
    }

    /** Whether any chunk is damaged no more. */
    boolean step() throws InterruptedException {
        List<ChunkKey> list = await(devices.damaged(device, LISTED));
        int from = next < list.size() ? next : 0;
        List<ChunkKey> batch = list.subList(from, Math.min(list.size(), from + BATCH));
        int done = 0;
        for (ChunkKey key : batch) {
            done += mend(key) ? 1 : 0;
        }
        next = from + batch.size() - done;
        return done > 0;
    }

    private boolean mend(ChunkKey key) throws InterruptedException {
        PlacementGroup pg = ports.directory().placementGroup(key.pg()).orElse(null);
        if (pg == null || pg.chunkOf(device) != key.index()) {
            // A stranger: removed as one.
            return false;
        }
        ChunkInfo info = info(key);
        SegmentState state = info == null ? null : mending.ask(info);
        if (info == null || state == null || state.state() == WriteState.CLOSED) {
            return ports.reclaimsUnknown() && await(devices.delete(device, key));
        }
        boolean mended = mending.compute(info, state, key.index()) == Mending.Outcome.MENDED;
        ports.meters().chunksRebuilt.add(mended ? 1 : 0);
        return mended;
    }

    /** What the index says of a chunk, whose head may be what is damaged; null: nothing. */
    private @Nullable ChunkInfo info(ChunkKey key) throws InterruptedException {
        List<ChunkInfo> listed = await(devices.list(device, key.pg(), before(key), 1));
        return !listed.isEmpty() && listed.getFirst().key().equals(key) ? listed.getFirst() : null;
    }

    /** The key right before one, in the order of lists; null where it is the first of all. */
    private static @Nullable ChunkKey before(ChunkKey key) {
        if (key.index() > 0) {
            return new ChunkKey(key.pg(), key.segment(), key.index() - 1);
        }
        Id128 id = key.segment().id();
        if (id.high() == 0 && id.low() == 0) {
            return null;
        }
        Id128 less = new Id128(id.low() == 0 ? id.high() - 1 : id.high(), id.low() - 1);
        int last = Scheme.MOST_DATA + Scheme.MOST_PARITY - 1;
        return new ChunkKey(key.pg(), new SegmentId(less), last);
    }

    private long deadlineNanos() {
        return ports.tasks().clock().nanos() + ANSWER_WITHIN.toNanos();
    }

    private <T> T await(Promise<T> answer) throws InterruptedException {
        return ports.await(device, answer, deadlineNanos());
    }
}
