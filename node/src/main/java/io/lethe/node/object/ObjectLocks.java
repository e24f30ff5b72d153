package io.lethe.node.object;

import io.lethe.node.metadata.command.NewProtection;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Protection;
import io.lethe.node.model.StoreException;
import org.jspecify.annotations.Nullable;

/** What a bucket's Object Lock means for a request. Static and pure. */
final class ObjectLocks {
    private ObjectLocks() {}

    /**
     * @throws StoreException INVALID_REQUEST where the bucket has no Object Lock
     */
    static void check(BucketRecord bucket) {
        if (bucket.lock() == null) {
            throw new StoreException(
                    ErrorCode.INVALID_REQUEST, "Bucket is missing Object Lock Configuration");
        }
    }

    /** What a new version gets where its writer asks for no retention; null: nothing. */
    static @Nullable BucketLock byDefault(BucketRecord bucket) {
        BucketLock lock = bucket.lock();
        return lock == null || lock.mode() == BucketLock.Mode.NONE ? null : lock;
    }

    static NewProtection of(BucketRecord bucket, Protection asked) {
        if (!asked.isNone()) {
            check(bucket);
        }
        return new NewProtection(asked, byDefault(bucket));
    }
}
