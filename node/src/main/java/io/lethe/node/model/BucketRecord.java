package io.lethe.node.model;

/** A bucket. Names are unique within a tenant. */
public record BucketRecord(
        BucketId id,
        TenantId tenant,
        String name,
        String storageClass,
        Versioning versioning,
        State state,
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
}
