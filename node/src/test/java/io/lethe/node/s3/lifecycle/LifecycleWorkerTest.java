package io.lethe.node.s3.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.ForwardingMetadata;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.ObjectLister;
import io.lethe.node.object.ObjectWorld;
import io.lethe.node.object.Objects;
import io.lethe.node.object.PutRequest;
import io.lethe.node.object.Uploads;
import io.lethe.node.s3.BucketSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Lifecycles over the real state machine, with time moved. */
final class LifecycleWorkerTest {
    private static final String PLAIN = ObjectWorld.PLAIN;
    private static final String VERSIONED = ObjectWorld.VERSIONED;

    /** 2027-01-15 08:00 UTC, where the world begins; the midnight that follows is 16 h later. */
    private static final long MIDNIGHT = 1_800_000_000_000L + Duration.ofHours(16).toMillis();

    private static final long DAY = Duration.ofDays(1).toMillis();

    private final ObjectWorld world = new ObjectWorld();
    private final RandomSource random = RandomSource.seeded(9);
    private final BucketSettings settings =
            new BucketSettings(world.metadata.directory.copy(), 1 << 20);
    private LifecycleMeters meters = new LifecycleMeters();
    private LifecycleWorker worker = worker(world.metadata);

    private LifecycleWorker worker(Metadata metadata) {
        return worker(metadata, world.tasks);
    }

    private LifecycleWorker worker(Metadata metadata, Tasks tasks) {
        meters = new LifecycleMeters();
        return new LifecycleWorker(
                new LifecyclePorts(
                        tasks,
                        random,
                        world.metadata.directory.copy(),
                        metadata,
                        () -> List.of(ObjectWorld.PARTITION),
                        world.objects,
                        settings,
                        meters),
                Duration.ZERO);
    }

    /** One round over all buckets. */
    private void run() throws InterruptedException {
        Step step;
        do {
            step = worker.step();
        } while (step instanceof Step.Worked(String progress)
                && !progress.isEmpty()
                && !progress.startsWith("0 "));
    }

    private void runAt(long millis) throws InterruptedException {
        world.metadata.moveTo(millis);
        run();
    }

    private void rules(String bucket, String... rules) throws InterruptedException {
        String document =
                "<LifecycleConfiguration>" + String.join("", rules) + "</LifecycleConfiguration>";
        world.buckets.setDocument(
                ObjectWorld.CALLER,
                bucket,
                BucketSetting.LIFECYCLE,
                Bytes.utf8(document),
                world.deadline());
    }

    private static String rule(String filter, String action) {
        return "<Rule><ID>r</ID><Filter>"
                + filter
                + "</Filter><Status>Enabled</Status>"
                + action
                + "</Rule>";
    }

    private static String days(int days) {
        return "<Expiration><Days>" + days + "</Days></Expiration>";
    }

    private static String noncurrent(int days, int newer) {
        String kept =
                newer == 0
                        ? ""
                        : "<NewerNoncurrentVersions>" + newer + "</NewerNoncurrentVersions>";
        return "<NoncurrentVersionExpiration><NoncurrentDays>"
                + days
                + "</NoncurrentDays>"
                + kept
                + "</NoncurrentVersionExpiration>";
    }

    private ObjectInfo put(String bucket, String key, int bytes, Map<String, String> tags)
            throws InterruptedException {
        return world.objects.put(
                ObjectWorld.CALLER,
                new PutRequest(
                        new WriteId(Id128.random(random)),
                        bucket,
                        key,
                        "",
                        new Attributes("text/plain", Map.of(), tags),
                        new Condition.Always(),
                        null,
                        null),
                ObjectWorld.body(new byte[bytes]),
                world.deadline());
    }

    private ObjectInfo put(String bucket, String key) throws InterruptedException {
        return put(bucket, key, 3, Map.of());
    }

    private void delete(String bucket, String key, String version) throws InterruptedException {
        var _ =
                world.objects.delete(
                        ObjectWorld.CALLER,
                        new Objects.DeleteRequest(
                                new WriteId(Id128.random(random)),
                                bucket,
                                key,
                                version,
                                new Condition.Always()),
                        world.deadline());
    }

    /** Keys with {@code *} behind those of delete markers, versions newest first. */
    private List<String> list(String bucket) throws InterruptedException {
        ObjectLister.Page page =
                world.objects.list(
                        ObjectWorld.CALLER,
                        new Objects.ListRequest(bucket, "", "", Bytes.EMPTY, 0, true, 1_000),
                        world.deadline());
        return page.entries().stream().map(e -> e.key() + (e.deleteMarker() ? "*" : "")).toList();
    }

    @Test
    void anObjectEndsAtTheMidnightAfterItsDays() throws InterruptedException {
        rules(PLAIN, rule("", days(2)));
        var _ = put(PLAIN, "a");
        runAt(MIDNIGHT + 2 * DAY - 10);
        assertThat(list(PLAIN)).containsExactly("a");
        runAt(MIDNIGHT + 2 * DAY);
        assertThat(list(PLAIN)).isEmpty();
        assertThat(meters.expired.sum()).isEqualTo(1);
    }

    @Test
    void aRuleThatComesLaterIsForWhatIsThereAlready() throws InterruptedException {
        var _ = put(PLAIN, "old");
        runAt(MIDNIGHT + 5 * DAY);
        rules(PLAIN, rule("", days(3)));
        var _ = put(PLAIN, "new");
        run();
        assertThat(list(PLAIN)).containsExactly("new");
    }

    @Test
    void onlyWhatTheFilterSaysEnds() throws InterruptedException {
        rules(
                PLAIN,
                rule("<Prefix>log/</Prefix>", days(1)),
                rule("<Tag><Key>t</Key><Value>x</Value></Tag>", days(1)).replace(">r<", ">s<"),
                rule(
                                "<And><Prefix>big/</Prefix><ObjectSizeGreaterThan>100"
                                        + "</ObjectSizeGreaterThan></And>",
                                days(1))
                        .replace(">r<", ">u<"));
        var _ = put(PLAIN, "log/a");
        var _ = put(PLAIN, "keep");
        var _ = put(PLAIN, "tagged", 3, Map.of("t", "x"));
        var _ = put(PLAIN, "other-tag", 3, Map.of("t", "y"));
        var _ = put(PLAIN, "big/small", 100, Map.of());
        var _ = put(PLAIN, "big/large", 101, Map.of());
        runAt(MIDNIGHT + DAY);
        assertThat(list(PLAIN)).containsExactly("big/small", "keep", "other-tag");
    }

    @Test
    void withVersionsAMarkerComesThenTheDataGoesThenTheMarker() throws InterruptedException {
        rules(VERSIONED, rule("", days(1) + noncurrent(1, 0)));
        var _ = put(VERSIONED, "a");
        runAt(MIDNIGHT + DAY);
        assertThat(list(VERSIONED)).containsExactly("a*", "a");
        runAt(MIDNIGHT + 2 * DAY);
        assertThat(list(VERSIONED)).as("a day is not over").containsExactly("a*", "a");
        runAt(MIDNIGHT + 3 * DAY);
        assertThat(list(VERSIONED)).isEmpty();
    }

    @Test
    void theAgeOfAnOldVersionCountsFromWhatHidIt() throws InterruptedException {
        rules(VERSIONED, rule("", noncurrent(1, 0)));
        var _ = put(VERSIONED, "a");
        runAt(MIDNIGHT + 5 * DAY);
        var _ = put(VERSIONED, "a");
        run();
        assertThat(list(VERSIONED)).hasSize(2);
        runAt(MIDNIGHT + 7 * DAY);
        assertThat(list(VERSIONED)).containsExactly("a");
    }

    @Test
    void asManyNewerVersionsAsTheRuleSaysAreKept() throws InterruptedException {
        rules(VERSIONED, rule("", noncurrent(1, 2)));
        for (int i = 0; i < 4; i++) {
            var _ = put(VERSIONED, "a");
        }
        runAt(MIDNIGHT + 4 * DAY);
        assertThat(list(VERSIONED)).as("current and two").hasSize(3);
        var _ = put(VERSIONED, "a");
        run();
        assertThat(list(VERSIONED)).as("at once: the third is old enough").hasSize(3);
    }

    @Test
    void aMarkerThatHidesNothingGoes() throws InterruptedException {
        rules(
                VERSIONED,
                rule(
                        "",
                        "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>"
                                + "</Expiration>"));
        delete(VERSIONED, "lone", "");
        var _ = put(VERSIONED, "hidden");
        delete(VERSIONED, "hidden", "");
        run();
        assertThat(list(VERSIONED)).containsExactly("hidden*", "hidden");
        assertThat(meters.markersRemoved.sum()).isEqualTo(1);
    }

    @Test
    void aDateEndsWhatIsThereOnceItHasComeAndWhatComesLater() throws InterruptedException {
        rules(PLAIN, rule("", "<Expiration><Date>2027-01-17T00:00:00Z</Date></Expiration>"));
        var _ = put(PLAIN, "a");
        runAt(MIDNIGHT + DAY - 10);
        assertThat(list(PLAIN)).containsExactly("a");
        runAt(MIDNIGHT + DAY);
        assertThat(list(PLAIN)).isEmpty();
        var _ = put(PLAIN, "b");
        run();
        assertThat(list(PLAIN)).isEmpty();
    }

    @Test
    void uploadsThatNobodyFinishesAreGivenUp() throws InterruptedException {
        rules(
                PLAIN,
                rule(
                        "<Prefix>up/</Prefix>",
                        "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1"
                                + "</DaysAfterInitiation></AbortIncompleteMultipartUpload>"));
        for (String key : List.of("up/a", "other")) {
            var _ =
                    world.objects
                            .uploads()
                            .create(
                                    ObjectWorld.CALLER,
                                    new Uploads.CreateRequest(
                                            new WriteId(Id128.random(random)),
                                            PLAIN,
                                            key,
                                            "",
                                            Attributes.none(),
                                            Bytes.EMPTY),
                                    world.deadline());
        }
        runAt(MIDNIGHT + DAY);
        Uploads.UploadPage left =
                world.objects
                        .uploads()
                        .list(
                                ObjectWorld.CALLER,
                                new Uploads.ListRequest(PLAIN, "", "", "", "", 10),
                                world.deadline());
        assertThat(left.uploads()).extracting(Uploads.UploadEntry::key).containsExactly("other");
    }

    private interface Event {
        void happen() throws InterruptedException;
    }

    /** Lets something happen between the look at a change and what is done about it. */
    private final class Racing extends ForwardingMetadata {
        private final Event event;

        Racing(Event event) {
            super(world.metadata);
            this.event = event;
        }

        @Override
        public PartitionAnswer queryIn(GroupId partition, PartitionQuery query, long deadlineNanos)
                throws InterruptedException {
            PartitionAnswer answer = super.queryIn(partition, query, deadlineNanos);
            if (query instanceof PartitionQuery.Changes) {
                event.happen();
            }
            return answer;
        }
    }

    @Test
    void aVersionThatArrivedInBetweenIsNeverExpired() throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        var _ = put(PLAIN, "a");
        world.metadata.moveTo(MIDNIGHT + DAY);
        worker = worker(new Racing(() -> put(PLAIN, "a")));
        run();
        assertThat(list(PLAIN)).containsExactly("a");
        assertThat(meters.refused.sum()).isEqualTo(1);
    }

    @Test
    void nothingIsDeletedByRulesThatWereTakenBackMeanwhile() throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        var _ = put(PLAIN, "a");
        world.metadata.moveTo(MIDNIGHT + DAY);
        worker =
                worker(
                        new Racing(
                                () ->
                                        world.buckets.setDocument(
                                                ObjectWorld.CALLER,
                                                PLAIN,
                                                BucketSetting.LIFECYCLE,
                                                Bytes.EMPTY,
                                                world.deadline())));
        run();
        assertThat(list(PLAIN)).containsExactly("a");
        assertThat(meters.refused.sum()).isEqualTo(1);
    }

    @Test
    void aNodeWhoseClockJumpedAheadTakesNothingForOld() throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        var _ = put(PLAIN, "a");
        Clock ahead =
                new Clock() {
                    @Override
                    public long wallMillis() {
                        return world.metadata.millis() + 30 * DAY;
                    }

                    @Override
                    public long nanos() {
                        return System.nanoTime();
                    }
                };
        worker = worker(world.metadata, new VirtualTasks(ahead, (_, _) -> {}));
        assertThat(worker.step()).asString().contains("clock is ahead");
        assertThat(list(PLAIN)).containsExactly("a");
        assertThat(meters.failed.sum()).isEqualTo(1);
    }

    @Test
    void aNewLeaderGoesOnWhereTheLastOneWas() throws InterruptedException {
        rules(PLAIN, rule("", "<Expiration><Days>1</Days></Expiration>"));
        rules(PLAIN, rule("<Tag><Key>t</Key><Value>x</Value></Tag>", days(1)));
        for (int i = 0; i < 250; i++) {
            var _ = put(PLAIN, "k" + i);
        }
        runAt(MIDNIGHT + DAY);
        assertThat(meters.looked.sum()).isEqualTo(250);
        worker = worker(world.metadata);
        run();
        assertThat(meters.looked.sum()).as("by the new leader").isZero();
        assertThat(list(PLAIN)).hasSize(250);
    }

    @Test
    void whatBecameDueWithoutAChangeIsMetWhenTheLanesBeginAnew() throws InterruptedException {
        rules(VERSIONED, rule("", days(1)));
        var _ = put(VERSIONED, "a");
        world.metadata.moveTo(MIDNIGHT);
        String newer = put(VERSIONED, "a").versionId();
        runAt(MIDNIGHT + DAY);
        delete(VERSIONED, "a", newer);
        runAt(MIDNIGHT + 2 * DAY);
        assertThat(list(VERSIONED)).containsExactly("a");
        runAt(MIDNIGHT + DAY + LifecycleWalk.ANEW_MILLIS);
        assertThat(list(VERSIONED)).containsExactly("a*", "a");
    }

    @Test
    void aLockedVersionIsLeftUntilItsLockHasEnded() throws InterruptedException {
        world.buckets.setLock(
                ObjectWorld.CALLER,
                VERSIONED,
                new BucketLock(BucketLock.Mode.NONE, 0, 0),
                world.deadline());
        rules(VERSIONED, rule("", noncurrent(1, 0)));
        String locked = put(VERSIONED, "a").versionId();
        world.objects.setLock(
                ObjectWorld.CALLER,
                VERSIONED,
                "a",
                locked,
                new PartitionCommand.LockChange.Retain(
                        BucketLock.Mode.COMPLIANCE, MIDNIGHT + 5 * DAY),
                false,
                world.deadline());
        var _ = put(VERSIONED, "a");
        runAt(MIDNIGHT + 2 * DAY);
        assertThat(meters.refused.sum()).isEqualTo(1);
        runAt(MIDNIGHT + 6 * DAY);
        assertThat(list(VERSIONED)).containsExactly("a", "a");
        runAt(MIDNIGHT + 2 * DAY + LifecycleWalk.ANEW_MILLIS);
        assertThat(list(VERSIONED)).containsExactly("a");
    }

    @Test
    void progressGoesWithTheRules() throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        var _ = put(PLAIN, "a");
        runAt(MIDNIGHT + DAY);
        assertThat(saved()).hasSize(1);
        world.buckets.setDocument(
                ObjectWorld.CALLER, PLAIN, BucketSetting.LIFECYCLE, Bytes.EMPTY, world.deadline());
        worker = worker(world.metadata);
        rules(VERSIONED, rule("", days(1)));
        run();
        run();
        assertThat(saved()).allSatisfy(one -> assertThat(one.bucket().value()).isEqualTo(2));
    }

    private List<PartitionAnswer.BucketProgress> saved() {
        return ((PartitionAnswer.ProgressPage)
                        world.metadata.queryIn(
                                ObjectWorld.PARTITION,
                                new PartitionQuery.SavedProgress(
                                        PartitionCommand.Walk.LIFECYCLE, null, 10),
                                0))
                .list();
    }

    @Test
    void progressIsReadAsItWasWritten() {
        LifecycleProgress progress =
                new LifecycleProgress(
                        300, 1_800_000_000_000L, Map.of(0L, 5L, 30L, 1L << 60, -20_000L, 0L));
        String stored =
                "01ac0280a0f1c2b13403ffffffffffffb1e00000000000000000"
                        + "00000000000000000000000000000005"
                        + "000000000000001e1000000000000000";
        assertThat(progress.encode().hex()).isEqualTo(stored);
        assertThat(LifecycleProgress.decode(Bytes.hex(stored))).isEqualTo(progress);
    }

    @Test
    void anObjectSaysWhenItWillEnd() {
        Lifecycle rules =
                Lifecycle.parse(
                        Bytes.utf8(
                                "<LifecycleConfiguration>"
                                        + rule("<Prefix>a</Prefix>", days(3))
                                        + rule("<Prefix>ab</Prefix>", days(2)).replace(">r<", ">s<")
                                        + "</LifecycleConfiguration>"));
        assertThat(rules.end("ax", 1, Map.of(), MIDNIGHT - 1))
                .contains(new Lifecycle.End(MIDNIGHT + 3 * DAY, "r"));
        assertThat(rules.end("abc", 1, Map.of(), MIDNIGHT))
                .contains(new Lifecycle.End(MIDNIGHT + 3 * DAY, "s"));
        assertThat(rules.end("b", 1, Map.of(), MIDNIGHT)).isEmpty();
    }
}
