package io.lethe.node.s3.logging;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.object.ObjectLister;
import io.lethe.node.object.ObjectReader;
import io.lethe.node.object.ObjectWorld;
import io.lethe.node.object.Objects;
import io.lethe.node.object.ReadRange;
import io.lethe.node.s3.BucketSettings;
import io.lethe.node.s3.xml.BucketLoggingStatus.KeyFormat;
import io.lethe.node.s3.xml.BucketLoggingStatus.Target;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines of access logs, and their way into a bucket. */
final class AccessLogTest {
    private static final BucketId SOURCE = new BucketId(1);
    private static final Duration EVERY = Duration.ofMinutes(5);

    private final ObjectWorld world = new ObjectWorld();
    private final AccessLog log =
            new AccessLog(
                    world.metadata.directory.copy(),
                    new BucketSettings(world.metadata.directory.copy(), 1 << 20));
    private final LogWriter writer =
            new LogWriter(
                    new LogWriter.Ports(
                            world.tasks,
                            RandomSource.seeded(1),
                            world.metadata.directory.copy(),
                            world.objects,
                            new Metrics(),
                            "eu-1"),
                    log,
                    EVERY);

    private static Target target(String bucket, KeyFormat format) {
        return new Target(bucket, "logs/", List.of(), format);
    }

    private void add(Target target, String line, Duration ago) {
        log.add(
                ObjectWorld.CALLER.tenant(),
                SOURCE,
                target,
                line,
                world.tasks.clock().nanos() - ago.toNanos(),
                world.tasks.clock().wallMillis());
    }

    private List<String> keys(String bucket) throws InterruptedException {
        return world
                .objects
                .list(
                        ObjectWorld.CALLER,
                        new Objects.ListRequest(bucket, "", "", Bytes.EMPTY, 0, false, 100),
                        world.deadline())
                .entries()
                .stream()
                .map(ObjectLister.Entry::key)
                .toList();
    }

    private String content(String bucket, String key) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        try (ObjectReader.Opened opened =
                world.objects.get(
                        ObjectWorld.CALLER,
                        bucket,
                        key,
                        "",
                        new ReadRange.All(),
                        world.deadline())) {
            for (ObjectReader.Piece piece = opened.next(); piece != null; piece = opened.next()) {
                text.append(
                        new String(
                                piece.array(),
                                piece.offset(),
                                piece.lengthBytes(),
                                StandardCharsets.UTF_8));
            }
        }
        return text.toString();
    }

    @Test
    void aLineReadsAsS3sDoes() {
        LogLine line =
                new LogLine(
                        "owner",
                        "bucket",
                        1_800_000_000_000L,
                        "10.0.0.1",
                        "AK",
                        "ID",
                        "REST.GET.OBJECT",
                        "a%20b",
                        "GET /bucket/a%20b?x=\"1\" HTTP/1.1",
                        404,
                        "NoSuchKey",
                        270,
                        12,
                        null,
                        "agent\n1",
                        null,
                        "host",
                        true);
        assertThat(line.text())
                .isEqualTo(
                        "owner bucket [15/Jan/2027:08:00:00 +0000] 10.0.0.1 AK ID REST.GET.OBJECT"
                            + " a%20b \"GET /bucket/a%20b?x=%221%22 HTTP/1.1\" 404 NoSuchKey 270 -"
                            + " 12 - \"-\" \"agent%0A1\" - - SigV4 - AuthHeader host TLS - -");
    }

    @Test
    void linesAreWrittenTogetherOnceTheyAreOld() throws InterruptedException {
        Target target = target(ObjectWorld.VERSIONED, KeyFormat.SIMPLE);
        add(target, "young", Duration.ofMinutes(1));
        assertThat(writer.step()).isInstanceOf(Step.Idle.class);
        assertThat(keys(ObjectWorld.VERSIONED)).isEmpty();
        assertThat(log.due(world.tasks.clock().nanos(), 1)).hasSize(1);
        add(target, "one", EVERY.plusSeconds(1));
        add(target, "two", Duration.ZERO);
        assertThat(writer.step()).isInstanceOf(Step.Worked.class);
        assertThat(keys(ObjectWorld.VERSIONED))
                .singleElement()
                .asString()
                .matches("logs/2027-01-15-08-00-00-[0-9A-F]{16}");
        String key = keys(ObjectWorld.VERSIONED).getFirst();
        assertThat(content(ObjectWorld.VERSIONED, key)).isEqualTo("one\ntwo\n");
        assertThat(log.waitingBytes()).isZero();
    }

    @Test
    void manyLinesAreWrittenHoweverYoungTheyAre() throws InterruptedException {
        Target target = target(ObjectWorld.VERSIONED, KeyFormat.BY_EVENT_TIME);
        String line = "x".repeat(1023);
        for (int i = 0; i < 1_024; i++) {
            add(target, line, Duration.ZERO);
        }
        assertThat(writer.step()).isInstanceOf(Step.Worked.class);
        assertThat(keys(ObjectWorld.VERSIONED))
                .singleElement()
                .asString()
                .contains("/eu-1/plain/2027/01/15/2027-01-15-");
    }

    @Test
    void whatWouldBeTooMuchIsDroppedAndCounted() {
        Target target = target(ObjectWorld.VERSIONED, KeyFormat.SIMPLE);
        String line = "x".repeat(1 << 20);
        for (int i = 0; i < 4; i++) {
            add(target, line, Duration.ZERO);
        }
        assertThat(log.dropped.sum()).as("of one tenant's").isEqualTo(1);
        for (long tenant = 1; tenant <= 9; tenant++) {
            for (int i = 0; i < 2; i++) {
                log.add(
                        new TenantId(new Id128(9, tenant)),
                        new BucketId(100 + tenant),
                        target,
                        line,
                        world.tasks.clock().nanos(),
                        0);
            }
        }
        assertThat(log.waitingBytes()).isLessThanOrEqualTo(AccessLog.MOST_BYTES);
        assertThat(log.dropped.sum()).as("of all").isEqualTo(1 + 6);
        for (AccessLog.Gathered one : log.due(Long.MAX_VALUE / 2, 1)) {
            log.again(one);
        }
        assertThat(log.dropped.sum()).as("put back").isEqualTo(1 + 6);
        assertThat(log.due(Long.MAX_VALUE / 2, 1)).hasSize(7);
        assertThat(log.waitingBytes()).isZero();
        add(target, line, Duration.ZERO);
        assertThat(log.dropped.sum()).as("there is room again").isEqualTo(1 + 6);
    }

    @Test
    void aTargetThatIsGoneLosesItsLogs() throws InterruptedException {
        add(target("gone", KeyFormat.SIMPLE), "line", EVERY.plusSeconds(1));
        assertThat(writer.step()).isInstanceOf(Step.Idle.class);
        assertThat(log.dropped.sum()).isEqualTo(1);
        assertThat(log.waitingBytes()).isZero();
    }
}
