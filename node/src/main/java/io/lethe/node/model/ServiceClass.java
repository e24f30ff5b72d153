package io.lethe.node.model;

/**
 * What a tenant is to the provider, and to the law. Policies and plans name a class, so that none
 * meets everybody by mistake. In rows by its place: new ones come last.
 */
public enum ServiceClass {
    /** An enterprise with a contract. */
    ENTERPRISE,
    /** Accounts of private persons, which are being wound down. */
    PERSONAL,
    /** Copies that devices make of themselves; no sharing. */
    DEVICE_BACKUP
}
