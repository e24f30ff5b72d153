package io.lethe.system;

import io.lethe.client.ApiContract;
import io.lethe.client.LetheClient;
import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import org.junit.jupiter.api.AfterEach;

/** What the API promises, kept by a real cluster: the same as by the client's fake. */
@Shared(Kind.ONE_PROCESS)
class ApiTest extends ApiContract {
    private final LetheClient client;

    ApiTest(Cluster cluster) {
        client = cluster.client();
    }

    @Override
    protected LetheClient client() {
        return client;
    }

    @AfterEach
    void close() {
        client.close();
    }
}
