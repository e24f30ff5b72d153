package io.lethe.node.s3.access;

import io.lethe.node.metadata.state.BucketNames;
import io.lethe.node.model.TenantNames;
import java.util.Optional;

/**
 * How a request names a bucket. Names are unique within a tenant only, so {@code TENANT--BUCKET}
 * says whose is meant: in a path, before a domain, and in {@code x-amz-copy-source}. A tenant is
 * named by its alias or its account number, neither of which has two hyphens in a row or one at the
 * end; so the first two hyphens end it. A name that is a bucket of the caller's own means that.
 * Static and pure.
 */
public final class BucketNaming {
    private static final String SEPARATOR = "--";

    private BucketNaming() {}

    /** A tenant's name and the bucket's. */
    record Qualified(String tenant, String bucket) {}

    /** Empty for a name without a tenant's. */
    static Optional<Qualified> split(String name) {
        int at = name.indexOf(SEPARATOR);
        if (at <= 0) {
            return Optional.empty();
        }
        String tenant = name.substring(0, at);
        String bucket = name.substring(at + SEPARATOR.length());
        return TenantNames.fault(tenant) == null && BucketNames.fault(bucket) == null
                ? Optional.of(new Qualified(tenant, bucket))
                : Optional.empty();
    }

    /** The bucket of a tenant as others name it. */
    static String qualified(String tenant, String bucket) {
        return tenant + SEPARATOR + bucket;
    }

    /** Whether some bucket could be meant. */
    public static boolean isPossible(String name) {
        return BucketNames.fault(name) == null || split(name).isPresent();
    }
}
