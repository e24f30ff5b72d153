package io.lethe.node.s3.access;

import io.lethe.node.s3.xml.AccessControlPolicy;
import io.lethe.node.s3.xml.AccessControlPolicy.Grant;
import io.lethe.node.s3.xml.AccessControlPolicy.Grantee;
import io.lethe.node.s3.xml.AccessControlPolicy.Permission;
import io.lethe.node.s3.xml.CannedAcl;
import io.lethe.node.tenant.policy.AccessRequest;
import io.lethe.node.tenant.policy.MalformedPolicyException;
import io.lethe.node.tenant.policy.Policy;
import io.lethe.node.tenant.policy.PolicyParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the ACL of a bucket or an object grants, as a policy; from AWS's table of permissions and
 * actions. Only canned ACLs are kept, so the grantees are the owner, who may do everything anyway,
 * and groups.
 *
 * @param isPublic whether it grants anything to everybody, or to everybody with an account
 */
record AclGrants(boolean isPublic, Policy policy) {
    /** Actions by permission; of a bucket's ACL on the bucket, and on keys. */
    private static final Map<Permission, List<String>> ON_BUCKET =
            Map.of(
                    Permission.READ,
                    List.of(
                            "s3:ListBucket",
                            "s3:ListBucketVersions",
                            "s3:ListBucketMultipartUploads"),
                    Permission.READ_ACP,
                    List.of("s3:GetBucketAcl"));

    private static final Map<Permission, List<String>> ON_KEYS =
            Map.of(
                    Permission.WRITE,
                    List.of(
                            "s3:PutObject",
                            "s3:AbortMultipartUpload",
                            "s3:ListMultipartUploadParts"));

    /** Actions by permission of an object's ACL. */
    private static final Map<Permission, List<String>> ON_OBJECT =
            Map.of(
                    Permission.READ,
                    List.of("s3:GetObject", "s3:GetObjectVersion"),
                    Permission.READ_ACP,
                    List.of("s3:GetObjectAcl", "s3:GetObjectVersionAcl"));

    /** Of a bucket's. */
    static AclGrants of(byte[] document, String bucket) {
        return of(AccessControlPolicy.parse(document), bucket, ON_BUCKET, ON_KEYS);
    }

    /**
     * Of an object's.
     *
     * @param bucket that it is in; who the owner is does not matter
     */
    static AclGrants of(CannedAcl acl, String bucket) {
        return of(AccessControlPolicy.of(acl, "", ""), bucket, Map.of(), ON_OBJECT);
    }

    /** Whether an object's ACL may grant an action. */
    static boolean mayGrant(String action) {
        return ON_OBJECT.values().stream().anyMatch(actions -> actions.contains(action));
    }

    private static AclGrants of(
            AccessControlPolicy acl,
            String bucket,
            Map<Permission, List<String>> onBucket,
            Map<Permission, List<String>> onKeys) {
        List<String> statements = new ArrayList<>();
        boolean everybody = false;
        for (Grant grant : acl.grants()) {
            if (grant.grantee() instanceof Grantee.Group(String uri)) {
                String arn = AccessRequest.bucketArn(bucket);
                add(statements, uri, onBucket.get(grant.permission()), arn);
                add(statements, uri, onKeys.get(grant.permission()), arn + "/*");
                everybody |= !uri.equals(AccessControlPolicy.LOG_DELIVERY);
            }
        }
        String json =
                "{\"Version\":\"2012-10-17\",\"Id\":\"acl\",\"Statement\":["
                        + String.join(",", statements)
                        + "]}";
        try {
            return new AclGrants(
                    everybody, PolicyParser.bucket(json.getBytes(StandardCharsets.UTF_8), bucket));
        } catch (MalformedPolicyException e) {
            throw new IllegalStateException("an ACL makes no policy: " + json, e);
        }
    }

    private static void add(
            List<String> to,
            String group,
            @org.jspecify.annotations.Nullable List<String> actions,
            String resource) {
        if (actions == null) {
            return;
        }
        String who =
                switch (group) {
                    case AccessControlPolicy.LOG_DELIVERY ->
                            "\"Principal\":{\"Service\":\"logging.s3.amazonaws.com\"}";
                    case AccessControlPolicy.AUTHENTICATED_USERS ->
                            "\"Principal\":\"*\",\"Condition\":{\"StringNotEquals\":"
                                    + "{\"aws:PrincipalType\":\"Anonymous\"}}";
                    default -> "\"Principal\":\"*\"";
                };
        to.add(
                "{\"Effect\":\"Allow\","
                        + who
                        + ",\"Action\":[\""
                        + String.join("\",\"", actions)
                        + "\"],\"Resource\":\""
                        + resource
                        + "\"}");
    }
}
