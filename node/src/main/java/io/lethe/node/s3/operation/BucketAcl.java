package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.xml.CannedAcl;
import java.util.Optional;

/** GET and PUT of a bucket's {@code ?acl}: one of those with a name. */
final class BucketAcl {
    private BucketAcl() {}

    static void get(S3Call call) throws InterruptedException {
        Optional<Bytes> kept = BucketDocuments.look(call, BucketSetting.ACL);
        call.content(
                200,
                "application/xml",
                kept.isPresent() && call.access().hasAcls()
                        ? kept.get().toArray()
                        : Acls.document(call, CannedAcl.PRIVATE));
    }

    static void put(S3Call call) throws InterruptedException {
        CannedAcl wanted = Acls.put(call);
        if (!Acls.isOwners(wanted) && !call.access().hasAcls()) {
            throw S3Error.ACCESS_CONTROL_LIST_NOT_SUPPORTED.exception();
        }
        set(call, wanted);
        call.empty(200);
    }

    /** Whether an ACL gives others something, and so has a document. */
    static boolean isKept(CannedAcl wanted) {
        return Acls.isPublic(wanted) || wanted == CannedAcl.LOG_DELIVERY_WRITE;
    }

    /**
     * @throws io.lethe.node.s3.S3Exception AccessDenied for a public one where those are blocked
     */
    static void set(S3Call call, CannedAcl wanted) throws InterruptedException {
        boolean open = Acls.isPublic(wanted);
        if (open) {
            Acls.checkPublic(call);
        }
        boolean kept = isKept(wanted);
        if (kept || BucketDocuments.look(call, BucketSetting.ACL).isPresent()) {
            BucketDocuments.set(
                    call,
                    BucketSetting.ACL,
                    kept ? Bytes.wrap(Acls.document(call, wanted)) : Bytes.EMPTY);
        }
    }
}
