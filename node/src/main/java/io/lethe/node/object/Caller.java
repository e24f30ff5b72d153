package io.lethe.node.object;

import io.lethe.node.model.TenantId;

/**
 * Who asks: known by an access key that a door has checked.
 *
 * @param operator may see the cluster; sees no tenant's data by it
 */
public record Caller(TenantId tenant, String accessKeyId, boolean operator) {}
