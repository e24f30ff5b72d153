package io.lethe.node.metadata;

import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.ShardId;

/** Has another replica compare what a re-wrap moved. Safe for any thread. */
public interface RewrapWitness {
    /**
     * Whether the replica on a node unwraps each data key that was moved out of a shard to the same
     * bytes as before.
     *
     * @throws io.lethe.node.model.StoreException when it can't say now
     */
    boolean verify(NodeId node, GroupId group, ShardId shard, long deadlineNanos)
            throws InterruptedException;
}
