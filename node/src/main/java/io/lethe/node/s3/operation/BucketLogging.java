package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.logging.LogKeys;
import io.lethe.node.s3.xml.BucketLoggingStatus;
import io.lethe.node.s3.xml.XmlWriter;

/** GET and PUT of {@code ?logging}. */
final class BucketLogging {
    private BucketLogging() {}

    static void get(S3Call call) throws InterruptedException {
        call.xml(
                200,
                BucketDocuments.look(call, BucketSetting.LOGGING)
                        .orElseGet(() -> Bytes.wrap(XmlWriter.s3("BucketLoggingStatus").end())));
    }

    /** One as logs will have: policies speak of whole keys, not of what begins them. */
    private static String key(S3Call call, BucketLoggingStatus.Target target) {
        long nowMillis = call.ports().tasks().clock().wallMillis();
        return LogKeys.next(
                target,
                new LogKeys.Source(
                        call.access().owner(), call.bucket(), call.ports().settings().region()),
                nowMillis,
                nowMillis,
                call.random());
    }

    /** The target is a bucket of the same owner; grants of its objects to others are refused. */
    static void put(S3Call call) throws InterruptedException {
        BucketLoggingStatus wanted = BucketLoggingStatus.parse(call.wholeBody(true));
        if (wanted.target().isPresent()) {
            BucketLoggingStatus.Target target = wanted.target().get();
            if (!target.grants().isEmpty()) {
                throw S3Error.NOT_IMPLEMENTED.because("Log objects are their bucket's owner's.");
            }
            // The log is written on the owner's behalf: whoever asks for it must be able to.
            if (!call.access().allowsIn(target.bucket(), "s3:PutObject", key(call, target))) {
                throw S3Error.INVALID_TARGET_BUCKET_FOR_LOGGING.because(
                        "The target bucket for logging does not exist, or is not yours to write");
            }
        }
        BucketDocuments.set(
                call,
                BucketSetting.LOGGING,
                wanted.target().isPresent() ? Bytes.wrap(wanted.write()) : Bytes.EMPTY);
        call.empty(200);
    }
}
