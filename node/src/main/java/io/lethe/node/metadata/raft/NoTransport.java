package io.lethe.node.metadata.raft;

/** Reaches nobody: for what is done to the replicas of a node that is stopped. Stateless. */
public final class NoTransport implements RaftTransport {
    @Override
    public void serve(Service service) {}

    @Override
    public void call(RaftAddress to, Message request, long timeoutNanos, Callback callback) {
        callback.failed(Failure.DISCONNECTED, "this node is stopped");
    }

    @Override
    public void disconnect(RaftAddress to) {}

    @Override
    public void close() {}
}
