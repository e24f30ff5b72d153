package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;

/** Makes shard keys. Implemented over {@code crypto} and the directory. Safe for any thread. */
public interface ShardKeys {
    /**
     * A new shard under a random id, with a random key wrapped by the tenant's key; may block.
     *
     * @throws io.lethe.node.model.StoreException when the tenant's key can't be had
     */
    ShardGrant create(TenantId tenant) throws InterruptedException;

    /**
     * A version's data key, unwrapped and wrapped again under another shard.
     *
     * @throws io.lethe.node.model.StoreException UNAVAILABLE when the tenant's key can't be had;
     *     CORRUPT when the first shard does not open it
     */
    Bytes rewrap(ShardGrant from, Bytes wrapped, ShardGrant to, WriteId write)
            throws InterruptedException;

    /**
     * Whether both open, to the same data key; false where one does not open.
     *
     * @throws io.lethe.node.model.StoreException UNAVAILABLE when the tenant's key can't be had
     */
    boolean same(
            ShardGrant before, Bytes wrappedBefore, ShardGrant now, Bytes wrappedNow, WriteId write)
            throws InterruptedException;
}
