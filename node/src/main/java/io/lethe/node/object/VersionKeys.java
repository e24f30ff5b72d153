package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;

/**
 * Data keys of versions, and their wrapping under shard keys under tenant keys under the root key.
 */
public interface VersionKeys {
    /** A new data key. */
    KeyBytes fresh();

    /**
     * @throws StoreException UNAVAILABLE when the tenant key can't be had now
     */
    Bytes wrap(KeyBytes dataKey, ShardGrant shard, WriteId write);

    /**
     * @throws StoreException UNAVAILABLE as above; CORRUPT when it is not what {@link #wrap} gave
     */
    KeyBytes unwrap(Bytes wrapped, ShardGrant shard, WriteId write);

    /** Seals a version's attributes under its data key. */
    Bytes sealInfo(KeyBytes dataKey, WriteId write, byte[] info);

    /**
     * @throws StoreException CORRUPT when it is not what {@link #sealInfo} gave
     */
    byte[] openInfo(KeyBytes dataKey, WriteId write, Bytes sealed);
}
