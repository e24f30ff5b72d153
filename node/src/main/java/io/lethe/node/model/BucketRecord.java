package io.lethe.node.model;

import io.lethe.node.base.Check;

/**
 * A bucket. Names are unique within a tenant.
 *
 * @param markIndex while it is being deleted, the directory index at which that began; else 0. What
 *     a deleter saw holds for one mark only: between two of them there may have been writes.
 * @param versioningIndex the directory index at which versioning was set last
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
        long createdMillis) {
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
        boolean marked = state == State.DELETING;
        var _ = Check.range("mark index", markIndex, marked ? 1 : 0, marked ? Long.MAX_VALUE : 0);
        var _ = Check.range("versioning index", versioningIndex, 0, Long.MAX_VALUE);
    }
}
