package io.lethe.node.model;

import io.lethe.node.base.Bytes;

/**
 * An enterprise.
 *
 * @param keyVersion version of the tenant key in {@code wrappedKey}, from 1
 * @param wrappedKey the tenant key, wrapped by the root key; empty on learners, which hold no slots
 */
public record TenantRecord(
        TenantId id, String alias, String displayName, int keyVersion, Bytes wrappedKey) {}
