package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionCommand.LockChange;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.Protection;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.xml.LegalHold;
import io.lethe.node.s3.xml.ObjectLockConfiguration.Mode;
import io.lethe.node.s3.xml.Retention;
import java.util.Optional;

/** GET and PUT of a version's {@code ?retention} and {@code ?legal-hold}. */
final class ObjectRetention {
    private ObjectRetention() {}

    static void get(S3Call call) throws InterruptedException {
        Protection protection = protection(call);
        if (protection.mode() == BucketLock.Mode.NONE) {
            throw S3Error.NO_SUCH_OBJECT_LOCK_CONFIGURATION.exception();
        }
        Retention.Kept kept =
                new Retention.Kept(
                        Mode.valueOf(protection.mode().name()), protection.untilMillis());
        call.xml(200, Bytes.wrap(new Retention(Optional.of(kept)).write()));
    }

    static void put(S3Call call) throws InterruptedException {
        Retention wanted = Retention.parse(call.wholeBody(true));
        LockChange change =
                wanted.kept()
                        .map(ObjectRetention::change)
                        .orElse(new LockChange.Retain(BucketLock.Mode.NONE, 0));
        set(call, change);
    }

    private static LockChange change(Retention.Kept kept) {
        if (kept.untilMillis() <= 0 || kept.untilMillis() > Protection.MOST_UNTIL_MILLIS) {
            throw S3Error.MALFORMED_XML.exception();
        }
        return new LockChange.Retain(
                BucketLock.Mode.valueOf(kept.mode().name()), kept.untilMillis());
    }

    static void getHold(S3Call call) throws InterruptedException {
        call.xml(200, Bytes.wrap(new LegalHold(protection(call).hold()).write()));
    }

    static void putHold(S3Call call) throws InterruptedException {
        set(call, new LockChange.Hold(LegalHold.parse(call.wholeBody(true)).on()));
    }

    private static void set(S3Call call, LockChange change) throws InterruptedException {
        call.ports()
                .objects()
                .setLock(
                        call.caller(),
                        call.bucket(),
                        call.key(),
                        ObjectAnswers.wantedVersion(call),
                        change,
                        LockHeaders.bypass(call.request()),
                        call.deadlineNanos());
        call.empty(200);
    }

    /**
     * @throws io.lethe.node.s3.S3Exception InvalidRequest where the bucket has no Object Lock
     */
    private static Protection protection(S3Call call) throws InterruptedException {
        Protection protection = ObjectAnswers.head(call).protection();
        boolean locks =
                call.ports()
                                .buckets()
                                .look(call.caller(), call.bucket(), call.deadlineNanos())
                                .lock()
                        != null;
        if (!locks) {
            throw S3Error.INVALID_REQUEST.because("Bucket is missing Object Lock Configuration");
        }
        return protection;
    }
}
