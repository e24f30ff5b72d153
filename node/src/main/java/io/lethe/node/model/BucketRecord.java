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
        Map<BucketSetting, Long> settings) {
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
                settings);
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
                settings);
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
                settings);
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
                all);
    }
}
