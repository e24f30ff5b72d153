package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentState;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds chunks that no committed version names, on one device of this node, from the store's list
 * of unresolved chunks: asks the partition of each chunk's owner how its write ended. A chunk is
 * deleted only after the partition has committed that its write is closed; a write that the
 * partition does not know is closed first. One task.
 *
 * <p>A step looks at one page of the list, oldest first, and the next one goes on behind it: chunks
 * that must stay, of uploads that go on or of a partition that does not answer, keep no others.
 */
public final class OrphanSweeper implements Worker {
    /** Chunks looked at in a step: some 10 KiB in the questions to partitions. */
    static final int BATCH = 256;

    /** For each answer: of the device, and of a partition, which is then left for the next step. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

    private final ObjectPorts ports;
    private final LocalDevices devices;
    private final DeviceId device;
    private final WriteEnds ends;

    /** The last chunk looked at; null where the next step begins with the oldest. */
    private @Nullable ChunkInfo cursor;

    public OrphanSweeper(ObjectPorts ports, LocalDevices devices, DeviceId device) {
        this.ports = ports;
        this.devices = devices;
        this.device = device;
        ends = new WriteEnds(ports);
    }

    @Override
    public String name() {
        return "orphans/" + device;
    }

    @Override
    public Step step() throws InterruptedException {
        ports.lease().check();
        long before = ports.tasks().clock().wallMillis() - ports.settings().orphanAge().toMillis();
        List<ChunkInfo> chunks = await(devices.unresolved(device, cursor, before, BATCH));
        cursor = chunks.size() < BATCH ? null : chunks.getLast();
        Map<Bytes, List<ChunkInfo>> byOwner = new TreeMap<>();
        chunks.forEach(c -> byOwner.computeIfAbsent(c.owner(), o -> new ArrayList<>()).add(c));
        Map<Optional<GroupId>, StoreException> failed = new LinkedHashMap<>();
        int settled = 0;
        for (var owner : byOwner.entrySet()) {
            Optional<GroupId> partition =
                    ports.directory().partitionOf(owner.getKey()).map(PartitionRecord::id);
            if (!failed.containsKey(partition)) {
                try {
                    settled += settle(owner.getKey(), owner.getValue());
                } catch (StoreException e) {
                    failed.put(partition, e);
                }
            }
        }
        if (settled == 0 && !failed.isEmpty()) {
            throw failed.values().iterator().next();
        }
        String progress = settled + " of " + chunks.size() + " chunks settled";
        return settled > 0 || cursor != null ? new Step.Worked(progress) : new Step.Idle(progress);
    }

    private long deadlineNanos() {
        return ports.tasks().clock().nanos() + ANSWER_WITHIN.toNanos();
    }

    private int settle(Bytes owner, List<ChunkInfo> chunks) throws InterruptedException {
        List<SegmentState> states = ends.ask(owner, chunks, deadlineNanos());
        List<ChunkKey> committed = new ArrayList<>();
        int settled = 0;
        for (int i = 0; i < chunks.size(); i++) {
            ChunkInfo chunk = chunks.get(i);
            SegmentState state = states.get(i);
            if (state.state() == PartitionAnswer.WriteState.COMMITTED) {
                committed.add(chunk.key());
            } else if (ends.abandoned(chunk, state, deadlineNanos())) {
                settled += delete(chunk);
            }
        }
        if (!committed.isEmpty()) {
            var _ = await(devices.resolve(device, committed));
        }
        return settled + committed.size();
    }

    private int delete(ChunkInfo chunk) throws InterruptedException {
        var _ = await(devices.delete(device, chunk.key()));
        ports.meters().orphansDeleted.increment();
        return 1;
    }

    private <T> T await(Promise<T> answer) throws InterruptedException {
        return ports.await(device, answer, deadlineNanos());
    }
}
