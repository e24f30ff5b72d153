package io.lethe.node.chunk.wire;

import io.lethe.node.base.Check;
import io.lethe.node.model.Id128;
import java.net.InetSocketAddress;

/**
 * What a data plane server is told.
 *
 * @param listen where to accept; port 0 picks one
 * @param plaintextAllowed whether it may listen beyond loopback without TLS
 * @param mostConnections connections open at once; more are closed
 * @param mostStreamsPerConnection requests open at once on one connection; more are OVERLOADED
 * @param mostStreams requests open at once in all; more are OVERLOADED
 * @param windowBytes credits of one write, see {@link Window}
 * @param mostBufferedBytes all streams' buffers together; a stream that does not fit is OVERLOADED
 * @param pingMillis silence after which a peer is asked; twice that and it is dropped
 */
public record DataPlaneServerConfig(
        Id128 cluster,
        InetSocketAddress listen,
        boolean plaintextAllowed,
        int mostConnections,
        int mostStreamsPerConnection,
        int mostStreams,
        int windowBytes,
        long mostBufferedBytes,
        int pingMillis) {
    /** Two full frames: below, a write could not overlap network and disk. */
    static final int LEAST_WINDOW = 2 * FrameHead.MOST_BODY;

    public DataPlaneServerConfig {
        Check.range("data plane: most connections", mostConnections, 1, 65_536);
        Check.range("data plane: most streams per connection", mostStreamsPerConnection, 1, 65_536);
        Check.range("data plane: most streams", mostStreams, 1, 1 << 20);
        Check.range("data plane: window bytes", windowBytes, LEAST_WINDOW, 64 << 20);
        Check.range("data plane: buffered bytes", mostBufferedBytes, windowBytes, 1L << 40);
        Check.range("data plane: ping ms", pingMillis, 10, 600_000);
    }

    /**
     * 256 connections of 1,024 requests, 4,096 requests in all; a window of 768 KiB (three frames:
     * one on the disk, one queued, one on the way), and 96 MiB of buffers: 128 long writes at once
     * within a heap of 512 MiB.
     */
    public static DataPlaneServerConfig defaults(Id128 cluster, InetSocketAddress listen) {
        return new DataPlaneServerConfig(
                cluster, listen, false, 256, 1_024, 4_096, 768 << 10, 96L << 20, 5_000);
    }

    /**
     * @throws IllegalArgumentException when it would take plaintext from the network unasked
     */
    void checkPlaintext(boolean tls) {
        boolean loopback = listen.getAddress() != null && listen.getAddress().isLoopbackAddress();
        if (!tls && !loopback && !plaintextAllowed) {
            throw new IllegalArgumentException(
                    "the data plane would listen on "
                            + listen
                            + " without TLS: give it a certificate, key and authorities, or a"
                            + " loopback address, or allow plaintext if every host on that network"
                            + " is trusted");
        }
    }
}
