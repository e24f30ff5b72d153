package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Objects, as the doors see them: every call blocks its task, streams, and fails with {@link
 * StoreException}s fit to be shown. Safe for any task.
 */
public final class Objects {
    /** Entries of a page at most, as S3. */
    public static final int MOST_PAGE = 1_000;

    private final BucketGate gate;
    private final ObjectWriter writer;
    private final ObjectReader reader;
    private final ObjectLister lister;
    private final Deletions deletions;
    private final Uploads uploads;
    private final VersionUpdates updates;
    private final Expirations expirations;

    public Objects(ObjectPorts ports) {
        gate = new BucketGate(ports.directory(), ports.metadata(), ports.lease());
        PeerHealth health = new PeerHealth(ports.tasks().clock());
        PgChooser chooser = new PgChooser(ports.directory(), health, ports.random());
        ShardGrants shards = new ShardGrants(ports.directory(), ports.metadata());
        Commits commits = new Commits(ports, gate, shards);
        deletions = new Deletions(ports, gate, commits);
        BodyWriter.Shared shared = new BodyWriter.Shared(ports, chooser, health, commits);
        MemoryBudget memory = new MemoryBudget(ports.tasks(), ports.settings().uploadBytes());
        writer = new ObjectWriter(gate, shared, memory);
        reader = new ObjectReader(ports, gate, health);
        lister = new ObjectLister(ports, gate);
        uploads = new Uploads(gate, shared, shards, reader, memory);
        updates = new VersionUpdates(ports, gate, reader, commits);
        expirations = new Expirations(ports, gate, reader, commits);
    }

    /** Multipart uploads. */
    public Uploads uploads() {
        return uploads;
    }

    /** What lifecycles do. */
    public Expirations expirations() {
        return expirations;
    }

    VersionUpdates updates() {
        return updates;
    }

    /** Stores an object; when it returns, it is durable and visible to everybody. */
    public ObjectInfo put(Caller caller, PutRequest request, Body body, long deadlineNanos)
            throws InterruptedException {
        return writer.put(caller, request, body, EventNotes.Cause.PUT, deadlineNanos);
    }

    /** The same of what came in a form: listeners are told so. */
    public ObjectInfo post(Caller caller, PutRequest request, Body body, long deadlineNanos)
            throws InterruptedException {
        return writer.put(caller, request, body, EventNotes.Cause.POST, deadlineNanos);
    }

    /**
     * @param versionId empty for the current version
     */
    public ObjectInfo head(
            Caller caller, String bucket, String key, String versionId, long deadlineNanos)
            throws InterruptedException {
        return reader.info(
                reader.locate(caller, bucket, key, VersionIds.parse(versionId), deadlineNanos));
    }

    /**
     * As {@link #head(Caller, String, String, String, long)}, by whoever could read it.
     *
     * @param customerKey under which the version is, or null
     * @throws StoreException INVALID_REQUEST, ACCESS_DENIED where it is not the right one
     */
    public ObjectInfo head(
            Caller caller,
            String bucket,
            String key,
            String versionId,
            @Nullable KeyBytes customerKey,
            long deadlineNanos)
            throws InterruptedException {
        ObjectInfo info = head(caller, bucket, key, versionId, deadlineNanos);
        var _ = CustomerAccess.check(info.attributes(), customerKey);
        return info;
    }

    /** Opens a version for reading; close what it gives. */
    public ObjectReader.Opened get(
            Caller caller,
            String bucket,
            String key,
            String versionId,
            ReadRange range,
            long deadlineNanos)
            throws InterruptedException {
        return get(caller, bucket, key, versionId, range, null, deadlineNanos);
    }

    /**
     * Opens a version for reading; close what it gives.
     *
     * @param customerKey under which the version is, or null
     * @throws StoreException INVALID_REQUEST, ACCESS_DENIED where it is not the right one
     */
    public ObjectReader.Opened get(
            Caller caller,
            String bucket,
            String key,
            String versionId,
            ReadRange range,
            @Nullable KeyBytes customerKey,
            long deadlineNanos)
            throws InterruptedException {
        return reader.open(
                reader.locate(caller, bucket, key, VersionIds.parse(versionId), deadlineNanos)
                        .under(customerKey),
                range,
                deadlineNanos);
    }

    /**
     * What to delete.
     *
     * @param bypassGovernance whether the caller may pass over governance, and says so
     */
    public record DeleteRequest(
            WriteId request,
            String bucket,
            String key,
            String versionId,
            Condition condition,
            boolean bypassGovernance) {
        /** Without passing over governance. */
        public DeleteRequest(
                WriteId request, String bucket, String key, String versionId, Condition condition) {
            this(request, bucket, key, versionId, condition, false);
        }
    }

    /**
     * What a delete did.
     *
     * @param versionId of the marker or the deleted version; empty when nothing was there
     */
    public record Deletion(String versionId, boolean deleteMarker) {}

    /** Deletes; idempotent by request id; deleting what is not there is a success. */
    public Deletion delete(Caller caller, DeleteRequest request, long deadlineNanos)
            throws InterruptedException {
        return deletions.one(caller, request, deadlineNanos);
    }

    /** What came of one of {@link #deleteAll}. */
    public sealed interface Outcome {
        record Deleted(Deletion deletion) implements Outcome {}

        record Failed(StoreException failure) implements Outcome {}
    }

    /**
     * Deletes many of a bucket at once; of each as {@link #delete}, with an outcome of its own, in
     * their order.
     *
     * @throws StoreException when none was begun
     */
    public List<Outcome> deleteAll(
            Caller caller, String bucket, List<DeleteRequest> requests, long deadlineNanos)
            throws InterruptedException {
        return deletions.many(caller, bucket, requests, deadlineNanos);
    }

    /** A question for a page of a listing; see {@link ObjectLister.Ask}. */
    public record ListRequest(
            String bucket,
            String prefix,
            String delimiter,
            Bytes after,
            long afterOrder,
            boolean versions,
            int limit) {
        public ListRequest {
            Check.range("limit", limit, 1, MOST_PAGE);
        }
    }

    /**
     * Where a listing of versions goes on within a key, as {@link ListRequest#afterOrder}.
     *
     * @param versionId of the last version that was listed; {@code null} is looked up; empty:
     *     behind all of the key
     * @throws StoreException INVALID_ARGUMENT when it is no version id
     */
    public long orderOf(
            Caller caller, String bucket, String key, String versionId, long deadlineNanos)
            throws InterruptedException {
        return lister.orderOf(caller, bucket, key, versionId, deadlineNanos);
    }

    public ObjectLister.Page list(Caller caller, ListRequest request, long deadlineNanos)
            throws InterruptedException {
        return lister.list(
                caller,
                new ObjectLister.Ask(
                        request.bucket(),
                        request.prefix(),
                        request.delimiter(),
                        request.after(),
                        request.afterOrder(),
                        request.versions(),
                        request.limit()),
                deadlineNanos);
    }

    /**
     * Replaces the tags of a version; returns it as it is now.
     *
     * @param versionId empty for the current version
     */
    public ObjectInfo setTags(
            Caller caller,
            String bucket,
            String key,
            String versionId,
            Map<String, String> tags,
            long deadlineNanos)
            throws InterruptedException {
        return updates.attributes(
                new VersionUpdates.Target(caller, bucket, key, VersionIds.parse(versionId)),
                attributes -> attributes.withTags(tags),
                deadlineNanos);
    }

    /**
     * Replaces the ACL of a version; returns it as it is now.
     *
     * @param versionId empty for the current version
     * @param acl as {@link Attributes#acl}
     */
    public ObjectInfo setAcl(
            Caller caller,
            String bucket,
            String key,
            String versionId,
            String acl,
            long deadlineNanos)
            throws InterruptedException {
        return updates.attributes(
                new VersionUpdates.Target(caller, bucket, key, VersionIds.parse(versionId)),
                attributes -> attributes.withAcl(acl),
                deadlineNanos);
    }

    /**
     * Changes what protects a version.
     *
     * @param versionId empty for the current version
     * @param bypassGovernance whether the caller may pass over governance, and says so
     * @throws StoreException INVALID_REQUEST in a bucket without Object Lock; ACCESS_DENIED where
     *     the change would weaken what may not be weakened
     */
    public void setLock(
            Caller caller,
            String bucket,
            String key,
            String versionId,
            PartitionCommand.LockChange change,
            boolean bypassGovernance,
            long deadlineNanos)
            throws InterruptedException {
        updates.lock(
                new VersionUpdates.Target(caller, bucket, key, VersionIds.parse(versionId)),
                change,
                bypassGovernance,
                deadlineNanos);
    }

    /**
     * What a copy takes over from its source; the rest, and always the ACL, from the request.
     *
     * @param fresh headers that come from the request always
     */
    public record Kept(boolean metadata, boolean tags, Set<String> fresh) {
        public static final Kept ALL = new Kept(true, true);
        public static final Kept NONE = new Kept(false, false);

        public Kept {
            fresh = Set.copyOf(fresh);
        }

        public Kept(boolean metadata, boolean tags) {
            this(metadata, tags, Set.of());
        }

        Attributes of(Attributes source, Attributes request) {
            return (metadata ? source.replacing(fresh, request.headers()) : request)
                    .withTags((tags ? source : request).tags())
                    .withAcl(request.acl());
        }
    }

    /**
     * Copies a version under new keys into new segments.
     *
     * @param kept which attributes do not come from {@code target}
     */
    public ObjectInfo copy(
            Caller caller, SourceVersion from, PutRequest target, Kept kept, long deadlineNanos)
            throws InterruptedException {
        try (ObjectReader.Opened source =
                get(
                        from.reader(),
                        from.bucket(),
                        from.key(),
                        from.versionId(),
                        new ReadRange.All(),
                        from.customerKey(),
                        deadlineNanos)) {
            from.check().accept(source.info());
            PutRequest request =
                    new PutRequest(
                            target.write(),
                            target.bucket(),
                            target.key(),
                            target.storageClass(),
                            kept.of(source.info().attributes(), target.attributes()),
                            target.condition(),
                            source.info().md5(),
                            source.info().sha256(),
                            target.protection(),
                            target.customerKey());
            return writer.put(
                    caller,
                    request,
                    from.through().apply(new CopyBody(source)),
                    EventNotes.Cause.COPY,
                    deadlineNanos);
        }
    }
}
