package io.lethe.node.s3.logging;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.ByteBody;
import io.lethe.node.object.Caller;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.Objects;
import io.lethe.node.object.PutRequest;
import java.time.Duration;
import java.util.Map;

/** Writes this node's access logs into the buckets that want them. One task. */
public final class LogWriter implements Worker {
    /** A log object is written at this length, however young it is. */
    private static final int LONG_BYTES = 1024 * 1024;

    private static final Duration WRITE_WITHIN = Duration.ofSeconds(30);

    /** What it stands on. */
    public record Ports(
            Tasks tasks,
            RandomSource random,
            Directory directory,
            Objects objects,
            Metrics metrics,
            String region) {}

    private final Ports ports;
    private final AccessLog log;
    private final long everyNanos;

    /**
     * @param every how old lines grow before they are written
     */
    public LogWriter(Ports ports, AccessLog log, Duration every) {
        this.ports = ports;
        this.log = log;
        everyNanos = every.toNanos();
        ports.metrics()
                .counter("lethe_access_log_objects", "Objects of access logs written.")
                .watch(log.written::sum);
        ports.metrics()
                .counter(
                        "lethe_access_log_dropped",
                        "Lines, or objects, of access logs that were dropped.")
                .watch(log.dropped::sum);
    }

    @Override
    public String name() {
        return "access-logs";
    }

    @Override
    public Step step() throws InterruptedException {
        int written = 0;
        String failure = "";
        long before = ports.tasks().clock().nanos() - everyNanos;
        for (AccessLog.Gathered one : log.due(before, LONG_BYTES)) {
            try {
                write(one);
                written++;
            } catch (StoreException e) {
                if (e.code().category() == ErrorCode.Category.CALLER) {
                    // The target is gone, or takes nothing: S3 drops such logs too.
                    log.dropped.increment();
                } else {
                    log.again(one);
                    failure = String.valueOf(e.getMessage());
                }
            }
        }
        if (!failure.isEmpty()) {
            return new Step.Failed(failure);
        }
        String progress = log.waitingBytes() + " bytes wait";
        return written > 0 ? new Step.Worked(progress) : new Step.Idle(progress);
    }

    private void write(AccessLog.Gathered one) throws InterruptedException {
        BucketRecord source = ports.directory().bucket(one.source).orElse(null);
        if (source == null) {
            log.dropped.increment();
            return;
        }
        ObjectInfo _ =
                ports.objects()
                        .put(
                                new Caller(source.tenant(), "access-log", false),
                                new PutRequest(
                                        new WriteId(Id128.random(ports.random())),
                                        one.target.bucket(),
                                        key(source, one),
                                        "",
                                        new Attributes("text/plain", Map.of(), Map.of()),
                                        new Condition.Always(),
                                        null,
                                        null),
                                new ByteBody(AccessLog.bytes(one)),
                                ports.tasks().clock().nanos() + WRITE_WITHIN.toNanos());
        log.written.increment();
    }

    private String key(BucketRecord source, AccessLog.Gathered one) {
        return LogKeys.next(
                one.target,
                new LogKeys.Source(source.tenant(), source.name(), ports.region()),
                one.sinceMillis,
                ports.tasks().clock().wallMillis(),
                ports.random());
    }
}
