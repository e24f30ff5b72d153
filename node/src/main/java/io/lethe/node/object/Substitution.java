package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.CellCipher;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.UnderprotectedRow;
import io.lethe.node.metadata.command.PartitionAnswer.WrappedKey;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.WriteId;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Writes a segment anew into another placement group, whole, under a fresh segment id and an open
 * write of its own, and puts it into the old one's place. One task.
 */
final class Substitution {
    private final ObjectPorts ports;
    private final PeerHealth health;
    private final PgChooser chooser;
    private final ReadTimes times = new ReadTimes();

    Substitution(ObjectPorts ports, PeerHealth health) {
        this.ports = ports;
        this.health = health;
        chooser = new PgChooser(ports.directory(), health, ports.random());
    }

    /** A segment, and the version or part that names it. */
    record Named(BucketId bucket, Bytes key, long order, SegmentRef segment) {}

    /** Into a group of the class that it is in: true when it has all its chunks then. */
    boolean replace(UnderprotectedRow row, long deadlineNanos) throws InterruptedException {
        return replace(
                new Named(row.bucket(), row.key(), row.order(), row.segment()),
                bucket -> storageClass(row.segment(), bucket),
                deadlineNanos);
    }

    /** Into a group of the bucket's class: true when the version names it there, whole. */
    boolean recode(Named row, long deadlineNanos) throws InterruptedException {
        return replace(row, BucketRecord::storageClass, deadlineNanos);
    }

    private boolean replace(
            Named row, Function<BucketRecord, String> storageClass, long deadlineNanos)
            throws InterruptedException {
        // The index is read first: a mark that is not seen here fences the open write.
        long checkedAt = ports.directory().index();
        Optional<BucketRecord> bucket =
                ports.directory()
                        .bucket(row.bucket())
                        .filter(one -> one.state() == BucketRecord.State.ACTIVE);
        Bytes rowKey = RowKeys.objectKey(row.bucket(), row.key());
        PartitionAnswer answer =
                ports.metadata()
                        .query(
                                rowKey,
                                new PartitionQuery.DataKey(row.bucket(), row.key(), row.order()),
                                deadlineNanos);
        if (bucket.isEmpty()
                || !(answer instanceof PartitionAnswer.KeyFound(WrappedKey key, ShardGrant shard))
                || key == null
                || shard == null) {
            return false;
        }
        KeyBytes dataKey = ports.keys().unwrap(key.wrappedKey(), shard, key.write());
        WriteId write = new WriteId(Id128.random(ports.random()));
        PartitionReply opened =
                ports.metadata()
                        .execute(
                                rowKey,
                                new PartitionCommand.OpenWrite(
                                        write,
                                        row.bucket(),
                                        row.key(),
                                        key.tenant(),
                                        ports.settings().writeLease().toMillis()),
                                checkedAt,
                                deadlineNanos);
        if (opened instanceof PartitionReply.Retry retry
                && retry.why() == PartitionReply.Retry.Why.FENCED) {
            return false;
        }
        if (!(opened instanceof PartitionReply.WriteOpened)) {
            throw Commits.failure(opened);
        }
        Copying copying = new Copying(write, storageClass.apply(bucket.get()), deadlineNanos);
        SegmentRef fresh = copy(row, key.write(), dataKey, copying);
        if (fresh.missing() != 0) {
            expect(
                    PartitionReply.WriteEnded.class,
                    rowKey,
                    new PartitionCommand.CloseWrite(write, row.bucket(), row.key(), List.of(fresh)),
                    deadlineNanos);
            return false;
        }
        expect(
                PartitionReply.Done.class,
                rowKey,
                new PartitionCommand.ReplaceSegment(
                        write,
                        row.bucket(),
                        row.key(),
                        row.order(),
                        row.segment().segment(),
                        fresh),
                deadlineNanos);
        ports.meters().segmentsReplaced.increment();
        return true;
    }

    private void expect(
            Class<? extends PartitionReply> kind,
            Bytes rowKey,
            PartitionCommand command,
            long deadlineNanos)
            throws InterruptedException {
        PartitionReply reply =
                ports.metadata().execute(rowKey, command, ports.directory().index(), deadlineNanos);
        if (!kind.isInstance(reply)) {
            throw Commits.failure(reply);
        }
    }

    /** How a copy is made. */
    private record Copying(WriteId write, String storageClass, long deadlineNanos) {}

    private SegmentRef copy(Named row, WriteId version, KeyBytes dataKey, Copying how)
            throws InterruptedException {
        long deadlineNanos = how.deadlineNanos();
        SegmentRef old = row.segment();
        SegmentReader reader = new SegmentReader(ports, health, times, old, deadlineNanos);
        CellCipher oldCipher = new CellCipher(dataKey, version, old.segment());
        PlacementGroup pg = chooser.choose(how.storageClass(), Set.of(old.pg()));
        SegmentId segment = new SegmentId(Id128.random(ports.random()));
        CellBuffers buffers = new CellBuffers(pg.scheme());
        SegmentWriter writer =
                new SegmentWriter(
                        ports,
                        health,
                        new SegmentWriter.Target(
                                pg,
                                segment,
                                how.write(),
                                RowKeys.bucketPrefix(row.bucket()),
                                false),
                        new CellCipher(dataKey, version, segment),
                        buffers,
                        old.lengthBytes(),
                        deadlineNanos);
        boolean finished = false;
        try {
            PlainReader plain = new PlainReader(reader, oldCipher);
            byte[] stripe = buffers.plain(buffers.stripeBytes());
            for (int left = old.lengthBytes(); left > 0; ) {
                int length = Math.min(left, stripe.length);
                plain.fill(stripe, length);
                left -= length;
                writer.stripe(stripe, length, left == 0);
            }
            SegmentRef fresh = writer.finish();
            finished = true;
            return fresh;
        } finally {
            if (!finished) {
                writer.abort();
            }
        }
    }

    /** The segment's own: an object may be in another than its bucket's. */
    private String storageClass(SegmentRef segment, BucketRecord bucket) {
        return ports.directory()
                .placementGroup(segment.pg())
                .map(PlacementGroup::storageClass)
                .orElse(bucket.storageClass());
    }

    /** Plaintext of a whole segment, cell after cell. */
    private static final class PlainReader {
        private final SegmentReader reader;
        private final CellCipher cipher;
        private final SegmentLayout layout;
        private byte[] cell = new byte[0];
        private int taken;
        private int nextStripe;
        private int nextChunk;
        private SegmentReader.Batch batch;

        PlainReader(SegmentReader reader, CellCipher cipher) throws InterruptedException {
            this.reader = reader;
            this.cipher = cipher;
            layout = reader.layout();
            batch = fetch(0);
        }

        private SegmentReader.Batch fetch(int stripe) throws InterruptedException {
            BitSet data = new BitSet();
            data.set(0, layout.scheme().k());
            return reader.fetch(stripe, stripe + 1, data, new BitSet());
        }

        void fill(byte[] target, int lengthBytes) throws InterruptedException {
            for (int filled = 0; filled < lengthBytes; ) {
                if (taken == cell.length) {
                    nextCell();
                }
                int count = Math.min(lengthBytes - filled, cell.length - taken);
                System.arraycopy(cell, taken, target, filled, count);
                filled += count;
                taken += count;
            }
        }

        private void nextCell() throws InterruptedException {
            if (nextChunk == layout.scheme().k() || layout.cellLength(nextStripe, nextChunk) == 0) {
                nextStripe++;
                nextChunk = 0;
                batch = fetch(nextStripe);
            }
            cell = new byte[layout.cellLength(nextStripe, nextChunk)];
            reader.open(cipher, batch, nextStripe, nextChunk, cell);
            nextChunk++;
            taken = 0;
        }
    }
}
