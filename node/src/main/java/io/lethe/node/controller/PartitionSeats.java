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
import org.jspecify.annotations.Nullable;

/**
 * Which nodes hold a partition, and in which life. Pure. One replica changes at a time, and only
 * while a majority of the voters is well without it:
 *
 * <pre>
 * a replica that its node reports as damaged   becomes the next generation on the same node
 * a replica whose node is lost or leaves       goes to a node that is here, best where no other of
 *                                              its domain votes, then where there are fewest
 * fewer than before a majority was lost        one more, on a node chosen in the same way, while
 *                                              all that there are are well
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
        if (now.division() != null) {
            // The child's founders are the parent's voters.
            return Optional.empty();
        }
        for (Replica old : now.voters()) {
            if (isDamaged(now, old, view) && othersSuffice(now, old, view)) {
                return Optional.of(with(now, old, old.node()));
            }
        }
        for (Replica old : now.voters()) {
            if (view.unwanted(old.node()) && othersSuffice(now, old, view)) {
                Optional<NodeId> spare = spare(now, old, view, load);
                if (spare.isPresent()) {
                    return Optional.of(with(now, old, spare.get()));
                }
            }
        }
        return grown(now, view, load);
    }

    /** A partition that was made anew of one replica gets as many as it had. */
    private static Optional<PartitionRecord> grown(
            PartitionRecord now, DirectorySeats.View view, Map<NodeId, Integer> load) {
        PartitionRecord.Recovery recovery = now.recovery();
        boolean lacks = recovery != null && now.voters().size() < recovery.voters();
        if (!lacks || !now.voters().stream().allMatch(one -> isWell(now, one, view))) {
            return Optional.empty();
        }
        return spare(now, null, view, load)
                .map(
                        node -> {
                            List<Replica> voters = new ArrayList<>(now.voters());
                            voters.add(new Replica(node, Math.toIntExact(now.mapEpoch() + 1)));
                            return now.withVoters(voters);
                        });
    }

    private static boolean isWell(PartitionRecord now, Replica one, DirectorySeats.View view) {
        return view.here().containsKey(one.node()) && !isDamaged(now, one, view);
    }

    private static PartitionRecord with(PartitionRecord now, Replica old, NodeId node) {
        long epoch = now.mapEpoch() + 1;
        List<Replica> voters = new ArrayList<>(now.voters());
        voters.set(voters.indexOf(old), new Replica(node, Math.toIntExact(epoch)));
        return now.withVoters(voters);
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
                        .filter(one -> isWell(now, one, view))
                        .count();
        return well > now.voters().size() / 2;
    }

    private static Optional<NodeId> spare(
            PartitionRecord now,
            @Nullable Replica lost,
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
                .filter(node -> !holding.contains(node) && !view.unwanted(node))
                .min(
                        Comparator.<NodeId, Boolean>comparing(
                                        node -> taken.contains(view.domain().apply(node)))
                                .thenComparing(node -> load.getOrDefault(node, 0))
                                .thenComparing(node -> node));
    }
}
