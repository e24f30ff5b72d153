package io.lethe.client;

import io.lethe.fake.FakeCluster;
import java.time.Duration;

/** Clients with short pauses. */
final class Clients {
    /** Pauses so short that tests do not wait. */
    static final RetryPolicy QUICK =
            new RetryPolicy(
                    5,
                    Duration.ofMillis(1),
                    Duration.ofMillis(4),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10));

    private Clients() {}

    static LetheClient.Builder of(FakeCluster cluster) {
        return LetheClient.builder()
                .endpoints(cluster.endpoints())
                .credentials(FakeCluster.ACCESS_KEY, FakeCluster.SECRET_KEY)
                .retries(QUICK);
    }
}
