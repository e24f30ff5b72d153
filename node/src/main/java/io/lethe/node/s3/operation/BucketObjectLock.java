package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.xml.ObjectLockConfiguration;
import io.lethe.node.s3.xml.ObjectLockConfiguration.DefaultRetention;
import io.lethe.node.s3.xml.ObjectLockConfiguration.Mode;
import java.util.Optional;

/** GET and PUT of a bucket's {@code ?object-lock}. */
final class BucketObjectLock {
    private BucketObjectLock() {}

    static void get(S3Call call) throws InterruptedException {
        BucketLock lock = bucket(call).lock();
        if (lock == null) {
            throw S3Error.OBJECT_LOCK_CONFIGURATION_NOT_FOUND_ERROR
                    .exception()
                    .with("BucketName", call.bucket());
        }
        Optional<DefaultRetention> retention =
                lock.mode() == BucketLock.Mode.NONE
                        ? Optional.empty()
                        : Optional.of(
                                new DefaultRetention(
                                        Mode.valueOf(lock.mode().name()),
                                        lock.days(),
                                        lock.years()));
        call.xml(200, Bytes.wrap(new ObjectLockConfiguration(retention).write()));
    }

    static void put(S3Call call) throws InterruptedException {
        ObjectLockConfiguration wanted = ObjectLockConfiguration.parse(call.wholeBody(true));
        call.ports()
                .buckets()
                .setLock(
                        call.caller(),
                        call.bucket(),
                        wanted.defaultRetention()
                                .map(
                                        kept ->
                                                new BucketLock(
                                                        BucketLock.Mode.valueOf(kept.mode().name()),
                                                        kept.days(),
                                                        kept.years()))
                                .orElse(BucketLock.WITHOUT_DEFAULT),
                        call.deadlineNanos());
        call.empty(200);
    }

    private static BucketRecord bucket(S3Call call) throws InterruptedException {
        return call.ports().buckets().get(call.caller(), call.bucket(), call.deadlineNanos());
    }
}
