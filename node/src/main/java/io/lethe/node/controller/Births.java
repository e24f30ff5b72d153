package io.lethe.node.controller;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.placement.VoterPlanner;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

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

    /** Writes the cluster's first record into the directory. */
    void initCluster(DirectoryVoters voters) throws InterruptedException {
        Founding founding = new Founding(ports.coordination(), ports.plan(), ports.random());
        var _ =
                orders.apply(
                        new DirectoryCommand.InitCluster(
                                voters.cluster(),
                                ports.plan().name(),
                                ports.plan().failureDomain(),
                                founding.classes(),
                                founding.featureLevel()));
    }

    /** Makes the operator's tenant and access key; true unless they are there. */
    boolean createOperator() throws InterruptedException {
        if (ports.directory().accessKey(ports.secrets().firstAccessKeyId()).isPresent()) {
            return false;
        }
        Secrets.First first = ports.secrets().first();
        var _ = orders.apply(new DirectoryCommand.PutTenant(first.tenant()));
        var _ = orders.apply(new DirectoryCommand.PutUser(first.user()));
        // Last: whoever finds the key finds its tenant.
        var _ = orders.apply(new DirectoryCommand.PutAccessKey(first.key()));
        return true;
    }

    /** Creates the first partitions that are lacking; true when there were any. */
    boolean createPartitions() throws InterruptedException {
        int count = ports.plan().partitions();
        List<PartitionRecord> there = ports.directory().partitions();
        // Once ranges have changed, or were merged, nothing is lacking: all keys are somewhere.
        boolean lacks =
                there.size() < count
                        && there.stream().allMatch(one -> isFirst(one, count))
                        && IntStream.rangeClosed(1, count)
                                .mapToObj(GroupId::new)
                                .noneMatch(one -> ports.directory().merged(one).isPresent());
        if (!lacks || !knowsTheNodes()) {
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
                var _ =
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

    private static boolean isFirst(PartitionRecord one, int count) {
        int number = one.id().value();
        return number <= count
                && one.from().equals(bound(number - 1, count))
                && one.to().equals(bound(number, count));
    }

    /**
     * Whether this copy of the directory has all nodes that are here, and those that vote in it:
     * with fewer, partitions would have fewer voters.
     */
    private boolean knowsTheNodes() {
        Set<NodeId> wanted = new HashSet<>(ports.coordination().nodes().keySet());
        ports.coordination()
                .directoryVoters()
                .ifPresent(all -> all.voters().forEach(one -> wanted.add(one.node())));
        ports.directory().nodes().forEach(node -> wanted.remove(node.id()));
        return wanted.isEmpty();
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
