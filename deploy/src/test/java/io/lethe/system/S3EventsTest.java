package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.GetBucketLifecycleConfigurationResponse;
import software.amazon.awssdk.services.s3.model.LifecycleExpiration;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What S3 does by itself, as the AWS SDK sees it. */
@ExtendWith(SharedCluster.class)
class S3EventsTest {
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    @Test
    void aLifecycleEndsWhatIsDueAndSaysWhenTheRestIs(Cluster cluster) {
        try (S3Client s3 = S3Test.client(cluster, 0);
                S3Client other = S3Test.client(cluster, 2)) {
            s3.createBucket(b -> b.bucket("s3-lifecycle"));
            assertThat(S3Test.refused(() -> lifecycle(s3)).awsErrorDetails().errorCode())
                    .isEqualTo("NoSuchLifecycleConfiguration");
            s3.putObject(p -> p.bucket("s3-lifecycle").key("old/a"), RequestBody.fromString("a"));
            LifecycleRule past = lifecycleRule("past", "old/", e -> e.date(LONG_AGO));
            LifecycleRule month = lifecycleRule("month", "", e -> e.days(30));
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
}
