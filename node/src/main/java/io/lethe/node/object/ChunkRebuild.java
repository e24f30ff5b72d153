package io.lethe.node.object;

import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import io.lethe.node.model.WriteId;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.TimeoutException;

/**
 * Makes one chunk of a committed segment anew from any k others, on the device that takes the
 * group's writes of it. Works on ciphertext. One task.
 */
public final class ChunkRebuild {
    /** Bytes of all chunks that are in memory at a time: of a stripe at least. */
    public static final int BATCH_BYTES = 4 << 20;

    /** For each batch, and for the sync at the end: a busy disk's worst. */
    private static final Duration BATCH_WITHIN = Duration.ofSeconds(60);

    private final ObjectPorts ports;
    private final PeerHealth health;
    private final ReadTimes times = ReadTimes.patient();

    public ChunkRebuild(ObjectPorts ports) {
        this(ports, new PeerHealth(ports.tasks().clock()));
    }

    ChunkRebuild(ObjectPorts ports, PeerHealth health) {
        this.ports = ports;
        this.health = health;
    }

    /** Whether a device takes chunks, as far as the directory and this one know. */
    public boolean writable(DeviceId device) {
        return !health.suspect(device)
                && ports.directory()
                        .device(device)
                        .map(record -> record.state() == DeviceRecord.State.WRITABLE)
                        .orElse(false);
    }

    /**
     * Makes a chunk anew where it is not there and sound.
     *
     * @param write the segment's, as other chunks of it say
     * @return whether the chunk is durable on its device now; no chunk of a short segment that is
     *     empty is ever lacking
     */
    public boolean rebuild(
            SegmentRef segment, WriteId write, BucketId bucket, int chunk, long deadlineNanos)
            throws InterruptedException {
        SegmentReader reader = new SegmentReader(ports, health, times, segment, deadlineNanos);
        if (reader.layout().chunkLength(chunk) == 0) {
            return true;
        }
        DeviceId target = reader.group().writer(chunk);
        try {
            // A write that came too late for its commit may have landed all the same.
            if (reader.verify(chunk).await(deadlineNanos) == ChunkStore.Verdict.SOUND) {
                return true;
            }
        } catch (TimeoutException e) {
            health.failed(target);
            return false;
        } catch (StoreException e) {
            judge(target, e);
            return false;
        }
        return make(segment, write, bucket, chunk, deadlineNanos);
    }

    /**
     * Makes a chunk anew that is not there, or known as damaged.
     *
     * @return as {@link #rebuild}
     */
    public boolean make(
            SegmentRef segment, WriteId write, BucketId bucket, int chunk, long deadlineNanos)
            throws InterruptedException {
        SegmentReader reader = new SegmentReader(ports, health, times, segment, deadlineNanos);
        SegmentLayout layout = reader.layout();
        if (layout.chunkLength(chunk) == 0) {
            return true;
        }
        PlacementGroup pg = reader.group();
        ChunkHeader header =
                new ChunkHeader(
                        new ChunkKey(pg.id(), segment.segment(), chunk),
                        pg.epoch(),
                        write,
                        RowKeys.bucketPrefix(bucket),
                        layout.chunkLength(chunk),
                        SegmentLayout.blockBytes(segment.scheme()));
        try {
            return copy(segment, pg, header, deadlineNanos);
        } catch (TimeoutException e) {
            health.failed(pg.writer(chunk));
            return false;
        } catch (StoreException e) {
            judge(pg.writer(chunk), e);
            return false;
        }
    }

    private void judge(DeviceId target, StoreException failure) {
        if (failure.code() == ErrorCode.UNAVAILABLE) {
            health.failed(target);
        }
    }

    private long batchDeadlineNanos(long deadlineNanos) {
        return Math.min(deadlineNanos, ports.tasks().clock().nanos() + BATCH_WITHIN.toNanos());
    }

    private boolean copy(SegmentRef segment, PlacementGroup pg, ChunkHeader header, long endNanos)
            throws InterruptedException, TimeoutException {
        int chunk = header.key().index();
        SegmentLayout layout = new SegmentLayout(segment.scheme(), segment.lengthBytes());
        Ticket ticket =
                ports.tickets()
                        .mint(Ticket.Operation.WRITE, pg.id(), pg.epoch(), segment.segment());
        ChunkPeers.Sink sink = ports.peers().write(pg.writer(chunk), ticket, header, endNanos);
        BitSet wanted = new BitSet();
        wanted.set(chunk);
        BitSet banned = BitSet.valueOf(new long[] {segment.missing()});
        banned.set(chunk);
        boolean finished = false;
        try {
            int step = Math.max(1, BATCH_BYTES / layout.stripeBytes());
            for (int first = 0; first < layout.stripes(); first += step) {
                int end = Math.min(layout.stripes(), first + step);
                long deadlineNanos = batchDeadlineNanos(endNanos);
                SegmentReader reader =
                        new SegmentReader(ports, health, times, segment, deadlineNanos);
                byte[] bytes = reader.fetch(first, end, wanted, banned).chunks[chunk];
                if (bytes != null && bytes.length > 0) {
                    var _ = sink.send(bytes, 0, bytes.length).await(deadlineNanos);
                }
            }
            finished = sink.finish().await(batchDeadlineNanos(endNanos));
        } finally {
            if (!finished) {
                sink.abort();
            }
        }
        return finished;
    }
}
