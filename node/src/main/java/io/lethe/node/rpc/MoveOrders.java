package io.lethe.node.rpc;

import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.ReplicaStatus;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import io.lethe.proto.v1.MovePartitionRequest;
import io.lethe.proto.v1.MovePartitionResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** An operator's orders to move replicas of partitions, and how far they are. Stateless. */
final class MoveOrders {
    /** An answer about progress is not worth more. */
    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ClusterView view;
    private final Tasks tasks;

    MoveOrders(ClusterView view, Tasks tasks) {
        this.view = view;
        this.tasks = tasks;
    }

    MovePartitionResponse move(MovePartitionRequest request, long deadlineNanos)
            throws InterruptedException {
        NodeId from = ClusterDoor.nodeId(request.getFrom());
        NodeId to = ClusterDoor.nodeId(request.getTo());
        PartitionRecord record = view.partition(request.getPartition());
        boolean ordered = !votes(record, from) && votes(record, to);
        if (!ordered) {
            // One at a time: the next one finds all replicas where they belong.
            if (votes(record, from) && !view.isSettled(record, deadlineNanos)) {
                throw new StoreException(
                        ErrorCode.UNAVAILABLE,
                        "the replicas of "
                                + record.id()
                                + " are still on their way; try again in a while");
            }
            view.order(
                    new DirectoryCommand.MoveReplica(record.id(), record.mapEpoch(), from, to),
                    deadlineNanos);
        }
        return progress(view.partition(request.getPartition()), to);
    }

    private MovePartitionResponse progress(PartitionRecord record, NodeId to)
            throws InterruptedException {
        MovePartitionResponse.Builder answer =
                MovePartitionResponse.newBuilder().setDone(isDone(record));
        view.replica(to, record.id())
                .ifPresent(status -> answer.setAppliedIndex(status.appliedIndex()));
        Standings standings =
                Standings.ask(
                        view,
                        tasks,
                        record.voters().stream()
                                .map(one -> new Standings.Place(record.id(), one.node()))
                                .toList());
        List<NodeId> voters = StatusReport.voters(record);
        Optional<ReplicaStatus> leader =
                standings.leader(record.id(), voters).map(Standings.Leader::status);
        leader.ifPresent(status -> answer.setLeaderAppliedIndex(status.appliedIndex()));
        return answer.build();
    }

    private boolean isDone(PartitionRecord record) throws InterruptedException {
        try {
            return view.isSettled(record, tasks.clock().nanos() + ASK_NANOS);
        } catch (StoreException e) {
            // Its leader changes, or the members do: whoever asks again will hear.
            return false;
        }
    }

    private static boolean votes(PartitionRecord record, NodeId node) {
        return record.voters().stream().anyMatch(one -> one.node().equals(node));
    }
}
