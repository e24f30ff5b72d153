package io.lethe.node.metadata;

import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which node to ask for a group: the leader as last heard of, else each voter in turn. */
final class Routes {
    private final NodeId self;
    private final Directory directory;
    private final GroupServers local;
    private final Supplier<List<NodeId>> directoryVoters;
    private final ConcurrentMap<GroupId, NodeId> leaders = new ConcurrentHashMap<>();
    private final AtomicInteger turn = new AtomicInteger();

    Routes(
            NodeId self,
            Directory directory,
            GroupServers local,
            Supplier<List<NodeId>> directoryVoters) {
        this.self = self;
        this.directory = directory;
        this.local = local;
        this.directoryVoters = directoryVoters;
    }

    /** Null when no voter is known. */
    @Nullable NodeId next(GroupId group) {
        boolean here =
                local.get(group)
                        .map(GroupServer::log)
                        .map(ReplicatedLog::leadership)
                        .filter(ReplicatedLog.Leadership::isLeader)
                        .isPresent();
        if (here) {
            return self;
        }
        NodeId leader = leaders.get(group);
        if (leader != null) {
            return leader;
        }
        List<NodeId> voters = voters(group);
        return voters.isEmpty()
                ? null
                : voters.get(Math.floorMod(turn.getAndIncrement(), voters.size()));
    }

    private List<NodeId> voters(GroupId group) {
        if (group.isDirectory()) {
            return directoryVoters.get();
        }
        return directory
                .partition(group)
                .map(record -> record.voters().stream().map(PartitionRecord.Replica::node).toList())
                .orElse(List.of());
    }

    void leads(GroupId group, NodeId node) {
        if (!node.equals(leaders.get(group))) {
            leaders.put(group, node);
        }
    }

    /** A node did not answer as leader: unless somebody else was named meanwhile, forget it. */
    void forget(GroupId group, NodeId node) {
        leaders.remove(group, node);
    }
}
