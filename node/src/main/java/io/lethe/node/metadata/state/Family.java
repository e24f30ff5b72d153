package io.lethe.node.metadata.state;

/**
 * The column families: each state's tables. A family's name is its name on disk. Keys and values
 * are documented with the class that encodes them.
 */
public enum Family {
    /** Both: sequence, range, fence, time, counters. */
    META,
    /**
     * Partition: the newest version of each key where it is no delete marker. Listings walk only
     * this.
     */
    CURRENT,
    /** Partition: all other versions and every delete marker, newest first within a key. */
    VERSIONS,
    /** Partition: ciphertext of inline objects, in blob files. */
    INLINE,
    /** Partition: SHA-256 and MD5 → version. */
    DIGESTS,
    /** Partition: write id → open, closed or committed. */
    WRITES,
    /** Partition: shards and their holders; the keys themselves are in the key file. */
    SHARDS,
    /** Partition: every copy of its key file, wherever it is. */
    KEY_COPIES,
    /** Partition: multipart uploads that are under way, by key, then by time. */
    UPLOADS,
    /** Partition: parts of uploads and of the versions that they became, and their hashes. */
    PARTS,
    /**
     * Partition: what was made in each bucket, by time; and how far those who walk it have come.
     */
    CHANGES,
    /** Partition: events that wait for their sinks. */
    OUTBOX,
    /** Partition: segments to reclaim. */
    GARBAGE,
    /** Partition: segments with missing chunks. */
    UNDERPROTECTED,
    /** Partition: bytes and versions per tenant and bucket. */
    USAGE,
    /** Partition: placement group → lowest epoch accepted in commits. */
    PG_EPOCHS,
    /** Directory. */
    NODES,
    /** Directory. */
    DEVICES,
    /** Directory. */
    PLACEMENT_GROUPS,
    /** Directory. */
    PARTITIONS,
    /** Directory. */
    STORAGE_CLASSES,
    /** Directory. */
    TENANTS,
    /** Directory: alias, or account number → tenant id. */
    TENANT_NAMES,
    /** Directory. */
    USERS,
    /** Directory: tenant, name → user id. */
    USER_NAMES,
    /** Directory. */
    ACCESS_KEYS,
    /** Directory: tenant, user, access key id, of each key. */
    USER_KEYS,
    /** Directory: bucket id → bucket. */
    BUCKETS,
    /** Directory: tenant, name → bucket id. */
    BUCKET_NAMES,
    /** Directory: bucket id, setting → document. */
    BUCKET_SETTINGS,
    /** Directory. */
    TICKET_KEYS,
    /** Directory: incarnations that may hold a freshness lease. */
    HOLDERS,
    /** Directory. */
    SETTINGS,
    /** Directory: the transparency log. */
    LOG,
    /** Directory: public key → what it signs. */
    SIGNERS
}
