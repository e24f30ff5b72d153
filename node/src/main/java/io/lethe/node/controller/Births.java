package io.lethe.node.controller;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.cluster.Registration;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.StoreException;
import io.lethe.node.placement.VoterPlanner;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The steps that form a cluster, each of which may be repeated after a crash. One task. */
final class Births {
    /** Row keys begin with 16 bits of a hash: partitions divide those at the start. */
    private static final int HASHES = 1 << 16;

    private final ControllerPorts ports;
    private final Orders orders;

    Births(ControllerPorts ports, Orders orders) {
        this.ports = ports;
        this.orders = orders;
    }

    /** Chooses who votes in the directory, once enough nodes are here; says what it waits for. */
    String chooseDirectory() {
        Map<NodeId, Registration> nodes = ports.coordination().nodes();
        int expected = ports.plan().expectedNodes();
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
        boolean first =
                ports.coordination()
                        .createDirectoryVoters(
                                new DirectoryVoters(Id128.random(ports.random()), voters));
        return first
                ? voters.size() + " nodes chosen for the directory"
                : "the directory is chosen";
    }

    private String domain(Registration node) {
        return ports.plan().failureDomain().equals("rack") ? node.rack() : node.node().toString();
    }

    /** The plan's classes, checked against the domains that are here. */
    private List<StorageClass> classes(Map<NodeId, Registration> nodes) {
        Set<String> domains = new HashSet<>();
        for (Registration node : nodes.values()) {
            if (ports.plan().failureDomain().equals("device")) {
                node.devices().forEach(device -> domains.add(device.id().toString()));
            } else if (!node.devices().isEmpty()) {
                domains.add(domain(node));
            }
        }
        if (ports.plan().classes().isEmpty()) {
            return List.of(ClusterPlan.defaultClass(domains.size()));
        }
        for (StorageClass storageClass : ports.plan().classes()) {
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
                                + ports.plan().failureDomain()
                                + "s), and "
                                + domains.size()
                                + " are here; choose a narrower code or add nodes");
            }
        }
        return ports.plan().classes();
    }

    /** Writes the cluster's first records into the directory. */
    void initCluster(DirectoryVoters voters) throws InterruptedException {
        Secrets.First first = ports.secrets().first();
        orders.apply(new DirectoryCommand.PutTenant(first.tenant()));
        orders.apply(new DirectoryCommand.PutUser(first.user()));
        orders.apply(new DirectoryCommand.PutAccessKey(first.key()));
        // Last: whoever sees the cluster sees its tenant too.
        orders.apply(
                new DirectoryCommand.InitCluster(
                        voters.cluster(),
                        ports.plan().name(),
                        ports.plan().failureDomain(),
                        classes(ports.coordination().nodes())));
    }

    /** Creates the partitions that are lacking; true when there were any. */
    boolean createPartitions() throws InterruptedException {
        int count = ports.plan().partitions();
        if (ports.directory().partitions().size() >= count) {
            return false;
        }
        List<VoterPlanner.Seat> seats = new ArrayList<>();
        for (NodeRecord node : ports.directory().nodes()) {
            if (node.roles().contains(NodeRecord.Role.METADATA)) {
                seats.add(
                        new VoterPlanner.Seat(
                                node.id(), Domains.of(node, ports.plan().failureDomain())));
            }
        }
        int m = ports.directory().storageClasses().getFirst().scheme().m();
        List<List<NodeId>> plans =
                VoterPlanner.plan(count, VoterPlanner.voters(m, seats.size()), seats);
        for (int i = 0; i < count; i++) {
            GroupId id = new GroupId(i + 1);
            if (ports.directory().partition(id).isEmpty()) {
                orders.apply(
                        new DirectoryCommand.PutPartition(
                                new PartitionRecord(
                                        id,
                                        bound(i, count),
                                        bound(i + 1, count),
                                        plans.get(i).stream()
                                                .map(n -> new PartitionRecord.Replica(n, 0))
                                                .toList(),
                                        List.of(),
                                        1)));
            }
        }
        return true;
    }

    private static Bytes bound(int i, int count) {
        return i == 0 || i == count
                ? Bytes.EMPTY
                : new Encoder()
                        .u8((int) ((long) i * HASHES / count) >>> 8)
                        .u8((int) ((long) i * HASHES / count))
                        .toBytes();
    }
}
