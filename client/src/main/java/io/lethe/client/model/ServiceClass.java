package io.lethe.client.model;

/** What a tenant is to the provider, and to the law. */
public enum ServiceClass {
    /** An enterprise with a contract. */
    ENTERPRISE,
    /** Accounts of private persons, which are being wound down. */
    PERSONAL,
    /** Copies that devices make of themselves. */
    DEVICE_BACKUP,
    /** One that only a newer client knows. */
    UNKNOWN
}
