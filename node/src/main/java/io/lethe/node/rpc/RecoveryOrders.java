package io.lethe.node.rpc;

import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.ReplicaStatus;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.raft.RaftPeer;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

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

    /**
     * A replica that answers and has something.
     *
     * @param voters of the group by its own log
     * @param peer its own name there
     */
    private record Survivor(
            Replica replica, ReplicaStatus status, List<RaftPeer> voters, RaftPeer peer) {
        long lastIndex() {
            return RecoveryOrders.lastIndex(status);
        }
    }

    /** Raft elects whoever has most. */
    private static final Comparator<Survivor> FURTHER =
            Comparator.<Survivor>comparingLong(one -> one.status().lastTerm())
                    .thenComparingLong(Survivor::lastIndex)
                    .thenComparing(one -> one.replica().node());

    RecoverPartitionResponse recover(RecoverPartitionRequest request, long deadlineNanos)
            throws InterruptedException {
        PartitionRecord record = view.partition(request.getPartition());
        Map<NodeId, ReplicaStatus> answers = answers(record);
        Map<NodeId, Survivor> survivors = survivors(record, answers);
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
                        .setLoss(loss(record, chosen, answers));
        Set<Replica> rows = new LinkedHashSet<>(record.voters());
        survivors.values().forEach(one -> rows.add(one.replica()));
        rows.forEach(one -> answer.addReplicas(standing(one, answers)));
        return answer.build();
    }

    /**
     * Every node is asked: one that has handed its place to a node which never got anything still
     * has its replica, and may be the only one.
     */
    private Map<NodeId, ReplicaStatus> answers(PartitionRecord record) throws InterruptedException {
        Set<NodeId> nodes = new TreeSet<>();
        record.voters().forEach(one -> nodes.add(one.node()));
        view.directory().nodes().stream()
                .filter(node -> !node.removed())
                .forEach(node -> nodes.add(node.id()));
        Standings standings =
                Standings.ask(
                        view,
                        tasks,
                        nodes.stream().map(one -> new Standings.Place(record.id(), one)).toList());
        Map<NodeId, ReplicaStatus> answers = new TreeMap<>();
        for (NodeId node : nodes) {
            standings
                    .of(record.id(), node)
                    .filter(status -> status.role() != Role.DOWN)
                    .ifPresent(status -> answers.put(node, status));
        }
        return answers;
    }

    private Map<NodeId, Survivor> survivors(
            PartitionRecord record, Map<NodeId, ReplicaStatus> answers)
            throws InterruptedException {
        Map<NodeId, Survivor> survivors = new TreeMap<>();
        for (Map.Entry<NodeId, ReplicaStatus> one : answers.entrySet()) {
            // A voter that has not joined yet has no log, and nothing could be made of it.
            Optional<NodeRecord> node = view.directory().node(one.getKey());
            if (one.getValue().lastTerm() > 0 && node.isPresent()) {
                survivor(record, node.get(), one.getValue())
                        .ifPresent(it -> survivors.put(one.getKey(), it));
            }
        }
        return survivors;
    }

    /** Empty where it is not known which of its lives a node's replica is. */
    private Optional<Survivor> survivor(
            PartitionRecord record, NodeRecord node, ReplicaStatus status)
            throws InterruptedException {
        List<RaftPeer> said = view.configuration(node.id(), record.id());
        List<RaftPeer> voters = said.isEmpty() ? peers(record) : said;
        return voters.stream()
                .filter(peer -> peer.isAt(node))
                .findFirst()
                .or(() -> peers(record).stream().filter(peer -> peer.isAt(node)).findFirst())
                .map(
                        peer ->
                                new Survivor(
                                        new Replica(node.id(), peer.generation()),
                                        status,
                                        voters,
                                        peer));
    }

    private List<RaftPeer> peers(PartitionRecord record) {
        List<RaftPeer> peers = new ArrayList<>();
        for (Replica one : record.voters()) {
            view.directory()
                    .node(one.node())
                    .ifPresent(node -> peers.add(RaftPeer.of(node, one.generation())));
        }
        return peers;
    }

    /** Whether a leader may come, the logs say: a record may name voters that never joined. */
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
        Survivor furthest =
                survivors.values().stream()
                        .max(FURTHER)
                        .orElseThrow(
                                () ->
                                        new StoreException(
                                                ErrorCode.UNAVAILABLE,
                                                "no replica of "
                                                        + record.id()
                                                        + " that has anything answers: start a"
                                                        + " node that has one, or restore a"
                                                        + " backup"));
        int voters = furthest.voters().size();
        long answering =
                survivors.values().stream()
                        .filter(one -> furthest.voters().contains(one.peer()))
                        .count();
        if (voters > 1 && answering > voters / 2) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    answering
                            + " of "
                            + voters
                            + " replicas of "
                            + record.id()
                            + " answer: they elect a leader by themselves; see 'lethe partitions'");
        }
    }

    private static Survivor chosen(
            RecoverPartitionRequest request,
            PartitionRecord record,
            Map<NodeId, Survivor> survivors) {
        String wanted = request.getSurvivor();
        Optional<Survivor> chosen =
                survivors.values().stream()
                        .filter(
                                one ->
                                        wanted.isEmpty()
                                                || one.replica().node().toString().equals(wanted))
                        .max(FURTHER);
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

    private String loss(
            PartitionRecord record, Survivor chosen, Map<NodeId, ReplicaStatus> answers) {
        long away =
                record.voters().stream()
                        .filter(one -> !answers.containsKey(one.node()))
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

    /** Where a log ends, also where only a snapshot is left of that. */
    private static long lastIndex(ReplicaStatus status) {
        return Math.max(status.lastIndex(), status.firstIndex() - 1);
    }

    private boolean removed(NodeId node) {
        return view.directory().node(node).map(NodeRecord::removed).orElse(true);
    }

    private ReplicaStanding standing(Replica replica, Map<NodeId, ReplicaStatus> answers) {
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
        ReplicaStatus status = answers.get(replica.node());
        if (status != null) {
            row.setAnswers(true)
                    .setLastTerm(status.lastTerm())
                    .setLastIndex(lastIndex(status))
                    .setAppliedIndex(status.appliedIndex());
        }
        return row.build();
    }
}
