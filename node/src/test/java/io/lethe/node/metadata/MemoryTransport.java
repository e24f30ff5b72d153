package io.lethe.node.metadata;

import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Carries requests between nodes of one process, each in a task. Safe for any thread. */
public final class MemoryTransport implements MetadataTransport {
    private final Tasks tasks;
    private final ConcurrentMap<NodeId, MetadataServer> servers = new ConcurrentHashMap<>();
    private final Set<NodeId> cutOff = ConcurrentHashMap.newKeySet();

    public MemoryTransport(Tasks tasks) {
        this.tasks = tasks;
    }

    public void add(NodeId node, MetadataServer server) {
        servers.put(node, server);
    }

    /** Requests to a node that is cut off certainly don't arrive. */
    public void cutOff(NodeId node, boolean off) {
        if (off) {
            cutOff.add(node);
        } else {
            cutOff.remove(node);
        }
    }

    @Override
    public Promise<byte[]> call(NodeId node, GroupId group, byte[] request, long deadlineNanos) {
        Promise<byte[]> promise = tasks.promise();
        MetadataServer server = servers.get(node);
        if (server == null || cutOff.contains(node)) {
            promise.fail(new StoreException(ErrorCode.UNAVAILABLE, node + " can't be reached"));
            return promise;
        }
        var _ =
                tasks.fork(
                        "call-" + node,
                        () -> {
                            try {
                                promise.complete(
                                        server.handle(group, request.clone(), deadlineNanos));
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                                promise.fail(
                                        new StoreException(
                                                ErrorCode.OUTCOME_UNKNOWN, "interrupted", e));
                            }
                        });
        return promise;
    }
}
