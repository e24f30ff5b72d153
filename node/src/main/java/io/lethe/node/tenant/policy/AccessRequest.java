package io.lethe.node.tenant.policy;

import java.util.Locale;

/**
 * One thing that a caller wants to do to one resource.
 *
 * @param action as in {@code s3:GetObject}; case does not matter, and it is kept in lower case
 * @param resource ARN, as in {@code arn:aws:s3:::bucket/key}; {@code arn:aws:s3:::*} for
 *     ListAllMyBuckets
 * @param ownerAccount the account that the resource belongs to; the caller's own where there is no
 *     resource yet, as for ListAllMyBuckets
 */
public record AccessRequest(
        Caller caller,
        String action,
        String resource,
        String ownerAccount,
        RequestContext context) {
    public AccessRequest {
        action = action.toLowerCase(Locale.ROOT);
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
