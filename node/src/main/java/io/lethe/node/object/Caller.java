package io.lethe.node.object;

import io.lethe.node.model.TenantId;

/**
 * On whose behalf a request runs.
 *
 * @param tenant whose the data is
 * @param accessKeyId known to be the asker's; empty where there is none
 * @param operator may see the cluster; sees no tenant's data by it
 * @param address from where the request came, as digits; empty where nobody knows, or nobody sent
 *     it
 */
public record Caller(
        TenantId tenant, String accessKeyId, boolean operator, String address, Asker asker) {
    /** The store itself, which does something for a tenant. */
    public Caller(TenantId tenant, String accessKeyId, boolean operator) {
        this(tenant, accessKeyId, operator, "", new Asker.Store());
    }

    public Caller at(String from) {
        return new Caller(tenant, accessKeyId, operator, from, asker);
    }
}
