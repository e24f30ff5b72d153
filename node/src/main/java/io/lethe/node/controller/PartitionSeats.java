package io.lethe.node.controller;

import io.lethe.node.cluster.Registration;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which nodes hold a partition, and in which life. Pure. One replica changes at a time, and only
 * while a majority of the voters is well without it:
 *
 * <pre>
 * a replica that its node reports as damaged   becomes the next generation on the same node
 * a replica whose node is lost                 goes to a node that is here, best where no other of
 *                                              its domain votes, then where there are fewest
 * </pre>
 *
 * <p>A new generation is the record's new map epoch, which only rises: so no peer name is used
 * twice.
 */
final class PartitionSeats {
    private PartitionSeats() {}

    /** The next change; empty when all is as it should be, or nothing can be done. */
    static Optional<PartitionRecord> next(
            PartitionRecord now, DirectorySeats.View view, Map<NodeId, Integer> load) {
        for (Replica old : now.voters()) {
            if (isDamaged(now, old, view) && othersSuffice(now, old, view)) {
                return Optional.of(with(now, old, old.node()));
            }
        }
        for (Replica old : now.voters()) {
            if (view.lost().contains(old.node()) && othersSuffice(now, old, view)) {
                Optional<NodeId> spare = spare(now, old, view, load);
                if (spare.isPresent()) {
                    return Optional.of(with(now, old, spare.get()));
                }
            }
        }
        return Optional.empty();
    }

    private static PartitionRecord with(PartitionRecord now, Replica old, NodeId node) {
        long epoch = now.mapEpoch() + 1;
        List<Replica> voters = new ArrayList<>(now.voters());
        voters.set(voters.indexOf(old), new Replica(node, Math.toIntExact(epoch)));
        return new PartitionRecord(now.id(), now.from(), now.to(), voters, now.learners(), epoch);
    }

    private static boolean isDamaged(
            PartitionRecord now, Replica replica, DirectorySeats.View view) {
        Registration said = view.here().get(replica.node());
        return said != null
                && said.damaged()
                        .contains(new Registration.Damaged(now.id().value(), replica.generation()));
    }

    private static boolean othersSuffice(
            PartitionRecord now, Replica without, DirectorySeats.View view) {
        long well =
                now.voters().stream()
                        .filter(one -> !one.equals(without))
                        .filter(one -> view.here().containsKey(one.node()))
                        .filter(one -> !isDamaged(now, one, view))
                        .count();
        return well > now.voters().size() / 2;
    }

    private static Optional<NodeId> spare(
            PartitionRecord now,
            Replica lost,
            DirectorySeats.View view,
            Map<NodeId, Integer> load) {
        Set<NodeId> holding = new HashSet<>();
        now.voters().forEach(one -> holding.add(one.node()));
        now.learners().forEach(one -> holding.add(one.node()));
        Set<String> taken = new HashSet<>();
        now.voters().stream()
                .filter(one -> !one.equals(lost))
                .forEach(one -> taken.add(view.domain().apply(one.node())));
        return view.here().values().stream()
                .filter(said -> said.roles().contains(NodeRecord.Role.METADATA))
                .map(Registration::node)
                .filter(node -> !holding.contains(node))
                .min(
                        Comparator.<NodeId, Boolean>comparing(
                                        node -> taken.contains(view.domain().apply(node)))
                                .thenComparing(node -> load.getOrDefault(node, 0))
                                .thenComparing(node -> node));
    }
}
