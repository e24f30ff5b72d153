package io.lethe.cli;

import io.lethe.client.model.BackupStatus;
import io.lethe.client.model.Bucket;
import io.lethe.client.model.ClusterStatus;
import io.lethe.client.model.CommonPrefix;
import io.lethe.client.model.CopyResult;
import io.lethe.client.model.DeviceStatus;
import io.lethe.client.model.ListEntry;
import io.lethe.client.model.NodeStatus;
import io.lethe.client.model.ObjectVersion;
import io.lethe.client.model.PartitionRecovery;
import io.lethe.client.model.PartitionStatus;
import io.lethe.client.model.PlacementGroupStatus;
import io.lethe.client.model.PutResult;
import io.lethe.client.model.RepairStatus;
import io.lethe.client.model.UpgradeStatus;
import io.lethe.client.model.WorkerStatus;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What {@code --json} prints. The names are an interface: they stay, and others may be added. */
final class Rows {
    private Rows() {}

    static Map<String, Object> bucket(Bucket bucket) {
        return Json.object(
                "type",
                "bucket",
                "name",
                bucket.name(),
                "storage_class",
                bucket.storageClass(),
                "recoding",
                bucket.recoding(),
                "versioning",
                bucket.versioning().name().toLowerCase(Locale.ROOT),
                "created",
                bucket.created());
    }

    static Map<String, Object> entry(ListEntry entry) {
        if (entry instanceof ObjectVersion object) {
            return object(object);
        }
        return Json.object("type", "prefix", "prefix", ((CommonPrefix) entry).name());
    }

    private static Map<String, Object> object(ObjectVersion object) {
        return Json.object(
                "type",
                object.deleteMarker() ? "delete_marker" : "object",
                "key",
                object.key(),
                "size",
                object.sizeBytes(),
                "last_modified",
                object.lastModified(),
                "version_id",
                object.versionId(),
                "latest",
                object.latest(),
                "etag",
                object.etag(),
                "sha256",
                object.sha256(),
                "storage_class",
                object.storageClass());
    }

    /** Everything about one version. */
    static Map<String, Object> stat(String bucket, ObjectVersion object) {
        Map<String, Object> row = object(object);
        row.put("bucket", bucket);
        row.put("md5", object.md5());
        row.put("content_type", object.contentType());
        row.put("metadata", new TreeMap<>(object.metadata()));
        row.put("tags", new TreeMap<>(object.tags()));
        return row;
    }

    static Map<String, Object> put(ObjectPath path, PutResult stored) {
        return Json.object(
                "bucket",
                path.bucket(),
                "key",
                path.key(),
                "size",
                stored.sizeBytes(),
                "version_id",
                stored.versionId(),
                "etag",
                stored.etag(),
                "sha256",
                stored.sha256(),
                "md5",
                stored.md5(),
                "created",
                stored.created());
    }

    static Map<String, Object> copy(ObjectPath from, ObjectPath to, CopyResult copied) {
        Map<String, Object> row = put(to, copied.stored());
        row.put("source_bucket", from.bucket());
        row.put("source_key", from.key());
        row.put("source_version_id", copied.sourceVersionId());
        return row;
    }

    static Map<String, Object> status(ClusterStatus status) {
        return Json.object(
                "cluster_id",
                status.clusterId(),
                "name",
                status.name(),
                "version",
                status.version(),
                "feature_level",
                status.featureLevel(),
                "nodes_up",
                status.nodesUp(),
                "nodes_total",
                status.nodesTotal(),
                "devices_writable",
                status.devicesWritable(),
                "devices_total",
                status.devicesTotal(),
                "directory_leader",
                status.directoryLeader(),
                "controller",
                status.controller(),
                "controller_epoch",
                status.controllerEpoch(),
                "partitions_healthy",
                status.partitionsHealthy(),
                "partitions_serving",
                status.partitionsServing(),
                "partitions_total",
                status.partitionsTotal(),
                "placement_groups_open",
                status.placementGroupsOpen(),
                "placement_groups_total",
                status.placementGroupsTotal(),
                "segments_underprotected",
                status.segmentsUnderprotected(),
                "oldest_underprotected_ms",
                status.oldestUnderprotectedMillis(),
                "capacity_bytes",
                status.capacityBytes(),
                "used_bytes",
                status.usedBytes(),
                "garbage_bytes",
                status.garbageBytes(),
                "answered_by",
                status.answeredBy(),
                "rebalance",
                status.rebalance(),
                "reclaim",
                status.reclaim(),
                "warnings",
                status.warnings().stream()
                        .map(
                                warning ->
                                        Json.object(
                                                "code",
                                                warning.code(),
                                                "message",
                                                warning.message(),
                                                "advice",
                                                warning.advice()))
                        .toList());
    }

    static Map<String, Object> upgrade(UpgradeStatus status) {
        return Json.object(
                "feature_level",
                status.featureLevel(),
                "next_level",
                status.nextLevel(),
                "brings",
                status.brings(),
                "ready",
                status.ready(),
                "nodes",
                status.nodes().stream()
                        .map(
                                node ->
                                        Json.object(
                                                "id",
                                                node.node(),
                                                "host",
                                                node.host(),
                                                "state",
                                                node.up() ? "UP" : "DOWN",
                                                "version",
                                                node.version(),
                                                "lowest_level",
                                                node.lowestLevel(),
                                                "highest_level",
                                                node.highestLevel(),
                                                "ready",
                                                node.ready()))
                        .toList());
    }

    static Map<String, Object> node(NodeStatus node) {
        return Json.object(
                "id",
                node.id(),
                "state",
                node.up() ? "UP" : "DOWN",
                "standing",
                node.standing(),
                "placement_groups",
                node.placementGroups(),
                "replicas",
                node.replicas(),
                "host",
                node.host(),
                "s3_port",
                node.s3Port(),
                "console_port",
                node.consolePort(),
                "rpc_port",
                node.rpcPort(),
                "data_port",
                node.dataPort(),
                "rack",
                node.rack(),
                "roles",
                node.roles(),
                "incarnation",
                node.incarnation(),
                "devices",
                node.devices(),
                "capacity_bytes",
                node.capacityBytes(),
                "free_bytes",
                node.freeBytes());
    }

    static Map<String, Object> device(DeviceStatus device) {
        return Json.object(
                "id",
                device.id(),
                "node",
                device.node(),
                "path",
                device.path(),
                "state",
                device.state(),
                "capacity_bytes",
                device.capacityBytes(),
                "free_bytes",
                device.freeBytes(),
                "chunks",
                device.chunks(),
                "corrupt_chunks",
                device.corruptChunks(),
                "missing_files",
                device.missingFiles(),
                "fault",
                device.fault(),
                "reported",
                device.reported(),
                "placement_groups",
                device.placementGroups(),
                "leaving",
                device.leaving());
    }

    static Map<String, Object> repair(RepairStatus repair) {
        Map<String, Object> row =
                Json.object(
                        "placement_group",
                        repair.placementGroup(),
                        "state",
                        repair.state(),
                        "from",
                        repair.from(),
                        "to",
                        repair.to(),
                        "members_lacking",
                        repair.membersLacking(),
                        "members_leaving",
                        repair.membersLeaving(),
                        "phase",
                        repair.phase(),
                        "began",
                        repair.began().map(Instant::toString).orElse(""),
                        "segments_seen",
                        repair.segmentsSeen(),
                        "chunks_mended",
                        repair.chunksMended(),
                        "bytes",
                        repair.bytes());
        if (!repair.to().isEmpty()) {
            row.put("chunk", repair.chunk());
        }
        repair.left().ifPresent(left -> row.put("left_ms", left.toMillis()));
        return row;
    }

    static Map<String, Object> placementGroup(PlacementGroupStatus group) {
        return Json.object(
                "id",
                group.id(),
                "epoch",
                group.epoch(),
                "storage_class",
                group.storageClass(),
                "data_chunks",
                group.dataChunks(),
                "parity_chunks",
                group.parityChunks(),
                "devices",
                group.devices(),
                "state",
                group.state(),
                "members_unavailable",
                group.membersUnavailable());
    }

    static Map<String, Object> partition(PartitionStatus partition) {
        return Json.object(
                "id",
                partition.id(),
                "from",
                partition.from(),
                "to",
                partition.to(),
                "voters",
                partition.voters(),
                "voters_up",
                partition.votersUp(),
                "learners",
                partition.learners(),
                "leader",
                partition.leader(),
                "applied_index",
                partition.appliedIndex(),
                "rows",
                partition.rows(),
                "size_bytes",
                partition.sizeBytes(),
                "commands_per_second",
                partition.commandsPerSecond(),
                "change",
                partition.change(),
                "map_epoch",
                partition.mapEpoch(),
                "recovered",
                partition.recoveredMillis() == 0
                        ? ""
                        : Instant.ofEpochMilli(partition.recoveredMillis()).toString());
    }

    static Map<String, Object> backup(BackupStatus backup) {
        return Json.object(
                "id",
                backup.id(),
                "place",
                backup.place(),
                "made_by",
                backup.madeBy(),
                "began",
                backup.began().toString(),
                "ended",
                backup.ended().toString(),
                "groups",
                backup.groups(),
                "rows",
                backup.rows(),
                "bytes",
                backup.bytes(),
                "outside",
                backup.outside(),
                "directory_index",
                backup.directoryIndex());
    }

    static Map<String, Object> recovery(PartitionRecovery recovery) {
        return Json.object(
                "survivor",
                recovery.survivor(),
                "ordered",
                recovery.ordered(),
                "loss",
                recovery.loss(),
                "replicas",
                recovery.replicas().stream()
                        .map(
                                one ->
                                        Json.object(
                                                "node",
                                                one.node(),
                                                "generation",
                                                one.generation(),
                                                "node_state",
                                                one.nodeState(),
                                                "answers",
                                                one.answers(),
                                                "last_term",
                                                one.lastTerm(),
                                                "last_index",
                                                one.lastIndex(),
                                                "applied_index",
                                                one.appliedIndex()))
                        .toList());
    }

    static Map<String, Object> worker(WorkerStatus worker) {
        return Json.object(
                "node",
                worker.node(),
                "name",
                worker.name(),
                "state",
                worker.state(),
                "steps",
                worker.steps(),
                "backlog",
                worker.backlog(),
                "last_step",
                worker.lastStep().map(Instant::toString).orElse(""),
                "last_error",
                worker.lastError(),
                "errors",
                worker.errors());
    }
}
