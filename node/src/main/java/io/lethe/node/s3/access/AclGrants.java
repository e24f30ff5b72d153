package io.lethe.node.s3.access;

import io.lethe.node.s3.xml.AccessControlPolicy;
import io.lethe.node.s3.xml.AccessControlPolicy.Grant;
import io.lethe.node.s3.xml.AccessControlPolicy.Grantee;
import io.lethe.node.s3.xml.AccessControlPolicy.Permission;
import io.lethe.node.tenant.policy.AccessRequest;
import io.lethe.node.tenant.policy.MalformedPolicyException;
import io.lethe.node.tenant.policy.Policy;
import io.lethe.node.tenant.policy.PolicyParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a bucket's ACL grants, as a policy; from AWS's table of permissions and actions. Only canned
 * ACLs are kept, so the grantees are the owner, who may do everything anyway, and groups.
 *
 * @param isPublic whether it grants anything to everybody, or to everybody with an account
 */
record AclGrants(boolean isPublic, Policy policy) {
    /** Actions by permission; on the bucket, and on keys. */
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

    static AclGrants of(byte[] document, String bucket) {
        List<String> statements = new ArrayList<>();
        boolean everybody = false;
        for (Grant grant : AccessControlPolicy.parse(document).grants()) {
            if (grant.grantee() instanceof Grantee.Group(String uri)) {
                String arn = AccessRequest.bucketArn(bucket);
                add(statements, uri, ON_BUCKET.get(grant.permission()), arn);
                add(statements, uri, ON_KEYS.get(grant.permission()), arn + "/*");
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
