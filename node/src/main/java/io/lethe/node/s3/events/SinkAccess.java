package io.lethe.node.s3.events;

import io.lethe.node.model.TenantId;

/** Who may use which sinks. Safe for any thread. */
public interface SinkAccess {
    /**
     * Whether a tenant's buckets may name a sink, and its events go there.
     *
     * @param sink a name; of one that is there or not
     */
    boolean mayUse(String sink, TenantId owner);
}
