package io.lethe.node.rpc;

import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.ReplicaStatus;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.raft.ReplicatedLog.Role;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.StoreException;
import io.lethe.proto.v1.RecoverPartitionRequest;
import io.lethe.proto.v1.RecoverPartitionResponse;
import io.lethe.proto.v1.ReplicaStanding;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An operator's orders to give the lost majority of a partition up. Refused while there is a
 * leader, or so many replicas that one may come: what is only slow must not be given up. Stateless.
 */
final class RecoveryOrders {
    private final ClusterView view;
    private final Tasks tasks;

    RecoveryOrders(ClusterView view, Tasks tasks) {
        this.view = view;
        this.tasks = tasks;
    }

    /** A voter that answers. */
    private record Survivor(Replica replica, ReplicaStatus status) {
        /** Where its log ends, also where only a snapshot is left of that. */
        long lastIndex() {
            return Math.max(status.lastIndex(), status.firstIndex() - 1);
        }
    }

    RecoverPartitionResponse recover(RecoverPartitionRequest request, long deadlineNanos)
            throws InterruptedException {
        PartitionRecord record = view.partition(request.getPartition());
        Map<NodeId, Survivor> survivors = survivors(record);
        refuseNeedless(record, survivors);
        Survivor chosen = chosen(request, record, survivors);
        if (request.getAcceptLoss()) {
            view.order(
                    new DirectoryCommand.RecoverPartition(
                            record.id(), record.mapEpoch(), chosen.replica(), chosen.lastIndex()),
                    deadlineNanos);
        }
        RecoverPartitionResponse.Builder answer =
                RecoverPartitionResponse.newBuilder()
                        .setSurvivor(chosen.replica().node().toString())
                        .setOrdered(request.getAcceptLoss())
                        .setLoss(loss(record, chosen, survivors));
        record.voters().forEach(one -> answer.addReplicas(standing(one, survivors)));
        return answer.build();
    }

    private Map<NodeId, Survivor> survivors(PartitionRecord record) throws InterruptedException {
        List<Standings.Place> places =
                record.voters().stream()
                        .map(one -> new Standings.Place(record.id(), one.node()))
                        .toList();
        Standings standings = Standings.ask(view, tasks, places);
        Map<NodeId, Survivor> survivors = new TreeMap<>();
        for (Replica one : record.voters()) {
            standings
                    .of(record.id(), one.node())
                    .filter(status -> status.role() != Role.DOWN)
                    .ifPresent(status -> survivors.put(one.node(), new Survivor(one, status)));
        }
        return survivors;
    }

    private static void refuseNeedless(PartitionRecord record, Map<NodeId, Survivor> survivors) {
        for (Survivor one : survivors.values()) {
            if (one.status().role() == Role.LEADER) {
                throw new StoreException(
                        ErrorCode.INVALID_ARGUMENT,
                        record.id()
                                + " is led by node "
                                + one.replica().node()
                                + ": there is nothing to recover");
            }
        }
        int voters = record.voters().size();
        if (voters > 1 && survivors.size() > voters / 2) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    survivors.size()
                            + " of "
                            + voters
                            + " replicas of "
                            + record.id()
                            + " answer: they elect a leader by themselves; see 'lethe partitions'");
        }
        if (survivors.isEmpty()) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "no replica of "
                            + record.id()
                            + " answers: start a node that has one, or restore a backup");
        }
    }

    private static Survivor chosen(
            RecoverPartitionRequest request,
            PartitionRecord record,
            Map<NodeId, Survivor> survivors) {
        Comparator<Survivor> further =
                Comparator.<Survivor>comparingLong(one -> one.status().lastTerm())
                        .thenComparingLong(Survivor::lastIndex)
                        .thenComparing(one -> one.replica().node());
        String wanted = request.getSurvivor();
        Optional<Survivor> chosen =
                survivors.values().stream()
                        .filter(
                                one ->
                                        wanted.isEmpty()
                                                || one.replica().node().toString().equals(wanted))
                        .max(further);
        return chosen.orElseThrow(
                () ->
                        new StoreException(
                                ErrorCode.INVALID_ARGUMENT,
                                "node '"
                                        + wanted
                                        + "' has no replica of "
                                        + record.id()
                                        + " that answers; "
                                        + survivors.keySet()
                                        + " have"));
    }

    private String loss(PartitionRecord record, Survivor chosen, Map<NodeId, Survivor> survivors) {
        long away =
                record.voters().stream()
                        .filter(one -> !survivors.containsKey(one.node()))
                        .filter(one -> !removed(one.node()))
                        .count();
        return "what other replicas of "
                + record.id()
                + " had behind entry "
                + chosen.lastIndex()
                + " is lost, acknowledged or not, and what was deleted there is back; what was"
                + " purged there can be proven for some copies only; the other replicas are wiped"
                + " when their nodes come back"
                + (away == 0 ? "" : ", and " + away + " of them are not said to be removed");
    }

    private boolean removed(NodeId node) {
        return view.directory().node(node).map(NodeRecord::removed).orElse(true);
    }

    private ReplicaStanding standing(Replica replica, Map<NodeId, Survivor> survivors) {
        ReplicaStanding.Builder row =
                ReplicaStanding.newBuilder()
                        .setNode(replica.node().toString())
                        .setGeneration(replica.generation())
                        .setNodeState(
                                removed(replica.node())
                                        ? "REMOVED"
                                        : view.directory()
                                                .node(replica.node())
                                                .map(node -> node.state().name())
                                                .orElse("DOWN"));
        Survivor survivor = survivors.get(replica.node());
        if (survivor != null) {
            row.setAnswers(true)
                    .setLastTerm(survivor.status().lastTerm())
                    .setLastIndex(survivor.lastIndex())
                    .setAppliedIndex(survivor.status().appliedIndex());
        }
        return row.build();
    }
}
