package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.WriteState;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionQuery.SegmentAsk;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;

/**
 * Finds chunks that no committed version names, on one device of this node, from the store's list
 * of unresolved chunks: asks the partition of each chunk's owner how its write ended. A chunk is
 * deleted only after the partition has committed that its write is closed; a write that the
 * partition does not know is closed first. One task.
 */
public final class OrphanSweeper implements Worker {
    private static final int BATCH = 256;
    private static final Duration STEP_WITHIN = Duration.ofSeconds(20);

    /** A chunk does not know its object's key; it serves routing only, but may not be empty. */
    private static final Bytes ANY_KEY = Bytes.utf8("-");

    private final ObjectPorts ports;
    private final LocalDevices devices;
    private final DeviceId device;

    public OrphanSweeper(ObjectPorts ports, LocalDevices devices, DeviceId device) {
        this.ports = ports;
        this.devices = devices;
        this.device = device;
    }

    @Override
    public String name() {
        return "orphans/" + device;
    }

    @Override
    public Step step() throws InterruptedException {
        ports.lease().check();
        long deadlineNanos = ports.tasks().clock().nanos() + STEP_WITHIN.toNanos();
        long before = ports.tasks().clock().wallMillis() - ports.settings().orphanAge().toMillis();
        List<ChunkInfo> chunks = await(devices.unresolved(device, before, BATCH), deadlineNanos);
        Map<Bytes, List<ChunkInfo>> byOwner = new TreeMap<>();
        chunks.forEach(c -> byOwner.computeIfAbsent(c.owner(), o -> new ArrayList<>()).add(c));
        int settled = 0;
        for (var owner : byOwner.entrySet()) {
            settled += settle(owner.getKey(), owner.getValue(), deadlineNanos);
        }
        String progress = settled + " of " + chunks.size() + " chunks settled";
        return settled > 0 ? new Step.Worked(progress) : new Step.Idle(progress);
    }

    private int settle(Bytes owner, List<ChunkInfo> chunks, long deadlineNanos)
            throws InterruptedException {
        List<SegmentAsk> asks =
                chunks.stream().map(c -> new SegmentAsk(c.write(), c.key().segment())).toList();
        PartitionAnswer answer =
                ports.metadata()
                        .query(owner, new PartitionQuery.SegmentStates(asks), deadlineNanos);
        if (!(answer instanceof PartitionAnswer.WriteStates(List<WriteState> states))) {
            throw new StoreException(ErrorCode.INTERNAL, "an unexpected answer: " + answer);
        }
        List<ChunkKey> committed = new ArrayList<>();
        int settled = 0;
        for (int i = 0; i < chunks.size(); i++) {
            ChunkInfo chunk = chunks.get(i);
            switch (states.get(i)) {
                case COMMITTED -> committed.add(chunk.key());
                case CLOSED -> settled += delete(chunk, deadlineNanos);
                case UNKNOWN -> settled += closeThenDelete(owner, chunk, deadlineNanos);
                case OPEN -> {}
            }
        }
        if (!committed.isEmpty()) {
            var _ = await(devices.resolve(device, committed), deadlineNanos);
        }
        return settled + committed.size();
    }

    private int closeThenDelete(Bytes owner, ChunkInfo chunk, long deadlineNanos)
            throws InterruptedException {
        BucketId bucket = RowKeys.bucketOf(owner);
        PartitionReply reply =
                ports.metadata()
                        .execute(
                                owner,
                                new PartitionCommand.CloseWrite(
                                        chunk.write(), bucket, ANY_KEY, List.of()),
                                ports.directory().index(),
                                deadlineNanos);
        boolean closed =
                reply instanceof PartitionReply.WriteEnded(boolean wasCommitted) && !wasCommitted;
        return closed ? delete(chunk, deadlineNanos) : 0;
    }

    private int delete(ChunkInfo chunk, long deadlineNanos) throws InterruptedException {
        var _ = await(devices.delete(device, chunk.key()), deadlineNanos);
        ports.meters().orphansDeleted.increment();
        return 1;
    }

    private static <T> T await(Promise<T> promise, long deadlineNanos) throws InterruptedException {
        try {
            return promise.await(deadlineNanos);
        } catch (TimeoutException e) {
            throw new StoreException(ErrorCode.DEADLINE, "the device did not answer in time");
        }
    }
}
