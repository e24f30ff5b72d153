package io.lethe.node.metadata.raft;

/** Where a node listens for Raft messages. */
public record RaftAddress(String host, int port) {
    @Override
    public String toString() {
        return host + ':' + port;
    }
}
