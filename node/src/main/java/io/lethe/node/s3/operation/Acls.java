package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.Set;

/** Canned ACLs: everything is its owner's, as in buckets whose owner is enforced. */
final class Acls {
    private static final Set<String> OWNERS =
            Set.of("private", "bucket-owner-full-control", "bucket-owner-read");

    private Acls() {}

    /**
     * @throws io.lethe.node.s3.S3Exception AccessControlListNotSupported for any other than the
     *     owner's
     */
    static void check(S3Call call) {
        boolean grants =
                call.request().headerNames().stream()
                        .anyMatch(name -> name.startsWith("x-amz-grant-"));
        String canned = call.request().header("x-amz-acl").orElse("private");
        if (grants || !OWNERS.contains(canned)) {
            throw S3Error.ACCESS_CONTROL_LIST_NOT_SUPPORTED.exception();
        }
    }

    /** PUT: the owner's own access is what there is already. */
    static void put(S3Call call) throws InterruptedException {
        check(call);
        byte[] body = call.wholeBody(false);
        if (body.length > 0) {
            throw S3Error.ACCESS_CONTROL_LIST_NOT_SUPPORTED.exception();
        }
        call.empty(200);
    }

    /** What GET answers: the owner may do everything. */
    static XmlWriter owners(S3Call call) {
        XmlWriter out = XmlWriter.s3("AccessControlPolicy");
        Owners.write(out, "Owner", call);
        String id = call.caller().tenant().id().toString();
        return out.open("AccessControlList")
                .open("Grant")
                .openTyped("Grantee", "CanonicalUser")
                .text("ID", id)
                .text("DisplayName", id)
                .close()
                .text("Permission", "FULL_CONTROL")
                .close()
                .close();
    }
}
