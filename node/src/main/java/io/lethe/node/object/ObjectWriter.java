package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.CellCipher;
import io.lethe.node.crypto.Digests;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
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
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stores objects: small ones in their partition by one commit, others in segments under an open
 * write. Nothing is visible before the commit, and what did not commit is garbage or an orphan.
 * Safe for any task.
 */
final class ObjectWriter {
    /** Placement groups tried for one segment: the first, and two more after devices failed it. */
    private static final int MOST_GROUPS_TRIED = 3;

    /** Segments of one single upload: 640 GiB; larger objects are multipart. */
    private static final int MOST_SEGMENTS = 10_000;

    private final ObjectPorts ports;
    private final BucketGate gate;
    private final PgChooser chooser;
    private final PeerHealth health;
    private final Commits commits;
    private final MemoryBudget memory;

    ObjectWriter(
            ObjectPorts ports,
            BucketGate gate,
            PgChooser chooser,
            PeerHealth health,
            Commits commits) {
        this.ports = ports;
        this.gate = gate;
        this.chooser = chooser;
        this.health = health;
        this.commits = commits;
        memory = new MemoryBudget(ports.tasks(), ports.settings().uploadBytes());
    }

    /** Where one put stands: what every step of it needs. */
    private final class Upload {
        final Caller caller;
        final PutRequest request;
        final BodyReader body;
        final BucketGate.Admitted admitted;
        final Bytes key;
        final Bytes rowKey;
        final KeyBytes dataKey = ports.keys().fresh();
        final long deadlineNanos;
        final List<SegmentRef> segments = new ArrayList<>();
        long renewAtNanos;

        Upload(Caller caller, PutRequest request, Body body, long deadlineNanos)
                throws InterruptedException {
            this.caller = caller;
            this.request = request;
            this.deadlineNanos = deadlineNanos;
            key = checkKey(request.key());
            this.body = new BodyReader(body);
            admitted = gate.admit(caller.tenant(), request.bucket(), deadlineNanos);
            rowKey = RowKeys.objectKey(admitted.bucket().id(), key);
        }

        BucketRecord bucket() {
            return admitted.bucket();
        }

        WriteId write() {
            return request.write();
        }
    }

    /**
     * Checks an object key.
     *
     * @throws StoreException INVALID_ARGUMENT or KEY_TOO_LONG
     */
    static Bytes checkKey(String key) {
        Bytes bytes = Bytes.utf8(key);
        if (bytes.isEmpty()) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT, "an object key has at least one byte");
        }
        if (bytes.length() > VersionRow.MOST_KEY_BYTES) {
            throw new StoreException(
                    ErrorCode.KEY_TOO_LONG,
                    "the key has "
                            + bytes.length()
                            + " bytes; "
                            + VersionRow.MOST_KEY_BYTES
                            + " is the most");
        }
        return bytes;
    }

    /**
     * Stores one object; when it returns, it is durable and visible.
     *
     * @throws StoreException of any kind; OUTCOME_UNKNOWN alone leaves open whether it was stored,
     *     and repeating under the same write id finds out
     */
    ObjectInfo put(Caller caller, PutRequest request, Body body, long deadlineNanos)
            throws InterruptedException {
        Upload upload = new Upload(caller, request, body, deadlineNanos);
        byte[] head = new byte[ports.settings().inlineMostBytes()];
        int headLength = upload.body.fill(head, 0, head.length);
        if (upload.body.atEnd()) {
            return putInline(upload, head, headLength);
        }
        try (var _ = memory.take(CellBuffers.bytes(storageClass(upload).scheme()))) {
            return putSegments(upload, head, headLength);
        }
    }

    private ObjectInfo putInline(Upload upload, byte[] plain, int lengthBytes)
            throws InterruptedException {
        byte[] cell = new byte[lengthBytes + SegmentLayout.TAG_BYTES];
        try (CellCipher cipher = CellCipher.inline(upload.dataKey, upload.write())) {
            var _ = cipher.encrypt(0, true, plain, 0, lengthBytes, cell, 0);
        }
        ports.meters().inlineWritten.increment();
        return commit(upload, new Placement.Inline(Bytes.wrap(cell)), null);
    }

    private ObjectInfo putSegments(Upload upload, byte[] head, int headLength)
            throws InterruptedException {
        ShardGrant shard = open(upload);
        boolean stored = false;
        try {
            writeSegments(upload, head, headLength);
            ObjectInfo info = commit(upload, new Placement.Segments(upload.segments), shard);
            stored = true;
            return info;
        } finally {
            if (!stored) {
                close(upload);
            }
        }
    }

    private @Nullable ShardGrant open(Upload upload) throws InterruptedException {
        upload.renewAtNanos = ports.tasks().clock().nanos() + renewEveryNanos();
        PartitionReply reply =
                commits.execute(
                        upload.rowKey,
                        new PartitionCommand.OpenWrite(
                                upload.write(),
                                upload.bucket().id(),
                                upload.key,
                                upload.caller.tenant(),
                                ports.settings().writeLease().toMillis()),
                        () -> upload.admitted.checkedAt(),
                        upload.deadlineNanos);
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

    private void writeSegments(Upload upload, byte[] head, int headLength)
            throws InterruptedException {
        StorageClass storageClass = storageClass(upload);
        int carried = headLength;
        Set<PgId> avoid = new HashSet<>();
        CellBuffers buffers = null;
        do {
            if (upload.segments.size() == MOST_SEGMENTS) {
                throw new StoreException(
                        ErrorCode.ENTITY_TOO_LARGE, "the object is too long for a single upload");
            }
            PlacementGroup pg = chooser.choose(storageClass.name(), avoid);
            if (buffers == null || !buffers.fits(pg.scheme())) {
                buffers = new CellBuffers(pg.scheme());
            }
            System.arraycopy(head, 0, buffers.plain(carried), 0, carried);
            carried = firstStripe(upload, buffers, carried);
            carried = writeSegment(upload, pg, storageClass, buffers, carried, avoid);
        } while (carried >= 0);
    }

    /** Reads on to the end of a stripe or of the body; returns how much is there. */
    private static int firstStripe(Upload upload, CellBuffers buffers, int carried)
            throws InterruptedException {
        int length = carried;
        while (length < buffers.stripeBytes() && !upload.body.atEnd()) {
            byte[] plain = buffers.plain(length + 1);
            length += upload.body.fill(plain, length, plain.length - length);
        }
        return length;
    }

    private StorageClass storageClass(Upload upload) {
        String asked = upload.request.storageClass();
        String name = asked.isEmpty() ? upload.bucket().storageClass() : asked;
        return ports.directory()
                .storageClass(name)
                .orElseThrow(
                        () ->
                                new StoreException(
                                        ErrorCode.INVALID_ARGUMENT,
                                        "there is no storage class '" + name + "'"));
    }

    /**
     * Writes a segment whose first stripe is in the buffers.
     *
     * @return -1 when the body is at its end, 0 to go on with a fresh segment
     */
    private int writeSegment(
            Upload upload,
            PlacementGroup pg,
            StorageClass storageClass,
            CellBuffers buffers,
            int firstLength,
            Set<PgId> avoid)
            throws InterruptedException {
        int most = SegmentLayout.mostBytes(pg.scheme());
        boolean only = upload.body.atEnd();
        for (int tried = 1; ; tried++) {
            SegmentWriter writer =
                    segmentWriter(upload, pg, storageClass, buffers, only ? firstLength : most);
            try {
                writer.stripe(buffers.plain(), firstLength, only);
                boolean ended = only || moreStripes(upload, writer, buffers, most - firstLength);
                upload.segments.add(writer.finish());
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
                PlacementGroup other = chooser.choose(storageClass.name(), avoid);
                if (!buffers.fits(other.scheme())) {
                    throw e;
                }
                pg = other;
            }
        }
    }

    private SegmentWriter segmentWriter(
            Upload upload,
            PlacementGroup pg,
            StorageClass storageClass,
            CellBuffers buffers,
            int most) {
        SegmentId segment = new SegmentId(Id128.random(ports.random()));
        Bytes owner = upload.rowKey.slice(0, io.lethe.node.chunk.ChunkHeader.OWNER_BYTES);
        return new SegmentWriter(
                ports,
                health,
                new SegmentWriter.Target(
                        pg, segment, upload.write(), owner, storageClass.quorumAll()),
                new CellCipher(upload.dataKey, upload.write(), segment),
                buffers,
                most,
                upload.deadlineNanos);
    }

    /** Writes the stripes behind the first; true when the body is at its end. */
    private boolean moreStripes(
            Upload upload, SegmentWriter writer, CellBuffers buffers, int mostBytes)
            throws InterruptedException {
        byte[] plain = buffers.plain(buffers.stripeBytes());
        for (int left = mostBytes; left > 0; ) {
            renewWhenDue(upload);
            int length = upload.body.fill(plain, 0, plain.length);
            left -= length;
            boolean ended = upload.body.atEnd();
            writer.stripe(plain, length, ended || left == 0);
            if (ended) {
                return true;
            }
        }
        return false;
    }

    private void renewWhenDue(Upload upload) throws InterruptedException {
        if (upload.renewAtNanos - ports.tasks().clock().nanos() > 0) {
            return;
        }
        upload.renewAtNanos = ports.tasks().clock().nanos() + renewEveryNanos();
        PartitionReply reply =
                commits.execute(
                        upload.rowKey,
                        new PartitionCommand.RenewWrites(
                                List.of(upload.write()), ports.settings().writeLease().toMillis()),
                        () -> upload.admitted.checkedAt(),
                        upload.deadlineNanos);
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
    private void close(Upload upload) throws InterruptedException {
        ports.meters().writesClosed.increment();
        commits.closeQuietly(
                upload.rowKey,
                new PartitionCommand.CloseWrite(
                        upload.write(), upload.bucket().id(), upload.key, upload.segments),
                upload.admitted.checkedAt());
    }

    private ObjectInfo commit(Upload upload, Placement placement, @Nullable ShardGrant shard)
            throws InterruptedException {
        PutRequest request = upload.request;
        Digests.Result sums = upload.body.sums(request.expectedMd5(), request.expectedSha256());
        Attributes attributes = request.attributes().with(upload.body.headersAtEnd());
        byte[] info = attributes.encode();
        Bytes sealedInfo = ports.keys().sealInfo(upload.dataKey, upload.write(), info);
        String etag = sums.md5().hex();
        Commits.BodyMaker body =
                grant ->
                        new VersionBody(
                                upload.body.totalBytes(),
                                etag,
                                sums.md5(),
                                sums.sha256(),
                                sealedInfo,
                                grant.shard(),
                                ports.keys().wrap(upload.dataKey, grant, upload.write()),
                                placement);
        PartitionReply.Committed done =
                commits.commit(
                        upload.caller,
                        request,
                        upload.admitted,
                        upload.key,
                        body,
                        shard,
                        upload.deadlineNanos);
        return new ObjectInfo(
                request.key(),
                VersionIds.show(done.order(), done.nullVersion()),
                upload.body.totalBytes(),
                etag,
                sums.md5(),
                sums.sha256(),
                done.createdMillis(),
                upload.admitted.bucket().storageClass(),
                true,
                attributes);
    }
}
