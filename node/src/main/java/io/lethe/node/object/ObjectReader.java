package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.CellCipher;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds and reads objects. Safe for any task; what {@link #open} gives belongs to one task. */
public final class ObjectReader {
    private final ObjectPorts ports;
    private final BucketGate gate;
    private final UploadFinder parts;
    private final MemoryBudget memory;
    private final SegmentsSource.Shared shared;

    ObjectReader(ObjectPorts ports, BucketGate gate, PeerHealth health) {
        this.ports = ports;
        this.gate = gate;
        shared = new SegmentsSource.Shared(ports, health, new ReadTimes());
        memory = new MemoryBudget(ports.tasks(), ports.settings().downloadBytes());
        parts = new UploadFinder(ports, gate);
    }

    /**
     * A version with the keys that open it.
     *
     * @param caller who is to be served still while it is read
     * @param customerKey that the reader brings; not checked yet
     */
    record Located(
            Caller caller,
            VersionRow row,
            VersionBody body,
            KeyBytes dataKey,
            String storageClass,
            boolean latest,
            @Nullable KeyBytes customerKey) {
        Located under(@Nullable KeyBytes customer) {
            return new Located(caller, row, body, dataKey, storageClass, latest, customer);
        }
    }

    /**
     * @throws StoreException NO_SUCH_KEY or NO_SUCH_VERSION; as {@link MarkedDeleted} where a
     *     delete marker is there
     */
    Located locate(Caller caller, String bucket, String key, Which which, long deadlineNanos)
            throws InterruptedException {
        Bytes keyBytes = ObjectWriter.checkKey(key);
        BucketGate.Admitted admitted = gate.admit(caller, bucket, deadlineNanos);
        BucketId id = admitted.bucket().id();
        PartitionAnswer.Found found = find(id, keyBytes, which, deadlineNanos);
        VersionRow row = found.row();
        ShardGrant shard = found.shard();
        VersionBody body = row == null ? null : row.body();
        if (row == null || body == null) {
            throw row == null || !row.isDeleteMarker()
                    ? absent(bucket, key, which)
                    : marked(row, bucket, key, which);
        }
        if (shard == null) {
            // The row was read before its key was moved, and the key after.
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "the key of the version is being moved; try again");
        }
        // Only who names a version asks a second time.
        VersionRow newest =
                which instanceof Which.Current
                        ? row
                        : find(id, keyBytes, new Which.Current(), deadlineNanos).row();
        return new Located(
                caller,
                row,
                body,
                ports.keys().unwrap(body.wrappedKey(), shard, row.write()),
                body.storageClass().isEmpty()
                        ? admitted.bucket().storageClass()
                        : body.storageClass(),
                newest != null && newest.order() == row.order(),
                null);
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

    private static StoreException marked(VersionRow row, String bucket, String key, Which which) {
        boolean named = !(which instanceof Which.Current);
        return new MarkedDeleted(
                VersionIds.show(row.order(), row.nullVersion()),
                row.createdMillis(),
                named,
                named
                        ? "this version of '" + key + "' is a delete marker, which has no content"
                        : "the object '"
                                + key
                                + "' in bucket '"
                                + bucket
                                + "' was deleted; its older versions are there still");
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
                !body.storageClass().isEmpty(),
                located.latest(),
                Attributes.decode(info),
                body.placement() instanceof Placement.Parts parts ? parts.count() : 0,
                row.protection());
    }

    /** Opens a version for reading; the caller must close what it gets. */
    Opened open(Located located, ReadRange range, long deadlineNanos) throws InterruptedException {
        ObjectInfo info = info(located);
        KeyBytes customer = CustomerAccess.check(info.attributes(), located.customerKey());
        Opened sealed = sealed(located, info, range, deadlineNanos);
        Opened opened =
                customer == null ? sealed : unsealed(located, customer, sealed, deadlineNanos);
        return new Opened(
                opened.info(),
                opened.range(),
                new ServedSource(opened.source, ports.directory(), located.caller()));
    }

    /** Takes a customer's key stream off. */
    private Opened unsealed(Located located, KeyBytes customer, Opened opened, long deadlineNanos)
            throws InterruptedException {
        VersionRow row = located.row();
        List<CustomerSource.Sealed> bodies = new ArrayList<>();
        if (located.body().placement() instanceof Placement.Parts(long upload, int _)) {
            long start = 0;
            for (PartRow part : parts.allParts(ref(row, upload), deadlineNanos)) {
                long length = part.body().sizeBytes();
                bodies.add(new CustomerSource.Sealed(part.write(), start, length));
                start += length;
            }
        } else {
            bodies.add(new CustomerSource.Sealed(row.write(), 0, located.body().sizeBytes()));
        }
        return new Opened(
                opened.info(),
                opened.range(),
                new CustomerSource(
                        opened.source,
                        located.dataKey(),
                        customer,
                        bodies,
                        opened.range().first()));
    }

    private Opened sealed(Located located, ObjectInfo info, ReadRange range, long deadlineNanos)
            throws InterruptedException {
        VersionBody body = located.body();
        return switch (body.placement()) {
            case Placement.Inline(Bytes ciphertext) -> {
                ReadRange.Resolved wanted = range.within(body.sizeBytes());
                yield new Opened(info, wanted, inline(located, ciphertext, wanted));
            }
            case Placement.Segments(List<SegmentRef> segments) -> {
                ReadRange.Resolved wanted = range.within(body.sizeBytes());
                long stripe = longestStripe(segments);
                yield new Opened(
                        info,
                        wanted,
                        source(
                                located.dataKey(),
                                located.row().write(),
                                SegmentRun.of(segments),
                                wanted,
                                stripe,
                                deadlineNanos));
            }
            case Placement.Parts(long upload, int _) ->
                    ofParts(located, info, ref(located.row(), upload), range, deadlineNanos);
        };
    }

    static UploadRef ref(VersionRow row, long upload) {
        return new UploadRef(row.bucket(), row.key(), upload, row.write());
    }

    private Opened ofParts(
            Located located, ObjectInfo info, UploadRef upload, ReadRange range, long deadlineNanos)
            throws InterruptedException {
        ReadRange.Resolved wanted =
                range instanceof ReadRange.Part(int number)
                        ? part(upload, number, deadlineNanos)
                        : range.within(info.sizeBytes());
        SegmentRun run = SegmentRun.of(ports, upload, deadlineNanos);
        List<SegmentRef> first =
                wanted.lengthBytes() == 0 ? List.of() : List.of(run.at(wanted.first()).segment());
        long ofClass =
                ports.directory()
                        .storageClass(located.storageClass())
                        .map(one -> (long) one.scheme().k() * one.scheme().cellBytes())
                        .orElse(0L);
        return new Opened(
                info,
                wanted,
                source(
                        located.dataKey(),
                        located.row().write(),
                        run,
                        wanted,
                        Math.max(ofClass, longestStripe(first)),
                        deadlineNanos));
    }

    private ReadRange.Resolved part(UploadRef upload, int number, long deadlineNanos)
            throws InterruptedException {
        PartitionAnswer answer =
                ports.metadata()
                        .query(
                                RowKeys.objectKey(upload.bucket(), upload.key()),
                                new PartitionQuery.FindPart(upload, number),
                                deadlineNanos);
        if (answer instanceof PartitionAnswer.PartSpan(boolean found, long start, long lengthBytes)
                && found) {
            return new ReadRange.Resolved(start, lengthBytes);
        }
        throw ReadRange.noSuchPart(number);
    }

    /**
     * Opens parts of an upload under way, one behind the other.
     *
     * @param rows at least one byte in all
     * @throws StoreException INVALID_PART, also from the source, when one is gone
     */
    Source parts(KeyBytes dataKey, UploadRef upload, List<PartRow> rows, long deadlineNanos)
            throws InterruptedException {
        long length = rows.stream().mapToLong(row -> row.body().sizeBytes()).sum();
        SegmentRun run = SegmentRun.of(parts, upload, rows, deadlineNanos);
        return source(
                dataKey,
                upload.write(),
                run,
                new ReadRange.Resolved(0, length),
                longestStripe(List.of(run.at(0).segment())),
                deadlineNanos);
    }

    private Source source(
            KeyBytes dataKey,
            WriteId write,
            SegmentRun run,
            ReadRange.Resolved wanted,
            long stripe,
            long deadlineNanos)
            throws InterruptedException {
        // Two batches, or for short ranges the stripes at both ends.
        long bytes =
                Math.min(
                        2L * Math.max(SegmentsSource.BATCH_BYTES, stripe),
                        wanted.lengthBytes() + 2 * stripe);
        MemoryBudget.Share share = memory.take(bytes);
        return new SegmentsSource(shared, dataKey, write, run, wanted, share, deadlineNanos);
    }

    private static long longestStripe(List<SegmentRef> segments) {
        long stripe = 0;
        for (SegmentRef segment : segments) {
            stripe = Math.max(stripe, (long) segment.scheme().k() * segment.scheme().cellBytes());
        }
        return stripe;
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

    /** Plaintext, piece after piece. */
    interface Source extends AutoCloseable {
        @Nullable Piece next() throws InterruptedException;

        @Override
        void close();
    }

    /** Ends with an error once who reads is not served any more. */
    private record ServedSource(Source source, Directory directory, Caller caller)
            implements Source {
        @Override
        public @Nullable Piece next() throws InterruptedException {
            Standing.check(directory, caller);
            return source.next();
        }

        @Override
        public void close() {
            source.close();
        }
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
}
