package io.lethe.node.controller;

import io.lethe.node.base.RandomSource;
import io.lethe.node.cluster.Coordination;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.cluster.Registration;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.StoreException;
import io.lethe.node.placement.VoterPlanner;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The step before there is a directory: who shall hold it. Needs the coordination service only. */
public final class Founding {
    private final Coordination coordination;
    private final ClusterPlan plan;
    private final RandomSource random;

    public Founding(Coordination coordination, ClusterPlan plan, RandomSource random) {
        this.coordination = coordination;
        this.plan = plan;
        this.random = random;
    }

    /** Chooses who votes in the directory, once enough nodes are here; says what it waits for. */
    public String chooseDirectory() {
        Map<NodeId, Registration> nodes = coordination.nodes();
        int expected = plan.expectedNodes();
        List<VoterPlanner.Seat> seats = new ArrayList<>();
        nodes.values().stream()
                .filter(node -> node.roles().contains(NodeRecord.Role.METADATA))
                .forEach(node -> seats.add(new VoterPlanner.Seat(node.node(), domain(node))));
        if (nodes.size() < expected || seats.isEmpty()) {
            return nodes.size() + " of " + expected + " nodes have registered";
        }
        StorageClass standard = classes(nodes).getFirst();
        int count = VoterPlanner.voters(standard.scheme().m(), seats.size());
        List<DirectoryVoters.Voter> voters = new ArrayList<>();
        for (NodeId id : VoterPlanner.plan(1, count, seats).getFirst()) {
            Registration node = nodes.get(id);
            if (node != null) {
                voters.add(new DirectoryVoters.Voter(id, node.host(), node.rpcPort(), 0));
            }
        }
        DirectoryVoters alone = new DirectoryVoters(Id128.random(random), voters);
        boolean first = coordination.createDirectoryVoters(DirectorySeats.seated(alone, nodes));
        return first
                ? voters.size() + " nodes chosen for the directory"
                : "the directory is chosen";
    }

    private String domain(Registration node) {
        return plan.failureDomain().equals("rack") ? node.rack() : node.node().toString();
    }

    /** The feature level that the cluster begins with: the newest that all who are here speak. */
    int featureLevel() {
        int level = Integer.MAX_VALUE;
        for (Registration node : coordination.nodes().values()) {
            level = Math.min(level, node.build().highest());
        }
        for (Registration node : coordination.nodes().values()) {
            if (!node.build().speaks(level)) {
                throw new StoreException(
                        ErrorCode.INVALID_ARGUMENT,
                        "the nodes that are here have no feature level in common: one of them"
                                + " speaks no more than "
                                + level
                                + ", and "
                                + node.host()
                                + " ("
                                + node.build().version()
                                + ") "
                                + node.build().range()
                                + "; install one version on all");
            }
        }
        return level;
    }

    /** The plan's classes, checked against the domains that are here. */
    List<StorageClass> classes() {
        return classes(coordination.nodes());
    }

    private List<StorageClass> classes(Map<NodeId, Registration> nodes) {
        Set<String> domains = new HashSet<>();
        for (Registration node : nodes.values()) {
            if (plan.failureDomain().equals("device")) {
                node.devices().forEach(device -> domains.add(device.id().toString()));
            } else if (!node.devices().isEmpty()) {
                domains.add(domain(node));
            }
        }
        if (plan.classes().isEmpty()) {
            return List.of(ClusterPlan.defaultClass(domains.size()));
        }
        for (StorageClass storageClass : plan.classes()) {
            if (storageClass.scheme().width() > domains.size()) {
                throw new StoreException(
                        ErrorCode.INVALID_ARGUMENT,
                        "class "
                                + storageClass.name()
                                + " is "
                                + storageClass.scheme()
                                + " and needs "
                                + storageClass.scheme().width()
                                + " failure domains ("
                                + plan.failureDomain()
                                + "s), and "
                                + domains.size()
                                + " are here; choose a narrower code or add nodes");
            }
        }
        return plan.classes();
    }
}
