package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.xml.AccessControlPolicy;
import io.lethe.node.s3.xml.CannedAcl;

/**
 * ACLs that have a name. Everything in a bucket is its owner's, so an object's ACL says no more
 * than which groups read it: those that say nothing of groups are kept as none.
 */
final class Acls {
    private static final String ACL = "x-amz-acl";
    private static final String GRANTS = "x-amz-grant-";

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
     * The ACL that a request is about: its body, or a header.
     *
     * @throws io.lethe.node.s3.S3Exception as {@link #wanted}; MissingSecurityHeader for neither,
     *     UnexpectedContent for both
     */
    static CannedAcl put(S3Call call) throws InterruptedException {
        byte[] body = call.wholeBody(false);
        boolean header =
                call.request().headerNames().stream()
                        .anyMatch(name -> name.equals(ACL) || name.startsWith(GRANTS));
        if (header && body.length > 0) {
            throw S3Error.UNEXPECTED_CONTENT.exception();
        }
        if (!header && body.length == 0) {
            throw S3Error.MISSING_SECURITY_HEADER.exception().with("MissingHeaderName", ACL);
        }
        return wanted(call, body);
    }

    /**
     * The ACL of the request's headers, or of its body.
     *
     * @param body empty where the headers say it
     * @throws io.lethe.node.s3.S3Exception InvalidArgument, MalformedACLError; NotImplemented for
     *     grants that no canned ACL has
     */
    static CannedAcl wanted(S3Call call, byte[] body) {
        if (call.request().headerNames().stream().anyMatch(name -> name.startsWith(GRANTS))) {
            throw call.access().hasAcls()
                    ? notCanned()
                    : S3Error.ACCESS_CONTROL_LIST_NOT_SUPPORTED.exception();
        }
        if (body.length > 0) {
            String owner = call.access().owner().canonical();
            AccessControlPolicy policy = AccessControlPolicy.parse(body);
            if (!policy.ownerId().equals(owner)) {
                throw S3Error.ACCESS_DENIED.exception();
            }
            return policy.canned(owner).orElseThrow(Acls::notCanned);
        }
        String word = call.request().header(ACL).orElse(CannedAcl.PRIVATE.word());
        return CannedAcl.byWord(word)
                .filter(canned -> canned != CannedAcl.AWS_EXEC_READ)
                .orElseThrow(() -> Parameters.invalid(ACL, word, "Invalid Argument"));
    }

    private static RuntimeException notCanned() {
        return S3Error.NOT_IMPLEMENTED.because(
                "Only the grants of canned ACLs are supported; use a bucket policy.");
    }

    /**
     * What a request to store an object says of its ACL, as it is kept.
     *
     * @throws io.lethe.node.s3.S3Exception as {@link #kept}; AccessDenied for another's object that
     *     would not be the bucket owner's
     */
    static String ofNew(S3Call call) {
        CannedAcl wanted = wanted(call, new byte[0]);
        String kept = kept(call, wanted);
        if (call.access().hasAcls()
                && !call.access().isOwners()
                && wanted != CannedAcl.BUCKET_OWNER_FULL_CONTROL) {
            throw S3Error.ACCESS_DENIED.because(
                    "Objects belong to the bucket's owner here: send x-amz-acl:"
                            + " bucket-owner-full-control.");
        }
        return kept;
    }

    /**
     * What is kept of an object's ACL: a word for those that grant others something.
     *
     * @throws io.lethe.node.s3.S3Exception AccessControlListNotSupported where the bucket has no
     *     ACLs; InvalidArgument for one of buckets; AccessDenied where public ones are blocked
     */
    static String kept(S3Call call, CannedAcl wanted) {
        if (wanted == CannedAcl.LOG_DELIVERY_WRITE) {
            throw Parameters.invalid(ACL, wanted.word(), "Invalid Argument");
        }
        if (!isOwners(wanted) && !call.access().hasAcls()) {
            throw S3Error.ACCESS_CONTROL_LIST_NOT_SUPPORTED.exception();
        }
        if (!isPublic(wanted)) {
            return "";
        }
        checkPublic(call);
        return wanted.word();
    }

    /**
     * @throws io.lethe.node.s3.S3Exception AccessDenied where public ACLs are blocked
     */
    static void checkPublic(S3Call call) {
        if (call.access().block().blockPublicAcls()) {
            throw S3Error.ACCESS_DENIED.because(
                    "public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public"
                            + " Access");
        }
    }

    /** The document that says what an ACL grants; the owner may always do everything. */
    static byte[] document(S3Call call, CannedAcl acl) {
        String owner = call.access().owner().canonical();
        return AccessControlPolicy.of(acl, owner, owner).write();
    }
}
