package io.lethe.node.s3;

import io.lethe.node.metadata.Directory;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import java.util.Optional;

/** Tenants as a copy of the directory has them, which is never behind in tests. */
public record CopiedTenants(Directory directory) implements S3Tenants {
    @Override
    public Optional<TenantId> named(String name) {
        return directory.tenantNamed(name);
    }

    @Override
    public Optional<String> alias(TenantId tenant) {
        return directory.tenant(tenant).map(TenantRecord::alias);
    }

    @Override
    public Optional<UserRecord> user(TenantId tenant, Id128 user) {
        return directory.user(tenant, user);
    }
}
