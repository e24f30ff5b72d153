package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.UnderprotectedRow;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Completes segments that were acknowledged with chunks missing, for the partitions that this node
 * leads, as soon as the chunk's device is back; where it stays away, the segment is written anew
 * elsewhere ({@link Substitution}). Works on ciphertext. One task.
 */
public final class Rebuilder implements Worker {
    private static final int BATCH = 16;
    private static final Duration SEGMENT_WITHIN = Duration.ofSeconds(60);

    private final ObjectPorts ports;
    private final Leadership leadership;
    private final PeerHealth health;
    private final ReadTimes times = new ReadTimes();
    private final Substitution substitution;
    private final Map<GroupId, @Nullable Bytes> cursors = new HashMap<>();

    public Rebuilder(ObjectPorts ports, Leadership leadership) {
        this.ports = ports;
        this.leadership = leadership;
        health = new PeerHealth(ports.tasks().clock());
        substitution = new Substitution(ports, health);
    }

    @Override
    public String name() {
        return "rebuild";
    }

    @Override
    public Step step() throws InterruptedException {
        ports.lease().check();
        List<GroupId> led = leadership.ledPartitions();
        cursors.keySet().retainAll(led);
        int done = 0;
        int waiting = 0;
        for (GroupId partition : led) {
            PartitionAnswer answer =
                    ports.metadata()
                            .queryIn(
                                    partition,
                                    new PartitionQuery.Underprotected(
                                            cursors.get(partition), BATCH),
                                    deadline());
            if (answer
                    instanceof
                    PartitionAnswer.UnderprotectedPage(List<UnderprotectedRow> rows, Bytes next)) {
                cursors.put(partition, next);
                for (UnderprotectedRow row : rows) {
                    boolean finished = complete(row);
                    done += finished ? 1 : 0;
                    waiting += finished ? 0 : 1;
                }
            }
        }
        String progress = done + " segments completed, " + waiting + " wait for their device";
        return done > 0 ? new Step.Worked(progress) : new Step.Idle(progress);
    }

    private long deadline() {
        return ports.tasks().clock().nanos() + SEGMENT_WITHIN.toNanos();
    }

    /** True when the segment has all its chunks, or another has taken its place. */
    private boolean complete(UnderprotectedRow row) throws InterruptedException {
        SegmentRef ref = row.segment();
        PlacementGroup pg = ports.directory().placementGroup(ref.pg()).orElse(null);
        if (pg == null) {
            return false;
        }
        long durable = 0;
        for (int i = 0; i < ref.scheme().width(); i++) {
            if (((ref.missing() >>> i) & 1) != 0 && writable(pg.members().get(i))) {
                durable |= rebuild(row, pg, i) ? 1L << i : 0;
            }
        }
        if (durable != 0) {
            report(row, durable);
        }
        if (durable == ref.missing()) {
            return true;
        }
        long waitedMillis = ports.tasks().clock().wallMillis() - row.sinceMillis();
        return waitedMillis > ports.settings().substituteAfter().toMillis()
                && substitution.replace(row, deadline());
    }

    private boolean writable(DeviceId device) {
        return !health.suspect(device)
                && ports.directory()
                        .device(device)
                        .map(record -> record.state() == DeviceRecord.State.WRITABLE)
                        .orElse(false);
    }

    private void report(UnderprotectedRow row, long durable) throws InterruptedException {
        PartitionReply reply =
                ports.metadata()
                        .execute(
                                RowKeys.objectKey(row.bucket(), row.key()),
                                new PartitionCommand.Rebuilt(
                                        row.bucket(),
                                        row.key(),
                                        row.order(),
                                        row.segment().segment(),
                                        durable),
                                ports.directory().index(),
                                deadline());
        if (!(reply instanceof PartitionReply.Done)) {
            throw Commits.failure(reply);
        }
        ports.meters().chunksRebuilt.add(Long.bitCount(durable));
    }

    /** True when the chunk is durable on its device. */
    private boolean rebuild(UnderprotectedRow row, PlacementGroup pg, int chunk)
            throws InterruptedException {
        SegmentReader reader = new SegmentReader(ports, health, times, row.segment(), deadline());
        try {
            // A write that came too late for its commit may have landed all the same.
            if (reader.verify(chunk).await(deadline()) == ChunkStore.Verdict.SOUND) {
                return true;
            }
            return copy(row, pg, chunk, reader);
        } catch (TimeoutException e) {
            health.failed(pg.members().get(chunk));
            return false;
        } catch (StoreException e) {
            if (e.code() == ErrorCode.UNAVAILABLE) {
                health.failed(pg.members().get(chunk));
            }
            return false;
        }
    }

    private boolean copy(UnderprotectedRow row, PlacementGroup pg, int chunk, SegmentReader reader)
            throws InterruptedException, TimeoutException {
        SegmentRef ref = row.segment();
        SegmentLayout layout = reader.layout();
        long deadlineNanos = deadline();
        Ticket ticket =
                ports.tickets().mint(Ticket.Operation.WRITE, pg.id(), pg.epoch(), ref.segment());
        ChunkHeader header =
                new ChunkHeader(
                        new ChunkKey(pg.id(), ref.segment(), chunk),
                        pg.epoch(),
                        row.write(),
                        RowKeys.bucketPrefix(row.bucket()),
                        Math.max(1, layout.chunkLength(chunk)),
                        SegmentLayout.blockBytes(ref.scheme()));
        ChunkPeers.Sink sink =
                ports.peers().write(pg.members().get(chunk), ticket, header, deadlineNanos);
        BitSet wanted = new BitSet();
        wanted.set(chunk);
        BitSet missing = BitSet.valueOf(new long[] {ref.missing()});
        boolean finished = false;
        try {
            int step = Math.max(1, (4 << 20) / layout.stripeBytes());
            for (int first = 0; first < layout.stripes(); first += step) {
                int end = Math.min(layout.stripes(), first + step);
                byte[] bytes = reader.fetch(first, end, wanted, missing).chunks[chunk];
                if (bytes != null && bytes.length > 0) {
                    var _ = sink.send(bytes, 0, bytes.length).await(deadlineNanos);
                }
            }
            finished = sink.finish().await(deadlineNanos);
        } finally {
            if (!finished) {
                sink.abort();
            }
        }
        return finished;
    }
}
