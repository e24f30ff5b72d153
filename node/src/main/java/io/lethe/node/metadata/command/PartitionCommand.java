package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PgId;
import io.lethe.node.model.Protection;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A change to a metadata partition. The log holds these, each behind a {@link Stamp}. */
public sealed interface PartitionCommand {
    /** Most entries of the list of any command: bounds an entry's size and its time to apply. */
    int MOST_LIST = 1_000;

    /**
     * First entry of a partition's log. Answer: {@link PartitionReply.Done}.
     *
     * @param copies the founders' key files, registered with it; until a copy is registered no
     *     shard can be opened
     */
    record Init(Bytes from, Bytes to, long orderFloor, List<KeyCopy> copies)
            implements PartitionCommand {
        public Init {
            copies = List.copyOf(copies);
            Check.range("copies", copies.size(), 0, MOST_LIST);
        }
    }

    /**
     * Announces a write; chunks may be written only once this is answered. Repeating it renews it.
     * Answer: {@link PartitionReply.WriteOpened}, or WRITE_CLOSED.
     *
     * @param leaseMillis how long it stays open without a renewal, from the state's time
     */
    record OpenWrite(WriteId write, BucketId bucket, Bytes key, TenantId tenant, long leaseMillis)
            implements PartitionCommand {}

    /** Extends open writes; those that are closed are named in {@link PartitionReply.Renewed}. */
    record RenewWrites(List<WriteId> writes, long leaseMillis) implements PartitionCommand {
        public RenewWrites {
            writes = List.copyOf(writes);
            Check.range("writes", writes.size(), 1, MOST_LIST);
        }
    }

    /**
     * Ends a write for good, also one that was never opened: no commit of it succeeds afterwards,
     * and its chunks are orphans. Answer: {@link PartitionReply.WriteEnded}, which says if it had
     * committed.
     *
     * @param written segments that the writer knows it has written: they become garbage at once
     */
    record CloseWrite(WriteId write, BucketId bucket, Bytes key, List<SegmentRef> written)
            implements PartitionCommand {
        public CloseWrite {
            written = List.copyOf(written);
        }
    }

    /** Closes open writes whose lease is over by the state's time, at most {@code limit}. */
    record ExpireWrites(int limit) implements PartitionCommand {}

    /**
     * Makes a version visible. Idempotent by write id. A body in segments needs its write open.
     * Answer: {@link PartitionReply.Committed}, or RETRY, or a refusal; ACCESS_DENIED where the
     * version that it would replace is locked.
     */
    record Commit(
            WriteId write,
            BucketId bucket,
            Bytes key,
            TenantId tenant,
            BucketRecord.Versioning versioning,
            Condition condition,
            VersionBody body,
            NewProtection protection)
            implements PartitionCommand {
        /** Unprotected. */
        public Commit(
                WriteId write,
                BucketId bucket,
                Bytes key,
                TenantId tenant,
                BucketRecord.Versioning versioning,
                Condition condition,
                VersionBody body) {
            this(write, bucket, key, tenant, versioning, condition, body, NewProtection.NONE);
        }
    }

    /** Which version a delete names. */
    sealed interface Which {
        /** None: S3's plain DELETE, which may leave a delete marker. */
        record Current() implements Which {}

        record Order(long order) implements Which {}

        /** The version that S3 calls {@code null}. */
        record Null() implements Which {}
    }

    /**
     * Deletes. Idempotent by {@code request}. Answer: {@link PartitionReply.Deleted}, or
     * ACCESS_DENIED where the version is locked.
     *
     * @param bypassGovernance whether the sender may pass over governance, and says so
     */
    record Delete(
            WriteId request,
            BucketId bucket,
            Bytes key,
            TenantId tenant,
            BucketRecord.Versioning versioning,
            Which which,
            Condition condition,
            boolean bypassGovernance)
            implements PartitionCommand {
        /** Without passing over governance. */
        public Delete(
                WriteId request,
                BucketId bucket,
                Bytes key,
                TenantId tenant,
                BucketRecord.Versioning versioning,
                Which which,
                Condition condition) {
            this(request, bucket, key, tenant, versioning, which, condition, false);
        }
    }

    /** What of a version's protection shall be another. */
    sealed interface LockChange {
        /**
         * @param untilMillis 0 with mode NONE, which takes the retention away
         */
        record Retain(BucketLock.Mode mode, long untilMillis) implements LockChange {
            public Retain {
                var _ = new Protection(mode, untilMillis, false);
            }
        }

        record Hold(boolean on) implements LockChange {}
    }

    /**
     * Changes what protects a version. Idempotent by {@code request}. Answer: {@link
     * PartitionReply.Done}, or ACCESS_DENIED where it would weaken what may not be weakened.
     */
    record SetLock(
            WriteId request,
            BucketId bucket,
            Bytes key,
            Which which,
            LockChange change,
            boolean bypassGovernance)
            implements PartitionCommand {}

    /**
     * Replaces what is said of a version, where it still is what the sender has seen: of two who
     * change it at once, one reads again. Idempotent by {@code request}. Answer: {@link
     * PartitionReply.Done}, or STALE_EPOCH where it was changed since, or NO_SUCH_VERSION.
     *
     * @param seen the sealed info that the new one was made from
     */
    record SetInfo(
            WriteId request, BucketId bucket, Bytes key, long order, Bytes seen, Bytes sealedInfo)
            implements PartitionCommand {
        public SetInfo {
            Check.range("seen info bytes", seen.length(), 0, VersionBody.MOST_INFO_BYTES);
            Check.range("sealed info bytes", sealedInfo.length(), 0, VersionBody.MOST_INFO_BYTES);
        }
    }

    /** Adds a shard key, computed by the leader outside; the only command that carries one. */
    record OpenShard(ShardGrant grant) implements PartitionCommand {}

    /** No commit may name the shard from now on. */
    record CloseShard(ShardId shard) implements PartitionCommand {}

    /**
     * Wraps the data keys of a closed shard's live holders under another shard; refused unless the
     * list is exactly the live holders.
     */
    record Rewrap(ShardId from, ShardId to, List<Rewrapped> list) implements PartitionCommand {
        public Rewrap {
            list = List.copyOf(list);
        }
    }

    /** One holder's data key under the new shard. */
    record Rewrapped(BucketId bucket, Bytes key, long order, Bytes wrappedKey) {}

    /**
     * Another replica has unwrapped each data key that was moved out of the shard, as it was and as
     * it is now, and found them equal.
     *
     * @param by that replica's node; the leader's own where there is no other
     */
    record ConfirmRewrap(ShardId shard, NodeId by) implements PartitionCommand {}

    /**
     * Overwrites the slots of a closed shard that has no holders left, and whose re-wrapping is
     * confirmed.
     */
    record DestroyShard(ShardId shard) implements PartitionCommand {}

    /** From now on commands validated before this directory index are answered FENCED. */
    record Fence(long directoryIndex) implements PartitionCommand {}

    /**
     * A chunk of the group has gone over to another device in this epoch: commits of segments that
     * were written under a lower one count it as missing, and it is looked for at its new place.
     */
    record RaisePgEpoch(PgId pg, int epoch, int chunk) implements PartitionCommand {}

    /** Garbage whose chunks are gone from every member. */
    record Reclaimed(List<Bytes> garbageKeys) implements PartitionCommand {
        public Reclaimed {
            garbageKeys = List.copyOf(garbageKeys);
            Check.range("garbage", garbageKeys.size(), 1, MOST_LIST);
        }
    }

    /** Chunks named missing that are durable now. */
    record Rebuilt(BucketId bucket, Bytes key, long order, SegmentId segment, long durableMask)
            implements PartitionCommand {}

    /**
     * Puts a copy of a segment in the place of an under-protected one, whose chunks become garbage.
     * The copy was written under the open write {@code write}, which ends with this.
     */
    record ReplaceSegment(
            WriteId write, BucketId bucket, Bytes key, long order, SegmentId old, SegmentRef fresh)
            implements PartitionCommand {}

    /**
     * Before a copy of the key file is made. Idempotent; a copy that was wiped is never registered
     * again.
     */
    record RegisterKeyCopies(List<KeyCopy> copies) implements PartitionCommand {
        public RegisterKeyCopies {
            copies = List.copyOf(copies);
            Check.range("copies", copies.size(), 1, MOST_LIST);
        }
    }

    /**
     * The majority of the replicas is lost for good, and what is at hand is the state from here on.
     * Found behind the end of the log that survived, before anything else is; so it needs no stamp.
     *
     * @param was the survivor's copy of the keys, which is registered as {@code is} from here on
     * @param directoryIndex that fences may have been lost up to
     * @param orderFloor that versions may have been lost up to
     */
    record Recovered(KeyCopy was, KeyCopy is, long directoryIndex, long orderFloor)
            implements PartitionCommand {}

    /** Takes a copy off, which its node has wiped. Refused where the wipe proves nothing. */
    record DeregisterKeyCopy(KeyCopy copy, WipeReceipt receipt) implements PartitionCommand {}

    /**
     * What a node says of a copy that it wiped.
     *
     * @param files that held keys
     * @param inPlace whether each was overwritten where it lay, as far as the file system tells
     */
    record WipeReceipt(int files, boolean inPlace) {
        public WipeReceipt {
            Check.range("wiped files", files, 0, MOST_LIST);
        }
    }

    /** Forgets results of writes and deletes older than a day, at most {@code limit}. */
    record PruneResults(int limit) implements PartitionCommand {}

    /** What is about multipart uploads. */
    sealed interface OfUpload extends PartitionCommand {}

    /**
     * Begins a multipart upload, which lives until it is completed or aborted. Idempotent by write
     * id. Answer: {@link PartitionReply.UploadCreated}, or RETRY, or a refusal.
     *
     * @param sealedInfo under the data key, as everything of the version to come
     * @param protection that the version shall have
     */
    record CreateUpload(
            WriteId write,
            BucketId bucket,
            Bytes key,
            TenantId tenant,
            String storageClass,
            Bytes checksum,
            Bytes sealedInfo,
            ShardId shard,
            Bytes wrappedKey,
            Protection protection)
            implements OfUpload {
        /** Unprotected. */
        public CreateUpload(
                WriteId write,
                BucketId bucket,
                Bytes key,
                TenantId tenant,
                String storageClass,
                Bytes checksum,
                Bytes sealedInfo,
                ShardId shard,
                Bytes wrappedKey) {
            this(
                    write,
                    bucket,
                    key,
                    tenant,
                    storageClass,
                    checksum,
                    sealedInfo,
                    shard,
                    wrappedKey,
                    Protection.NONE);
        }
    }

    /**
     * Puts a part into an upload, in the place of a former one of its number, whose segments become
     * garbage. Its chunks were written under the open write {@code write} of the same key, which
     * ends with this; a part that was never finished is thus found by the lease of that write,
     * however long the upload lives. Answer: {@link PartitionReply.PartPut}, or NO_SUCH_UPLOAD.
     */
    record PutPart(WriteId write, UploadRef upload, int number, PartBody body)
            implements OfUpload {}

    /** A part as its uploader knows it: no other may have come under its number since. */
    record PartName(int number, long order) {}

    /**
     * Makes a version of an upload's parts; its other parts become garbage. Idempotent by the
     * upload. Answer: {@link PartitionReply.Committed}, or NO_SUCH_UPLOAD, or INVALID_PART where a
     * part was replaced since.
     *
     * @param parts ascending by number, at least one
     * @param md5 of the whole plaintext, as is {@code sha256}
     * @param sealedInfo takes the place of the upload's
     * @param customerKey as {@link VersionBody#customerKey}
     * @param byDefault the bucket's lock, where the upload asked for no retention; null: none
     */
    record CompleteUpload(
            UploadRef upload,
            TenantId tenant,
            BucketRecord.Versioning versioning,
            Condition condition,
            List<PartName> parts,
            String etag,
            Bytes md5,
            Bytes sha256,
            Bytes sealedInfo,
            boolean customerKey,
            @Nullable BucketLock byDefault)
            implements OfUpload {
        /** Under no customer's key, and without a default. */
        public CompleteUpload(
                UploadRef upload,
                TenantId tenant,
                BucketRecord.Versioning versioning,
                Condition condition,
                List<PartName> parts,
                String etag,
                Bytes md5,
                Bytes sha256,
                Bytes sealedInfo) {
            this(
                    upload,
                    tenant,
                    versioning,
                    condition,
                    parts,
                    etag,
                    md5,
                    sha256,
                    sealedInfo,
                    false,
                    null);
        }

        public CompleteUpload {
            parts = List.copyOf(parts);
            Check.range("parts", parts.size(), 0, PartRow.MOST_PARTS);
            Check.range("md5 bytes", md5.length(), 16, 16);
            Check.range("sha256 bytes", sha256.length(), 32, 32);
        }
    }

    /**
     * Gives an upload up, whose parts become garbage. Idempotent for a day.
     *
     * @param byRules whether the bucket's lifecycle says so: the fence is asked then, since rules
     *     that were changed may say so no more
     */
    record AbortUpload(UploadRef upload, boolean byRules) implements OfUpload {
        /** By a client, or with the bucket. */
        public AbortUpload(UploadRef upload) {
            this(upload, false);
        }
    }

    /**
     * Makes garbage of the parts of uploads that were aborted, of versions that are gone, and of
     * parts that a completion left out, some {@code limit} rows and segments at a time. Answer:
     * {@link PartitionReply.Swept}.
     *
     * @param keptMillis versions that are gone for less are left: who reads one reads on
     */
    record SweepParts(int limit, long keptMillis) implements OfUpload {}

    /**
     * Keeps how far the hashes over an upload's parts 1 to {@code part} have come. Does nothing
     * where the part is another by now, or not the next one, or one before it is another.
     *
     * @param before the midstate from which the part was hashed; empty at part 1
     * @param midstate of {@link io.lethe.node.crypto.ResumableDigests}, opaque here; at most {@link
     *     #MOST_MIDSTATE_BYTES}
     */
    record SaveHash(UploadRef upload, PartName part, Bytes before, Bytes midstate)
            implements OfUpload {
        /** SHA-256 and MD5 each keep 64 bytes of input, 32 of state and a length. */
        public static final int MOST_MIDSTATE_BYTES = 512;
    }

    /** What is about the index of changes. */
    sealed interface OfChange extends PartitionCommand {}

    /** Who walks the index of changes, bucket by bucket, and keeps how far it has come. */
    enum Walk {
        LIFECYCLE,
        INVENTORY
    }

    /**
     * Keeps how far a walk of a bucket has come. Answer: {@link PartitionReply.Done}.
     *
     * @param progress opaque here, at most {@link #MOST_PROGRESS_BYTES}; empty: forgotten
     */
    record SaveProgress(Walk walk, BucketId bucket, Bytes progress) implements OfChange {
        /**
         * A lifecycle has at most 3,001 lanes of 16 bytes; and a bucket 1,000 inventories, each
         * with an id of 64 characters, its length, and a time of 6 bytes.
         */
        public static final int MOST_PROGRESS_BYTES = 80 * 1024;

        public SaveProgress {
            Check.range("progress bytes", progress.length(), 0, MOST_PROGRESS_BYTES);
        }
    }

    /** What is about ranges and their division. */
    sealed interface OfSplit extends PartitionCommand {}

    /**
     * A command that is meant for all of a range, and not for a key: answered WrongPartition by a
     * partition that has not all of it.
     *
     * @param from row key, inclusive
     * @param to exclusive; empty: to the end
     * @param command a Fence, a RaisePgEpoch or a CloseWrite, whose key is not looked at
     */
    record InRange(Bytes from, Bytes to, PartitionCommand command) implements OfSplit {
        public InRange {
            boolean ofRange =
                    command instanceof Fence
                            || command instanceof RaisePgEpoch
                            || command instanceof CloseWrite;
            if (!ofRange) {
                throw new IllegalArgumentException("not about a range: " + command);
            }
        }
    }

    /**
     * Gives what is at and behind the separator to a new partition, which every replica makes from
     * its own state as it was before this entry. Idempotent by child. Answer: {@link
     * PartitionReply.Done}, or a refusal.
     *
     * @param parent this partition
     * @param separator begins the child's range; never a whole key
     * @param mapEpoch of the parent's record from here on
     * @param founders the child's voters, each with a key file; none where there is a child
     *     already: a survivor of a lost majority had not got to its split
     */
    record Split(
            GroupId parent, GroupId child, Bytes separator, long mapEpoch, List<Founder> founders)
            implements OfSplit {
        public Split {
            founders = List.copyOf(founders);
            Check.range("founders", founders.size(), 0, MOST_LIST);
        }
    }

    /** Where a replica of a child is, in its first generation. */
    record Founder(NodeId node, String host, int port) {}

    /** A quorum of the child's replicas is durable. Answer: {@link PartitionReply.Done}. */
    record FinishSplit(GroupId child) implements OfSplit {}

    /**
     * Removes rows that a split left outside of the range. Answer: {@link
     * PartitionReply.SplitSwept}, which says how to go on.
     *
     * @param phase as the last answer said; 0: not known
     * @param after as the last answer said: what lies before is swept
     * @param limit rows, or so
     */
    record SweepSplit(int phase, @Nullable Bytes after, int limit) implements OfSplit {}

    /** What merges partitions: {@code Merges} of the state says how. */
    sealed interface OfMerge extends PartitionCommand {}

    /** All there is; refused unless it is empty. Answer: {@link PartitionReply.GivenUp}. */
    record GiveUp(GroupId giver, Bytes from, Bytes to, long since) implements OfMerge {}

    /** That merge was taken back. Answer: {@link PartitionReply.Done}. */
    record TakeBack(long since) implements OfMerge {}

    /** From another partition, which gave up. Answer: {@link PartitionReply.Done}. */
    record Inherit(Legacy legacy) implements OfMerge {}

    /** This range is here too, from this map epoch on. Answer: {@link PartitionReply.Done}. */
    record TakeOver(GroupId giver, Bytes from, Bytes to, long mapEpoch, MergeReceipt receipt)
            implements OfMerge {}

    /** Deletes of one entry: some milliseconds of applying, in which nothing else is applied. */
    int MOST_DELETES = 64;

    /**
     * Deletes of several objects in one entry, each decided for itself behind the one before it, as
     * if they had come alone. Answer: {@link PartitionReply.DeleteBatchDone}.
     *
     * @param deletes each a Delete, or one that is noted
     */
    record DeleteBatch(List<PartitionCommand> deletes) implements PartitionCommand {
        public DeleteBatch {
            deletes = List.copyOf(deletes);
            Check.range("deletes", deletes.size(), 1, MOST_DELETES);
            for (PartitionCommand one : deletes) {
                boolean noted = one instanceof Noted(Delete _, var _);
                if (!noted && !(one instanceof Delete)) {
                    throw new IllegalArgumentException("no delete: " + one);
                }
            }
        }
    }

    /** What is about events that are told to sinks. */
    sealed interface OfEvent extends PartitionCommand {}

    /**
     * A change of which somebody wants to hear. Answer: the change's own.
     *
     * @param command a Commit, a Delete or a CompleteUpload
     */
    record Noted(PartitionCommand command, EventNote note) implements OfEvent {
        public Noted {
            boolean tells =
                    command instanceof Commit
                            || command instanceof Delete
                            || command instanceof CompleteUpload;
            if (!tells) {
                throw new IllegalArgumentException("nobody is told of " + command);
            }
        }
    }

    /**
     * A sink has taken these events of one tenant's, or will never get them. Answer: {@link
     * PartitionReply.Done}.
     */
    record Delivered(String sink, TenantId owner, List<Long> sequences) implements OfEvent {
        public Delivered {
            sequences = List.copyOf(sequences);
            Check.range("sequences", sequences.size(), 1, MOST_LIST);
        }
    }
}
