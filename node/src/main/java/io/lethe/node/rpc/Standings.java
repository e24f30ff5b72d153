package io.lethe.node.rpc;

import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.ReplicaStatus;
import io.lethe.node.metadata.raft.ReplicatedLog.Role;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** How all replicas of some groups stand, asked of their nodes at once. Immutable. */
final class Standings {
    /** A replica's place. */
    record Place(GroupId group, NodeId node) {}

    /** A leader, as itself says. */
    record Leader(NodeId node, ReplicaStatus status) {}

    private final Map<Place, ReplicaStatus> known;

    private Standings(Map<Place, ReplicaStatus> known) {
        this.known = Map.copyOf(known);
    }

    /** Asks; whoever does not answer in time is left out. */
    static Standings ask(ClusterView view, Tasks tasks, List<Place> places)
            throws InterruptedException {
        Map<Place, ReplicaStatus> answers = new ConcurrentHashMap<>();
        List<Tasks.Task> asking = new ArrayList<>();
        for (Place place : places) {
            asking.add(tasks.fork("standing", () -> ask(view, place, answers)));
        }
        for (Tasks.Task task : asking) {
            task.join();
        }
        return new Standings(answers);
    }

    private static void ask(ClusterView view, Place place, Map<Place, ReplicaStatus> answers) {
        try {
            view.replica(place.node(), place.group())
                    .ifPresent(status -> answers.put(place, status));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    int answered(GroupId group, List<NodeId> voters) {
        return (int)
                voters.stream().filter(node -> known.containsKey(new Place(group, node))).count();
    }

    Optional<ReplicaStatus> of(GroupId group, NodeId node) {
        return Optional.ofNullable(known.get(new Place(group, node)));
    }

    Optional<Leader> leader(GroupId group, List<NodeId> voters) {
        for (NodeId node : voters) {
            ReplicaStatus status = known.get(new Place(group, node));
            if (status != null && status.role() == Role.LEADER) {
                return Optional.of(new Leader(node, status));
            }
        }
        return Optional.empty();
    }
}
