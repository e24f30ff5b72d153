package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.Id128;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.events.Trial;
import io.lethe.node.s3.xml.NotificationConfiguration;
import io.lethe.node.s3.xml.NotificationConfiguration.Target;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** GET and PUT of {@code ?notification}. */
final class BucketNotification {
    /** The same for one that is not there and for one that serves other accounts. */
    private static final String UNKNOWN = "There is no such destination for this account";

    private static final Logger log = LoggerFactory.getLogger(BucketNotification.class);

    private BucketNotification() {}

    static void get(S3Call call) throws InterruptedException {
        call.xml(
                200,
                BucketDocuments.look(call, BucketSetting.NOTIFICATION)
                        .orElseGet(
                                () -> Bytes.wrap(XmlWriter.s3("NotificationConfiguration").end())));
    }

    /**
     * Every sink that is named must be there for the bucket's owner, and takes a test message, as
     * S3 demands of its own unless {@code x-amz-skip-destination-validation} is true; an empty
     * configuration tells nobody any more. Why a sink takes none is the operator's to know.
     *
     * @throws S3Exception SlowDown while another request tries one of them
     */
    static void put(S3Call call) throws InterruptedException {
        NotificationConfiguration wanted = NotificationConfiguration.parse(call.wholeBody(true));
        if (wanted.eventBridge()) {
            throw S3Error.NOT_IMPLEMENTED.because("There is no EventBridge.");
        }
        Set<String> sinks = new TreeSet<>();
        List<Target> targets = new ArrayList<>();
        for (Target target : wanted.targets()) {
            for (String event : target.events()) {
                if (!NotificationConfiguration.happens(event)) {
                    throw S3Error.NOT_IMPLEMENTED.because("Nobody is told of " + event + '.');
                }
            }
            sinks.add(
                    call.ports()
                            .notifications()
                            .named(target.arn(), call.access().owner())
                            .orElseThrow(() -> invalid(target.arn(), UNKNOWN)));
            targets.add(named(call, target));
        }
        boolean tried =
                call.request()
                        .header("x-amz-skip-destination-validation")
                        .filter("true"::equalsIgnoreCase)
                        .isEmpty();
        if (tried) {
            tryAll(call, sinks);
        }
        Bytes document =
                targets.isEmpty()
                        ? Bytes.EMPTY
                        : Bytes.wrap(new NotificationConfiguration(targets, false).write());
        BucketDocuments.set(call, BucketSetting.NOTIFICATION, document);
        call.empty(200);
    }

    private static void tryAll(S3Call call, Set<String> sinks) throws InterruptedException {
        Tasks tasks = call.ports().tasks();
        long deadlineNanos =
                Math.min(call.deadlineNanos(), tasks.clock().nanos() + Trial.WITHIN.toNanos());
        for (String sink : sinks) {
            Optional<String> failure =
                    Trial.begin(
                                    tasks,
                                    call.ports().notifications().sinks(),
                                    sink,
                                    call.bucket(),
                                    call.requestId())
                            .orElseThrow(
                                    () ->
                                            S3Error.SLOW_DOWN.because(
                                                    "Another request tries the destination now;"
                                                            + " try again in a second."))
                            .failure(deadlineNanos);
            if (failure.isPresent()) {
                log.warn("sink {} takes no test message: {}", sink, failure.get());
                throw invalid(sink, "It did not take a test message");
            }
        }
    }

    private static S3Exception invalid(String name, String why) {
        return S3Error.INVALID_ARGUMENT
                .because("Unable to validate the following destination configurations")
                .with("ArgumentName1", name)
                .with("ArgumentValue1", why);
    }

    private static Target named(S3Call call, Target target) {
        return new Target(
                target.kind(),
                target.id().isEmpty() ? Id128.random(call.random()).toString() : target.id(),
                target.arn(),
                target.events(),
                target.prefix(),
                target.suffix());
    }
}
