package io.lethe.node.controller;

import io.lethe.node.metadata.command.DirectoryCommand.MoveReplica;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Which replica of a partition is to go to another node so that nodes have about as many of them.
 * One goes at a time, from a node that has at least two more than the one that gets it: so each
 * move makes the difference smaller, and they come to an end. Nothing moves into a domain in which
 * another voter of the partition is. Pure.
 */
final class EvenSeats {
    /** Below that a move would only change the two nodes' places. */
    private static final int LEAST_DIFFERENCE = 2;

    private EvenSeats() {}

    /**
     * The next move, from as full a node to as empty a one as there are; empty where all are even,
     * or nothing can go where it would help.
     *
     * @param nodes of the cluster; those that are away, leave, or keep no metadata get nothing
     */
    static Optional<MoveReplica> next(
            List<PartitionRecord> partitions,
            List<NodeRecord> nodes,
            Function<NodeRecord, String> domain) {
        Map<NodeId, Integer> load = new HashMap<>();
        Map<NodeId, String> domains = new HashMap<>();
        List<NodeId> takers = new ArrayList<>();
        for (NodeRecord node : nodes) {
            domains.put(node.id(), domain.apply(node));
            if (takes(node)) {
                takers.add(node.id());
                load.put(node.id(), 0);
            }
        }
        for (PartitionRecord record : partitions) {
            record.voters().forEach(one -> load.merge(one.node(), 1, Integer::sum));
        }
        Comparator<NodeId> byLoad =
                Comparator.<NodeId>comparingInt(node -> load.getOrDefault(node, 0))
                        .thenComparing(node -> node);
        takers.sort(byLoad);
        for (NodeId from : load.keySet().stream().sorted(byLoad.reversed()).toList()) {
            for (NodeId to : takers) {
                if (load.getOrDefault(from, 0) - load.getOrDefault(to, 0) < LEAST_DIFFERENCE) {
                    break; // The others have more still.
                }
                Optional<PartitionRecord> found =
                        partitions.stream()
                                .filter(record -> goes(record, from, to, domains))
                                .min(Comparator.comparingInt(record -> record.id().value()));
                if (found.isPresent()) {
                    PartitionRecord record = found.get();
                    return Optional.of(new MoveReplica(record.id(), record.mapEpoch(), from, to));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean takes(NodeRecord node) {
        return node.state() == NodeRecord.State.UP
                && node.standing() == NodeRecord.Standing.STAYS
                && node.roles().contains(NodeRecord.Role.METADATA);
    }

    private static boolean goes(
            PartitionRecord record, NodeId from, NodeId to, Map<NodeId, String> domains) {
        Set<NodeId> holding = new HashSet<>();
        record.learners().forEach(one -> holding.add(one.node()));
        Set<String> taken = new HashSet<>();
        boolean votes = false;
        for (Replica one : record.voters()) {
            holding.add(one.node());
            if (one.node().equals(from)) {
                votes = true;
            } else {
                taken.add(domains.getOrDefault(one.node(), ""));
            }
        }
        return votes && !holding.contains(to) && !taken.contains(domains.get(to));
    }
}
