package io.lethe.node.tenant.policy;

import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What bucket policies may name: S3's actions by the resource that they need, and S3's own
 * condition keys. From the service authorization reference of Amazon S3. A name that is not here is
 * refused in a bucket policy, as S3 does: a mistyped one would never match.
 */
final class S3Names {
    static final String ARN_PREFIX = "arn:aws:s3:::";
    static final String SERVICE = "s3:";

    private static final Set<String> OBJECT_ACTIONS =
            actions(
                    """
                    AbortMultipartUpload BypassGovernanceRetention DeleteObject \
                    DeleteObjectTagging DeleteObjectVersion DeleteObjectVersionTagging GetObject \
                    GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention \
                    GetObjectTagging GetObjectTorrent GetObjectVersion GetObjectVersionAcl \
                    GetObjectVersionAttributes GetObjectVersionForReplication \
                    GetObjectVersionTagging GetObjectVersionTorrent InitiateReplication \
                    ListMultipartUploadParts ObjectOwnerOverrideToBucketOwner PutObject \
                    PutObjectAcl PutObjectLegalHold PutObjectRetention PutObjectTagging \
                    PutObjectVersionAcl PutObjectVersionTagging ReplicateDelete ReplicateObject \
                    ReplicateTags RestoreObject\
                    """);

    private static final Set<String> BUCKET_ACTIONS =
            actions(
                    """
                    CreateBucket DeleteBucket DeleteBucketPolicy DeleteBucketWebsite \
                    GetAccelerateConfiguration GetAnalyticsConfiguration GetBucketAcl \
                    GetBucketCORS GetBucketLocation GetBucketLogging GetBucketNotification \
                    GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy \
                    GetBucketPolicyStatus GetBucketPublicAccessBlock GetBucketRequestPayment \
                    GetBucketTagging GetBucketVersioning GetBucketWebsite \
                    GetEncryptionConfiguration GetIntelligentTieringConfiguration \
                    GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration \
                    GetReplicationConfiguration ListBucket ListBucketMultipartUploads \
                    ListBucketVersions PutAccelerateConfiguration PutAnalyticsConfiguration \
                    PutBucketAcl PutBucketCORS PutBucketLogging PutBucketNotification \
                    PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy \
                    PutBucketPublicAccessBlock PutBucketRequestPayment PutBucketTagging \
                    PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration \
                    PutIntelligentTieringConfiguration PutInventoryConfiguration \
                    PutLifecycleConfiguration PutMetricsConfiguration \
                    PutReplicationConfiguration\
                    """);

    /** A name that ends with a slash stands for all that begin with it. */
    private static final Set<String> KEYS =
            words(
                    """
                    AccessPointNetworkOrigin BucketTag/ DataAccessPointAccount \
                    DataAccessPointArn ExistingObjectTag/ InventoryAccessibleOptionalFields \
                    LocationConstraint ObjectCreationOperation RequestObjectTag/ \
                    RequestObjectTagKeys ResourceAccount TlsVersion VersionId authType delimiter \
                    destinationRegion if-match if-none-match isReplicationPauseRequest max-keys \
                    object-lock-legal-hold object-lock-mode \
                    object-lock-remaining-retention-days object-lock-retain-until-date prefix \
                    signatureAge signatureversion x-amz-acl x-amz-content-sha256 \
                    x-amz-copy-source x-amz-grant-full-control x-amz-grant-read \
                    x-amz-grant-read-acp x-amz-grant-write x-amz-grant-write-acp \
                    x-amz-metadata-directive x-amz-object-ownership \
                    x-amz-server-side-encryption x-amz-server-side-encryption-aws-kms-key-id \
                    x-amz-server-side-encryption-customer-algorithm x-amz-storage-class \
                    x-amz-website-redirect-location\
                    """);

    private S3Names() {}

    private static Set<String> words(String text) {
        return Stream.of(text.split(" +"))
                .map(word -> word.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Set<String> actions(String text) {
        return words(text).stream().map(SERVICE::concat).collect(Collectors.toUnmodifiableSet());
    }

    /** Whether an action on buckets fulfils {@code pattern}; actions are in lower case. */
    static boolean anyBucketAction(Predicate<String> pattern) {
        return BUCKET_ACTIONS.stream().anyMatch(pattern);
    }

    /** Whether an action on objects fulfils {@code pattern}; actions are in lower case. */
    static boolean anyObjectAction(Predicate<String> pattern) {
        return OBJECT_ACTIONS.stream().anyMatch(pattern);
    }

    /**
     * @param name behind {@code s3:}, in lower case
     */
    static boolean isKey(String name) {
        int slash = name.indexOf('/');
        return KEYS.contains(slash < 0 ? name : name.substring(0, slash + 1))
                && slash != name.length() - 1;
    }
}
