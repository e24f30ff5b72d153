package io.lethe.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.lethe.client.model.Bucket;
import io.lethe.client.model.Conditions;
import io.lethe.client.model.DeleteResult;
import io.lethe.client.model.ListEntry;
import io.lethe.client.model.PutResult;
import io.lethe.client.model.Versioning;
import io.lethe.fake.FakeCluster;
import io.lethe.fake.Faults;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Repeats, idempotency, deadlines, endpoints, keys. */
final class RetryTest {
    private final FakeCluster cluster = FakeCluster.start(2);
    private final Faults faults = cluster.faults(0);
    private final LetheClient single =
            LetheClient.builder()
                    .endpoints(cluster.endpoints().get(0))
                    .credentials(FakeCluster.ACCESS_KEY, FakeCluster.SECRET_KEY)
                    .retries(Clients.QUICK)
                    .build();

    @BeforeEach
    void makeBucket() {
        Bucket unusedBucket = single.buckets().create("bucket", "", Versioning.ENABLED);
    }

    @AfterEach
    void close() {
        single.close();
        cluster.close();
    }

    private static Source text(String text) {
        return Source.bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private List<ListEntry> versions() {
        List<ListEntry> versions = new ArrayList<>();
        single.objects().versions("bucket", ListOptions.ALL).forEach(versions::add);
        return versions;
    }

    @Test
    void putWhoseAnswerWasLostIsRepeatedAndFindsItsOwnVersion() {
        faults.loseAnswers(1);
        PutOptions absent = PutOptions.builder().conditions(Conditions.absent()).build();
        PutResult stored = single.objects().put("bucket", "k", text("x"), absent);
        assertThat(faults.calls("PutObject")).isEqualTo(2);
        assertThat(versions()).hasSize(1);
        assertThat(single.objects().head("bucket", "k").versionId()).isEqualTo(stored.versionId());
    }

    @Test
    void largePutWhoseAnswerWasLostIsNotSentTwice() {
        faults.loseAnswers(1);
        byte[] bytes = new byte[20 * 1024 * 1024];
        PutResult unusedPut = single.objects().put("bucket", "k", Source.bytes(bytes));
        assertThat(faults.receivedBytes()).isLessThan(bytes.length + 8L * 1024 * 1024);
    }

    @Test
    void deleteWhoseAnswerWasLostMakesOneMarker() {
        PutResult unusedPut = single.objects().put("bucket", "k", text("x"));
        faults.loseAnswers(2);
        DeleteResult deleted = single.objects().delete("bucket", "k");
        assertThat(deleted.deleteMarker()).isTrue();
        assertThat(versions()).hasSize(2);
    }

    @Test
    void bucketWhoseAnswerWasLostIsMadeOnceAndRemovedOnce() {
        faults.loseAnswers(1);
        assertThat(single.buckets().create("other").name()).isEqualTo("other");
        faults.loseAnswers(1);
        single.buckets().delete("other");
        assertThat(faults.calls("DeleteBucket")).isEqualTo(2);
        assertThatThrownBy(() -> single.buckets().delete("other"))
                .isInstanceOf(LetheException.NotFound.class);
    }

    @Test
    void closedWriteIsRepeatedUnderAnotherId() {
        faults.refuseNext("PutObject", Status.Code.ABORTED, "WRITE_CLOSED");
        PutResult stored = single.objects().put("bucket", "k", text("x"));
        assertThat(stored.sizeBytes()).isEqualTo(1);
        assertThat(faults.calls("PutObject")).isEqualTo(2);
    }

    @Test
    void serversCodeDecidesAndNotTheStatus() {
        faults.refuseNext("HeadObject", Status.Code.UNKNOWN, "OUTCOME_UNKNOWN");
        faults.refuseNext("HeadObject", Status.Code.UNAVAILABLE, "OUT_OF_SPACE");
        LetheException failure =
                catchThrowableOfType(
                        LetheException.class, () -> single.objects().head("bucket", "k"));
        assertThat(failure.code()).isEqualTo(ErrorCode.OUT_OF_SPACE);
        assertThat(faults.calls("HeadObject")).isEqualTo(2);
    }

    @Test
    void unknownCodeOfNewerServerGoesByItsStatus() {
        faults.refuseNext("HeadObject", Status.Code.UNAVAILABLE, "MOON_IN_THE_WAY");
        faults.refuseNext("HeadObject", Status.Code.DATA_LOSS, "EATEN_BY_MICE");
        assertThatThrownBy(() -> single.objects().head("bucket", "k"))
                .isInstanceOf(LetheException.Failure.class)
                .hasMessageContaining("EATEN_BY_MICE");
        assertThat(faults.calls("HeadObject")).isEqualTo(2);
    }

    @Test
    void callersMistakesAreNotRepeated() {
        assertThatThrownBy(() -> single.objects().head("bucket", "nothing"))
                .isInstanceOf(LetheException.NotFound.class);
        assertThat(faults.calls("HeadObject")).isEqualTo(1);
    }

    @Test
    void attemptsEndAndTheFailureTellsHowMany() {
        for (int i = 0; i < 9; i++) {
            faults.refuseNext("HeadObject", Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED");
        }
        assertThatThrownBy(() -> single.objects().head("bucket", "k"))
                .isInstanceOf(LetheException.Unavailable.class)
                .hasMessageContaining("failed 5 times");
        assertThat(faults.calls("HeadObject")).isEqualTo(5);
    }

    @Test
    void smallStreamIsRepeatedAndLargeOneIsNot() {
        faults.breakNext("PutObject");
        InputStream small = new ByteArrayInputStream(new byte[1000]);
        assertThat(single.objects().put("bucket", "s", Source.stream(small)).sizeBytes())
                .isEqualTo(1000);

        faults.loseAnswers(1);
        InputStream large = new ByteArrayInputStream(new byte[3 * 1024 * 1024]);
        assertThatThrownBy(() -> single.objects().put("bucket", "l", Source.stream(large)))
                .isInstanceOfSatisfying(
                        LetheException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN))
                .hasMessageContaining("may have been stored");
    }

    @Test
    void failedGatewayIsLeftForAnotherAndAvoidedAfterwards() {
        try (LetheClient client = Clients.of(cluster).build()) {
            cluster.kill(0);
            for (int i = 0; i < 10; i++) {
                assertThat(client.buckets().get("bucket").name()).isEqualTo("bucket");
            }
            assertThat(cluster.faults(1).calls("GetBucket")).isEqualTo(10);
        }
    }

    @Test
    void overloadedGatewayIsLeftForAnother() {
        try (LetheClient client = Clients.of(cluster).build()) {
            for (int i = 0; i < 2; i++) {
                cluster.faults(i)
                        .refuseNext("GetBucket", Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED");
            }
            assertThat(client.buckets().get("bucket").name()).isEqualTo("bucket");
            assertThat(cluster.faults(0).calls("GetBucket")).isPositive();
            assertThat(cluster.faults(1).calls("GetBucket")).isPositive();
        }
    }

    @Test
    void nobodyListeningIsSaidWithTheAddress() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        try (LetheClient client =
                LetheClient.builder()
                        .endpoints("127.0.0.1:" + port)
                        .credentials("a", "b")
                        .retries(RetryPolicy.NONE)
                        .build()) {
            assertThatThrownBy(() -> client.cluster().status())
                    .isInstanceOf(LetheException.Unavailable.class)
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("refused");
        }
    }

    @Test
    void deadlineBoundsAllAttemptsTogether() {
        faults.silence("HeadObject");
        long before = System.nanoTime();
        assertThatThrownBy(
                        () -> single.objects().within(Duration.ofMillis(300)).head("bucket", "k"))
                .isInstanceOfSatisfying(
                        LetheException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE))
                .hasMessageContaining("gave up after");
        assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(5));
    }

    @Test
    void deadlineBoundsTransfersToo() {
        faults.ignoreData();
        assertThatThrownBy(
                        () ->
                                single.objects()
                                        .within(Duration.ofMillis(300))
                                        .put(
                                                "bucket",
                                                "k",
                                                Source.bytes(new byte[4 * 1024 * 1024])))
                .isInstanceOf(LetheException.Unavailable.class)
                .hasMessageContaining("gave up after");
    }

    @Test
    void gatewayThatHangsIsLeftAfterOneAttempt() {
        cluster.faults(0).silence("GetBucket");
        RetryPolicy impatient =
                new RetryPolicy(
                        5,
                        Duration.ofMillis(1),
                        Duration.ofMillis(4),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10));
        try (LetheClient client = Clients.of(cluster).retries(impatient).build()) {
            for (int i = 0; i < 4; i++) {
                assertThat(client.buckets().get("bucket").name()).isEqualTo("bucket");
            }
        }
    }

    @Test
    void wrongKeyAndWrongSecretAreToldApartAndNotRepeated() {
        for (boolean wrongKey : new boolean[] {true, false}) {
            try (LetheClient client =
                    LetheClient.builder()
                            .endpoints(cluster.endpoints().get(0))
                            .credentials(
                                    wrongKey ? "nobody" : FakeCluster.ACCESS_KEY, "wrong-secret")
                            .retries(Clients.QUICK)
                            .build()) {
                int before = faults.calls("ListBuckets");
                LetheException failure =
                        catchThrowableOfType(
                                LetheException.Denied.class,
                                () -> client.buckets().list().iterator().next());
                assertThat(failure.code())
                        .isEqualTo(
                                wrongKey
                                        ? ErrorCode.UNAUTHENTICATED
                                        : ErrorCode.SIGNATURE_MISMATCH);
                assertThat(faults.calls("ListBuckets")).isEqualTo(before + 1);
                assertThatThrownBy(
                                () ->
                                        client.objects()
                                                .put(
                                                        "bucket",
                                                        "k",
                                                        Source.bytes(new byte[3_000_000])))
                        .isInstanceOf(LetheException.Denied.class);
            }
        }
        assertThat(versions()).isEmpty();
    }

    @Test
    void clockThatIsOffIsDenied() {
        try (LetheClient client =
                Clients.of(cluster)
                        .sources(
                                () -> System.currentTimeMillis() - 6 * 60 * 1000,
                                System::nanoTime,
                                () -> new byte[16])
                        .build()) {
            assertThatThrownBy(() -> client.cluster().status())
                    .isInstanceOf(LetheException.Denied.class);
        }
    }

    @Test
    void cancelledFutureEndsItsCall() {
        faults.silence("HeadObject");
        CompletableFuture<?> head = single.objects().headAsync("bucket", "k", "", Conditions.NONE);
        assertThat(head.cancel(true)).isTrue();
        assertThat(head).isCancelled();
        // The client still works.
        assertThat(single.buckets().get("bucket").name()).isEqualTo("bucket");
    }

    @Test
    void closingTheClientEndsItsCalls() {
        // It may ask either.
        faults.silence("HeadObject");
        cluster.faults(1).silence("HeadObject");
        LetheClient client = Clients.of(cluster).build();
        CompletableFuture<?> head = client.objects().headAsync("bucket", "k", "", Conditions.NONE);
        client.close();
        assertThatThrownBy(head::join).hasCauseInstanceOf(LetheException.Local.class);
        assertThatThrownBy(() -> client.cluster().status())
                .isInstanceOf(LetheException.Local.class)
                .hasMessageContaining("closed");
    }

    @Test
    void interruptedCallerGetsItsInterruptBack() {
        faults.silence("HeadObject");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> single.objects().head("bucket", "k"))
                .isInstanceOf(LetheException.Local.class);
        assertThat(Thread.interrupted()).isTrue();
    }
}
