package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.crypto.CellCipher;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.StoreException;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Finds and reads objects. Safe for any task; what {@link #open} gives belongs to one task. */
public final class ObjectReader {
    /** Plaintext fetched at once: two batches are held by a download, one read, one under way. */
    private static final int BATCH_BYTES = 4 << 20;

    private final ObjectPorts ports;
    private final BucketGate gate;
    private final PeerHealth health;
    private final MemoryBudget memory;
    private final ReadTimes times = new ReadTimes();

    ObjectReader(ObjectPorts ports, BucketGate gate, PeerHealth health) {
        this.ports = ports;
        this.gate = gate;
        this.health = health;
        memory = new MemoryBudget(ports.tasks(), ports.settings().downloadBytes());
    }

    /** A version with the key that opens it. */
    record Located(
            VersionRow row,
            VersionBody body,
            KeyBytes dataKey,
            String storageClass,
            boolean latest) {}

    /**
     * @throws StoreException NO_SUCH_KEY or NO_SUCH_VERSION, also for delete markers
     */
    Located locate(Caller caller, String bucket, String key, Which which, long deadlineNanos)
            throws InterruptedException {
        Bytes keyBytes = ObjectWriter.checkKey(key);
        BucketGate.Admitted admitted = gate.admit(caller.tenant(), bucket, deadlineNanos);
        BucketId id = admitted.bucket().id();
        PartitionAnswer.Found found = find(id, keyBytes, which, deadlineNanos);
        VersionRow row = found.row();
        ShardGrant shard = found.shard();
        VersionBody body = row == null ? null : row.body();
        if (row == null || body == null || shard == null) {
            throw absent(bucket, key, which);
        }
        // Only who names a version asks a second time.
        VersionRow newest =
                which instanceof Which.Current
                        ? row
                        : find(id, keyBytes, new Which.Current(), deadlineNanos).row();
        return new Located(
                row,
                body,
                ports.keys().unwrap(body.wrappedKey(), shard, row.write()),
                admitted.bucket().storageClass(),
                newest != null && newest.order() == row.order());
    }

    private PartitionAnswer.Found find(BucketId bucket, Bytes key, Which which, long deadlineNanos)
            throws InterruptedException {
        PartitionAnswer answer =
                ports.metadata()
                        .query(
                                RowKeys.objectKey(bucket, key),
                                new PartitionQuery.Find(bucket, key, which),
                                deadlineNanos);
        if (answer instanceof PartitionAnswer.Found found) {
            return found;
        }
        throw new StoreException(ErrorCode.INTERNAL, "an unexpected answer: " + answer);
    }

    private static StoreException absent(String bucket, String key, Which which) {
        return which instanceof Which.Current
                ? new StoreException(
                        ErrorCode.NO_SUCH_KEY,
                        "there is no object '" + key + "' in bucket '" + bucket + "'")
                : new StoreException(
                        ErrorCode.NO_SUCH_VERSION,
                        "there is no such version of '" + key + "' in bucket '" + bucket + "'");
    }

    ObjectInfo info(Located located) {
        VersionRow row = located.row();
        VersionBody body = located.body();
        byte[] info = ports.keys().openInfo(located.dataKey(), row.write(), body.sealedInfo());
        return new ObjectInfo(
                row.key().utf8(),
                VersionIds.show(row.order(), row.nullVersion()),
                body.sizeBytes(),
                body.etag(),
                body.md5(),
                body.sha256(),
                row.createdMillis(),
                located.storageClass(),
                located.latest(),
                Attributes.decode(info));
    }

    /** Opens a version for reading; the caller must close what it gets. */
    Opened open(Located located, ReadRange range, long deadlineNanos) throws InterruptedException {
        VersionBody body = located.body();
        ReadRange.Resolved wanted = range.within(body.sizeBytes());
        return switch (body.placement()) {
            case Placement.Inline(Bytes ciphertext) ->
                    new Opened(info(located), wanted, inline(located, ciphertext, wanted));
            case Placement.Segments(List<SegmentRef> segments) -> {
                ObjectInfo info = info(located);
                MemoryBudget.Share share = memory.take(bytes(segments, wanted));
                yield new Opened(
                        info,
                        wanted,
                        new SegmentsSource(located, segments, wanted, share, deadlineNanos));
            }
        };
    }

    /** Two batches, or for short ranges the stripes at both ends. */
    private static long bytes(List<SegmentRef> segments, ReadRange.Resolved wanted) {
        long stripe = 0;
        for (SegmentRef segment : segments) {
            stripe = Math.max(stripe, (long) segment.scheme().k() * segment.scheme().cellBytes());
        }
        return Math.min(2L * Math.max(BATCH_BYTES, stripe), wanted.lengthBytes() + 2 * stripe);
    }

    private static Source inline(Located located, Bytes ciphertext, ReadRange.Resolved wanted) {
        byte[] plain = new byte[Math.max(0, ciphertext.length() - SegmentLayout.TAG_BYTES)];
        try (CellCipher cipher = CellCipher.inline(located.dataKey(), located.row().write())) {
            var _ =
                    cipher.decrypt(
                            0, true, ciphertext.unsafeArray(), 0, ciphertext.length(), plain, 0);
        }
        Piece piece = new Piece(plain, (int) wanted.first(), (int) wanted.lengthBytes());
        return new Source() {
            private boolean given = wanted.lengthBytes() == 0;

            @Override
            public @Nullable Piece next() {
                if (given) {
                    return null;
                }
                given = true;
                return piece;
            }

            @Override
            public void close() {}
        };
    }

    /** Plaintext, in an array that the receiver may read until it asks for the next piece. */
    public record Piece(byte[] array, int offset, int lengthBytes) {}

    private interface Source extends AutoCloseable {
        @Nullable Piece next() throws InterruptedException;

        @Override
        void close();
    }

    /** A version being read. */
    public static final class Opened implements AutoCloseable {
        private final ObjectInfo info;
        private final ReadRange.Resolved range;
        private final Source source;

        private Opened(ObjectInfo info, ReadRange.Resolved range, Source source) {
            this.info = info;
            this.range = range;
            this.source = source;
        }

        public ObjectInfo info() {
            return info;
        }

        public ReadRange.Resolved range() {
            return range;
        }

        /**
         * The next bytes; null at the end.
         *
         * @throws StoreException when the rest can't be read: the reader must not take what it has
         *     for whole
         */
        public @Nullable Piece next() throws InterruptedException {
            return source.next();
        }

        @Override
        public void close() {
            source.close();
        }
    }

    /** Walks the stripes of the wanted range, one batch ahead. */
    private final class SegmentsSource implements Source {
        private final Located located;
        private final List<SegmentRef> segments;
        private final MemoryBudget.Share share;
        private final long deadlineNanos;
        private final long end;
        private long position;
        private int segmentIndex;
        private long segmentStart;
        private boolean closed;
        private @Nullable Fetch current;
        private @Nullable Fetch ahead;
        private long plannedTo;

        SegmentsSource(
                Located located,
                List<SegmentRef> segments,
                ReadRange.Resolved wanted,
                MemoryBudget.Share share,
                long deadlineNanos) {
            this.located = located;
            this.segments = segments;
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
                reader = new SegmentReader(ports, health, times, ref, deadlineNanos);
                cipher = new CellCipher(located.dataKey(), located.row().write(), ref.segment());
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
                                        + Math.min(
                                                ref.lengthBytes(), (long) endStripe * stripeBytes));
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
                        (int) ((start - stripeAt) / span),
                        (int) ((until - 1 - stripeAt) / span) + 1);
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

        private @Nullable Fetch plan() {
            if (plannedTo >= end) {
                return null;
            }
            while (plannedTo >= segmentStart + segments.get(segmentIndex).lengthBytes()) {
                segmentStart += segments.get(segmentIndex).lengthBytes();
                segmentIndex++;
            }
            Fetch fetch = new Fetch(segments.get(segmentIndex), segmentStart, plannedTo, end);
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
}
