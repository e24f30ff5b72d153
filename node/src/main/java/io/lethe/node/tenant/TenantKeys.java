package io.lethe.node.tenant;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;

/** Key material of tenants, which nobody else sees. Safe for any task; may wait for a provider. */
public interface TenantKeys {
    /**
     * A new tenant's key, wrapped by the root key.
     *
     * @throws StoreException UNAVAILABLE when the root-key provider does not answer
     */
    Bytes freshTenantKey(TenantId tenant);

    /** A secret under its tenant's key. */
    Bytes seal(TenantId tenant, String accessKeyId, String secret);

    /** The secret of an access key. */
    String open(AccessKeyRecord key);
}
