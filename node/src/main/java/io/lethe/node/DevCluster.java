package io.lethe.node;

import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.config.ConfigLoader;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.cluster.zookeeper.EmbeddedZooKeeper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * ZooKeeper and all nodes of a development cluster in this process. Started and closed by one
 * thread.
 */
final class DevCluster implements AutoCloseable {
    private static final long READY_WITHIN_NANOS = TimeUnit.MINUTES.toNanos(3);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final EmbeddedZooKeeper zooKeeper;
    private final List<Node> nodes = new ArrayList<>();

    private final Tasks tasks;

    private DevCluster(EmbeddedZooKeeper zooKeeper, Tasks tasks) {
        this.zooKeeper = zooKeeper;
        this.tasks = tasks;
    }

    /**
     * Returns when every node serves.
     *
     * @param environment overrides keys of their configuration
     */
    static DevCluster start(DevLayout layout, Tasks tasks, Map<String, String> environment)
            throws InterruptedException {
        DevCluster cluster =
                new DevCluster(
                        new EmbeddedZooKeeper(
                                layout.dir().resolve("zookeeper"), layout.zookeeperPort()),
                        tasks);
        boolean ready = false;
        try {
            for (int i = 0; i < layout.nodes(); i++) {
                cluster.nodes.add(
                        Node.start(
                                ConfigLoader.load(
                                                NodeConfig.class, layout.nodeConfig(i), environment)
                                        .config()));
            }
            cluster.awaitReady();
            ready = true;
            return cluster;
        } finally {
            if (!ready) {
                cluster.close();
            }
        }
    }

    private void awaitReady() throws InterruptedException {
        long deadline = tasks.clock().nanos() + READY_WITHIN_NANOS;
        for (Node node : nodes) {
            while (!node.ready()) {
                if (tasks.clock().nanos() - deadline > 0) {
                    throw new ConfigException(
                            "the cluster does not serve after three minutes: "
                                    + node.whyNotReady());
                }
                tasks.sleep(POLL_NANOS);
            }
        }
    }

    @Override
    public void close() {
        nodes.reversed().forEach(Node::close);
        zooKeeper.close();
    }
}
