package io.lethe.node;

import io.lethe.node.base.FaultHandler;
import io.lethe.node.metadata.GroupState;
import io.lethe.node.metadata.command.LevelAbove;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.state.LevelRow;
import io.lethe.node.metadata.table.GroupTable;
import io.lethe.node.model.Build;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Opens the state machines of this node's replicas, as this build knows them. Safe for any thread.
 *
 * @param build what this node goes by
 */
record GroupStates(Build build, FaultHandler faults) {
    /** What the build does not know must not be touched by it: the process halts. */
    void check(GroupId group, GroupTable table) {
        int level = table.read(view -> LevelRow.read(view.rows()));
        if (level > build.highest()) {
            faults.halt("this build", new LevelAbove(group, level, build));
        }
    }

    GroupState open(
            GroupId group,
            GroupTable table,
            GroupState.Listener listener,
            Function<RaftPeer, Optional<NodeId>> nodes,
            GroupState.Offspring offspring) {
        return new GroupState(group, table, listener, nodes, offspring, build);
    }

    /** Which node a replica is on. */
    static Optional<NodeId> nodeOf(RaftPeer peer, List<NodeRecord> nodes) {
        return nodes.stream()
                .filter(peer::isAt)
                // A node that was set up anew is at the address of the one that it was.
                .min(Comparator.comparing(NodeRecord::state))
                .map(NodeRecord::id);
    }
}
