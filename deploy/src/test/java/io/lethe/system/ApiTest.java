package io.lethe.system;

import io.lethe.client.ApiContract;
import io.lethe.client.LetheClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the API promises, kept by a real cluster: the same as by the client's fake. */
@ExtendWith(SharedCluster.class)
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
