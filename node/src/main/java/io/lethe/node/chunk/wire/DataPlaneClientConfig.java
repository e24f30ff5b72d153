package io.lethe.node.chunk.wire;

import io.lethe.node.base.Check;
import io.lethe.node.model.Id128;

/**
 * What a data plane client is told.
 *
 * @param connectMillis how long one attempt to connect may take
 * @param greetMillis how long TLS and HELLO may take after that
 * @param leastBackoffMillis pause after the first failed attempt; doubles with each further one
 * @param mostBackoffMillis the longest pause
 * @param mostWaiting requests that may wait for one address to be connected
 * @param mostPeers addresses kept
 * @param pingMillis silence after which a peer is asked; twice that and it is dropped
 */
public record DataPlaneClientConfig(
        Id128 cluster,
        int connectMillis,
        int greetMillis,
        int leastBackoffMillis,
        int mostBackoffMillis,
        int mostWaiting,
        int mostPeers,
        int pingMillis) {
    public DataPlaneClientConfig {
        Check.range("data plane: connect ms", connectMillis, 1, 60_000);
        Check.range("data plane: greet ms", greetMillis, 1, 60_000);
        Check.range("data plane: least back-off ms", leastBackoffMillis, 1, 60_000);
        Check.range("data plane: most back-off ms", mostBackoffMillis, leastBackoffMillis, 600_000);
        Check.range("data plane: most waiting", mostWaiting, 1, 1 << 20);
        Check.range("data plane: most peers", mostPeers, 1, 1 << 20);
        Check.range("data plane: ping ms", pingMillis, 10, 600_000);
    }

    /**
     * Connecting 1 s (the kernel of a node that is up answers at once, and one lost SYN fits);
     * greeting 5 s, since a busy node is slow but there; back-off 20 ms to 1 s, so that a node that
     * came back is used within a second; 4,096 waiting requests, as many as a server takes.
     */
    public static DataPlaneClientConfig defaults(Id128 cluster) {
        return new DataPlaneClientConfig(cluster, 1_000, 5_000, 20, 1_000, 4_096, 4_096, 5_000);
    }
}
