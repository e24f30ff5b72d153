package io.lethe.node.cluster.zookeeper;

import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/** One ZooKeeper server in this process, for {@code lethe dev} and tests; loopback only. */
public final class EmbeddedZooKeeper implements AutoCloseable {
    /** ZooKeeper's unit of time: sessions last at least two ticks. */
    private static final int TICK_MILLIS = 1_000;

    /** Nodes and tools on one machine. */
    private static final int MOST_CONNECTIONS = 500;

    private final ServerCnxnFactory connections;
    private final ZooKeeperServer server;

    /**
     * Starts; returns when it serves.
     *
     * @param port 0 for any free one
     * @throws StoreException UNAVAILABLE when the port is taken or the directory can't be used
     */
    public EmbeddedZooKeeper(Path dir, int port) {
        try {
            Files.createDirectories(dir);
            server = new ZooKeeperServer(dir.toFile(), dir.toFile(), TICK_MILLIS);
            connections =
                    ServerCnxnFactory.createFactory(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                            MOST_CONNECTIONS);
            connections.startup(server);
        } catch (BindException e) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "port "
                            + port
                            + " is in use, and ZooKeeper needs it; stop what listens there or"
                            + " choose another base port",
                    e);
        } catch (IOException e) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "ZooKeeper can't use " + dir + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(ErrorCode.UNAVAILABLE, "interrupted while starting", e);
        }
    }

    public String connect() {
        return "127.0.0.1:" + connections.getLocalPort();
    }

    @Override
    public void close() {
        connections.shutdown();
        server.shutdown();
    }
}
