package io.lethe.node.s3;

import io.lethe.node.metadata.Directory;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import io.lethe.node.object.Asker;
import io.lethe.node.object.Caller;
import io.lethe.node.object.Standing;
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

    @Override
    public void checkServed(Asker asker) {
        if (asker instanceof Asker.User(TenantId own, Id128 _)) {
            Standing.check(directory, new Caller(own, "", false, "", asker));
        }
    }
}
