package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.xml.OwnershipControls;
import io.lethe.node.s3.xml.OwnershipControls.Ownership;

/**
 * PUT and DELETE of {@code ?ownershipControls}: whether a bucket has ACLs. Objects are their
 * bucket's owner's always, so another account's writer must say {@code bucket-owner-full-control}
 * where they are not so by the bucket's setting.
 */
final class BucketOwnership {
    private BucketOwnership() {}

    static void put(S3Call call) throws InterruptedException {
        OwnershipControls wanted = OwnershipControls.parse(call.wholeBody(true));
        set(call, wanted.ownership());
        call.empty(200);
    }

    static void delete(S3Call call) throws InterruptedException {
        checkWithoutAcl(call);
        BucketDocuments.set(call, BucketSetting.OWNERSHIP_CONTROLS, Bytes.EMPTY);
        call.empty(204);
    }

    static void set(S3Call call, Ownership ownership) throws InterruptedException {
        if (ownership == Ownership.BUCKET_OWNER_ENFORCED) {
            checkWithoutAcl(call);
        }
        BucketDocuments.set(
                call,
                BucketSetting.OWNERSHIP_CONTROLS,
                Bytes.wrap(new OwnershipControls(ownership).write()));
    }

    /** An ACL must not come to life again when the setting is changed once more. */
    private static void checkWithoutAcl(S3Call call) throws InterruptedException {
        if (BucketDocuments.look(call, BucketSetting.ACL).isPresent()) {
            throw S3Error.INVALID_BUCKET_ACL_WITH_OBJECT_OWNERSHIP.exception();
        }
    }
}
