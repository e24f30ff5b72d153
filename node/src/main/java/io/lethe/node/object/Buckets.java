package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.metadata.KeyRanges;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Buckets, as the doors see them. Safe for any task. */
public final class Buckets {
    /** How long the end of a deletion may take, whatever was left of its deadline. */
    private static final Duration FINISH_WITHIN = Duration.ofSeconds(5);

    /**
     * Each follows a removal of a bucket, or the same change of this one, that came between; more
     * only where buckets are removed in bulk.
     */
    private static final int MOST_SENDS = 20;

    private final ObjectPorts ports;
    private final KeyRanges ranges;
    private final BucketGate gate;

    public Buckets(ObjectPorts ports) {
        this.ports = ports;
        ranges = new KeyRanges(ports.metadata(), ports.directory(), ports.tasks());
        gate = new BucketGate(ports.directory(), ports.metadata(), ports.lease());
    }

    /**
     * Makes a bucket; making one's own bucket again with the same class and versioning is a
     * success.
     *
     * @param storageClass empty for the cluster's default, the first class there is
     */
    public BucketRecord create(
            Caller caller,
            String name,
            String storageClass,
            BucketRecord.Versioning versioning,
            byte[] requestId,
            long deadlineNanos)
            throws InterruptedException {
        return create(
                caller,
                new NewBucket(name, storageClass, versioning, null, Map.of()),
                requestId,
                deadlineNanos);
    }

    /**
     * A bucket to make.
     *
     * @param storageClass empty for the cluster's default, the first class there is
     * @param lock with {@code versioning} enabled; null: none
     * @param documents of its settings
     */
    public record NewBucket(
            String name,
            String storageClass,
            BucketRecord.Versioning versioning,
            @Nullable BucketLock lock,
            Map<BucketSetting, Bytes> documents) {
        public NewBucket {
            documents = Map.copyOf(documents);
        }
    }

    /** Makes a bucket with all that it shall have, or none. */
    public BucketRecord create(
            Caller caller, NewBucket wanted, byte[] requestId, long deadlineNanos)
            throws InterruptedException {
        ports.lease().check();
        Standing.check(ports.directory(), caller);
        if (requestId.length != Id128.BYTES) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    "request_id has " + requestId.length + " bytes, and must have 16");
        }
        // The bucket's id comes from the request, so that a repeat finds the bucket that it made.
        long id = Id128.decode(new Decoder(requestId)).high();
        for (int i = 1; ; i++) {
            DirectoryReply reply =
                    apply(
                            new DirectoryCommand.CreateBucket(
                                    new BucketId(id),
                                    caller.tenant(),
                                    wanted.name(),
                                    chooseClass(wanted.storageClass()),
                                    wanted.versioning(),
                                    ports.directory().index(),
                                    wanted.lock(),
                                    wanted.documents()),
                            deadlineNanos);
            if (reply instanceof DirectoryReply.BucketCreated(BucketRecord bucket)) {
                return bucket;
            }
            StoreException failure = failure(reply);
            if (failure.code() != ErrorCode.STALE_EPOCH || i == MOST_SENDS) {
                throw failure;
            }
            // A bucket was removed that this copy of the directory has not heard of yet.
            behind(
                    "an earlier attempt may have made the bucket",
                    () -> ports.metadata().catchUpDirectory(deadlineNanos));
        }
    }

    private String chooseClass(String name) {
        List<StorageClass> classes = ports.directory().storageClasses();
        if (name.isEmpty() && !classes.isEmpty()) {
            return classes.getFirst().name();
        }
        for (StorageClass known : classes) {
            if (known.name().equals(name)) {
                return name;
            }
        }
        throw new StoreException(
                ErrorCode.INVALID_ARGUMENT,
                "there is no storage class '"
                        + name
                        + "'; there are "
                        + classes.stream().map(StorageClass::name).toList());
    }

    /**
     * A bucket as this node's own copy of the directory has it, at the price of a look-up; whether
     * it is there at all is asked of the directory first.
     */
    public BucketRecord look(Caller caller, String name, long deadlineNanos)
            throws InterruptedException {
        return gate.admit(caller, name, deadlineNanos).bucket();
    }

    /** A bucket with every change of it that was acknowledged before the call. */
    public BucketRecord get(Caller caller, String name, long deadlineNanos)
            throws InterruptedException {
        ports.lease().check();
        ports.metadata().catchUpDirectory(deadlineNanos);
        return gate.admit(caller, name, deadlineNanos).bucket();
    }

    /** A page of the caller's buckets by name. */
    public List<BucketRecord> list(Caller caller, String afterName, int limit, long deadlineNanos)
            throws InterruptedException {
        ports.lease().check();
        ports.metadata().catchUpDirectory(deadlineNanos);
        Standing.check(ports.directory(), caller);
        return ports.directory().buckets(caller.tenant(), afterName, limit);
    }

    /**
     * Changes versioning; acknowledged once every partition is fenced, so that no write misses it.
     */
    public void setVersioning(
            Caller caller, String name, BucketRecord.Versioning versioning, long deadlineNanos)
            throws InterruptedException {
        change(
                caller,
                name,
                (bucket, seenIndex) ->
                        new DirectoryCommand.SetVersioning(bucket, versioning, seenIndex),
                deadlineNanos);
    }

    /**
     * Has what is stored from now on in another class, and what is there brought over in the
     * background ({@link Recoder}); acknowledged as a change of versioning.
     */
    public void setStorageClass(Caller caller, String name, String storageClass, long deadlineNanos)
            throws InterruptedException {
        change(
                caller,
                name,
                (bucket, seenIndex) ->
                        new DirectoryCommand.SetBucketClass(bucket, storageClass, seenIndex),
                deadlineNanos);
    }

    /**
     * Sets a bucket's Object Lock, which then stays on; acknowledged as a change of versioning.
     *
     * @throws StoreException INVALID_BUCKET_STATE unless versioning is enabled
     */
    public void setLock(Caller caller, String name, BucketLock lock, long deadlineNanos)
            throws InterruptedException {
        change(
                caller,
                name,
                (bucket, seenIndex) -> new DirectoryCommand.SetBucketLock(bucket, lock, seenIndex),
                deadlineNanos);
    }

    /**
     * Sets a bucket's document, or removes it where it is empty. Acknowledged once this node's own
     * copy has it and every partition is fenced: whatever is asked here afterwards, and whatever
     * any node commits, goes by it.
     */
    public void setDocument(
            Caller caller, String name, BucketSetting setting, Bytes document, long deadlineNanos)
            throws InterruptedException {
        change(
                caller,
                name,
                (bucket, seenIndex) ->
                        new DirectoryCommand.SetBucketSetting(
                                bucket, setting, checked(document), seenIndex),
                deadlineNanos);
    }

    private static Bytes checked(Bytes document) {
        if (document.length() > BucketDocument.MOST_BYTES) {
            throw new StoreException(
                    ErrorCode.ENTITY_TOO_LARGE,
                    "the configuration has "
                            + document.length()
                            + " bytes; "
                            + BucketDocument.MOST_BYTES
                            + " is the most");
        }
        return document;
    }

    /** Makes a bucket's document out of the one that is there. */
    public interface Revision {
        /**
         * May be asked again, where another changed the document meanwhile.
         *
         * @param before empty: none
         * @return empty: none
         */
        Bytes of(Bytes before);
    }

    /**
     * Changes a bucket's document where it still is what the change was made from, else makes the
     * change again: of several who change parts of it at once, nobody's change is lost.
     * Acknowledged as by {@link #setDocument}.
     *
     * @param revision what it throws ends the call, and nothing is changed
     * @throws StoreException OVERLOADED where others always came first
     */
    public void reviseDocument(
            Caller caller,
            String name,
            BucketSetting setting,
            Revision revision,
            long deadlineNanos)
            throws InterruptedException {
        ports.lease().check();
        ports.metadata().catchUpDirectory(deadlineNanos);
        change(
                caller,
                name,
                (bucket, seenIndex) -> {
                    // Read after the index: a change since then is refused as one of another.
                    Bytes before =
                            ports.directory()
                                    .bucketDocument(bucket, setting)
                                    .map(BucketDocument::bytes)
                                    .orElse(Bytes.EMPTY);
                    return new DirectoryCommand.SetBucketSetting(
                            bucket, setting, checked(revision.of(before)), seenIndex);
                },
                deadlineNanos);
    }

    /** A bucket's document with every change that was acknowledged before the call. */
    public Optional<BucketDocument> document(
            Caller caller, String name, BucketSetting setting, long deadlineNanos)
            throws InterruptedException {
        BucketId bucket = get(caller, name, deadlineNanos).id();
        return ports.directory().bucketDocument(bucket, setting);
    }

    /** What changes a bucket, made for what the sender has seen of the directory. */
    private interface Change {
        DirectoryCommand of(BucketId bucket, long seenIndex);
    }

    /**
     * @throws StoreException OUTCOME_UNKNOWN also where the change stands, and a partition, or this
     *     copy of the directory, has not heard of it yet
     */
    private void change(Caller caller, String name, Change change, long deadlineNanos)
            throws InterruptedException {
        for (int i = 1; ; i++) {
            long seenIndex = ports.directory().index();
            BucketRecord bucket = gate.admit(caller, name, deadlineNanos).bucket();
            Metadata.Applied applied =
                    ports.metadata().execute(change.of(bucket.id(), seenIndex), 0, deadlineNanos);
            if (applied.reply() instanceof DirectoryReply.Done) {
                behind(
                        "the change is made, but not yet in effect everywhere; repeat it",
                        () -> {
                            fence(bucket.id(), applied.index(), deadlineNanos);
                            ports.metadata().catchUpDirectory(deadlineNanos);
                        });
                return;
            }
            StoreException failure = failure(applied.reply());
            if (failure.code() != ErrorCode.STALE_EPOCH) {
                throw failure;
            }
            if (i == MOST_SENDS) {
                throw new StoreException(
                        ErrorCode.OVERLOADED,
                        "bucket '" + name + "' is being changed by many at once; try again");
            }
            // It was changed by another, which this copy of the directory has not heard of yet.
            ports.metadata().catchUpDirectory(deadlineNanos);
        }
    }

    /** What has to follow a command that was carried out. */
    private interface Following {
        void run() throws InterruptedException;
    }

    /** What fails then is no refusal of the command. */
    private static void behind(String what, Following rest) throws InterruptedException {
        try {
            rest.run();
        } catch (StoreException e) {
            throw unknown(what, e);
        }
    }

    private static StoreException unknown(String what, StoreException why) {
        return new StoreException(ErrorCode.OUTCOME_UNKNOWN, what + ": " + why.getMessage(), why);
    }

    /**
     * Deletes a bucket without versions, and the multipart uploads in it: marks it, fences its
     * partitions so that nothing validated before the mark can commit, looks, and removes the
     * bucket or takes the mark back. Several may delete it at once: they share a mark, and whoever
     * takes it back makes the others begin again.
     *
     * @throws StoreException BUCKET_NOT_EMPTY
     */
    public void delete(Caller caller, String name, long deadlineNanos) throws InterruptedException {
        BucketId bucket = gate.admitDelete(caller, name, deadlineNanos).id();
        DirectoryReply reply =
                apply(new DirectoryCommand.MarkBucketDeleting(bucket), deadlineNanos);
        if (!(reply instanceof DirectoryReply.BucketMarked(long markIndex))) {
            throw failure(reply);
        }
        if (!finish(bucket, markIndex, deadlineNanos)) {
            throw new StoreException(
                    ErrorCode.BUCKET_NOT_EMPTY,
                    "bucket '"
                            + name
                            + "' is not empty (versions and running uploads count); empty it with"
                            + " 'lethe rm -r "
                            + name
                            + "' first");
        }
        // Whoever asks here afterwards must not find it any more.
        behind(
                "the bucket is deleted, but this node has not heard of it yet; repeat it",
                () -> ports.metadata().catchUpDirectory(deadlineNanos));
    }

    /**
     * The rest of a deletion, by whoever marked the bucket or in their place.
     *
     * @return whether it is gone; else it was not empty, and is active again
     * @throws StoreException OUTCOME_UNKNOWN also where the bucket is still marked, and somebody
     *     will finish its deletion, and where it is active again without its uploads
     */
    boolean finish(BucketId bucket, long markIndex, long deadlineNanos)
            throws InterruptedException {
        boolean empty = false;
        boolean aborting = false;
        StoreException failed = null;
        try {
            fence(bucket, markIndex, deadlineNanos);
            if (empty(bucket, deadlineNanos)) {
                aborting = true;
                abortUploads(bucket, markIndex, deadlineNanos);
                empty = true;
            }
        } catch (StoreException e) {
            failed = e;
        }
        // Also after a failure, with time of its own: a mark that stays locks the bucket until its
        // deletion is repeated, or BucketSweeper comes.
        long finishNanos =
                Math.max(deadlineNanos, ports.tasks().clock().nanos() + FINISH_WITHIN.toNanos());
        DirectoryReply reply;
        try {
            reply =
                    apply(
                            new DirectoryCommand.FinishBucketDelete(bucket, markIndex, empty),
                            finishNanos);
        } catch (StoreException e) {
            throw unknown("the bucket is marked as deleted; delete it again", e);
        }
        if (!(reply instanceof DirectoryReply.Done)) {
            failed = failure(reply);
        }
        if (failed != null) {
            throw aborting && failed.code() != ErrorCode.NO_SUCH_BUCKET
                    ? unknown("uploads into the bucket were aborted; delete it again", failed)
                    : failed;
        }
        return empty;
    }

    /** Fences all of the bucket's range. */
    private void fence(BucketId bucket, long directoryIndex, long deadlineNanos)
            throws InterruptedException {
        Bytes end = RowKeys.bucketPrefix(bucket).prefixEnd();
        KeyRanges.Piece<PartitionReply> piece;
        for (Bytes at = RowKeys.bucketPrefix(bucket); ; at = piece.to()) {
            piece =
                    ranges.execute(
                            at,
                            end,
                            new PartitionCommand.Fence(directoryIndex),
                            directoryIndex,
                            deadlineNanos);
            if (!(piece.said() instanceof PartitionReply.Done)) {
                throw Commits.failure(piece.said());
            }
            if (!piece.goesOn(end)) {
                return;
            }
        }
    }

    private boolean empty(BucketId bucket, long deadlineNanos) throws InterruptedException {
        Bytes end = RowKeys.bucketPrefix(bucket).prefixEnd();
        KeyRanges.Piece<PartitionAnswer> piece;
        for (Bytes at = RowKeys.bucketPrefix(bucket); ; at = piece.to()) {
            piece = ranges.ask(at, end, new PartitionQuery.BucketEmpty(bucket), deadlineNanos);
            if (!(piece.said() instanceof PartitionAnswer.Empty(boolean empty)) || !empty) {
                return false;
            }
            if (!piece.goesOn(end)) {
                return true;
            }
        }
    }

    /**
     * Aborts what is left of uploads: S3 deletes a bucket in spite of them. None begins behind the
     * fence.
     */
    private void abortUploads(BucketId bucket, long directoryIndex, long deadlineNanos)
            throws InterruptedException {
        Bytes end = RowKeys.bucketPrefix(bucket).prefixEnd();
        Bytes at = RowKeys.bucketPrefix(bucket);
        Bytes after = Bytes.EMPTY;
        long afterOrder = 0;
        while (true) {
            KeyRanges.Piece<PartitionAnswer> piece =
                    ranges.ask(
                            at,
                            end,
                            new PartitionQuery.ListUploads(
                                    bucket,
                                    Bytes.EMPTY,
                                    after,
                                    afterOrder,
                                    Bytes.EMPTY,
                                    PartitionQuery.MOST_ROWS),
                            deadlineNanos);
            if (!(piece.said() instanceof PartitionAnswer.UploadPage page)) {
                throw new StoreException(
                        ErrorCode.INTERNAL, "an unexpected answer: " + piece.said());
            }
            for (UploadRow upload : page.rows()) {
                abort(upload, directoryIndex, deadlineNanos);
            }
            if (!page.next().isEmpty()) {
                after = page.next();
                afterOrder = page.nextOrder();
                at = RowKeys.objectKey(bucket, after);
            } else if (piece.goesOn(end)) {
                at = piece.to();
            } else {
                return;
            }
        }
    }

    private void abort(UploadRow upload, long directoryIndex, long deadlineNanos)
            throws InterruptedException {
        PartitionReply reply =
                ports.metadata()
                        .execute(
                                RowKeys.objectKey(upload.bucket(), upload.key()),
                                new PartitionCommand.AbortUpload(upload.ref()),
                                directoryIndex,
                                deadlineNanos);
        if (!(reply instanceof PartitionReply.Done)) {
            throw Commits.failure(reply);
        }
    }

    private DirectoryReply apply(DirectoryCommand command, long deadlineNanos)
            throws InterruptedException {
        return ports.metadata().execute(command, 0, deadlineNanos).reply();
    }

    private static StoreException failure(DirectoryReply reply) {
        return reply instanceof DirectoryReply.Refused(ErrorCode code, String message)
                ? new StoreException(code, message)
                : new StoreException(
                        ErrorCode.INTERNAL, "an unexpected reply: " + Optional.of(reply));
    }
}
