package io.lethe.node.metadata;

import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.metadata.table.GroupTable;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;

/** One group's replica on this node, as requests reach it. Safe for any thread. */
public sealed interface GroupServer permits PartitionServer, DirectoryServer {
    /** Answers a request; blocks the task. Failures are responses too. */
    MetadataResponse handle(MetadataRequest request, long deadlineNanos)
            throws InterruptedException;

    ReplicatedLog log();

    /**
     * The replica and what it needs of its node.
     *
     * @param self the node
     * @param nodes which node a replica is on, as the directory says
     * @param level the feature level in force, as the directory says
     */
    record Wiring(
            NodeId self,
            GroupId group,
            ReplicatedLog log,
            GroupTable table,
            Tasks tasks,
            TableCalls calls,
            ClockCheck clockCheck,
            Function<RaftPeer, Optional<NodeId>> nodes,
            IntSupplier level,
            Metrics metrics) {
        Proposer proposer() {
            Proposer proposer = new Proposer(log, tasks.clock(), clockCheck, nodes, level);
            String label = group.toString();
            metrics.counter(
                            "lethe_metadata_proposals_rejected",
                            "Commands refused since too many were in flight.",
                            "group")
                    .watch(proposer::rejected, label);
            metrics.gauge("lethe_metadata_proposals", "Commands in flight.", "group")
                    .watch(proposer::inFlight, label);
            return proposer;
        }

        ReplicaStatus status(Proposer proposer) {
            ReplicatedLog.Figures status = log.figures();
            return new ReplicaStatus(
                    status.leadership().role(),
                    status.leadership().term(),
                    proposer.nodeOf(status.leadership().leader()),
                    table.applied().index(),
                    table.durableIndex(),
                    status.firstIndex(),
                    status.lastIndex(),
                    status.lastTerm(),
                    status.committedIndex(),
                    status.snapshotIndex(),
                    tasks.clock().wallMillis(),
                    0,
                    0,
                    null);
        }
    }

    /** The response that carries an applied command's reply as it is. */
    static MetadataResponse response(Proposer.Outcome outcome) {
        return switch (outcome) {
            case Proposer.Outcome.Applied applied ->
                    new MetadataResponse.Replied(applied.index(), applied.reply());
            case Proposer.Outcome.NotLeader other -> new MetadataResponse.NotLeader(other.hint());
            case Proposer.Outcome.Failed failed ->
                    new MetadataResponse.Failed(failed.code(), failed.message());
        };
    }
}
