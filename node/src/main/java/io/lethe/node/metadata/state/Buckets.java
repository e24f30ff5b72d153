package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.DirectoryDraft.DONE;
import static io.lethe.node.metadata.state.DirectoryDraft.invalid;
import static io.lethe.node.metadata.state.DirectoryDraft.refused;

import io.lethe.node.metadata.command.DirectoryCommand.CreateBucket;
import io.lethe.node.metadata.command.DirectoryCommand.FinishBucketDelete;
import io.lethe.node.metadata.command.DirectoryCommand.MarkBucketDeleting;
import io.lethe.node.metadata.command.DirectoryCommand.SetVersioning;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.state.Table.BucketName;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketRecord.State;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;

/**
 * Decides about buckets. States: none → ACTIVE (CreateBucket) → DELETING (MarkBucketDeleting) →
 * none or ACTIVE again (FinishBucketDelete). A name is taken until the bucket is none.
 */
final class Buckets {
    private Buckets() {}

    static DirectoryReply create(DirectoryDraft draft, CreateBucket c) {
        BucketRecord before = Table.BUCKETS.get(draft.rows, c.bucket());
        if (before != null) {
            return before.tenant().equals(c.tenant()) && before.name().equals(c.name())
                    ? new DirectoryReply.BucketCreated(before)
                    : invalid("bucket id " + c.bucket() + " is taken; make a fresh one");
        }
        String fault = BucketNames.fault(c.name());
        if (fault != null) {
            return refused(
                    ErrorCode.INVALID_BUCKET_NAME,
                    "\"" + c.name() + "\" can't be a bucket's name: " + fault);
        }
        if (Table.TENANTS.get(draft.rows, c.tenant()) == null) {
            return invalid("tenant " + c.tenant() + " is unknown");
        }
        if (Table.STORAGE_CLASSES.get(draft.rows, c.storageClass()) == null) {
            return invalid(
                    "storage class \"" + c.storageClass() + "\" is unknown; name one that exists");
        }
        BucketName name = new BucketName(c.tenant(), c.name());
        if (Table.BUCKET_NAMES.get(draft.rows, name) != null) {
            return refused(
                    ErrorCode.BUCKET_ALREADY_EXISTS,
                    "bucket " + c.name() + " exists already; choose another name");
        }
        BucketRecord bucket =
                new BucketRecord(
                        c.bucket(),
                        c.tenant(),
                        c.name(),
                        c.storageClass(),
                        c.versioning(),
                        State.ACTIVE,
                        draft.head.stateMillis);
        var _ = draft.put(Table.BUCKET_NAMES, name, c.bucket());
        var _ = draft.put(Table.BUCKETS, c.bucket(), bucket);
        return new DirectoryReply.BucketCreated(bucket);
    }

    static DirectoryReply markDeleting(DirectoryDraft draft, MarkBucketDeleting c) {
        BucketRecord bucket = Table.BUCKETS.get(draft.rows, c.bucket());
        return bucket == null ? unknown(c.bucket()) : put(draft, bucket, State.DELETING);
    }

    static DirectoryReply finishDelete(DirectoryDraft draft, FinishBucketDelete c) {
        BucketRecord bucket = Table.BUCKETS.get(draft.rows, c.bucket());
        if (bucket == null) {
            return c.remove() ? DONE : unknown(c.bucket());
        }
        if (!c.remove()) {
            return put(draft, bucket, State.ACTIVE);
        }
        if (bucket.state() != State.DELETING) {
            return invalid(
                    "bucket " + bucket.name() + " is not marked for deletion; mark it first");
        }
        var _ = draft.delete(Table.BUCKET_NAMES, new BucketName(bucket.tenant(), bucket.name()));
        return draft.delete(Table.BUCKETS, bucket.id());
    }

    static DirectoryReply setVersioning(DirectoryDraft draft, SetVersioning c) {
        BucketRecord bucket = Table.BUCKETS.get(draft.rows, c.bucket());
        if (bucket == null) {
            return unknown(c.bucket());
        }
        if (c.versioning() == Versioning.OFF && bucket.versioning() != Versioning.OFF) {
            return invalid(
                    "versioning of bucket " + bucket.name() + " can be suspended, but never off");
        }
        return put(draft, bucket, c.versioning(), bucket.state());
    }

    private static DirectoryReply put(DirectoryDraft draft, BucketRecord bucket, State state) {
        return put(draft, bucket, bucket.versioning(), state);
    }

    private static DirectoryReply put(
            DirectoryDraft draft, BucketRecord bucket, Versioning versioning, State state) {
        return draft.put(
                Table.BUCKETS,
                bucket.id(),
                new BucketRecord(
                        bucket.id(),
                        bucket.tenant(),
                        bucket.name(),
                        bucket.storageClass(),
                        versioning,
                        state,
                        bucket.createdMillis()));
    }

    private static DirectoryReply unknown(BucketId bucket) {
        return refused(ErrorCode.NO_SUCH_BUCKET, "there is no bucket with id " + bucket);
    }
}
