package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;

/**
 * The keys above all others, wherever they are kept: a local file, or a key service. Safe for any
 * thread; calls may block on the network.
 */
public interface RootKeys {
    /** Names the key that wraps now: for status and logs. */
    String keyId();

    /**
     * @return what {@link #unwrapTenantKey} takes; says itself which root key it needs
     * @throws StoreException UNAVAILABLE when the provider does not answer
     */
    Bytes wrapTenantKey(TenantId tenant, KeyBytes tenantKey);

    /**
     * @throws StoreException CORRUPT when it was not wrapped by these root keys for this tenant;
     *     UNAVAILABLE when the provider does not answer
     */
    KeyBytes unwrapTenantKey(TenantId tenant, Bytes wrapped);

    /**
     * @return what {@link #unwrapBackupKey} takes; fits into a slot of a key file
     * @throws StoreException UNAVAILABLE when the provider does not answer
     */
    Bytes wrapBackupKey(Id128 backup, KeyBytes backupKey);

    /**
     * @throws StoreException CORRUPT when it was not wrapped by these root keys for this backup;
     *     UNAVAILABLE when the provider does not answer
     */
    KeyBytes unwrapBackupKey(Id128 backup, Bytes wrapped);

    /**
     * @param publicKey of the pair, 32 bytes
     * @param seed the private key
     * @return what {@link #unwrapSigningKey} takes
     * @throws StoreException UNAVAILABLE when the provider does not answer
     */
    Bytes wrapSigningKey(Bytes publicKey, KeyBytes seed);

    /**
     * @throws StoreException CORRUPT when it was not wrapped by these root keys for this public
     *     key; UNAVAILABLE when the provider does not answer
     */
    KeyBytes unwrapSigningKey(Bytes publicKey, Bytes wrapped);
}
