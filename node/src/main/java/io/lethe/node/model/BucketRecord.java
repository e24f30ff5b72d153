package io.lethe.node.model;

import io.lethe.node.base.Check;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A bucket. Names are unique within a tenant.
 *
 * @param markIndex while it is being deleted, the directory index at which that began; else 0. What
 *     a deleter saw holds for one mark only: between two of them there may have been writes.
 * @param versioningIndex the directory index at which versioning or the lock was set last
 * @param lock null while Object Lock is off
 * @param settings those that are set, with the directory index at which each was
 * @param classIndex the directory index at which the storage class was set last; 0: at its creation
 * @param recoding whether some of what is stored may still be in another class than the bucket's
 */
public record BucketRecord(
        BucketId id,
        TenantId tenant,
        String name,
        String storageClass,
        Versioning versioning,
        State state,
        long markIndex,
        long versioningIndex,
        long createdMillis,
        @Nullable BucketLock lock,
        Map<BucketSetting, Long> settings,
        long classIndex,
        boolean recoding) {
    /** As in S3; once enabled it can be suspended, never off again. */
    public enum Versioning {
        OFF,
        ENABLED,
        SUSPENDED
    }

    /** {@code DELETING}: marked, while partitions are fenced and searched for objects. */
    public enum State {
        ACTIVE,
        DELETING
    }

    public BucketRecord {
        settings = Map.copyOf(settings);
        boolean marked = state == State.DELETING;
        var _ = Check.range("mark index", markIndex, marked ? 1 : 0, marked ? Long.MAX_VALUE : 0);
        var _ = Check.range("versioning index", versioningIndex, 0, Long.MAX_VALUE);
        var _ = Check.range("class index", classIndex, 0, Long.MAX_VALUE);
    }

    /** One whose storage class is that of its creation. */
    public BucketRecord(
            BucketId id,
            TenantId tenant,
            String name,
            String storageClass,
            Versioning versioning,
            State state,
            long markIndex,
            long versioningIndex,
            long createdMillis,
            @Nullable BucketLock lock,
            Map<BucketSetting, Long> settings) {
        this(
                id,
                tenant,
                name,
                storageClass,
                versioning,
                state,
                markIndex,
                versioningIndex,
                createdMillis,
                lock,
                settings,
                0,
                false);
    }

    public BucketRecord withMark(long index) {
        return new BucketRecord(
                id,
                tenant,
                name,
                storageClass,
                versioning,
                index > 0 ? State.DELETING : State.ACTIVE,
                index,
                versioningIndex,
                createdMillis,
                lock,
                settings,
                classIndex,
                recoding);
    }

    public BucketRecord withVersioning(Versioning asked, long index) {
        return new BucketRecord(
                id,
                tenant,
                name,
                storageClass,
                asked,
                state,
                markIndex,
                index,
                createdMillis,
                lock,
                settings,
                classIndex,
                recoding);
    }

    public BucketRecord withLock(BucketLock asked, long index) {
        return new BucketRecord(
                id,
                tenant,
                name,
                storageClass,
                versioning,
                state,
                markIndex,
                index,
                createdMillis,
                asked,
                settings,
                classIndex,
                recoding);
    }

    public BucketRecord withSettings(Map<BucketSetting, Long> all) {
        return new BucketRecord(
                id,
                tenant,
                name,
                storageClass,
                versioning,
                state,
                markIndex,
                versioningIndex,
                createdMillis,
                lock,
                all,
                classIndex,
                recoding);
    }

    /** With a class to which what is stored is to be brought. */
    public BucketRecord withClass(String asked, long index) {
        return withClass(asked, index, true);
    }

    /** Everything is in the bucket's class. */
    public BucketRecord recoded() {
        return withClass(storageClass, classIndex, false);
    }

    private BucketRecord withClass(String newClass, long index, boolean unfinished) {
        return new BucketRecord(
                id,
                tenant,
                name,
                newClass,
                versioning,
                state,
                markIndex,
                versioningIndex,
                createdMillis,
                lock,
                settings,
                index,
                unfinished);
    }
}
