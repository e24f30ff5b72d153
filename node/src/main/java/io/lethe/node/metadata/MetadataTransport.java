package io.lethe.node.metadata;

import io.lethe.node.base.task.Promise;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;

/** Carries requests to another node's {@link MetadataServer}. Safe for any thread. */
public interface MetadataTransport {
    /**
     * The promise fails with a {@link io.lethe.node.model.StoreException}: UNAVAILABLE when the
     * request certainly did not arrive, OVERLOADED when the other node would not take it, else
     * OUTCOME_UNKNOWN.
     */
    Promise<byte[]> call(NodeId node, GroupId group, byte[] request, long deadlineNanos);
}
