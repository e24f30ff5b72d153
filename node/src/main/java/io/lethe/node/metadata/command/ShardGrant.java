package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;

/**
 * A shard key on its way to a gateway: wrapped by the tenant key, as the partition's key file holds
 * it.
 *
 * @param tenantKeyVersion which version of the tenant key wraps it
 */
public record ShardGrant(
        ShardId shard, TenantId tenant, int tenantKeyVersion, Bytes wrappedShardKey) {}
