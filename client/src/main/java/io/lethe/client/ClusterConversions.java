package io.lethe.client;

import io.lethe.client.model.ClusterStatus;
import io.lethe.client.model.ClusterWarning;
import io.lethe.client.model.DeviceStatus;
import io.lethe.client.model.NodeStatus;
import io.lethe.client.model.PartitionRecovery;
import io.lethe.client.model.PartitionStatus;
import io.lethe.client.model.PlacementGroupStatus;
import io.lethe.client.model.RepairStatus;
import io.lethe.client.model.ReplicaMove;
import io.lethe.client.model.UpgradeStatus;
import io.lethe.client.model.WorkerStatus;
import io.lethe.proto.v1.GetStatusResponse;
import io.lethe.proto.v1.GetUpgradeResponse;
import io.lethe.proto.v1.MovePartitionResponse;
import io.lethe.proto.v1.RecoverPartitionResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Wire messages of the cluster's state to the API's values. Pure. */
final class ClusterConversions {
    private ClusterConversions() {}

    static ClusterStatus status(GetStatusResponse wire) {
        return new ClusterStatus(
                wire.getClusterId(),
                wire.getName(),
                wire.getVersion(),
                wire.getFeatureLevel(),
                wire.getNodesUp(),
                wire.getNodesTotal(),
                wire.getDevicesWritable(),
                wire.getDevicesTotal(),
                wire.getDirectoryLeader(),
                wire.getController(),
                wire.getControllerEpoch(),
                wire.getPartitionsHealthy(),
                wire.getPartitionsServing(),
                wire.getPartitionsTotal(),
                wire.getPlacementGroupsOpen(),
                wire.getPlacementGroupsTotal(),
                wire.getSegmentsUnderprotected(),
                wire.getOldestUnderprotectedMillis(),
                wire.getCapacityBytes(),
                wire.getUsedBytes(),
                wire.getGarbageBytes(),
                wire.getAnsweredBy(),
                wire.getWarningsList().stream()
                        .map(w -> new ClusterWarning(w.getCode(), w.getMessage(), w.getAdvice()))
                        .toList(),
                wire.getRebalance(),
                wire.getReclaim());
    }

    static UpgradeStatus upgrade(GetUpgradeResponse wire) {
        return new UpgradeStatus(
                wire.getFeatureLevel(),
                wire.getNextLevel(),
                wire.getBrings(),
                wire.getReady(),
                wire.getNodesList().stream()
                        .map(
                                node ->
                                        new UpgradeStatus.NodeBuild(
                                                node.getNode(),
                                                node.getHost(),
                                                node.getUp(),
                                                node.getVersion(),
                                                node.getLowestLevel(),
                                                node.getHighestLevel(),
                                                node.getReady()))
                        .toList());
    }

    static NodeStatus node(io.lethe.proto.v1.NodeStatus wire) {
        return new NodeStatus(
                wire.getId(),
                wire.getHost(),
                wire.getS3Port(),
                wire.getConsolePort(),
                wire.getRpcPort(),
                wire.getDataPort(),
                wire.getRack(),
                wire.getRolesList(),
                wire.getUp(),
                wire.getIncarnation(),
                wire.getDevices(),
                wire.getCapacityBytes(),
                wire.getFreeBytes(),
                wire.getStanding(),
                wire.getPlacementGroups(),
                wire.getReplicas());
    }

    static DeviceStatus device(io.lethe.proto.v1.DeviceStatus wire) {
        return new DeviceStatus(
                wire.getId(),
                wire.getNode(),
                wire.getPath(),
                wire.getState(),
                wire.getCapacityBytes(),
                wire.getFreeBytes(),
                wire.getChunks(),
                wire.getCorruptChunks(),
                wire.getMissingFiles(),
                wire.getFault(),
                wire.getReported(),
                wire.getPlacementGroups(),
                wire.getLeaving());
    }

    static RepairStatus repair(io.lethe.proto.v1.RepairStatus wire) {
        return new RepairStatus(
                wire.getPlacementGroup(),
                wire.getState(),
                wire.getChunk(),
                wire.getFrom(),
                wire.getTo(),
                wire.getMembersLackingList(),
                wire.getMembersLeavingList(),
                wire.getPhase(),
                wire.getBeganMillis() == 0
                        ? Optional.empty()
                        : Optional.of(Instant.ofEpochMilli(wire.getBeganMillis())),
                wire.getSegmentsSeen(),
                wire.getChunksMended(),
                wire.getBytes(),
                wire.hasLeftMillis()
                        ? Optional.of(Duration.ofMillis(wire.getLeftMillis()))
                        : Optional.empty());
    }

    static PlacementGroupStatus placementGroup(io.lethe.proto.v1.PlacementGroupStatus wire) {
        return new PlacementGroupStatus(
                wire.getId(),
                wire.getEpoch(),
                wire.getStorageClass(),
                wire.getDataChunks(),
                wire.getParityChunks(),
                wire.getDevicesList(),
                wire.getState(),
                wire.getMembersUnavailable());
    }

    static PartitionStatus partition(io.lethe.proto.v1.PartitionStatus wire) {
        return new PartitionStatus(
                wire.getId(),
                wire.getFrom(),
                wire.getTo(),
                wire.getVotersList(),
                wire.getLearnersList(),
                wire.getLeader(),
                wire.getAppliedIndex(),
                wire.getRows(),
                wire.getMapEpoch(),
                wire.getVotersUp(),
                wire.getRecoveredMillis(),
                wire.getSizeBytes(),
                wire.getCommandsPerSecond(),
                wire.getChange());
    }

    static PartitionRecovery recovery(RecoverPartitionResponse wire) {
        return new PartitionRecovery(
                wire.getReplicasList().stream()
                        .map(
                                one ->
                                        new PartitionRecovery.Replica(
                                                one.getNode(),
                                                one.getGeneration(),
                                                one.getAnswers(),
                                                one.getLastTerm(),
                                                one.getLastIndex(),
                                                one.getAppliedIndex(),
                                                one.getNodeState()))
                        .toList(),
                wire.getSurvivor(),
                wire.getOrdered(),
                wire.getLoss());
    }

    static ReplicaMove move(MovePartitionResponse wire) {
        return new ReplicaMove(
                wire.getDone(), wire.getAppliedIndex(), wire.getLeaderAppliedIndex());
    }

    static WorkerStatus worker(io.lethe.proto.v1.WorkerStatus wire) {
        return new WorkerStatus(
                wire.getNode(),
                wire.getName(),
                wire.getState(),
                wire.getSteps(),
                wire.getBacklog(),
                wire.getLastStepMillis() == 0
                        ? Optional.empty()
                        : Optional.of(Instant.ofEpochMilli(wire.getLastStepMillis())),
                wire.getLastError(),
                wire.getErrors());
    }
}
