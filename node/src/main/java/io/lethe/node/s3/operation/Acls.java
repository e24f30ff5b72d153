package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.xml.AccessControlPolicy;
import io.lethe.node.s3.xml.CannedAcl;

/**
 * ACLs that have a name. Objects have none of their own: everything in a bucket is its owner's, and
 * who else reads it is said by the bucket's policy.
 */
final class Acls {
    private Acls() {}

    /** Whether an ACL gives nobody but the owner anything. */
    static boolean isOwners(CannedAcl canned) {
        return canned == CannedAcl.PRIVATE || canned == CannedAcl.BUCKET_OWNER_FULL_CONTROL;
    }

    /** Whether an ACL gives anything to everybody, or to everybody with an account. */
    static boolean isPublic(CannedAcl canned) {
        return switch (canned) {
            case PUBLIC_READ, PUBLIC_READ_WRITE, AUTHENTICATED_READ -> true;
            default -> false;
        };
    }

    /**
     * The ACL of the request's headers, or of its body.
     *
     * @param body empty where the headers say it
     * @throws io.lethe.node.s3.S3Exception InvalidArgument, MalformedACLError; NotImplemented for
     *     grants that no canned ACL has
     */
    static CannedAcl wanted(S3Call call, byte[] body) {
        if (call.request().headerNames().stream()
                .anyMatch(name -> name.startsWith("x-amz-grant-"))) {
            throw notCanned();
        }
        if (body.length > 0) {
            String owner = call.access().owner().canonical();
            AccessControlPolicy policy = AccessControlPolicy.parse(body);
            if (!policy.ownerId().equals(owner)) {
                throw S3Error.ACCESS_DENIED.exception();
            }
            return policy.canned(owner).orElseThrow(Acls::notCanned);
        }
        String word = call.request().header("x-amz-acl").orElse(CannedAcl.PRIVATE.word());
        return CannedAcl.byWord(word)
                .filter(canned -> canned != CannedAcl.AWS_EXEC_READ)
                .orElseThrow(() -> Parameters.invalid("x-amz-acl", word, "Invalid Argument"));
    }

    private static RuntimeException notCanned() {
        return S3Error.NOT_IMPLEMENTED.because(
                "Only the grants of canned ACLs are supported; use a bucket policy.");
    }

    /**
     * What a request to store an object says of its ACL.
     *
     * @throws io.lethe.node.s3.S3Exception AccessControlListNotSupported where the bucket has no
     *     ACLs; NotImplemented where it has: an object's own is not kept. AccessDenied for
     *     another's object that would not be the bucket owner's
     */
    static void checkObject(S3Call call) {
        checkObject(call, wanted(call, new byte[0]));
    }

    private static void checkObject(S3Call call, CannedAcl wanted) {
        boolean acls = call.access().hasAcls();
        if (!isOwners(wanted)) {
            throw acls
                    ? S3Error.NOT_IMPLEMENTED.because(
                            "Objects have no ACLs of their own here: grant access by a bucket"
                                    + " policy.")
                    : S3Error.ACCESS_CONTROL_LIST_NOT_SUPPORTED.exception();
        }
        if (acls && !call.access().isOwners() && wanted != CannedAcl.BUCKET_OWNER_FULL_CONTROL) {
            throw S3Error.ACCESS_DENIED.because(
                    "Objects belong to the bucket's owner here: send x-amz-acl:"
                            + " bucket-owner-full-control.");
        }
    }

    /** PUT of an object's: the owner's own access is what there is already. */
    static void putObject(S3Call call) throws InterruptedException {
        checkObject(call, wanted(call, call.wholeBody(false)));
        call.empty(200);
    }

    /** What GET answers: the owner may do everything. */
    static byte[] owners(S3Call call) {
        String owner = call.access().owner().canonical();
        return AccessControlPolicy.of(CannedAcl.PRIVATE, owner, owner).write();
    }
}
