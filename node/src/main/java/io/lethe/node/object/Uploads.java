package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Protection;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Multipart uploads, as the doors see them, in the manner of {@link Objects}: every call blocks its
 * task, streams, and fails with {@link StoreException}s fit to be shown. An upload lives until it
 * is completed or aborted. Safe for any task.
 */
public final class Uploads {
    private final ObjectPorts ports;
    private final BucketGate gate;
    private final BodyWriter.Shared shared;
    private final ShardGrants shards;
    private final ObjectReader reader;
    private final UploadFinder finder;
    private final UploadLister lister;
    private final PartWriter writer;
    private final Completion completion;

    Uploads(
            BucketGate gate,
            BodyWriter.Shared shared,
            ShardGrants shards,
            ObjectReader reader,
            MemoryBudget memory) {
        ports = shared.ports();
        this.gate = gate;
        this.shared = shared;
        this.shards = shards;
        this.reader = reader;
        finder = new UploadFinder(ports, gate);
        lister = new UploadLister(ports, gate);
        HashCatchUp catchUp = new HashCatchUp(ports.tasks(), finder::lag);
        writer = new PartWriter(shared, finder, memory, catchUp);
        completion = new Completion(shared, finder, reader, catchUp);
    }

    /**
     * An upload to begin.
     *
     * @param write chosen by the sender: repeating it begins one upload
     * @param storageClass empty: the bucket's
     * @param checksum what the door wants to know again of the checksums that were asked for;
     *     opaque, at most {@link io.lethe.node.metadata.command.PartBody#MOST_CHECKSUM_BYTES}
     * @param protection that the object shall have; the bucket may have a default
     * @param customerKey without which nobody shall read the object, or null; each part and the
     *     completion bring it again
     */
    public record CreateRequest(
            WriteId write,
            String bucket,
            String key,
            String storageClass,
            Attributes attributes,
            Bytes checksum,
            Protection protection,
            @Nullable KeyBytes customerKey) {
        /** Without a protection or a key of its own. */
        public CreateRequest(
                WriteId write,
                String bucket,
                String key,
                String storageClass,
                Attributes attributes,
                Bytes checksum) {
            this(write, bucket, key, storageClass, attributes, checksum, Protection.NONE, null);
        }
    }

    /**
     * What is known of an upload under way.
     *
     * @param storageClass empty: the bucket's
     */
    public record UploadInfo(
            String key,
            String uploadId,
            long createdMillis,
            String storageClass,
            Bytes checksum,
            Attributes attributes) {}

    /**
     * A part to put.
     *
     * @param number 1 to 10,000
     * @param expectedMd5 16 bytes that the body must hash to, or null
     * @param expectedSha256 32 bytes, or null
     * @param checksum asked once the body has ended, for what the door wants to know again of the
     *     part's checksum; it may refuse by a {@link StoreException}, and nothing is stored
     * @param customerKey with which the upload began, or null
     */
    public record PartRequest(
            String bucket,
            String key,
            String uploadId,
            int number,
            @Nullable Bytes expectedMd5,
            @Nullable Bytes expectedSha256,
            Supplier<Bytes> checksum,
            @Nullable KeyBytes customerKey) {
        /** Under no customer's key. */
        public PartRequest(
                String bucket,
                String key,
                String uploadId,
                int number,
                @Nullable Bytes expectedMd5,
                @Nullable Bytes expectedSha256,
                Supplier<Bytes> checksum) {
            this(bucket, key, uploadId, number, expectedMd5, expectedSha256, checksum, null);
        }

        public PartRequest {
            if (number < 1 || number > PartRow.MOST_PARTS) {
                throw new StoreException(
                        ErrorCode.INVALID_ARGUMENT,
                        "a part's number is from 1 to " + PartRow.MOST_PARTS);
            }
        }
    }

    /**
     * What is known of a part.
     *
     * @param etag without quotes: the MD5 in hex
     */
    public record PartInfo(
            int number, String etag, long sizeBytes, Bytes checksum, long createdMillis) {
        static PartInfo of(PartRow row) {
            return new PartInfo(
                    row.number(),
                    row.body().md5().hex(),
                    row.body().sizeBytes(),
                    row.body().checksum(),
                    row.createdMillis());
        }
    }

    /**
     * Parts by number.
     *
     * @param next pass as {@code after}; 0 when done
     */
    public record PartPage(List<PartInfo> parts, int next) {}

    /**
     * A part as whoever completes an upload names it.
     *
     * @param etag without quotes
     * @param checksum as it was put; empty: not said
     */
    public record PartClaim(int number, String etag, Bytes checksum) {}

    /**
     * What to make of an upload.
     *
     * @param parts ascending by number
     * @param attributes take the place of those that the upload began with; null: those stay
     * @param customerKey with which the upload began, or null
     */
    public record CompleteRequest(
            String bucket,
            String key,
            String uploadId,
            List<PartClaim> parts,
            Condition condition,
            @Nullable Attributes attributes,
            @Nullable KeyBytes customerKey) {
        /** Under no customer's key. */
        public CompleteRequest(
                String bucket,
                String key,
                String uploadId,
                List<PartClaim> parts,
                Condition condition,
                @Nullable Attributes attributes) {
            this(bucket, key, uploadId, parts, condition, attributes, null);
        }

        public CompleteRequest {
            parts = List.copyOf(parts);
        }
    }

    /**
     * A question for a page of uploads.
     *
     * @param keyMarker exclusive, unless there is an {@code uploadIdMarker}; or a common prefix
     * @param uploadIdMarker of {@code keyMarker}, exclusive; or empty
     * @param limit 1 to 1,000
     */
    public record ListRequest(
            String bucket,
            String prefix,
            String delimiter,
            String keyMarker,
            String uploadIdMarker,
            int limit) {
        public ListRequest {
            Check.range("limit", limit, 1, Objects.MOST_PAGE);
        }
    }

    /** A listed upload. */
    public record UploadEntry(
            String key, String uploadId, long createdMillis, String storageClass, Bytes checksum) {}

    /**
     * A page of uploads, by key, then by time.
     *
     * @param nextKey pass as {@code keyMarker}, and {@code nextUploadId} as the marker beside it;
     *     empty when the listing is done
     */
    public record UploadPage(
            List<UploadEntry> uploads,
            List<String> prefixes,
            String nextKey,
            String nextUploadId) {}

    /** Begins an upload. */
    public UploadInfo create(Caller caller, CreateRequest request, long deadlineNanos)
            throws InterruptedException {
        Bytes key = ObjectWriter.checkKey(request.key());
        BucketGate.Admitted first =
                gate.admit(caller, request.bucket(), request.protection(), deadlineNanos);
        StorageClass _ = shared.storageClass(request.storageClass(), first.bucket());
        KeyBytes dataKey = ports.keys().fresh();
        Attributes attributes =
                request.attributes()
                        .withCustomerKey(
                                CustomerAccess.verifier(request.customerKey(), ports.random()));
        Bytes sealedInfo = ports.keys().sealInfo(dataKey, request.write(), attributes.encode());
        Commits.Maker command =
                (admitted, grant) ->
                        new PartitionCommand.CreateUpload(
                                request.write(),
                                admitted.bucket().id(),
                                key,
                                caller.tenant(),
                                BodyWriter.Shared.kept(request.storageClass(), admitted.bucket()),
                                request.checksum(),
                                sealedInfo,
                                grant.shard(),
                                ports.keys().wrap(dataKey, grant, request.write()),
                                request.protection());
        Bytes rowKey = RowKeys.objectKey(first.bucket().id(), key);
        ShardGrant grant = shards.open(rowKey, caller.tenant(), deadlineNanos);
        PartitionReply reply =
                shared.commits().prepared(first, rowKey, command, grant, deadlineNanos);
        if (reply instanceof PartitionReply.UploadCreated created) {
            if (created.shardFull()) {
                shards.forget(rowKey, caller.tenant());
            }
            return new UploadInfo(
                    request.key(),
                    UploadIds.show(created.order(), request.write()),
                    created.createdMillis(),
                    request.storageClass(),
                    request.checksum(),
                    request.attributes());
        }
        throw Commits.failure(reply);
    }

    /**
     * @throws StoreException NO_SUCH_UPLOAD
     */
    public UploadInfo find(
            Caller caller, String bucket, String key, String uploadId, long deadlineNanos)
            throws InterruptedException {
        UploadFinder.Named named = finder.named(caller, bucket, key, uploadId, deadlineNanos);
        UploadFinder.Running running = finder.running(caller, named, deadlineNanos);
        UploadRow row = running.row();
        return new UploadInfo(
                key,
                uploadId,
                row.createdMillis(),
                row.storageClass(),
                row.checksum(),
                finder.attributes(row, running.dataKey()));
    }

    /**
     * Puts a part in the place of a former one of its number; when it returns, the part is durable.
     */
    public PartInfo putPart(Caller caller, PartRequest request, Body body, long deadlineNanos)
            throws InterruptedException {
        return writer.put(caller, request, body, deadlineNanos);
    }

    /**
     * Puts a part that is a version, or a range of it.
     *
     * @throws StoreException INVALID_RANGE, also where only some of it lies behind the source's end
     */
    public PartInfo copyPart(
            Caller caller,
            PartRequest request,
            SourceVersion from,
            ReadRange range,
            long deadlineNanos)
            throws InterruptedException {
        try (ObjectReader.Opened source =
                reader.open(
                        reader.locate(
                                        from.reader(),
                                        from.bucket(),
                                        from.key(),
                                        VersionIds.parse(from.versionId()),
                                        deadlineNanos)
                                .under(from.customerKey()),
                        range,
                        deadlineNanos)) {
            from.check().accept(source.info());
            if (range instanceof ReadRange.Span(long _, long last)
                    && last >= source.info().sizeBytes()) {
                throw new StoreException(
                        ErrorCode.INVALID_RANGE,
                        "the range ends behind the source, which has "
                                + source.info().sizeBytes()
                                + " bytes");
            }
            Body body = from.through().apply(new CopyBody(source));
            return putPart(caller, request, body, deadlineNanos);
        }
    }

    /**
     * The parts of an upload under way.
     *
     * @param after exclusive; 0 from the beginning
     */
    public PartPage parts(
            Caller caller,
            String bucket,
            String key,
            String uploadId,
            int after,
            int limit,
            long deadlineNanos)
            throws InterruptedException {
        UploadFinder.Named named = finder.named(caller, bucket, key, uploadId, deadlineNanos);
        var _ = finder.running(caller, named, deadlineNanos);
        return page(finder.parts(named.ref(), after, limit, deadlineNanos));
    }

    /** The parts of a version; none of one that was stored at once. */
    public PartPage partsOf(
            Caller caller,
            String bucket,
            String key,
            String versionId,
            int after,
            int limit,
            long deadlineNanos)
            throws InterruptedException {
        ObjectReader.Located located =
                reader.locate(caller, bucket, key, VersionIds.parse(versionId), deadlineNanos);
        return located.body().placement() instanceof Placement.Parts(long upload, int _)
                ? page(
                        finder.parts(
                                ObjectReader.ref(located.row(), upload),
                                after,
                                limit,
                                deadlineNanos))
                : new PartPage(List.of(), 0);
    }

    private static PartPage page(PartitionAnswer.PartPage page) {
        return new PartPage(page.rows().stream().map(PartInfo::of).toList(), page.next());
    }

    public UploadPage list(Caller caller, ListRequest request, long deadlineNanos)
            throws InterruptedException {
        return lister.list(caller, request, deadlineNanos);
    }

    /**
     * Makes a version of an upload's parts; when it returns, it is durable and visible. Repeating
     * it gives the same version.
     *
     * @throws StoreException NO_SUCH_UPLOAD, INVALID_PART, INVALID_PART_ORDER, ENTITY_TOO_SMALL,
     *     PRECONDITION_FAILED, and any of the others
     */
    public ObjectInfo complete(Caller caller, CompleteRequest request, long deadlineNanos)
            throws InterruptedException {
        return completion.complete(caller, request, deadlineNanos);
    }

    /**
     * Gives an upload up; repeating it is a success for a day.
     *
     * @throws StoreException NO_SUCH_UPLOAD
     */
    public void abort(Caller caller, String bucket, String key, String uploadId, long deadlineNanos)
            throws InterruptedException {
        UploadFinder.Named named = finder.named(caller, bucket, key, uploadId, deadlineNanos);
        PartitionReply reply =
                shared.commits()
                        .execute(
                                named.admitted(),
                                named.rowKey(),
                                new PartitionCommand.AbortUpload(named.ref()),
                                deadlineNanos);
        if (!(reply instanceof PartitionReply.Done)) {
            throw Commits.failure(reply);
        }
    }
}
