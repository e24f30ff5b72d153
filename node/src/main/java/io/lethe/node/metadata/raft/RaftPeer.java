package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.entity.PeerId;
import io.lethe.node.base.Check;
import io.lethe.node.model.NodeRecord;
import org.jspecify.annotations.Nullable;

/**
 * A replica's name in a group: where its node listens for Raft, and which of its lives it is.
 *
 * @param generation {@link io.lethe.node.model.PartitionRecord.Replica#generation()}; a replica
 *     whose store was lost comes back only under the next one
 */
public record RaftPeer(String host, int port, int generation) {
    public RaftPeer {
        Check.that(!host.isEmpty() && host.indexOf(':') < 0, "host is '" + host + "'");
        Check.range("port", port, 1, 65_535);
        Check.range("generation", generation, 0, Integer.MAX_VALUE);
    }

    /** A replica of a node, where that is now. */
    public static RaftPeer of(NodeRecord node, int generation) {
        return new RaftPeer(node.host(), node.rpcPort(), generation);
    }

    /** Whether it is one of a node's replicas, in whichever generation. */
    public boolean isAt(NodeRecord node) {
        return host.equals(node.host()) && port == node.rpcPort();
    }

    public RaftAddress address() {
        return new RaftAddress(host, port);
    }

    PeerId toPeerId() {
        return new PeerId(host, port, generation);
    }

    static RaftPeer of(PeerId peer) {
        return new RaftPeer(peer.getIp(), peer.getPort(), peer.getIdx());
    }

    static @Nullable RaftPeer ofNullable(@Nullable PeerId peer) {
        return peer == null || peer.isEmpty() ? null : of(peer);
    }

    @Override
    public String toString() {
        return host + ':' + port + ':' + generation;
    }
}
