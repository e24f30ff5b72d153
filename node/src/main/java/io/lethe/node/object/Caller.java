package io.lethe.node.object;

import io.lethe.node.model.TenantId;

/**
 * Who asks: known by an access key that a door has checked.
 *
 * @param operator may see the cluster; sees no tenant's data by it
 * @param address from where the request came, as digits; empty where nobody knows, or nobody sent
 *     it
 */
public record Caller(TenantId tenant, String accessKeyId, boolean operator, String address) {
    /** From nowhere. */
    public Caller(TenantId tenant, String accessKeyId, boolean operator) {
        this(tenant, accessKeyId, operator, "");
    }

    public Caller at(String from) {
        return new Caller(tenant, accessKeyId, operator, from);
    }
}
