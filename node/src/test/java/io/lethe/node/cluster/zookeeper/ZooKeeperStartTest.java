package io.lethe.node.cluster.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that start while ZooKeeper does not serve. */
class ZooKeeperStartTest {
    private static final int SAID_AFTER_MILLIS = 300;
    private static final int SESSION_MILLIS = 6_000;

    @TempDir private Path dir = Path.of("");

    private static int freePort() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ZooKeeperCoordination connect(int port, boolean patient) {
        return new ZooKeeperCoordination(
                "127.0.0.1:" + port,
                "late",
                new NodeId(new Id128(1, 2)),
                SESSION_MILLIS,
                null,
                SAID_AFTER_MILLIS,
                patient);
    }

    @Test
    void aNodeThatNeverReachedItGivesUp() {
        int port = freePort();
        assertThatThrownBy(() -> connect(port, false).close())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("zookeeper.connect");
    }

    /** After a power cut ZooKeeper may be back last, and nobody starts the node again. */
    @Test
    void aNodeThatHasReachedItBeforeWaits() throws Exception {
        int port = freePort();
        CompletableFuture<ZooKeeperCoordination> started =
                CompletableFuture.supplyAsync(() -> connect(port, true));
        assertThatThrownBy(() -> started.get(3 * SAID_AFTER_MILLIS, TimeUnit.MILLISECONDS))
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
        try (EmbeddedZooKeeper _ = new EmbeddedZooKeeper(dir, port);
                ZooKeeperCoordination coordination = started.get(1, TimeUnit.MINUTES)) {
            assertThat(coordination.connected()).isTrue();
        }
    }
}
