package io.lethe.node.object;

import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.crypto.CellCipher;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.ObjectReader.Piece;
import java.util.BitSet;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Walks the stripes of the wanted range of segments, one batch ahead. One task. */
final class SegmentsSource implements ObjectReader.Source {
    /** Plaintext fetched at once: two batches are held by a download, one read, one under way. */
    static final int BATCH_BYTES = 4 << 20;

    /** What all reads of a gateway share. */
    record Shared(ObjectPorts ports, PeerHealth health, ReadTimes times) {}

    private final ObjectPorts ports;
    private final Shared shared;
    private final KeyBytes dataKey;
    private final WriteId write;
    private final SegmentRun run;
    private final MemoryBudget.Share share;
    private final long deadlineNanos;
    private final long end;
    private long position;
    private boolean closed;
    private @Nullable Fetch current;
    private @Nullable Fetch ahead;
    private long plannedTo;

    /**
     * @param write the version's identity in associated data
     * @param share given back when this is closed
     */
    SegmentsSource(
            Shared shared,
            KeyBytes dataKey,
            WriteId write,
            SegmentRun run,
            ReadRange.Resolved wanted,
            MemoryBudget.Share share,
            long deadlineNanos) {
        this.shared = shared;
        ports = shared.ports();
        this.dataKey = dataKey;
        this.write = write;
        this.run = run;
        this.share = share;
        this.deadlineNanos = deadlineNanos;
        position = wanted.first();
        end = wanted.first() + wanted.lengthBytes();
        plannedTo = position;
    }

    /** Some stripes of one segment, under way or here. */
    private final class Fetch {
        final SegmentReader reader;
        final CellCipher cipher;
        final long start;
        final long until;
        final long segmentAt;
        final Promise<SegmentReader.Batch> batch = ports.tasks().promise();
        final Tasks.Task task;

        Fetch(SegmentRef ref, long segmentAt, long from, long to) {
            this.segmentAt = segmentAt;
            reader = new SegmentReader(ports, shared.health(), shared.times(), ref, deadlineNanos);
            cipher = new CellCipher(dataKey, write, ref.segment());
            SegmentLayout layout = reader.layout();
            int stripeBytes = layout.stripeBytes();
            int first = (int) ((from - segmentAt) / stripeBytes);
            int most = Math.max(1, BATCH_BYTES / stripeBytes);
            int last =
                    (int)
                            ((Math.min(to, segmentAt + ref.lengthBytes()) - 1 - segmentAt)
                                    / stripeBytes);
            int endStripe = Math.min(last + 1, first + most);
            start = from;
            until =
                    Math.min(
                            to,
                            segmentAt
                                    + Math.min(ref.lengthBytes(), (long) endStripe * stripeBytes));
            BitSet wanted = wanted(layout, first, endStripe);
            task = ports.tasks().fork("fetch", () -> run(first, endStripe, wanted));
        }

        private BitSet wanted(SegmentLayout layout, int first, int endStripe) {
            BitSet wanted = new BitSet();
            if (endStripe - first > 1) {
                wanted.set(0, layout.scheme().k());
                return wanted;
            }
            long stripeAt = segmentAt + (long) first * layout.stripeBytes();
            int span = layout.cellSpan(first);
            wanted.set(
                    (int) ((start - stripeAt) / span), (int) ((until - 1 - stripeAt) / span) + 1);
            return wanted;
        }

        private void run(int first, int endStripe, BitSet wanted) {
            try {
                batch.complete(reader.fetch(first, endStripe, wanted, new BitSet()));
            } catch (StoreException e) {
                batch.fail(e);
            } catch (InterruptedException e) {
                batch.fail(new StoreException(ErrorCode.UNAVAILABLE, "the read was cancelled"));
            }
        }
    }

    private @Nullable Fetch plan() throws InterruptedException {
        if (plannedTo >= end) {
            return null;
        }
        SegmentRun.Placed placed = run.at(plannedTo);
        Fetch fetch = new Fetch(placed.segment(), placed.startBytes(), plannedTo, end);
        plannedTo = fetch.until;
        return fetch;
    }

    @Override
    public @Nullable Piece next() throws InterruptedException {
        if (position >= end || closed) {
            return null;
        }
        Fetch fetch = current;
        if (fetch == null || position >= fetch.until) {
            fetch = ahead != null ? ahead : plan();
            current = fetch;
            ahead = plan();
        }
        if (fetch == null) {
            return null;
        }
        ports.lease().check();
        Piece piece = cell(fetch, await(fetch));
        position += piece.lengthBytes();
        return piece;
    }

    private SegmentReader.Batch await(Fetch fetch) throws InterruptedException {
        try {
            return fetch.batch.await(deadlineNanos);
        } catch (TimeoutException e) {
            throw new StoreException(
                    ErrorCode.DEADLINE, "the deadline passed while the object was being read");
        }
    }

    /** Decrypts the cell at the position and cuts it to the range. */
    private Piece cell(Fetch fetch, SegmentReader.Batch batch) throws InterruptedException {
        SegmentLayout layout = fetch.reader.layout();
        long within = position - fetch.segmentAt;
        int stripe = (int) (within / layout.stripeBytes());
        int inStripe = (int) (within - (long) stripe * layout.stripeBytes());
        int span = layout.cellSpan(stripe);
        int chunk = inStripe / span;
        int length = layout.cellLength(stripe, chunk);
        byte[] plain = new byte[length];
        fetch.reader.open(fetch.cipher, batch, stripe, chunk, plain);
        int offset = inStripe - chunk * span;
        return new Piece(plain, offset, (int) Math.min(length - offset, end - position));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            for (Fetch fetch : new Fetch[] {current, ahead}) {
                if (fetch != null) {
                    fetch.task.cancel();
                }
            }
            share.close();
        }
    }
}
