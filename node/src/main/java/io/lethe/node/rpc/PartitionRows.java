package io.lethe.node.rpc;

import io.lethe.node.metadata.command.PartitionAnswer.Figures;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.proto.v1.PartitionStatus;
import java.util.List;

/**
 * Rows of the list of partitions: what the map has of them, and what their leaders say. Stateless.
 */
final class PartitionRows {
    private PartitionRows() {}

    static PartitionStatus directory(ClusterView view, Standings standings) {
        List<NodeId> voters = view.directoryVoters();
        PartitionStatus.Builder row =
                PartitionStatus.newBuilder()
                        .setId(GroupId.DIRECTORY.toString())
                        .addAllVoters(voters.stream().map(Object::toString).toList());
        view.directory().nodes().stream()
                .map(NodeRecord::id)
                .filter(node -> !voters.contains(node))
                .forEach(node -> row.addLearners(node.toString()));
        addLeader(row, GroupId.DIRECTORY, voters, standings);
        return row.build();
    }

    static PartitionStatus of(PartitionRecord partition, ClusterView view, Standings standings) {
        List<NodeId> voters = StatusReport.voters(partition);
        PartitionStatus.Builder row =
                PartitionStatus.newBuilder()
                        .setId(partition.id().toString())
                        .setFrom(partition.from().hex())
                        .setTo(partition.to().hex())
                        .addAllVoters(voters.stream().map(Object::toString).toList())
                        .addAllLearners(
                                partition.learners().stream()
                                        .map(replica -> replica.node().toString())
                                        .toList())
                        .setMapEpoch(partition.mapEpoch())
                        .setChange(change(partition, view));
        if (partition.recovery() != null) {
            row.setRecoveredMillis(partition.recovery().millis());
        }
        addLeader(row, partition.id(), voters, standings);
        return row.build();
    }

    private static String change(PartitionRecord partition, ClusterView view) {
        if (partition.division() != null) {
            return "SPLITTING";
        }
        boolean merges =
                view.directory().merges().stream()
                        .anyMatch(one -> one.giver().equals(partition.id()));
        return merges ? "MERGING" : "";
    }

    private static void addLeader(
            PartitionStatus.Builder row, GroupId group, List<NodeId> voters, Standings standings) {
        row.setVotersUp(standings.answered(group, voters));
        standings
                .leader(group, voters)
                .ifPresent(
                        leader -> {
                            Figures figures = leader.status().figures();
                            row.setLeader(leader.node().toString())
                                    .setAppliedIndex(leader.status().appliedIndex())
                                    .setSizeBytes(leader.status().rangeBytes())
                                    .setCommandsPerSecond(leader.status().commandsPerSecond())
                                    .setRows(figures == null ? 0 : figures.versions());
                        });
    }
}
