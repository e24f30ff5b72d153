package io.lethe.node.metadata;

import io.lethe.node.model.GroupId;

/** This node's groups, as other nodes reach them. Safe for any thread; calls block the task. */
public interface MetadataServer {
    /**
     * @param request a {@link MetadataRequest}
     * @param deadlineNanos of the caller, on this node's clock
     * @return a {@link MetadataResponse}, failures too
     */
    byte[] handle(GroupId group, byte[] request, long deadlineNanos) throws InterruptedException;
}
