package io.lethe.node.controller;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.cluster.Registration;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import io.lethe.node.placement.VoterPlanner;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Keeps every Raft group whole, on the elected controller: damaged copies become new generations,
 * votes of nodes that are lost or leave go to others. It changes the records only, one replica in a
 * step; each group's leader then brings its members into line, one change at a time. Does nothing
 * on other nodes. One task.
 *
 * <p>A node counts as lost when this controller has not seen it for the grace. While more nodes are
 * away than {@link AwayNodes#MOST_AWAY} or a fifth of all, nobody counts as lost: then something
 * else is wrong, and copies would only be made in vain.
 */
public final class ReplicaKeeper implements Worker {
    private static final long CATCH_UP_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Asks a group's leader which replicas it has. */
    public interface Members {
        /**
         * The replicas, as committed.
         *
         * @throws StoreException when nobody says in time
         */
        List<RaftPeer> of(GroupId partition, long deadlineNanos) throws InterruptedException;
    }

    private final ControllerPorts ports;
    private final Orders orders;
    private final DirectoryKeeper directoryCopies;
    private final AwayNodes away;
    private final Members members;

    /**
     * @param grace longer than a restart of a machine, shorter than the time until the next one
     *     fails
     */
    public ReplicaKeeper(ControllerPorts ports, Members members, Duration grace) {
        this.ports = ports;
        this.members = members;
        orders = new Orders(ports);
        directoryCopies = new DirectoryKeeper(ports.coordination());
        away = new AwayNodes(grace.toNanos());
    }

    @Override
    public String name() {
        return "replica-keeper";
    }

    @Override
    public Step step() throws InterruptedException {
        if (ports.coordination().controllerEpoch().isEmpty()) {
            away.clear();
            return new Step.Idle("another node is the controller");
        }
        if (!ports.coordination().connected() || ports.directory().cluster().isEmpty()) {
            away.clear();
            return new Step.Idle("who is here is not known now");
        }
        ports.metadata().catchUpDirectory(ports.tasks().clock().nanos() + CATCH_UP_NANOS);
        Map<NodeId, Registration> here = ports.coordination().nodes();
        DirectorySeats.View view =
                new DirectorySeats.View(here, lost(here), leaving(), this::domain);
        if (directoryCopies.step(view)) {
            return new Step.Worked("changed a copy of the directory");
        }
        Map<NodeId, Integer> load = new HashMap<>();
        for (PartitionRecord record : ports.directory().partitions()) {
            record.voters().forEach(one -> load.merge(one.node(), 1, Integer::sum));
        }
        int voters = voters();
        for (PartitionRecord record : ports.directory().partitions()) {
            Optional<PartitionRecord> next =
                    PartitionSeats.next(record, view, load, voters, this::members);
            // One that is being merged needs no replicas in a moment.
            boolean goes =
                    ports.directory().merges().stream()
                            .anyMatch(one -> one.giver().equals(record.id()));
            if (next.isPresent() && !goes) {
                var _ = orders.apply(new DirectoryCommand.PutPartition(next.get()));
                return new Step.Worked("changed a replica of " + record.id());
            }
        }
        return new Step.Idle(away.count() + " nodes away, " + view.lost().size() + " lost");
    }

    /** That a partition should have: a cluster may have begun with a node or two. */
    private int voters() {
        int nodes = 0;
        for (NodeRecord node : ports.directory().nodes()) {
            boolean stays = node.standing() == NodeRecord.Standing.STAYS;
            nodes += stays && node.roles().contains(NodeRecord.Role.METADATA) ? 1 : 0;
        }
        int m =
                ports.directory().storageClasses().stream()
                        .mapToInt(one -> one.scheme().m())
                        .max()
                        .orElse(0);
        return VoterPlanner.voters(m, nodes);
    }

    private Optional<PartitionSeats.Members> members(PartitionRecord record)
            throws InterruptedException {
        List<RaftPeer> all;
        try {
            all = members.of(record.id(), ports.tasks().clock().nanos() + ASK_NANOS);
        } catch (StoreException e) {
            return Optional.empty();
        }
        Set<PartitionRecord.Replica> joined = new HashSet<>();
        for (PartitionRecord.Replica one : record.voters()) {
            boolean isIn =
                    ports.directory()
                            .node(one.node())
                            .map(n -> RaftPeer.of(n, one.generation()))
                            .filter(all::contains)
                            .isPresent();
            if (isIn) {
                joined.add(one);
            }
        }
        return Optional.of(new PartitionSeats.Members(joined, all.size()));
    }

    private Set<NodeId> lost(Map<NodeId, Registration> here) {
        Set<NodeId> known = new HashSet<>();
        for (NodeRecord node : ports.directory().nodes()) {
            known.add(node.id());
        }
        ports.coordination()
                .directoryVoters()
                .ifPresent(all -> all.voters().forEach(one -> known.add(one.node())));
        // That one is gone for good is known, and no sign of anything else.
        known.removeIf(node -> ports.directory().node(node).map(NodeRecord::removed).orElse(false));
        Set<NodeId> lost = away.lost(known, here.keySet(), ports.tasks().clock().nanos());
        // Those that are lost already count no more: what is new must not be too much at once.
        int fresh = away.count() - lost.size();
        return AwayNodes.tooMany(Math.max(fresh, vote(lost)), known.size()) ? Set.of() : lost;
    }

    private Set<NodeId> leaving() {
        Set<NodeId> leaving = new HashSet<>();
        for (NodeRecord node : ports.directory().nodes()) {
            if (node.standing() != NodeRecord.Standing.STAYS) {
                leaving.add(node.id());
            }
        }
        return leaving;
    }

    /** How many of these still have a vote anywhere. */
    private int vote(Set<NodeId> lost) {
        Set<NodeId> voting = new HashSet<>();
        ports.coordination()
                .directoryVoters()
                .ifPresent(all -> all.voters().forEach(one -> voting.add(one.node())));
        ports.directory()
                .partitions()
                .forEach(record -> record.voters().forEach(one -> voting.add(one.node())));
        voting.retainAll(lost);
        return voting.size();
    }

    private String domain(NodeId node) {
        return ports.directory()
                .node(node)
                .map(record -> Domains.of(record, ports.plan().failureDomain()))
                .orElseGet(node::toString);
    }
}
