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
 * while a majority of the group's members is well without it. A record names who is to join, and
 * who has not joined yet counts for nothing: it neither makes a majority nor keeps one from going.
 *
 * <pre>
 * a replica that its node reports as damaged   becomes the next generation on the same node
 * a replica whose node is lost or leaves       goes to a node that is here, best where no other of
 *                                              its domain votes, then where there are fewest
 * fewer than there should be, or were before   one more, on a node chosen in the same way, while
 *   a majority was lost                        all that there are have joined and are well
 * </pre>
 *
 * <p>A new generation is the record's new map epoch, which only rises: so no peer name is used
 * twice.
 */
final class PartitionSeats {
    private PartitionSeats() {}

    /**
     * The members that a group has committed.
     *
     * @param joined voters of its record that are among them
     * @param count of all, with those that the record does not name any more
     */
    record Members(Set<Replica> joined, int count) {}

    /** Asks a group's leader, which costs it a commit: only where something is to change. */
    interface Asking {
        /** Empty where nobody leads, or it does not answer. */
        Optional<Members> members(PartitionRecord record) throws InterruptedException;
    }

    /**
     * The next change; empty when all is as it should be, or nothing can be done.
     *
     * @param wanted voters that a partition of this cluster should have; one that has more keeps
     *     them
     */
    static Optional<PartitionRecord> next(
            PartitionRecord now,
            DirectorySeats.View view,
            Map<NodeId, Integer> load,
            int wanted,
            Asking asking)
            throws InterruptedException {
        for (Replica old : now.voters()) {
            if (isDamaged(now, old, view) && mayGo(now, old, view, asking)) {
                return Optional.of(with(now, old, old.node()));
            }
        }
        for (Replica old : now.voters()) {
            if (view.unwanted(old.node())) {
                Optional<NodeId> spare = spare(now, old, view, load);
                if (spare.isPresent() && mayGo(now, old, view, asking)) {
                    return Optional.of(with(now, old, spare.get()));
                }
            }
        }
        // The child's founders are the parent's voters.
        return now.division() == null ? grown(now, view, load, wanted, asking) : Optional.empty();
    }

    /** A cluster that has grown has more voters; one made anew of one replica gets its own back. */
    private static Optional<PartitionRecord> grown(
            PartitionRecord now,
            DirectorySeats.View view,
            Map<NodeId, Integer> load,
            int wanted,
            Asking asking)
            throws InterruptedException {
        PartitionRecord.Recovery recovery = now.recovery();
        int least = Math.max(wanted, recovery == null ? 0 : recovery.voters());
        boolean lacks = now.voters().size() < least;
        if (!lacks || !now.voters().stream().allMatch(one -> isWell(now, one, view))) {
            return Optional.empty();
        }
        Optional<NodeId> spare = spare(now, null, view, load);
        boolean grows =
                spare.isPresent()
                        && asking.members(now)
                                .filter(members -> members.joined().containsAll(now.voters()))
                                .isPresent();
        if (!grows) {
            return Optional.empty();
        }
        List<Replica> voters = new ArrayList<>(now.voters());
        voters.add(new Replica(spare.get(), Math.toIntExact(now.mapEpoch() + 1)));
        return Optional.of(now.withVoters(voters));
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

    private static boolean mayGo(
            PartitionRecord now, Replica old, DirectorySeats.View view, Asking asking)
            throws InterruptedException {
        Optional<Members> said = asking.members(now);
        if (said.isEmpty()) {
            return false;
        }
        Members members = said.get();
        if (!members.joined().contains(old)) {
            return true;
        }
        long well =
                members.joined().stream()
                        .filter(one -> !one.equals(old))
                        .filter(one -> isWell(now, one, view))
                        .count();
        // The child's founders are the parent's voters: who has joined stays until it is born.
        return now.division() == null && well > members.count() / 2;
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
