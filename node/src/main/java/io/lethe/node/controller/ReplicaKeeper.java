package io.lethe.node.controller;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.cluster.Registration;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Keeps every Raft group whole, on the elected controller: damaged copies become new generations,
 * lost nodes' votes go to others. It changes the records only, one replica in a step; each group's
 * leader then brings its members into line, one change at a time. Does nothing on other nodes. One
 * task.
 *
 * <p>A node counts as lost when this controller has not seen it for the grace. While more nodes are
 * away than {@link #MOST_AWAY} or a fifth of all, nobody counts as lost: then something else is
 * wrong, and copies would only be made in vain.
 */
public final class ReplicaKeeper implements Worker {
    /** Nodes that may be away at once in a small cluster before replacing stops. */
    static final int MOST_AWAY = 2;

    private static final int AWAY_SHARE = 5;
    private static final long CATCH_UP_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ControllerPorts ports;
    private final Orders orders;
    private final DirectoryKeeper directoryCopies;
    private final long graceNanos;
    private final Map<NodeId, Long> awaySince = new HashMap<>();

    /**
     * @param grace longer than a restart of a machine, shorter than the time until the next one
     *     fails
     */
    public ReplicaKeeper(ControllerPorts ports, Duration grace) {
        this.ports = ports;
        orders = new Orders(ports);
        directoryCopies = new DirectoryKeeper(ports.coordination());
        graceNanos = grace.toNanos();
    }

    @Override
    public String name() {
        return "replica-keeper";
    }

    @Override
    public Step step() throws InterruptedException {
        if (ports.coordination().controllerEpoch().isEmpty()) {
            awaySince.clear();
            return new Step.Idle("another node is the controller");
        }
        if (!ports.coordination().connected() || ports.directory().cluster().isEmpty()) {
            awaySince.clear();
            return new Step.Idle("who is here is not known now");
        }
        ports.metadata().catchUpDirectory(ports.tasks().clock().nanos() + CATCH_UP_NANOS);
        Map<NodeId, Registration> here = ports.coordination().nodes();
        DirectorySeats.View view = new DirectorySeats.View(here, lost(here), this::domain);
        if (directoryCopies.step(view)) {
            return new Step.Worked("changed a copy of the directory");
        }
        Map<NodeId, Integer> load = new HashMap<>();
        for (PartitionRecord record : ports.directory().partitions()) {
            record.voters().forEach(one -> load.merge(one.node(), 1, Integer::sum));
        }
        for (PartitionRecord record : ports.directory().partitions()) {
            Optional<PartitionRecord> next = PartitionSeats.next(record, view, load);
            if (next.isPresent()) {
                var _ = orders.apply(new DirectoryCommand.PutPartition(next.get()));
                return new Step.Worked("changed a replica of " + record.id());
            }
        }
        return new Step.Idle(awaySince.size() + " nodes away, " + view.lost().size() + " lost");
    }

    private Set<NodeId> lost(Map<NodeId, Registration> here) {
        long now = ports.tasks().clock().nanos();
        Set<NodeId> known = new HashSet<>();
        for (NodeRecord node : ports.directory().nodes()) {
            known.add(node.id());
        }
        ports.coordination()
                .directoryVoters()
                .ifPresent(all -> all.voters().forEach(one -> known.add(one.node())));
        awaySince.keySet().removeIf(node -> here.containsKey(node) || !known.contains(node));
        Set<NodeId> lost = new HashSet<>();
        for (NodeId node : known) {
            if (!here.containsKey(node)) {
                Long since = awaySince.putIfAbsent(node, now);
                if (since != null && now - since >= graceNanos) {
                    lost.add(node);
                }
            }
        }
        // Those that are lost already count no more: what is new must not be too much at once.
        int fresh = awaySince.size() - lost.size();
        return Math.max(fresh, vote(lost)) > Math.max(MOST_AWAY, known.size() / AWAY_SHARE)
                ? Set.of()
                : lost;
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
