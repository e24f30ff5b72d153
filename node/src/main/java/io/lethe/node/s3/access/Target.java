package io.lethe.node.s3.access;

import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.TenantId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request is about, once it is known whose it is.
 *
 * @param owner empty where the name leads to nobody's bucket
 * @param bucket its own name, without the tenant's; empty for the service
 * @param named as the request has it
 * @param record null where there is none, or none yet
 */
public record Target(
        Optional<TenantId> owner, String bucket, String named, @Nullable BucketRecord record) {
    static Target nobodys(String named) {
        return new Target(Optional.empty(), named, named, null);
    }

    static Target of(TenantId owner, String bucket, String named, @Nullable BucketRecord record) {
        return new Target(Optional.of(owner), bucket, named, record);
    }

    /** What an ARN is made of: a bucket's name, or a star for the service. */
    String resource(String key) {
        return (bucket.isEmpty() ? "*" : bucket) + (key.isEmpty() ? "" : "/" + key);
    }

    /** As {@link #resource}, with the tenant's name before a bucket of another's. */
    String resourceAsNamed(String key) {
        return (named.isEmpty() ? "*" : named) + (key.isEmpty() ? "" : "/" + key);
    }
}
