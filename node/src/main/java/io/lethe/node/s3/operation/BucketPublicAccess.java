package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.xml.PublicAccessBlock;
import java.util.Optional;

/**
 * GET, PUT and DELETE of {@code ?publicAccessBlock}. A bucket blocks all ways to public access
 * until its owner says otherwise, so nothing has to be kept for a new one; that a block was taken
 * off is what is kept.
 */
final class BucketPublicAccess {
    private static final Bytes TAKEN_OFF = Bytes.wrap(PublicAccessBlock.takenOff());

    private BucketPublicAccess() {}

    static void get(S3Call call) throws InterruptedException {
        Optional<Bytes> kept = BucketDocuments.look(call, BucketSetting.PUBLIC_ACCESS_BLOCK);
        if (kept.filter(TAKEN_OFF::equals).isPresent()) {
            throw S3Error.NO_SUCH_PUBLIC_ACCESS_BLOCK_CONFIGURATION
                    .exception()
                    .with("BucketName", call.bucket());
        }
        call.xml(200, kept.orElseGet(() -> Bytes.wrap(PublicAccessBlock.ALL.write())));
    }

    static void put(S3Call call) throws InterruptedException {
        PublicAccessBlock wanted = PublicAccessBlock.parse(call.wholeBody(true));
        BucketDocuments.set(call, BucketSetting.PUBLIC_ACCESS_BLOCK, Bytes.wrap(wanted.write()));
        call.empty(200);
    }

    static void delete(S3Call call) throws InterruptedException {
        BucketDocuments.set(call, BucketSetting.PUBLIC_ACCESS_BLOCK, TAKEN_OFF);
        call.empty(204);
    }
}
