package io.lethe.node.s3.logging;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.http.HttpExchange;
import io.lethe.node.http.RequestHead;
import io.lethe.node.metadata.Directory;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.TenantId;
import io.lethe.node.s3.BucketSettings;
import io.lethe.node.s3.PercentCoding;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.access.CallAccess;
import io.lethe.node.s3.xml.BucketLoggingStatus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what this node's clients asked of buckets that are logged, in memory, until {@link
 * LogWriter} writes it. At best effort, as S3's: what is in memory when the node dies is lost, and
 * so is what comes while too much waits. Safe for any thread.
 */
public final class AccessLog {
    /** Of all lines that wait. */
    static final long MOST_BYTES = 16L << 20;

    /** Of one tenant's: a bucket that takes no logs now must not take others' places. */
    static final long MOST_TENANT_BYTES = MOST_BYTES / 4;

    /** Sub-resources as S3's operations name them, where it is not the parameter in capitals. */
    private static final Map<String, String> RESOURCES =
            Map.of("uploadId", "PART", "uploads", "UPLOADS", "delete", "MULTI_OBJECT_DELETE");

    private static final List<String> NAMED =
            List.of(
                    "acl",
                    "cors",
                    "delete",
                    "encryption",
                    "inventory",
                    "lifecycle",
                    "location",
                    "logging",
                    "notification",
                    "object-lock",
                    "policy",
                    "retention",
                    "tagging",
                    "uploadId",
                    "uploads",
                    "versioning",
                    "versions",
                    "website");

    /** Lines of one bucket on their way to another. */
    static final class Gathered {
        final TenantId owner;
        final BucketId source;
        final BucketLoggingStatus.Target target;
        final long sinceNanos;
        final long sinceMillis;
        final StringBuilder lines = new StringBuilder();

        Gathered(
                TenantId owner,
                BucketId source,
                BucketLoggingStatus.Target target,
                long sinceNanos,
                long sinceMillis) {
            this.owner = owner;
            this.source = source;
            this.target = target;
            this.sinceNanos = sinceNanos;
            this.sinceMillis = sinceMillis;
        }
    }

    private final Directory directory;
    private final BucketSettings settings;
    private final Map<BucketId, Gathered> gathered = new HashMap<>();
    private final Map<TenantId, Long> waitingOf = new HashMap<>();
    private long waitingBytes;
    final LongAdder written = new LongAdder();
    final LongAdder dropped = new LongAdder();

    public AccessLog(Directory directory, BucketSettings settings) {
        this.directory = directory;
        this.settings = settings;
    }

    /** Reads a bucket's document, which was accepted once. */
    public static BucketLoggingStatus parse(Bytes document) {
        return BucketLoggingStatus.parse(document.toArray());
    }

    /** A request that is being served. One task. */
    public final class Running {
        private final HttpExchange exchange;
        private final Clock clock;
        private final long startNanos;
        private final long startMillis;
        private @Nullable S3Call call;
        private String error = "";

        private Running(HttpExchange exchange, Clock clock) {
            this.exchange = exchange;
            this.clock = clock;
            startNanos = clock.nanos();
            startMillis = clock.wallMillis();
        }

        /** It is known who asks. */
        public void admitted(S3Call admitted) {
            call = admitted;
        }

        /**
         * @param code S3's
         */
        public void failed(String code) {
            error = code;
        }

        /** Notes it, where its bucket is logged. */
        public void over() {
            S3Call known = call;
            if (known != null) {
                note(this, known, clock.nanos());
            }
        }
    }

    /** Follows a request. */
    public Running begin(HttpExchange exchange, Clock clock) {
        return new Running(exchange, clock);
    }

    private void note(Running running, S3Call call, long nowNanos) {
        if (call.bucket().isEmpty()) {
            return;
        }
        CallAccess access = call.accessIfAdmitted();
        // Who was let in is told apart from whose the bucket is; others are known by their own.
        Optional<TenantId> owner =
                access == null ? call.who().principal().tenant() : access.knownOwner();
        String name = access == null ? call.bucket() : access.bucket();
        BucketRecord bucket = owner.flatMap(tenant -> directory.bucket(tenant, name)).orElse(null);
        BucketLoggingStatus.Target target =
                bucket == null
                        ? null
                        : settings.of(bucket, BucketSetting.LOGGING, AccessLog::parse)
                                .flatMap(BucketLoggingStatus::target)
                                .orElse(null);
        if (bucket == null || target == null) {
            return;
        }
        RequestHead head = running.exchange.head();
        LogLine line =
                new LogLine(
                        bucket.tenant().toString(),
                        bucket.name(),
                        running.startMillis,
                        String.valueOf(head.remote().getHostAddress()),
                        call.who().principal().accessKeyId(),
                        call.requestId(),
                        operation(call),
                        PercentCoding.encode(call.key(), true),
                        head.method() + ' ' + S3Request.withoutSecrets(head.target()) + " HTTP/1.1",
                        running.exchange.status(),
                        running.error,
                        running.exchange.sentBytes(),
                        (nowNanos - running.startNanos) / 1_000_000,
                        head.header("referer").orElse(null),
                        head.header("user-agent").orElse(null),
                        call.request().parameter("versionId").orElse(null),
                        head.header("host").orElse(null),
                        head.secure());
        add(bucket.tenant(), bucket.id(), target, line.text(), nowNanos, running.startMillis);
    }

    private static String operation(S3Call call) {
        String resource = call.key().isEmpty() ? "BUCKET" : "OBJECT";
        Optional<String> named =
                NAMED.stream().filter(name -> call.request().hasParameter(name)).findFirst();
        if (named.isPresent()) {
            resource =
                    RESOURCES.getOrDefault(
                            named.get(), named.get().toUpperCase(Locale.ROOT).replace('-', '_'));
        }
        return "REST." + call.request().method() + '.' + resource;
    }

    /** Adds a line of at most some KiB. */
    synchronized void add(
            TenantId owner,
            BucketId source,
            BucketLoggingStatus.Target target,
            String line,
            long nowNanos,
            long nowMillis) {
        int bytes = line.length() + 1;
        if (!fits(owner, bytes)) {
            dropped.increment();
            return;
        }
        Gathered into = gathered.get(source);
        if (into == null || !into.target.equals(target)) {
            // A new target is for new lines; the few that were for the old one go there too.
            Gathered fresh = new Gathered(owner, source, target, nowNanos, nowMillis);
            if (into != null) {
                fresh.lines.append(into.lines);
            }
            into = fresh;
            gathered.put(source, into);
        }
        into.lines.append(line).append('\n');
        count(owner, bytes);
    }

    private boolean fits(TenantId owner, long bytes) {
        return waitingBytes + bytes <= MOST_BYTES
                && waitingOf.getOrDefault(owner, 0L) + bytes <= MOST_TENANT_BYTES;
    }

    /**
     * @param bytes negative: they wait no longer
     */
    private void count(TenantId owner, long bytes) {
        waitingBytes += bytes;
        long left = waitingOf.merge(owner, bytes, Long::sum);
        if (left == 0) {
            waitingOf.remove(owner);
        }
    }

    /**
     * Takes out what is old or long enough.
     *
     * @param beforeNanos what began before is old enough
     */
    synchronized List<Gathered> due(long beforeNanos, int longBytes) {
        List<Gathered> due = new ArrayList<>();
        for (Gathered one : List.copyOf(gathered.values())) {
            if (one.sinceNanos - beforeNanos <= 0 || one.lines.length() >= longBytes) {
                due.add(one);
                gathered.remove(one.source);
                count(one.owner, -one.lines.length());
            }
        }
        return due;
    }

    /** Puts back what could not be written, unless too much waits by now. */
    synchronized void again(Gathered one) {
        Gathered newer = gathered.get(one.source);
        if (!fits(one.owner, one.lines.length())) {
            dropped.increment();
            return;
        }
        count(one.owner, one.lines.length());
        if (newer != null) {
            one.lines.append(newer.lines);
        }
        gathered.put(one.source, one);
    }

    synchronized long waitingBytes() {
        return waitingBytes;
    }

    static byte[] bytes(@Nullable Gathered one) {
        return one == null ? new byte[0] : one.lines.toString().getBytes(StandardCharsets.UTF_8);
    }
}
