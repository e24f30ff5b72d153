package io.lethe.node.model;

import io.lethe.node.base.Bytes;

/**
 * An enterprise.
 *
 * @param keyVersion version of the tenant key in {@code wrappedKey}, from 1
 * @param wrappedKey the tenant key, wrapped by the root key; empty on learners, which hold no slots
 * @param suspended nobody of it, and nobody else, gets at what it has; the store goes on keeping it
 * @param changedMillis when it was made, or last changed, by the directory's time; 0: before that
 *     was kept
 */
public record TenantRecord(
        TenantId id,
        String alias,
        String displayName,
        int keyVersion,
        Bytes wrappedKey,
        ServiceClass serviceClass,
        boolean suspended,
        long changedMillis) {
    /** An enterprise that is served. */
    public TenantRecord(
            TenantId id, String alias, String displayName, int keyVersion, Bytes wrappedKey) {
        this(id, alias, displayName, keyVersion, wrappedKey, ServiceClass.ENTERPRISE, false, 0);
    }
}
