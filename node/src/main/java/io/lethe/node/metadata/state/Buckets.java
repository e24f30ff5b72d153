package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.DirectoryDraft.DONE;
import static io.lethe.node.metadata.state.DirectoryDraft.invalid;
import static io.lethe.node.metadata.state.DirectoryDraft.refused;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand.CreateBucket;
import io.lethe.node.metadata.command.DirectoryCommand.FinishBucketDelete;
import io.lethe.node.metadata.command.DirectoryCommand.FinishRecoding;
import io.lethe.node.metadata.command.DirectoryCommand.MarkBucketDeleting;
import io.lethe.node.metadata.command.DirectoryCommand.SetBucketClass;
import io.lethe.node.metadata.command.DirectoryCommand.SetBucketLock;
import io.lethe.node.metadata.command.DirectoryCommand.SetBucketSetting;
import io.lethe.node.metadata.command.DirectoryCommand.SetVersioning;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.state.Table.BucketName;
import io.lethe.node.metadata.state.Table.SettingKey;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketRecord.State;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.ErrorCode;
import java.util.EnumMap;
import java.util.Map;

/**
 * Decides about buckets. States: none → ACTIVE (CreateBucket) → DELETING (MarkBucketDeleting) →
 * none or ACTIVE again (FinishBucketDelete of that mark). A name is taken until the bucket is none.
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
        if (c.seenIndex() < draft.head.bucketRemovedIndex) {
            return refused(
                    ErrorCode.STALE_EPOCH,
                    "a bucket was removed at "
                            + draft.head.bucketRemovedIndex
                            + ", after this was sent; send it again");
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
            return unknownClass(c.storageClass());
        }
        BucketName name = new BucketName(c.tenant(), c.name());
        BucketId taken = Table.BUCKET_NAMES.get(draft.rows, name);
        if (taken != null) {
            return refused(ErrorCode.BUCKET_ALREADY_EXISTS, taken(draft, taken, c.name()));
        }
        if (c.lock() != null && c.versioning() != Versioning.ENABLED) {
            return lockWithoutVersions();
        }
        Map<BucketSetting, Long> settings = new EnumMap<>(BucketSetting.class);
        for (Map.Entry<BucketSetting, Bytes> one : c.documents().entrySet()) {
            if (!one.getValue().isEmpty()) {
                settings.put(one.getKey(), draft.head.index);
                var _ =
                        draft.put(
                                Table.BUCKET_SETTINGS,
                                new SettingKey(c.bucket(), one.getKey()),
                                new BucketDocument(draft.head.index, one.getValue()));
            }
        }
        BucketRecord bucket =
                new BucketRecord(
                        c.bucket(),
                        c.tenant(),
                        c.name(),
                        c.storageClass(),
                        c.versioning(),
                        State.ACTIVE,
                        0,
                        draft.head.index,
                        draft.head.stateMillis,
                        c.lock(),
                        settings);
        var _ = draft.put(Table.BUCKET_NAMES, name, c.bucket());
        var _ = draft.put(Table.BUCKETS, c.bucket(), bucket);
        return new DirectoryReply.BucketCreated(bucket);
    }

    private static DirectoryReply unknownClass(String name) {
        return invalid("storage class \"" + name + "\" is unknown; name one that exists");
    }

    private static String taken(DirectoryDraft draft, BucketId id, String name) {
        BucketRecord bucket = Table.BUCKETS.get(draft.rows, id);
        return bucket != null && bucket.state() == State.DELETING
                ? "bucket "
                        + name
                        + " is being deleted; try again in a moment, or finish it with 'lethe rb "
                        + name
                        + "'"
                : "bucket " + name + " exists already; choose another name";
    }

    static DirectoryReply markDeleting(DirectoryDraft draft, MarkBucketDeleting c) {
        BucketRecord bucket = Table.BUCKETS.get(draft.rows, c.bucket());
        if (bucket == null) {
            return unknown(c.bucket());
        }
        if (bucket.state() == State.DELETING) {
            return new DirectoryReply.BucketMarked(bucket.markIndex());
        }
        var _ = draft.put(Table.BUCKETS, bucket.id(), bucket.withMark(draft.head.index));
        return new DirectoryReply.BucketMarked(draft.head.index);
    }

    static DirectoryReply finishDelete(DirectoryDraft draft, FinishBucketDelete c) {
        BucketRecord bucket = Table.BUCKETS.get(draft.rows, c.bucket());
        if (bucket == null) {
            return c.remove() ? DONE : unknown(c.bucket());
        }
        boolean stands = bucket.state() == State.DELETING && bucket.markIndex() == c.markIndex();
        if (!c.remove()) {
            return stands ? draft.put(Table.BUCKETS, bucket.id(), bucket.withMark(0)) : DONE;
        }
        if (!stands) {
            return refused(
                    ErrorCode.UNAVAILABLE,
                    "the deletion of bucket "
                            + bucket.name()
                            + " was given up by another who deleted it too; delete it again");
        }
        draft.head.bucketRemovedIndex = draft.head.index;
        for (BucketSetting setting : BucketSetting.values()) {
            SettingKey key = new SettingKey(bucket.id(), setting);
            var _ = draft.delete(Table.BUCKET_SETTINGS, key);
        }
        var _ = draft.delete(Table.BUCKET_NAMES, new BucketName(bucket.tenant(), bucket.name()));
        return draft.delete(Table.BUCKETS, bucket.id());
    }

    static DirectoryReply setClass(DirectoryDraft draft, SetBucketClass c) {
        BucketRecord bucket = Table.BUCKETS.get(draft.rows, c.bucket());
        if (bucket == null) {
            return unknown(c.bucket());
        }
        if (Table.STORAGE_CLASSES.get(draft.rows, c.storageClass()) == null) {
            return unknownClass(c.storageClass());
        }
        if (c.seenIndex() < bucket.classIndex()
                && !c.storageClass().equals(bucket.storageClass())) {
            return refused(
                    ErrorCode.STALE_EPOCH,
                    "the class of bucket "
                            + bucket.name()
                            + " was set at "
                            + bucket.classIndex()
                            + ", after this was sent; send it again");
        }
        // Also where it is that class already: then what is in another is looked for once more.
        return draft.put(
                Table.BUCKETS, bucket.id(), bucket.withClass(c.storageClass(), draft.head.index));
    }

    static DirectoryReply finishRecoding(DirectoryDraft draft, FinishRecoding c) {
        BucketRecord bucket = Table.BUCKETS.get(draft.rows, c.bucket());
        return bucket != null && bucket.recoding() && bucket.classIndex() == c.classIndex()
                ? draft.put(Table.BUCKETS, bucket.id(), bucket.recoded())
                : DONE;
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
        if (c.versioning() != Versioning.ENABLED && bucket.lock() != null) {
            return refused(
                    ErrorCode.INVALID_BUCKET_STATE,
                    "An Object Lock configuration is present on this bucket, so the versioning"
                            + " state cannot be changed.");
        }
        if (c.seenIndex() < bucket.versioningIndex() && c.versioning() != bucket.versioning()) {
            return stale(bucket);
        }
        // Also where nothing changes: it is acknowledged, and an older one must not undo it.
        return draft.put(
                Table.BUCKETS,
                bucket.id(),
                bucket.withVersioning(c.versioning(), draft.head.index));
    }

    private static DirectoryReply stale(BucketRecord bucket) {
        return refused(
                ErrorCode.STALE_EPOCH,
                "versioning or lock of bucket "
                        + bucket.name()
                        + " was set at "
                        + bucket.versioningIndex()
                        + ", after this was sent; send it again");
    }

    static DirectoryReply setLock(DirectoryDraft draft, SetBucketLock c) {
        BucketRecord bucket = Table.BUCKETS.get(draft.rows, c.bucket());
        if (bucket == null) {
            return unknown(c.bucket());
        }
        if (bucket.versioning() != Versioning.ENABLED) {
            return lockWithoutVersions();
        }
        if (c.seenIndex() < bucket.versioningIndex() && !c.lock().equals(bucket.lock())) {
            return stale(bucket);
        }
        return draft.put(Table.BUCKETS, bucket.id(), bucket.withLock(c.lock(), draft.head.index));
    }

    private static DirectoryReply lockWithoutVersions() {
        return refused(
                ErrorCode.INVALID_BUCKET_STATE,
                "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration");
    }

    static DirectoryReply setSetting(DirectoryDraft draft, SetBucketSetting c) {
        BucketRecord bucket = Table.BUCKETS.get(draft.rows, c.bucket());
        if (bucket == null) {
            return unknown(c.bucket());
        }
        SettingKey key = new SettingKey(c.bucket(), c.setting());
        BucketDocument before = Table.BUCKET_SETTINGS.get(draft.rows, key);
        if (before != null
                && c.seenIndex() < before.index()
                && !c.document().equals(before.bytes())) {
            return refused(
                    ErrorCode.STALE_EPOCH,
                    c.setting()
                            + " of bucket "
                            + bucket.name()
                            + " was set at "
                            + before.index()
                            + ", after this was sent; send it again");
        }
        Map<BucketSetting, Long> settings = new EnumMap<>(BucketSetting.class);
        settings.putAll(bucket.settings());
        if (c.document().isEmpty()) {
            settings.remove(c.setting());
        } else {
            settings.put(c.setting(), draft.head.index);
        }
        BucketDocument document = new BucketDocument(draft.head.index, c.document());
        var _ = draft.put(Table.BUCKET_SETTINGS, key, document);
        return draft.put(Table.BUCKETS, bucket.id(), bucket.withSettings(settings));
    }

    private static DirectoryReply unknown(BucketId bucket) {
        return refused(ErrorCode.NO_SUCH_BUCKET, "there is no bucket with id " + bucket);
    }
}
