package io.lethe.node.s3.lifecycle;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Attributes;
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

/** A world with lifecycles, of which time is moved. */
abstract class LifecycleWorld {
    static final String PLAIN = ObjectWorld.PLAIN;
    static final String VERSIONED = ObjectWorld.VERSIONED;

    /** 2027-01-15 08:00 UTC, where the world begins; the midnight that follows is 16 h later. */
    static final long MIDNIGHT = 1_800_000_000_000L + Duration.ofHours(16).toMillis();

    static final long DAY = Duration.ofDays(1).toMillis();

    static final String ABORT_AFTER_A_DAY =
            "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1"
                    + "</DaysAfterInitiation></AbortIncompleteMultipartUpload>";

    final ObjectWorld world = new ObjectWorld();
    final RandomSource random = RandomSource.seeded(9);
    final BucketSettings settings = new BucketSettings(world.metadata.directory.copy(), 1 << 20);
    LifecycleMeters meters = new LifecycleMeters();
    LifecycleWorker worker = worker(world.metadata);

    LifecycleWorker worker(Metadata metadata) {
        return worker(metadata, world.tasks);
    }

    LifecycleWorker worker(Metadata metadata, Tasks tasks) {
        return worker(metadata, tasks, world.metadata.directory.copy());
    }

    LifecycleWorker worker(Metadata metadata, Tasks tasks, Directory directory) {
        meters = new LifecycleMeters();
        return new LifecycleWorker(
                new LifecyclePorts(
                        tasks,
                        directory,
                        metadata,
                        () -> List.of(ObjectWorld.PARTITION),
                        world.objectsOver(metadata),
                        settings,
                        meters),
                Duration.ZERO);
    }

    /** One round over all buckets. */
    void run() throws InterruptedException {
        Step step;
        do {
            step = worker.step();
        } while (step instanceof Step.Worked(String progress)
                && !progress.isEmpty()
                && !progress.startsWith("0 "));
    }

    void runAt(long millis) throws InterruptedException {
        world.metadata.moveTo(millis);
        run();
    }

    void rules(String bucket, String... rules) throws InterruptedException {
        String document =
                "<LifecycleConfiguration>" + String.join("", rules) + "</LifecycleConfiguration>";
        world.buckets.setDocument(
                ObjectWorld.CALLER,
                bucket,
                BucketSetting.LIFECYCLE,
                Bytes.utf8(document),
                world.deadline());
    }

    static String rule(String filter, String action) {
        return "<Rule><ID>r</ID><Filter>"
                + filter
                + "</Filter><Status>Enabled</Status>"
                + action
                + "</Rule>";
    }

    static String days(int days) {
        return "<Expiration><Days>" + days + "</Days></Expiration>";
    }

    static String noncurrent(int days, int newer) {
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

    ObjectInfo put(String bucket, String key, int bytes, Map<String, String> tags)
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

    ObjectInfo put(String bucket, String key) throws InterruptedException {
        return put(bucket, key, 3, Map.of());
    }

    void delete(String bucket, String key, String version) throws InterruptedException {
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
    List<String> list(String bucket) throws InterruptedException {
        ObjectLister.Page page =
                world.objects.list(
                        ObjectWorld.CALLER,
                        new Objects.ListRequest(bucket, "", "", Bytes.EMPTY, 0, true, 1_000),
                        world.deadline());
        return page.entries().stream().map(e -> e.key() + (e.deleteMarker() ? "*" : "")).toList();
    }

    void takeBack(String bucket) throws InterruptedException {
        world.buckets.setDocument(
                ObjectWorld.CALLER, bucket, BucketSetting.LIFECYCLE, Bytes.EMPTY, world.deadline());
    }

    void upload(String bucket, String key) throws InterruptedException {
        var _ =
                world.objects
                        .uploads()
                        .create(
                                ObjectWorld.CALLER,
                                new Uploads.CreateRequest(
                                        new WriteId(Id128.random(random)),
                                        bucket,
                                        key,
                                        "",
                                        Attributes.none(),
                                        Bytes.EMPTY),
                                world.deadline());
    }

    List<String> uploads(String bucket) throws InterruptedException {
        return world
                .objects
                .uploads()
                .list(
                        ObjectWorld.CALLER,
                        new Uploads.ListRequest(bucket, "", "", "", "", 10),
                        world.deadline())
                .uploads()
                .stream()
                .map(Uploads.UploadEntry::key)
                .toList();
    }

    void versioning(Versioning versioning) throws InterruptedException {
        world.buckets.setVersioning(ObjectWorld.CALLER, VERSIONED, versioning, world.deadline());
    }

    List<PartitionAnswer.BucketProgress> saved() {
        return ((PartitionAnswer.ProgressPage)
                        world.metadata.queryIn(
                                ObjectWorld.PARTITION,
                                new PartitionQuery.SavedProgress(
                                        PartitionCommand.Walk.LIFECYCLE, null, 10),
                                0))
                .list();
    }

    void save(long bucket, Bytes progress) {
        var _ =
                world.metadata.executeIn(
                        ObjectWorld.PARTITION,
                        new PartitionCommand.SaveProgress(
                                PartitionCommand.Walk.LIFECYCLE, new BucketId(bucket), progress),
                        0,
                        0);
    }

    void tag(String bucket, String key, String value) throws InterruptedException {
        var _ =
                world.objects.setTags(
                        ObjectWorld.CALLER, bucket, key, "", Map.of("t", value), world.deadline());
    }
}
