package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.client.ErrorCode;
import io.lethe.client.LetheClient;
import io.lethe.client.LetheException;
import io.lethe.client.ListOptions;
import io.lethe.client.PutOptions;
import io.lethe.client.Source;
import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that can't be served are refused with a message, and leave nothing behind. */
@Shared(Kind.ONE_PROCESS)
class BadInputTest {
    private static final Source BODY = Source.bytes(new byte[100_000]);

    @TempDir private Path dir;

    /** An attempt that must fail. */
    private interface Attempt {
        void run();
    }

    private static String refused(ErrorCode code, Attempt attempt) {
        LetheException failure = catchThrowableOfType(LetheException.class, attempt::run);
        assertThat(failure).as("refused").isNotNull();
        assertThat(failure.code()).as(failure.toString()).isEqualTo(code);
        return String.valueOf(failure.getMessage());
    }

    @Test
    void anUnknownBucketIsNamed(Cluster cluster) {
        try (LetheClient client = cluster.client()) {
            assertThat(
                            refused(
                                    ErrorCode.NO_SUCH_BUCKET,
                                    () -> client.objects().put("nowhere", "key", BODY)))
                    .contains("nowhere");
            assertThat(
                            refused(
                                    ErrorCode.NO_SUCH_BUCKET,
                                    () -> client.objects().head("nowhere", "key")))
                    .contains("nowhere");
        }
        Commands.Ended ended =
                new Commands(dir, cluster.clientConfig()).run("ls", "nowhere", "--json");
        assertThat(ended.status()).isEqualTo(3);
        assertThat(ended.err()).contains("NO_SUCH_BUCKET", "nowhere", "advice");
    }

    @Test
    void illegalNamesMakeNoBucketAndNoObject(Cluster cluster) {
        try (LetheClient client = cluster.client()) {
            for (String name : List.of("Upper", "under_score", "ab", "a..b", "-dash", "10.0.0.1")) {
                refused(ErrorCode.INVALID_BUCKET_NAME, () -> client.buckets().create(name));
            }
            client.buckets().list().forEach(b -> assertThat(b.name()).matches("[a-z0-9-]{3,}"));
            client.buckets().create("names");
            refused(
                    ErrorCode.KEY_TOO_LONG,
                    () -> client.objects().put("names", "k".repeat(1025), BODY));
            assertThat(client.objects().list("names", ListOptions.ALL)).isEmpty();
        }
    }

    @Test
    void oversizedMetadataStoresNothing(Cluster cluster) {
        try (LetheClient client = cluster.client()) {
            client.buckets().create("metadata");
            PutOptions options = PutOptions.builder().metadata("note", "x".repeat(3000)).build();
            assertThat(
                            refused(
                                    ErrorCode.METADATA_TOO_LARGE,
                                    () -> client.objects().put("metadata", "key", BODY, options)))
                    .contains("2048");
            assertThat(client.objects().list("metadata", ListOptions.ALL)).isEmpty();
        }
    }

    @Test
    void aWrongKeyIsRefused(Cluster cluster) throws IOException {
        String yaml = Files.readString(cluster.clientConfig());
        Path unknown = dir.resolve("unknown.yaml");
        Files.writeString(unknown, yaml.replaceAll("access_key: .*", "access_key: NOSUCHKEY"));
        Path wrong = dir.resolve("wrong.yaml");
        Files.writeString(wrong, yaml.replaceAll("secret_key: .*", "secret_key: guessed"));
        for (Path config : List.of(unknown, wrong)) {
            Commands.Ended ended = new Commands(dir, config).run("mb", "stolen");
            assertThat(ended.status()).as(ended.toString()).isEqualTo(4);
            assertThat(ended.err()).contains("lethe: ", "what to do");
        }
        try (LetheClient client = cluster.client()) {
            refused(ErrorCode.NO_SUCH_BUCKET, () -> client.buckets().get("stolen"));
        }
    }
}
