package io.lethe.node.s3;

import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.UserRecord;
import io.lethe.node.object.Asker;
import java.util.Optional;

/** Looks up tenants and their users. Safe for any task; may wait for the directory. */
public interface S3Tenants {
    /**
     * By alias or account number. Asks again with a read-index round before saying that there is
     * none.
     */
    Optional<TenantId> named(String name) throws InterruptedException;

    /** The alias of a tenant, which names its buckets to others; empty where it is not known. */
    Optional<String> alias(TenantId tenant);

    Optional<UserRecord> user(TenantId tenant, Id128 user);

    /**
     * @throws io.lethe.node.model.StoreException ACCESS_DENIED where who asks is suspended
     */
    void checkServed(Asker asker);
}
