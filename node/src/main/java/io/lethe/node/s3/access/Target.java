package io.lethe.node.s3.access;

import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.TenantId;
import io.lethe.node.tenant.policy.AccessRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request is about, once it is known whose it is.
 *
 * @param owner empty where the name leads to nobody's bucket
 * @param bucket its own name, without the tenant's; empty for the service
 * @param named as the request has it: the bucket's own name, with its tenant's before it if it is
 *     another's
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

    /** The ARN by the bucket's own name; with a star for the service. */
    String arn(String key) {
        return arn(bucket, key);
    }

    /** As {@link #arn}, with the tenant's name before a bucket of another's. */
    String arnAsNamed(String key) {
        return arn(named, key);
    }

    /** The ARNs by all names that have the tenant's before the bucket's. */
    List<String> qualifiedArns(Optional<String> alias, String key) {
        return qualifiedNames(alias).stream().map(name -> arn(name, key)).toList();
    }

    /** The names that others have for the bucket; none for what is no bucket of anybody's. */
    List<String> qualifiedNames(Optional<String> alias) {
        if (bucket.isEmpty() || owner.isEmpty()) {
            return List.of();
        }
        List<String> names = new ArrayList<>(2);
        names.add(BucketNaming.qualified(owner.get().account(), bucket));
        alias.ifPresent(tenant -> names.add(BucketNaming.qualified(tenant, bucket)));
        return names;
    }

    /** Another bucket of the same owner, as a caller who names this one so names it. */
    String sibling(String other) {
        return named.substring(0, named.length() - bucket.length()) + other;
    }

    private static String arn(String name, String key) {
        String resource = name.isEmpty() ? "*" : name;
        return key.isEmpty()
                ? AccessRequest.bucketArn(resource)
                : AccessRequest.objectArn(resource, key);
    }
}
