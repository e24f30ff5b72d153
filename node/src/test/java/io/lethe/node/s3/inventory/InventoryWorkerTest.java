package io.lethe.node.s3.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionCommand.SaveProgress;
import io.lethe.node.metadata.command.PartitionCommand.Walk;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.ObjectLister;
import io.lethe.node.object.ObjectReader;
import io.lethe.node.object.ObjectWorld;
import io.lethe.node.object.Objects;
import io.lethe.node.object.PutRequest;
import io.lethe.node.object.ReadRange;
import io.lethe.node.s3.BucketSettings;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.xml.InventoryConfiguration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Reports about a bucket, over the real state machine, with time moved. */
final class InventoryWorkerTest {
    private static final String SOURCE = ObjectWorld.VERSIONED;
    private static final String REPORTS = ObjectWorld.PLAIN;
    private static final long START = 1_800_000_000_000L;

    private final ObjectWorld world = new ObjectWorld();
    private final RandomSource random = RandomSource.seeded(4);
    private List<GroupId> led = List.of(ObjectWorld.PARTITION);
    private long passed;
    private InventoryWorker worker = worker();

    private InventoryWorker worker() {
        return new InventoryWorker(
                new InventoryPorts(
                        world.tasks(() -> passed, (_, _) -> {}),
                        random,
                        world.metadata.directory.copy(),
                        world.metadata,
                        () -> led,
                        world.objects,
                        new BucketSettings(world.metadata.directory.copy(), 1 << 20)),
                Duration.ZERO);
    }

    private static InventoryConfiguration inventory(String id, boolean all, boolean weekly) {
        return new InventoryConfiguration(
                id,
                true,
                REPORTS,
                "",
                "inv",
                "CSV",
                "",
                all,
                weekly,
                List.of("Size", "ETag", "IsMultipartUploaded"));
    }

    private static InventoryConfiguration into(String bucket, String id) {
        InventoryConfiguration one = inventory(id, false, false);
        return new InventoryConfiguration(
                id, true, bucket, "", "inv", "CSV", "", false, false, one.fields());
    }

    private void create(String bucket) throws InterruptedException {
        var _ =
                world.buckets.create(
                        ObjectWorld.CALLER,
                        bucket,
                        "standard",
                        BucketRecord.Versioning.OFF,
                        Bytes.utf8("%-16s".formatted(bucket)).toArray(),
                        world.deadline());
    }

    private void configure(InventoryConfiguration... all) throws InterruptedException {
        configureOf(SOURCE, all);
    }

    private void configureOf(String bucket, InventoryConfiguration... all)
            throws InterruptedException {
        world.buckets.setDocument(
                ObjectWorld.CALLER,
                bucket,
                BucketSetting.INVENTORY,
                Bytes.wrap(InventoryConfiguration.writeAll(List.of(all)).end()),
                world.deadline());
    }

    private void put(String key) throws InterruptedException {
        var _ =
                world.objects.put(
                        ObjectWorld.CALLER,
                        new PutRequest(
                                new WriteId(Id128.random(random)),
                                SOURCE,
                                key,
                                "",
                                Attributes.none(),
                                new Condition.Always(),
                                null,
                                null),
                        ObjectWorld.body(new byte[] {1, 2, 3}),
                        world.deadline());
    }

    private List<String> reports() throws InterruptedException {
        return world
                .objects
                .list(
                        ObjectWorld.CALLER,
                        new Objects.ListRequest(REPORTS, "", "", Bytes.EMPTY, 0, false, 100),
                        world.deadline())
                .entries()
                .stream()
                .map(ObjectLister.Entry::key)
                .toList();
    }

    private byte[] read(String key) throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ObjectReader.Opened opened =
                world.objects.get(
                        ObjectWorld.CALLER,
                        REPORTS,
                        key,
                        "",
                        new ReadRange.All(),
                        world.deadline())) {
            for (ObjectReader.Piece piece = opened.next(); piece != null; piece = opened.next()) {
                out.write(piece.array(), piece.offset(), piece.lengthBytes());
            }
        }
        return out.toByteArray();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String unzipped(byte[] bytes) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return text(in.readAllBytes());
        }
    }

    @Test
    void aReportListsTheBucketAndItsManifestSaysWhereItIs() throws Exception {
        put("a b");
        put("ü");
        put("a b");
        configure(inventory("current", false, false), inventory("all", true, false));
        var _ = worker.step();
        assertThat(reports())
                .hasSize(6)
                .anyMatch(key -> key.matches("inv/versioned/all/2027-01-15T08-00Z/manifest.json"));
        String folder = "inv/versioned/current/";
        String list =
                reports().stream()
                        .filter(key -> key.startsWith(folder + "data/"))
                        .findFirst()
                        .orElseThrow();
        assertThat(unzipped(read(list)))
                .isEqualTo(
                        """
                        "versioned","a%20b","3","5289df737df57326fcdd22597afb1fac","false"
                        "versioned","%C3%BC","3","5289df737df57326fcdd22597afb1fac","false"
                        """);
        String manifest = text(read(folder + "2027-01-15T08-00Z/manifest.json"));
        assertThat(manifest)
                .contains("\"key\" : \"" + list + "\"")
                .contains("\"fileSchema\" : \"Bucket, Key, Size, ETag, IsMultipartUploaded\"")
                .contains("\"destinationBucket\" : \"arn:aws:s3:::plain\"");
        assertThat(text(read(folder + "2027-01-15T08-00Z/manifest.checksum")))
                .matches("[0-9a-f]{32}");
        String all =
                reports().stream().filter(k -> k.contains("/all/data/")).findFirst().orElseThrow();
        assertThat(unzipped(read(all)).lines()).hasSize(3).allMatch(l -> l.contains("\"false\""));
    }

    @Test
    void reportsComeOnceADayOrAWeekWhoeverLeads() throws InterruptedException {
        put("a");
        configure(inventory("d", false, false), inventory("w", false, true));
        var _ = worker.step();
        assertThat(reports()).hasSize(6);
        worker = worker();
        var _ = worker.step();
        assertThat(reports()).as("the same day, by another leader").hasSize(6);
        world.metadata.moveTo(START + Duration.ofHours(17).toMillis());
        var _ = worker.step();
        assertThat(reports()).as("Saturday").hasSize(9);
        world.metadata.moveTo(START + Duration.ofHours(41).toMillis());
        var _ = worker.step();
        assertThat(reports()).as("Sunday").hasSize(15);
        led = List.of();
        world.metadata.moveTo(START + Duration.ofHours(65).toMillis());
        var _ = worker.step();
        assertThat(reports()).as("another leads").hasSize(15);
    }

    @Test
    void timesComeBackAsTheyWent() {
        Map<String, Long> times = new TreeMap<>(Map.of("a", 1L, "b", 1_800_000_000_000L));
        String stored = "0102016101016280a0f1c2b134";
        assertThat(InventoryWorker.encode(times).hex()).isEqualTo(stored);
        assertThat(InventoryWorker.decode(Bytes.hex(stored))).isEqualTo(times);
    }

    @Test
    void theMostInventoriesWithTheLongestIdsHaveRoomForTheirTimes() {
        Map<String, Long> times = new TreeMap<>();
        for (int i = 0; i < InventoryConfiguration.MOST; i++) {
            times.put("%064d".formatted(i), START * 2);
        }
        SaveProgress command =
                new SaveProgress(Walk.INVENTORY, new BucketId(2), InventoryWorker.encode(times));
        var entry =
                CommandCodec.decodePartition(CommandCodec.encode(new Stamp(1, 2, 3, 4), command));
        assertThat(entry.command()).isEqualTo(command);
        assertThat(InventoryWorker.decode(command.progress())).isEqualTo(times);
    }

    @Test
    void anInventoryThatFailsKeepsNoOther() throws InterruptedException {
        configure(into("nowhere", "a"), into(REPORTS, "b"));
        configureOf(ObjectWorld.LOCKED, into(REPORTS, "c"));
        assertThat(worker.step())
                .isInstanceOfSatisfying(
                        Step.Failed.class,
                        failed ->
                                assertThat(failed.reason())
                                        .startsWith(
                                                "1 failures, the first: bucket 'versioned',"
                                                        + " inventory 'a': there is no bucket"));
        assertThat(reports())
                .hasSize(6)
                .anyMatch(key -> key.startsWith("inv/versioned/b/"))
                .anyMatch(key -> key.startsWith("inv/locked/c/"));
        assertThat(worker.step()).isInstanceOf(Step.Failed.class);
        assertThat(reports()).as("those that went well come once").hasSize(6);
    }

    @Test
    void anInventoryThatFailsIsTriedAgainAfterAPauseAndAtOnceWhereItIsAnother()
            throws InterruptedException {
        led = List.of();
        var _ = worker.step();
        led = List.of(ObjectWorld.PARTITION);
        configure(into("nowhere", "a"));
        assertThat(worker.step()).isInstanceOf(Step.Failed.class);
        create("nowhere");
        passed += InventoryWorker.PAUSE_NANOS - 1;
        assertThat(worker.step())
                .as("not tried, and told")
                .asString()
                .contains("inventory 'a': there is no bucket");
        configure(into(REPORTS, "a"));
        assertThat(worker.step()).isInstanceOf(Step.Worked.class);
        assertThat(reports()).hasSize(3);
        configure(into("nowhere", "b"), into("nobody", "c"));
        assertThat(worker.step()).asString().contains("1 failures").contains("'c'");
        passed += InventoryWorker.PAUSE_NANOS;
        create("nobody");
        assertThat(worker.step()).isInstanceOf(Step.Worked.class);
    }

    @Test
    void aBucketWhoseDocumentOrTimesCannotBeReadKeepsNoOther() throws InterruptedException {
        world.buckets.setDocument(
                ObjectWorld.CALLER,
                REPORTS,
                BucketSetting.INVENTORY,
                Bytes.utf8("none"),
                world.deadline());
        configure(into(REPORTS, "b"));
        configureOf(ObjectWorld.LOCKED, into(REPORTS, "c"));
        var _ =
                world.metadata.executeIn(
                        ObjectWorld.PARTITION,
                        new SaveProgress(Walk.INVENTORY, new BucketId(2), Bytes.hex("ff")),
                        0,
                        0);
        assertThat(worker.step()).asString().contains("1 failures").contains("bucket 'plain'");
        assertThat(reports()).hasSize(6);
        assertThat(worker.step()).asString().contains("1 failures");
        assertThat(reports()).as("the same day").hasSize(6);
    }

    @Test
    void aTimeInTheFutureKeepsNoReportBack() {
        long day = Duration.ofDays(1).toMillis();
        assertThat(InventoryWorker.isDue(false, START + 1, START)).isFalse();
        assertThat(InventoryWorker.isDue(false, START + 300 * day, START)).isTrue();
        assertThat(InventoryWorker.isDue(true, START + 300 * day, START)).isTrue();
    }

    private static InventoryConfiguration parse(String body) {
        return InventoryConfiguration.parse(body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void configurationsAreReadAndWritten() {
        InventoryConfiguration one = inventory("x", true, true);
        assertThat(InventoryConfiguration.parse(one.write().end())).isEqualTo(one);
        List<InventoryConfiguration> two = List.of(one, inventory("y", false, false));
        assertThat(InventoryConfiguration.parseAll(InventoryConfiguration.writeAll(two).end()))
                .isEqualTo(two);
        String good = text(one.write().end());
        for (String wrong :
                List.of(
                        good.replace("arn:aws:s3:::", ""),
                        good.replace("<Id>x</Id>", ""),
                        good.replace("Weekly", "Hourly"),
                        good.replace("<IsEnabled>true</IsEnabled>", "<IsEnabled/>"))) {
            assertThatThrownBy(() -> parse(wrong)).as(wrong).isInstanceOf(S3Exception.class);
        }
    }
}
