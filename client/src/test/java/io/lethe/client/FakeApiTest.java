package io.lethe.client;

import io.lethe.fake.FakeCluster;
import org.junit.jupiter.api.AfterEach;

/** The contract, kept by the fake: so that other tests may rely on it. */
final class FakeApiTest extends ApiContract {
    private final FakeCluster cluster = FakeCluster.start(1);
    private final LetheClient client = Clients.of(cluster).build();

    @Override
    protected LetheClient client() {
        return client;
    }

    @AfterEach
    void close() {
        client.close();
        cluster.close();
    }
}
