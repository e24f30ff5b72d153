package io.lethe.node.s3.access;

import io.lethe.node.s3.S3Request;
import java.util.LinkedHashSet;
import java.util.Set;

/** The rights that headers ask for beside the operation's own. Static and pure. */
final class HeaderRights {
    private static final String ACL = "x-amz-acl";
    private static final String OWNERS = "bucket-owner-full-control";
    private static final String GRANTS = "x-amz-grant-";

    private HeaderRights() {}

    /**
     * @param asked the operation's own action: one that sets an ACL asks for no other right to
     */
    static Set<String> ofObject(S3Request request, String asked) {
        Set<String> actions = new LinkedHashSet<>();
        add(actions, request, "x-amz-tagging", "s3:PutObjectTagging");
        add(actions, request, "x-amz-object-lock-mode", "s3:PutObjectRetention");
        add(actions, request, "x-amz-object-lock-retain-until-date", "s3:PutObjectRetention");
        add(actions, request, "x-amz-object-lock-legal-hold", "s3:PutObjectLegalHold");
        if (!asked.equals("s3:PutObjectAcl") && hasAcl(request)) {
            actions.add("s3:PutObjectAcl");
        }
        if (bypassesGovernance(request)) {
            actions.add("s3:BypassGovernanceRetention");
        }
        return actions;
    }

    static Set<String> ofBucket(S3Request request) {
        Set<String> actions = new LinkedHashSet<>();
        add(actions, request, "x-amz-object-ownership", "s3:PutBucketOwnershipControls");
        if (hasAcl(request)) {
            actions.add("s3:PutBucketAcl");
        }
        if (isTrue(request, "x-amz-bucket-object-lock-enabled")) {
            actions.add("s3:PutBucketObjectLockConfiguration");
            actions.add("s3:PutBucketVersioning");
        }
        return actions;
    }

    static boolean bypassesGovernance(S3Request request) {
        return isTrue(request, "x-amz-bypass-governance-retention");
    }

    /** The bucket owner's full control is what an object has anyway. */
    private static boolean hasAcl(S3Request request) {
        return request.header(ACL).filter(acl -> !acl.equals(OWNERS)).isPresent()
                || request.headerNames().stream().anyMatch(name -> name.startsWith(GRANTS));
    }

    private static boolean isTrue(S3Request request, String header) {
        return request.header(header).filter("true"::equalsIgnoreCase).isPresent();
    }

    private static void add(Set<String> to, S3Request request, String header, String action) {
        if (!request.headerValues(header).isEmpty()) {
            to.add(action);
        }
    }
}
