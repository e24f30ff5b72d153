package io.lethe.client.model;

/** Whether a bucket keeps older versions. */
public enum Versioning {
    /** A put replaces, a delete removes. */
    OFF,
    /** Every put adds a version, a delete adds a delete marker. */
    ENABLED,
    /** Older versions stay, new ones replace the one version that has no id of its own. */
    SUSPENDED,
    /** A state that this SDK is too old to know. Only in answers. */
    UNKNOWN
}
