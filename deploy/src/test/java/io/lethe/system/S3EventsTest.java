package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.Event;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.FilterRule;
import software.amazon.awssdk.services.s3.model.FilterRuleName;
import software.amazon.awssdk.services.s3.model.GetBucketLifecycleConfigurationResponse;
import software.amazon.awssdk.services.s3.model.InventoryConfiguration;
import software.amazon.awssdk.services.s3.model.InventoryFormat;
import software.amazon.awssdk.services.s3.model.InventoryFrequency;
import software.amazon.awssdk.services.s3.model.InventoryIncludedObjectVersions;
import software.amazon.awssdk.services.s3.model.InventoryOptionalField;
import software.amazon.awssdk.services.s3.model.InventoryS3BucketDestination;
import software.amazon.awssdk.services.s3.model.LifecycleExpiration;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.NotificationConfiguration;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.QueueConfiguration;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What S3 does by itself, as the AWS SDK sees it. */
@Shared(Kind.ONE_PROCESS)
class S3EventsTest {
    private static final Duration DAYS_7 = Duration.ofDays(7);
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    @Test
    void aLifecycleEndsWhatIsDueAndSaysWhenTheRestIs(Cluster cluster) {
        try (S3Client s3 = S3Clients.sync(cluster, 0);
                S3Client other = S3Clients.sync(cluster, 2)) {
            s3.createBucket(b -> b.bucket("s3-lifecycle"));
            assertThat(S3Test.refused(() -> lifecycle(s3)).awsErrorDetails().errorCode())
                    .isEqualTo("NoSuchLifecycleConfiguration");
            s3.putObject(p -> p.bucket("s3-lifecycle").key("old/a"), RequestBody.fromString("a"));
            LifecycleRule past = lifecycleRule("past", "old/", e -> e.date(LONG_AGO));
            LifecycleRule month =
                    lifecycleRule("month", "", e -> e.days(30)).toBuilder()
                            .abortIncompleteMultipartUpload(a -> a.daysAfterInitiation(7))
                            .build();
            s3.putBucketLifecycleConfiguration(
                    l ->
                            l.bucket("s3-lifecycle")
                                    .lifecycleConfiguration(c -> c.rules(past, month)));
            assertThat(lifecycle(other).rules())
                    .extracting(LifecycleRule::id)
                    .containsExactly("past", "month");
            PutObjectResponse kept =
                    other.putObject(
                            p -> p.bucket("s3-lifecycle").key("new/b"),
                            RequestBody.fromString("b"));
            assertThat(kept.expiration()).startsWith("expiry-date=").contains("rule-id=\"month\"");
            assertThat(s3.headObject(h -> h.bucket("s3-lifecycle").key("new/b")).expiration())
                    .isEqualTo(kept.expiration());
            CreateMultipartUploadResponse begun =
                    other.createMultipartUpload(m -> m.bucket("s3-lifecycle").key("up"));
            assertThat(begun.abortRuleId()).isEqualTo("month");
            assertThat(begun.abortDate())
                    .isBetween(Instant.now().plus(DAYS_7), Instant.now().plus(DAYS_7.plusDays(1)));
            assertThat(
                            s3.listParts(
                                            l ->
                                                    l.bucket("s3-lifecycle")
                                                            .key("up")
                                                            .uploadId(begun.uploadId()))
                                    .abortDate())
                    .isEqualTo(begun.abortDate());
            Eventually.within(
                    Duration.ofSeconds(30),
                    () -> "keys are " + keys(s3),
                    () -> keys(s3).equals(List.of("new/b")));
            s3.deleteBucketLifecycle(d -> d.bucket("s3-lifecycle"));
            assertThat(s3.headObject(h -> h.bucket("s3-lifecycle").key("new/b")).expiration())
                    .isNull();
        }
    }

    private static List<String> keys(S3Client s3) {
        return s3.listObjectsV2(l -> l.bucket("s3-lifecycle")).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private static GetBucketLifecycleConfigurationResponse lifecycle(S3Client s3) {
        return s3.getBucketLifecycleConfiguration(l -> l.bucket("s3-lifecycle"));
    }

    private static LifecycleRule lifecycleRule(
            String id, String prefix, Consumer<LifecycleExpiration.Builder> expiration) {
        return LifecycleRule.builder()
                .id(id)
                .filter(f -> f.prefix(prefix))
                .status(ExpirationStatus.ENABLED)
                .expiration(expiration)
                .build();
    }

    /** Events of a bucket, in the order of each node's file. */
    private static List<String> events(Cluster cluster, String bucket) {
        return told(cluster, bucket).stream().filter(line -> line.contains("eventName")).toList();
    }

    private static List<String> told(Cluster cluster, String bucket) {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(cluster.dir().resolve("events"))) {
            for (Path file : files.toList()) {
                Files.readAllLines(file).stream()
                        .filter(line -> line.contains('"' + bucket + '"'))
                        .forEach(lines::add);
            }
        } catch (NoSuchFileException e) {
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    private static NotificationConfiguration notification(String sink, Event... events) {
        FilterRule jpg = FilterRule.builder().name(FilterRuleName.SUFFIX).value(".jpg").build();
        QueueConfiguration queue =
                QueueConfiguration.builder()
                        .queueArn("arn:lethe:sqs:us-east-1:lethe:" + sink)
                        .events(events)
                        .filter(f -> f.key(k -> k.filterRules(jpg)))
                        .build();
        return NotificationConfiguration.builder().queueConfigurations(queue).build();
    }

    private static void configure(
            S3Client s3, String bucket, NotificationConfiguration configuration) {
        s3.putBucketNotificationConfiguration(
                n -> n.bucket(bucket).notificationConfiguration(configuration));
    }

    @Test
    void changesAreToldToTheSinkThatTheBucketNames(Cluster cluster) {
        String bucket = "s3-events";
        try (S3Client s3 = S3Clients.sync(cluster, 1);
                S3Client other = S3Clients.sync(cluster, 4)) {
            s3.createBucket(b -> b.bucket(bucket));
            for (String name : List.of("nobody", "acme")) {
                NotificationConfiguration no = notification(name, Event.S3_OBJECT_CREATED);
                S3Exception unknown = S3Test.refused(() -> configure(s3, bucket, no));
                assertThat(unknown.awsErrorDetails().errorCode())
                        .as(name)
                        .isEqualTo("InvalidArgument");
                assertThat(unknown.awsErrorDetails().errorMessage())
                        .contains("Unable to validate the following destination");
            }
            assertThat(cluster.dir().resolve("acme")).doesNotExist();
            configure(
                    s3,
                    bucket,
                    notification("log", Event.S3_OBJECT_CREATED, Event.S3_OBJECT_REMOVED_DELETE));
            assertThat(told(cluster, bucket)).singleElement().asString().contains("s3:TestEvent");
            assertThat(
                            other.getBucketNotificationConfiguration(n -> n.bucket(bucket))
                                    .queueConfigurations())
                    .hasSize(1);
            other.putObject(p -> p.bucket(bucket).key("a.jpg"), RequestBody.fromString("abc"));
            other.putObject(p -> p.bucket(bucket).key("a.txt"), RequestBody.fromString("abc"));
            s3.deleteObject(d -> d.bucket(bucket).key("a.jpg"));
            Eventually.within(
                    Duration.ofSeconds(30),
                    () -> "told were " + told(cluster, bucket),
                    () -> events(cluster, bucket).size() >= 2);
            assertThat(events(cluster, bucket).get(0))
                    .contains("\"eventName\":\"ObjectCreated:Put\"")
                    .contains("\"key\":\"a.jpg\",\"size\":3")
                    .containsPattern("\"ownerIdentity\":\\{\"principalId\":\"[0-9]{12}\"");
            assertThat(events(cluster, bucket).get(1)).contains("ObjectRemoved:Delete");
        }
    }

    private static List<String> keys(S3Client s3, String bucket, String prefix) {
        return s3.listObjectsV2(l -> l.bucket(bucket).prefix(prefix)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private static String text(S3Client s3, String bucket, String key) {
        return s3.getObjectAsBytes(g -> g.bucket(bucket).key(key)).asUtf8String();
    }

    @Test
    void requestsAreLoggedIntoTheBucketThatTheirBucketNames(Cluster cluster) {
        try (S3Client s3 = S3Clients.sync(cluster, 0)) {
            s3.createBucket(b -> b.bucket("s3-logged"));
            s3.createBucket(b -> b.bucket("s3-logs"));
            assertThat(S3Test.refused(() -> log(s3, "s3-nowhere")).awsErrorDetails().errorCode())
                    .isEqualTo("InvalidTargetBucketForLogging");
            log(s3, "s3-logs");
            assertThat(
                            s3.getBucketLogging(l -> l.bucket("s3-logged"))
                                    .loggingEnabled()
                                    .targetPrefix())
                    .isEqualTo("to/");
            s3.putObject(p -> p.bucket("s3-logged").key("k"), RequestBody.fromString("x"));
            var _ = S3Test.refused(() -> text(s3, "s3-logged", "none"));
            Eventually.within(
                    Duration.ofSeconds(30),
                    () -> "logged were " + keys(s3, "s3-logs", "to/"),
                    () -> {
                        String all =
                                keys(s3, "s3-logs", "to/").stream()
                                        .map(key -> text(s3, "s3-logs", key))
                                        .reduce("", String::concat);
                        return all.contains(" REST.PUT.OBJECT k \"PUT /s3-logged/k HTTP/1.1\" 200 ")
                                && all.contains(" 404 NoSuchKey ");
                    });
        }
    }

    private static void log(S3Client s3, String target) {
        s3.putBucketLogging(
                l ->
                        l.bucket("s3-logged")
                                .bucketLoggingStatus(
                                        b ->
                                                b.loggingEnabled(
                                                        e ->
                                                                e.targetBucket(target)
                                                                        .targetPrefix("to/"))));
    }

    @Test
    void anInventoryListsABucket(Cluster cluster) {
        try (S3Client s3 = S3Clients.sync(cluster, 2)) {
            s3.createBucket(b -> b.bucket("s3-stock"));
            s3.createBucket(b -> b.bucket("s3-reports"));
            s3.putObject(p -> p.bucket("s3-stock").key("a"), RequestBody.fromString("abc"));
            InventoryS3BucketDestination to =
                    InventoryS3BucketDestination.builder()
                            .bucket("arn:aws:s3:::s3-reports")
                            .format(InventoryFormat.CSV)
                            .prefix("p")
                            .build();
            InventoryConfiguration daily =
                    InventoryConfiguration.builder()
                            .id("daily")
                            .isEnabled(true)
                            .destination(d -> d.s3BucketDestination(to))
                            .includedObjectVersions(InventoryIncludedObjectVersions.CURRENT)
                            .optionalFields(InventoryOptionalField.SIZE)
                            .schedule(c -> c.frequency(InventoryFrequency.DAILY))
                            .build();
            s3.putBucketInventoryConfiguration(
                    i -> i.bucket("s3-stock").id("daily").inventoryConfiguration(daily));
            assertThat(
                            s3.getBucketInventoryConfiguration(
                                            i -> i.bucket("s3-stock").id("daily"))
                                    .inventoryConfiguration())
                    .isEqualTo(daily);
            assertThat(
                            s3.listBucketInventoryConfigurations(i -> i.bucket("s3-stock"))
                                    .inventoryConfigurationList())
                    .containsExactly(daily);
            Eventually.within(
                    Duration.ofSeconds(30),
                    () -> "reports are " + keys(s3, "s3-reports", "p/"),
                    () -> keys(s3, "s3-reports", "p/s3-stock/daily/").size() == 3);
            assertThat(keys(s3, "s3-reports", "p/s3-stock/daily/"))
                    .anyMatch(key -> key.endsWith("/manifest.checksum"));
            s3.deleteBucketInventoryConfiguration(i -> i.bucket("s3-stock").id("daily"));
            assertThat(
                            S3Test.refused(
                                            () ->
                                                    s3.getBucketInventoryConfiguration(
                                                            i -> i.bucket("s3-stock").id("daily")))
                                    .awsErrorDetails()
                                    .errorCode())
                    .isEqualTo("NoSuchConfiguration");
        }
    }
}
