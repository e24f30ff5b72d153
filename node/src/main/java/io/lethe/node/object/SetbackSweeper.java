package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentState;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.PgId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Goes once through all chunks of a device after the cluster was set back, when an operator has
 * said that what no record knows may go: chunks of versions that were lost are on no list of
 * unresolved ones any more, since their writes had committed. Once more after each start of the
 * process, for it keeps no note; in a cluster that was never set back it does nothing. One task.
 */
public final class SetbackSweeper implements Worker {
    /** Chunks looked at in a step: some 10 KiB in the questions to partitions. */
    private static final int BATCH = 256;

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

    private final ObjectPorts ports;
    private final LocalDevices devices;
    private final DeviceId device;
    private final WriteEnds ends;
    private final List<PgId> left = new ArrayList<>();
    private boolean begun;
    private @Nullable ChunkKey cursor;
    private long removed;

    public SetbackSweeper(ObjectPorts ports, LocalDevices devices, DeviceId device) {
        this.ports = ports;
        this.devices = devices;
        this.device = device;
        ends = new WriteEnds(ports);
    }

    @Override
    public String name() {
        return "setback/" + device;
    }

    @Override
    public Step step() throws InterruptedException {
        ports.lease().check();
        if (!ports.wasSetBack()) {
            return new Step.Idle("the cluster was never set back");
        }
        if (!ports.reclaimsUnknown()) {
            begun = false;
            return new Step.Idle("what no record knows stays until 'lethe reclaim on'");
        }
        if (!begun) {
            left.clear();
            left.addAll(await(devices.groups(device)));
            cursor = null;
            begun = true;
        }
        if (left.isEmpty()) {
            return new Step.Idle(removed + " chunks removed that no record knew");
        }
        List<ChunkInfo> page = await(devices.list(device, left.getLast(), cursor, BATCH));
        Map<Bytes, List<ChunkInfo>> byOwner = new TreeMap<>();
        page.forEach(c -> byOwner.computeIfAbsent(c.owner(), _ -> new ArrayList<>()).add(c));
        for (var owner : byOwner.entrySet()) {
            settle(owner.getKey(), owner.getValue());
        }
        if (page.size() < BATCH) {
            left.removeLast();
            cursor = null;
        } else {
            cursor = page.getLast().key();
        }
        return new Step.Worked(left.size() + " groups left, " + removed + " chunks removed");
    }

    private void settle(Bytes owner, List<ChunkInfo> chunks) throws InterruptedException {
        List<SegmentState> states = ends.ask(owner, chunks, deadlineNanos());
        for (int i = 0; i < chunks.size(); i++) {
            if (ends.abandoned(chunks.get(i), states.get(i), deadlineNanos())) {
                var _ = await(devices.delete(device, chunks.get(i).key()));
                ports.meters().orphansDeleted.increment();
                removed++;
            }
        }
    }

    private long deadlineNanos() {
        return ports.tasks().clock().nanos() + ANSWER_WITHIN.toNanos();
    }

    private <T> T await(Promise<T> answer) throws InterruptedException {
        return ports.await(device, answer, deadlineNanos());
    }
}
