package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.client.IdentityClient;
import io.lethe.client.LetheClient;
import io.lethe.client.model.NewAccessKey;
import io.lethe.client.model.ServiceClass;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many tenants with ten users each, added by gRPC: how long that takes, and that neither requests
 * nor the start of a node are slower with them. Part of {@code --long} only.
 */
@EnabledIfSystemProperty(named = "lethe.long", matches = "true")
class ProvisioningTest {
    private static final int TENANTS = Integer.getInteger("lethe.tenants", 10_000);
    private static final int USERS = 10;

    /** Requests under way: a commit takes a few milliseconds, and many share one. */
    private static final int AT_ONCE = 64;

    private static final int SAMPLES = 400;

    /** Of the median: what two measurements of the same differ by on a busy machine. */
    private static final double NOISE = 1.5;

    @TempDir private Path dir;

    private static void all(int count, IntFunction<CompletableFuture<?>> order) throws Exception {
        Semaphore free = new Semaphore(AT_ONCE);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < count; i++) {
            free.acquire();
            var unused =
                    order.apply(i)
                            .whenComplete(
                                    (done, e) -> {
                                        if (e != null) {
                                            failure.compareAndSet(null, e);
                                        }
                                        free.release();
                                    });
            assertThat(unused).isNotNull();
        }
        free.acquire(AT_ONCE);
        assertThat(failure.get()).isNull();
    }

    /** Median of small reads, in milliseconds. */
    private static double readMillis(LetheClient client) {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            long from = System.nanoTime();
            var unused = client.objects().head("latency", "key");
            millis.add((System.nanoTime() - from) / 1e6);
            assertThat(unused).isNotNull();
        }
        millis.sort(null);
        return millis.get(SAMPLES / 2);
    }

    private static double startSeconds(Cluster cluster) {
        cluster.kill(4);
        long from = System.nanoTime();
        cluster.startNode(4);
        return (System.nanoTime() - from) / 1e9;
    }

    @Test
    void manyTenantsAreAddedInMinutesAndSlowNothingDown() throws Exception {
        try (Cluster cluster = Cluster.start(dir, Map.of());
                LetheClient client = cluster.client()) {
            Patience.with(() -> client.buckets().create("latency"));
            client.objects().put("latency", "key", new Contents(1, 1_000).source());
            double warm = readMillis(client);
            double before = readMillis(client);
            double startBefore = startSeconds(cluster);
            long from = System.nanoTime();
            all(
                    TENANTS,
                    i -> client.tenants().createAsync("tenant-" + i, "", ServiceClass.ENTERPRISE));
            double tenantsTook = (System.nanoTime() - from) / 1e9;
            from = System.nanoTime();
            all(
                    TENANTS * USERS,
                    i ->
                            users(client, i / USERS)
                                    .createUserAsync("user-" + i % USERS, false, i % USERS == 0));
            double usersTook = (System.nanoTime() - from) / 1e9;
            double after = readMillis(client);
            double startAfter = startSeconds(cluster);
            System.out.printf(
                    "%d tenants in %.1f s, %d users in %.1f s; a small request %.2f ms before and"
                            + " %.2f ms after (%.2f ms cold); a node starts in %.1f s before and"
                            + " %.1f s after%n",
                    TENANTS,
                    tenantsTook,
                    TENANTS * USERS,
                    usersTook,
                    before,
                    after,
                    warm,
                    startBefore,
                    startAfter);
            assertThat(count(client.tenants().list())).isEqualTo(TENANTS + 1);
            int last = TENANTS - 1;
            assertThat(count(users(client, last).users())).isEqualTo(USERS);
            NewAccessKey key = users(client, last).createKey("user-0", Optional.empty());
            try (LetheClient admin = cluster.client(key.key().id(), key.secret())) {
                assertThat(admin.buckets().create("of-the-last").name()).isEqualTo("of-the-last");
            }
            assertThat(after).as("milliseconds of a request").isLessThan(before * NOISE + 1);
        }
    }

    private static IdentityClient users(LetheClient client, int tenant) {
        return client.identities().of("tenant-" + tenant);
    }

    private static long count(Iterable<?> rows) {
        return StreamSupport.stream(rows.spliterator(), false).count();
    }
}
