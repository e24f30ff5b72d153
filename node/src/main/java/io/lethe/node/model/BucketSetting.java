package io.lethe.node.model;

/**
 * What a bucket's owner may configure by a document of its own. The order is part of the formats:
 * new ones go to the end.
 */
public enum BucketSetting {
    /** JSON, as the owner sent it. */
    POLICY,
    PUBLIC_ACCESS_BLOCK,
    OWNERSHIP_CONTROLS,
    ACL,
    CORS,
    WEBSITE,
    LIFECYCLE,
    NOTIFICATION,
    LOGGING,
    ENCRYPTION,
    TAGGING,
    /** All of a bucket's inventory configurations. */
    INVENTORY
}
