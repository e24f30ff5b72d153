package io.lethe.node.tenant.policy;

import java.util.List;
import java.util.Locale;

/**
 * One thing that a caller wants to do to one resource.
 *
 * @param action as in {@code s3:GetObject}; case does not matter, and it is kept in lower case
 * @param resource ARN, as in {@code arn:aws:s3:::bucket/key}; {@code arn:aws:s3:::*} for
 *     ListAllMyBuckets
 * @param ownerAccount the account that the resource belongs to; the caller's own where there is no
 *     resource yet, as for ListAllMyBuckets
 * @param otherNames ARNs of the same resource by its other names. A statement that takes rights
 *     away does so by whatever name it knows the resource; one that gives them means the name by
 *     which it is asked for
 */
public record AccessRequest(
        Caller caller,
        String action,
        String resource,
        String ownerAccount,
        RequestContext context,
        List<String> otherNames) {
    public AccessRequest {
        action = action.toLowerCase(Locale.ROOT);
        otherNames = List.copyOf(otherNames);
    }

    /** Of a resource with one name. */
    public AccessRequest(
            Caller caller,
            String action,
            String resource,
            String ownerAccount,
            RequestContext context) {
        this(caller, action, resource, ownerAccount, context, List.of());
    }

    /** The ARN of a bucket. */
    public static String bucketArn(String bucket) {
        return S3Names.ARN_PREFIX + bucket;
    }

    /** The ARN of an object. */
    public static String objectArn(String bucket, String key) {
        return S3Names.ARN_PREFIX + bucket + "/" + key;
    }
}
