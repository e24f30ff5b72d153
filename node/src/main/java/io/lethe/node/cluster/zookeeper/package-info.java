/**
 * Coordination by ZooKeeper. Start reading at {@link
 * io.lethe.node.cluster.zookeeper.ZooKeeperCoordination}.
 */
@NullMarked
package io.lethe.node.cluster.zookeeper;

import org.jspecify.annotations.NullMarked;
