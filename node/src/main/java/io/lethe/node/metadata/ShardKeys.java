package io.lethe.node.metadata;

import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.TenantId;

/** Makes shard keys. Implemented over {@code crypto} and the directory. Safe for any thread. */
public interface ShardKeys {
    /**
     * A new shard under a random id, with a random key wrapped by the tenant's key; may block.
     *
     * @throws io.lethe.node.model.StoreException when the tenant's key can't be had
     */
    ShardGrant create(TenantId tenant) throws InterruptedException;
}
