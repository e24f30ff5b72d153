package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.Id128;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.Uploads;
import io.lethe.node.s3.HttpDates;
import io.lethe.node.s3.PercentCoding;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.lifecycle.Lifecycle;
import io.lethe.node.s3.xml.LifecycleConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** GET, PUT and DELETE of {@code ?lifecycle}, and what objects say of it. */
final class BucketLifecycle {
    private BucketLifecycle() {}

    static void get(S3Call call) throws InterruptedException {
        call.xml(
                200,
                BucketDocuments.find(
                        call, BucketSetting.LIFECYCLE, S3Error.NO_SUCH_LIFECYCLE_CONFIGURATION));
    }

    /** In the old form too, which differs in how a rule names its prefix. */
    static void put(S3Call call) throws InterruptedException {
        LifecycleConfiguration wanted = LifecycleConfiguration.parse(call.wholeBody(true));
        List<LifecycleConfiguration.Rule> rules = new ArrayList<>();
        for (LifecycleConfiguration.Rule rule : wanted.rules()) {
            if (!rule.transitions().isEmpty() || !rule.noncurrentTransitions().isEmpty()) {
                throw S3Error.NOT_IMPLEMENTED.because(
                        "Transitions between storage classes are not implemented.");
            }
            rules.add(named(call, rule));
        }
        BucketDocuments.set(
                call,
                BucketSetting.LIFECYCLE,
                Bytes.wrap(new LifecycleConfiguration(rules).write()));
        call.empty(200);
    }

    /** Rules have names, as S3 gives them: the header of an object that will end says which. */
    private static LifecycleConfiguration.Rule named(
            S3Call call, LifecycleConfiguration.Rule rule) {
        return new LifecycleConfiguration.Rule(
                rule.id().isEmpty() ? Id128.random(call.random()).toString() : rule.id(),
                rule.enabled(),
                rule.filter(),
                rule.expiration(),
                rule.noncurrentExpiration(),
                rule.abortUploadsAfterDays(),
                rule.transitions(),
                rule.noncurrentTransitions());
    }

    static void delete(S3Call call) throws InterruptedException {
        BucketDocuments.set(call, BucketSetting.LIFECYCLE, Bytes.EMPTY);
        call.empty(204);
    }

    /** Adds when an object will end, where a rule says so. */
    static void tell(S3Call call, ObjectInfo info) throws InterruptedException {
        if (!info.latest()) {
            return;
        }
        Map<String, String> tags = info.attributes().tags();
        rules(call)
                .flatMap(
                        rules ->
                                rules.end(info.key(), info.sizeBytes(), tags, info.createdMillis()))
                .ifPresent(
                        end ->
                                call.header(
                                        "x-amz-expiration",
                                        "expiry-date=\""
                                                + HttpDates.format(end.dueMillis())
                                                + "\", rule-id=\""
                                                + PercentCoding.encode(end.ruleId(), false)
                                                + '"'));
    }

    /** Adds when an upload will be given up, where a rule says so. */
    static void tellAbort(S3Call call, Uploads.UploadInfo upload) throws InterruptedException {
        rules(call)
                .flatMap(rules -> rules.abort(upload.key(), upload.createdMillis()))
                .ifPresent(
                        end ->
                                call.header("x-amz-abort-date", HttpDates.format(end.dueMillis()))
                                        .header(
                                                "x-amz-abort-rule-id",
                                                PercentCoding.encode(end.ruleId(), false)));
    }

    private static Optional<Lifecycle> rules(S3Call call) throws InterruptedException {
        return ObjectHeaders.bucket(call)
                .flatMap(
                        bucket ->
                                call.ports()
                                        .bucketSettings()
                                        .of(bucket, BucketSetting.LIFECYCLE, Lifecycle::parse));
    }
}
