package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.crypto.CellCipher;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes one body into segments under an open write, which it opens, renews, and closes where
 * nothing comes of it. One task.
 */
final class BodyWriter {
    /** Placement groups tried for one segment: the first, and two more after devices failed it. */
    private static final int MOST_GROUPS_TRIED = 3;

    /** Segments of one body: 640 GiB; larger objects are multipart. */
    private static final int MOST_SEGMENTS = 10_000;

    /** What all writers of a gateway share. */
    record Shared(ObjectPorts ports, PgChooser chooser, PeerHealth health, Commits commits) {
        /**
         * @param asked empty: the bucket's
         * @throws StoreException INVALID_STORAGE_CLASS
         */
        StorageClass storageClass(String asked, BucketRecord bucket) {
            String name = asked.isEmpty() ? bucket.storageClass() : asked;
            return ports.directory()
                    .storageClass(name)
                    .orElseThrow(
                            () ->
                                    new StoreException(
                                            ErrorCode.INVALID_STORAGE_CLASS,
                                            "there is no storage class '" + name + "'"));
        }

        /** As versions and uploads keep it: empty where it is the bucket's. */
        static String kept(String asked, BucketRecord bucket) {
            return asked.equals(bucket.storageClass()) ? "" : asked;
        }
    }

    /**
     * What is written.
     *
     * @param write under which the chunks are written
     * @param version the identity in associated data: of the version, or of the upload
     */
    record Target(
            BucketGate.Admitted admitted,
            Bytes key,
            TenantId tenant,
            WriteId write,
            WriteId version,
            KeyBytes dataKey,
            StorageClass storageClass) {
        Bytes rowKey() {
            return RowKeys.objectKey(admitted.bucket().id(), key);
        }
    }

    private final ObjectPorts ports;
    private final Shared shared;
    private final Target target;
    private final Bytes rowKey;
    private final BodyReader body;
    private final long deadlineNanos;
    private final List<SegmentRef> segments = new ArrayList<>();
    private long renewAtNanos;

    BodyWriter(Shared shared, Target target, BodyReader body, long deadlineNanos) {
        this.shared = shared;
        this.target = target;
        this.body = body;
        this.deadlineNanos = deadlineNanos;
        ports = shared.ports();
        rowKey = target.rowKey();
    }

    List<SegmentRef> segments() {
        return segments;
    }

    /** Opens the write; returns the tenant's open shard where the partition has said it. */
    @Nullable ShardGrant open() throws InterruptedException {
        renewAtNanos = ports.tasks().clock().nanos() + renewEveryNanos();
        PartitionReply reply =
                shared.commits()
                        .execute(
                                target.admitted(),
                                rowKey,
                                new PartitionCommand.OpenWrite(
                                        target.write(),
                                        target.admitted().bucket().id(),
                                        target.key(),
                                        target.tenant(),
                                        ports.settings().writeLease().toMillis()),
                                deadlineNanos);
        return switch (reply) {
            case PartitionReply.WriteOpened opened -> opened.shard();
            // The same write id has committed already: the commit will answer with its result.
            case PartitionReply.Committed _ -> null;
            default -> throw Commits.failure(reply);
        };
    }

    private long renewEveryNanos() {
        return ports.settings().writeLease().toNanos() / 3;
    }

    /** Writes all of the body, whose first bytes are {@code head}. */
    void write(byte[] head, int headLength) throws InterruptedException {
        StorageClass storageClass = target.storageClass();
        int carried = headLength;
        Set<PgId> avoid = new HashSet<>();
        CellBuffers buffers = null;
        do {
            if (segments.size() == MOST_SEGMENTS) {
                throw new StoreException(
                        ErrorCode.ENTITY_TOO_LARGE, "the object is too long for a single upload");
            }
            PlacementGroup pg = shared.chooser().choose(storageClass.name(), avoid);
            if (buffers == null || !buffers.fits(pg.scheme())) {
                buffers = new CellBuffers(pg.scheme());
            }
            System.arraycopy(head, 0, buffers.plain(carried), 0, carried);
            carried = firstStripe(buffers, carried);
            carried = writeSegment(pg, buffers, carried, avoid);
        } while (carried >= 0);
    }

    /** Reads on to the end of a stripe or of the body; returns how much is there. */
    private int firstStripe(CellBuffers buffers, int carried) throws InterruptedException {
        int length = carried;
        while (length < buffers.stripeBytes() && !body.atEnd()) {
            byte[] plain = buffers.plain(length + 1);
            length += body.fill(plain, length, plain.length - length);
        }
        return length;
    }

    /**
     * Writes a segment whose first stripe is in the buffers.
     *
     * @return -1 when the body is at its end, 0 to go on with a fresh segment
     */
    private int writeSegment(
            PlacementGroup first, CellBuffers buffers, int firstLength, Set<PgId> avoid)
            throws InterruptedException {
        PlacementGroup pg = first;
        int most = SegmentLayout.mostBytes(pg.scheme());
        boolean only = body.atEnd();
        for (int tried = 1; ; tried++) {
            SegmentWriter writer = segmentWriter(pg, buffers, only ? firstLength : most);
            try {
                writer.stripe(buffers.plain(), firstLength, only);
                boolean ended = only || moreStripes(writer, buffers, most - firstLength);
                segments.add(writer.finish());
                return ended ? -1 : 0;
            } catch (StoreException e) {
                writer.abort();
                // Other devices may take it as long as its plaintext is at hand: in the first
                // stripe.
                boolean again =
                        e.code() == ErrorCode.UNAVAILABLE
                                && writer.stripes() <= 1
                                && (only || writer.stripes() == 0)
                                && tried < MOST_GROUPS_TRIED;
                if (!again) {
                    throw e;
                }
                ports.meters().segmentsRetried.increment();
                avoid.add(pg.id());
                PlacementGroup other = shared.chooser().choose(target.storageClass().name(), avoid);
                if (!buffers.fits(other.scheme())) {
                    throw e;
                }
                pg = other;
            }
        }
    }

    private SegmentWriter segmentWriter(PlacementGroup pg, CellBuffers buffers, int most) {
        SegmentId segment = new SegmentId(Id128.random(ports.random()));
        Bytes owner = rowKey.slice(0, ChunkHeader.OWNER_BYTES);
        return new SegmentWriter(
                ports,
                shared.health(),
                new SegmentWriter.Target(
                        pg, segment, target.write(), owner, target.storageClass().quorumAll()),
                new CellCipher(target.dataKey(), target.version(), segment),
                buffers,
                most,
                deadlineNanos);
    }

    /** Writes the stripes behind the first; true when the body is at its end. */
    private boolean moreStripes(SegmentWriter writer, CellBuffers buffers, int mostBytes)
            throws InterruptedException {
        byte[] plain = buffers.plain(buffers.stripeBytes());
        for (int left = mostBytes; left > 0; ) {
            renewWhenDue();
            int length = body.fill(plain, 0, plain.length);
            left -= length;
            boolean ended = body.atEnd();
            writer.stripe(plain, length, ended || left == 0);
            if (ended) {
                return true;
            }
        }
        return false;
    }

    private void renewWhenDue() throws InterruptedException {
        if (renewAtNanos - ports.tasks().clock().nanos() > 0) {
            return;
        }
        renewAtNanos = ports.tasks().clock().nanos() + renewEveryNanos();
        PartitionReply reply =
                shared.commits()
                        .execute(
                                target.admitted(),
                                rowKey,
                                new PartitionCommand.RenewWrites(
                                        List.of(target.write()),
                                        ports.settings().writeLease().toMillis()),
                                deadlineNanos);
        if (reply instanceof PartitionReply.Renewed renewed && renewed.closed().isEmpty()) {
            return;
        }
        throw new StoreException(
                ErrorCode.WRITE_CLOSED, "the upload took too long and was closed; send it again");
    }

    /**
     * Gives a failed upload's segments back; where that fails too, its lease runs out. Safe also
     * after an unknown outcome: the partition makes the segments garbage only if the write did not
     * commit.
     */
    void close() throws InterruptedException {
        ports.meters().writesClosed.increment();
        shared.commits()
                .closeQuietly(
                        rowKey,
                        new PartitionCommand.CloseWrite(
                                target.write(),
                                target.admitted().bucket().id(),
                                target.key(),
                                segments),
                        target.admitted().checkedAt());
    }
}
