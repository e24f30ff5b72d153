package io.lethe.system;

import io.lethe.client.ClusterClient;
import io.lethe.client.LetheClient;
import io.lethe.client.LetheException;
import io.lethe.client.model.ClusterStatus;
import io.lethe.client.model.DeviceStatus;
import io.lethe.client.model.NodeStatus;
import io.lethe.client.model.PartitionStatus;
import io.lethe.client.model.RepairStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the cluster says that it lacks, as an operator asks it: by {@code lethe repairs}, {@code
 * partitions}, {@code devices} and {@code status}. One thread.
 */
final class Redundancy {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);
    private static final int MOST_SHOWN = 3;

    private final FaultBed bed;
    private final ClusterClient cluster;

    Redundancy(FaultBed bed, LetheClient client) {
        this.bed = bed;
        cluster = client.cluster().within(ANSWER_WITHIN);
    }

    /** What is lacking anywhere for the loss of any two nodes to be borne; empty: nothing. */
    String lacking() {
        return asked(
                () -> {
                    List<String> lacking = new ArrayList<>();
                    bed.nodes.stream()
                            .filter(node -> node.runs() && !node.serves())
                            .forEach(
                                    node -> lacking.add("node " + node.number + " does not serve"));
                    partitions(lacking);
                    groups(lacking);
                    devices(lacking);
                    ClusterStatus status = cluster.status();
                    if (status.segmentsUnderprotected() > 0) {
                        lacking.add(status.segmentsUnderprotected() + " segments lack chunks");
                    }
                    return lacking;
                });
    }

    /**
     * What is not right with one node, whatever others lack.
     *
     * @param lost devices that it has no more, whose chunks are to be made anew
     */
    String lackingOn(NodeProcess node, List<String> lost) {
        return asked(
                () -> {
                    List<String> lacking = new ArrayList<>();
                    if (!node.serves()) {
                        lacking.add("it does not serve");
                    }
                    List<String> own = new ArrayList<>();
                    for (DeviceStatus device : cluster.devices(node.id())) {
                        own.add(device.id());
                        if (lost.contains(device.id()) && device.placementGroups() > 0) {
                            lacking.add("groups are still on " + device);
                        }
                    }
                    for (RepairStatus repair : cluster.repairs()) {
                        if (repair.membersLacking().stream().anyMatch(own::contains)) {
                            lacking.add("a group lacks its chunk: " + repair);
                        }
                    }
                    if (damaged(node) != 0) {
                        lacking.add("damaged chunks: " + damaged(node));
                    }
                    return lacking;
                });
    }

    private static String asked(Supplier<List<String>> question) {
        try {
            List<String> lacking = question.get();
            return lacking.isEmpty()
                    ? ""
                    : lacking.size()
                            + ", of which "
                            + lacking.subList(0, Math.min(MOST_SHOWN, lacking.size()));
        } catch (LetheException e) {
            return "an answer: " + e.getMessage();
        }
    }

    private void partitions(List<String> lacking) {
        for (PartitionStatus one : cluster.partitions()) {
            if (one.leader().isEmpty() || one.votersUp() < one.voters().size()) {
                lacking.add(one.toString());
            }
        }
    }

    private void groups(List<String> lacking) {
        for (RepairStatus one : cluster.repairs()) {
            boolean evening =
                    one.membersLacking().isEmpty()
                            && one.membersLeaving().isEmpty()
                            && !one.from().isEmpty();
            if (!evening) {
                lacking.add(one.toString());
            }
        }
    }

    private void devices(List<String> lacking) {
        for (NodeProcess node : bed.nodes) {
            if (node.runs() && damaged(node) != 0) {
                lacking.add("node " + node.number + " has " + damaged(node) + " damaged chunks");
            }
        }
    }

    private static double damaged(NodeProcess node) {
        return node.metric("lethe_device_corrupt_chunks");
    }

    /** All devices that a node has had and has. */
    List<DeviceStatus> devices(NodeProcess node) {
        return Patience.with(
                () -> {
                    List<DeviceStatus> devices = new ArrayList<>();
                    cluster.devices(node.id()).forEach(devices::add);
                    return devices;
                });
    }

    /** Those of them that groups need. */
    List<String> needed(NodeProcess node) {
        return devices(node).stream()
                .filter(device -> device.placementGroups() > 0)
                .map(DeviceStatus::id)
                .toList();
    }

    /** Has the partition that has most to do split; gives the new one, or empty where refused. */
    String splitHottest() {
        try {
            String hottest = "";
            long most = 0;
            for (PartitionStatus one : cluster.partitions()) {
                boolean partition = !one.id().equals("directory");
                if (partition && one.change().isEmpty() && one.commandsPerSecond() > most) {
                    hottest = one.id();
                    most = one.commandsPerSecond();
                }
            }
            return hottest.isEmpty() ? "" : cluster.splitPartition(hottest, "", "", "");
        } catch (LetheException e) {
            return "";
        }
    }

    /** Why a split is not over; empty: it is. */
    String notSplit(String child) {
        return asked(
                () -> {
                    List<String> lacking = new ArrayList<>(List.of(child + " is not there"));
                    for (PartitionStatus one : cluster.partitions()) {
                        if (one.id().equals(child)) {
                            lacking.clear();
                        }
                        if (!one.change().isEmpty()) {
                            lacking.add(one.toString());
                        }
                    }
                    return lacking;
                });
    }

    /** Has all that a node has moved to others. */
    void drain(NodeProcess node) {
        NodeStatus _ = Patience.with(() -> cluster.setNodeLeaving(node.id(), true));
    }

    /** What is left on it; empty: nothing. */
    String leftOn(NodeProcess node) {
        return asked(
                () -> {
                    for (NodeStatus one : cluster.nodes()) {
                        boolean empty = one.placementGroups() + one.replicas() == 0;
                        if (one.id().equals(node.id())) {
                            return empty ? List.of() : List.of(one.toString());
                        }
                    }
                    return List.of("the cluster does not know it");
                });
    }

    /** Takes a node on which nothing is left out for good. */
    void remove(NodeProcess node) {
        NodeStatus _ = Patience.with(() -> cluster.removeNode(node.id(), false));
    }
}
