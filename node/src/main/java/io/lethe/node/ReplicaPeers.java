package io.lethe.node;

import io.lethe.node.metadata.LocalDirectory;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What records name by node, as Raft names it, by address. Stateless. */
final class ReplicaPeers {
    private ReplicaPeers() {}

    /** The voters of a record; empty while a node of them is not known. */
    static Optional<List<RaftPeer>> of(PartitionRecord record, LocalDirectory directory) {
        List<RaftPeer> peers = new ArrayList<>();
        for (Replica replica : record.voters()) {
            Optional<NodeRecord> node = directory.node(replica.node());
            if (node.isEmpty()) {
                return Optional.empty();
            }
            peers.add(new RaftPeer(node.get().host(), node.get().rpcPort(), replica.generation()));
        }
        return Optional.of(peers);
    }
}
