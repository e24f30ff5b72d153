package io.lethe.client;

import io.lethe.client.model.ClusterStatus;
import io.lethe.client.model.DeviceStatus;
import io.lethe.client.model.NodeStatus;
import io.lethe.client.model.Page;
import io.lethe.client.model.PartitionMerge;
import io.lethe.client.model.PartitionRecovery;
import io.lethe.client.model.PartitionStatus;
import io.lethe.client.model.PlacementGroupStatus;
import io.lethe.client.model.RepairStatus;
import io.lethe.client.model.ReplicaMove;
import io.lethe.client.model.UpgradeStatus;
import io.lethe.client.model.WorkerStatus;
import io.lethe.proto.v1.AddDeviceRequest;
import io.lethe.proto.v1.ClusterServiceGrpc;
import io.lethe.proto.v1.FinishUpgradeRequest;
import io.lethe.proto.v1.GetStatusRequest;
import io.lethe.proto.v1.GetUpgradeRequest;
import io.lethe.proto.v1.ListDevicesRequest;
import io.lethe.proto.v1.ListNodesRequest;
import io.lethe.proto.v1.ListPartitionsRequest;
import io.lethe.proto.v1.ListPlacementGroupsRequest;
import io.lethe.proto.v1.ListRepairsRequest;
import io.lethe.proto.v1.ListWorkersRequest;
import io.lethe.proto.v1.MergePartitionRequest;
import io.lethe.proto.v1.MovePartitionRequest;
import io.lethe.proto.v1.PageRequest;
import io.lethe.proto.v1.RecoverPartitionRequest;
import io.lethe.proto.v1.RemoveDeviceRequest;
import io.lethe.proto.v1.RemoveNodeRequest;
import io.lethe.proto.v1.SetDeviceLeavingRequest;
import io.lethe.proto.v1.SetNodeLeavingRequest;
import io.lethe.proto.v1.SetRebalanceRequest;
import io.lethe.proto.v1.SetReclaimRequest;
import io.lethe.proto.v1.SplitPartitionRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The cluster's state and its orders, for operators: needs a key with that right. Blocking forms
 * throw {@link LetheException}; futures fail with it. Lists are fetched page by page while
 * iterating. Safe for any thread.
 */
public final class ClusterClient {
    private final Wiring wiring;
    private final long allowedNanos;

    ClusterClient(Wiring wiring, long allowedNanos) {
        this.wiring = wiring;
        this.allowedNanos = allowedNanos;
    }

    /** The same, with this time for each call, all its attempts together. */
    public ClusterClient within(Duration each) {
        return new ClusterClient(wiring, each.toNanos());
    }

    public ClusterStatus status() {
        return Futures.await(statusAsync());
    }

    public CompletableFuture<ClusterStatus> statusAsync() {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getGetStatusMethod(),
                        allowedNanos,
                        GetStatusRequest.getDefaultInstance(),
                        ClusterConversions::status)
                .run();
    }

    public Iterable<NodeStatus> nodes() {
        return new Pages<>(token -> Futures.await(nodesPageAsync(token)));
    }

    public CompletableFuture<Page<NodeStatus>> nodesPageAsync(String token) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getListNodesMethod(),
                        allowedNanos,
                        ListNodesRequest.newBuilder().setPage(page(token)).build(),
                        answer ->
                                new Page<>(
                                        answer.getNodesList().stream()
                                                .map(ClusterConversions::node)
                                                .toList(),
                                        answer.getNextPageToken()))
                .run();
    }

    /**
     * Devices.
     *
     * @param node only this node's; empty: all
     */
    public Iterable<DeviceStatus> devices(String node) {
        return new Pages<>(token -> Futures.await(devicesPageAsync(node, token)));
    }

    public CompletableFuture<Page<DeviceStatus>> devicesPageAsync(String node, String token) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getListDevicesMethod(),
                        allowedNanos,
                        ListDevicesRequest.newBuilder().setNode(node).setPage(page(token)).build(),
                        answer ->
                                new Page<>(
                                        answer.getDevicesList().stream()
                                                .map(ClusterConversions::device)
                                                .toList(),
                                        answer.getNextPageToken()))
                .run();
    }

    public Iterable<PlacementGroupStatus> placementGroups() {
        return new Pages<>(token -> Futures.await(placementGroupsPageAsync(token)));
    }

    public CompletableFuture<Page<PlacementGroupStatus>> placementGroupsPageAsync(String token) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getListPlacementGroupsMethod(),
                        allowedNanos,
                        ListPlacementGroupsRequest.newBuilder().setPage(page(token)).build(),
                        answer ->
                                new Page<>(
                                        answer.getPlacementGroupsList().stream()
                                                .map(ClusterConversions::placementGroup)
                                                .toList(),
                                        answer.getNextPageToken()))
                .run();
    }

    public Iterable<PartitionStatus> partitions() {
        return new Pages<>(token -> Futures.await(partitionsPageAsync(token)));
    }

    public CompletableFuture<Page<PartitionStatus>> partitionsPageAsync(String token) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getListPartitionsMethod(),
                        allowedNanos,
                        ListPartitionsRequest.newBuilder().setPage(page(token)).build(),
                        answer ->
                                new Page<>(
                                        answer.getPartitionsList().stream()
                                                .map(ClusterConversions::partition)
                                                .toList(),
                                        answer.getNextPageToken()))
                .run();
    }

    /**
     * Background workers.
     *
     * @param node only this node's; empty: all that answer
     */
    public Iterable<WorkerStatus> workers(String node) {
        return new Pages<>(token -> Futures.await(workersPageAsync(node, token)));
    }

    public CompletableFuture<Page<WorkerStatus>> workersPageAsync(String node, String token) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getListWorkersMethod(),
                        allowedNanos,
                        ListWorkersRequest.newBuilder().setNode(node).setPage(page(token)).build(),
                        answer ->
                                new Page<>(
                                        answer.getWorkersList().stream()
                                                .map(ClusterConversions::worker)
                                                .toList(),
                                        answer.getNextPageToken()))
                .run();
    }

    /** Placement groups of which a chunk goes over to another device, or should. */
    public Iterable<RepairStatus> repairs() {
        return new Pages<>(token -> Futures.await(repairsPageAsync(token)));
    }

    public CompletableFuture<Page<RepairStatus>> repairsPageAsync(String token) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getListRepairsMethod(),
                        allowedNanos,
                        ListRepairsRequest.newBuilder().setPage(page(token)).build(),
                        answer ->
                                new Page<>(
                                        answer.getRepairsList().stream()
                                                .map(ClusterConversions::repair)
                                                .toList(),
                                        answer.getNextPageToken()))
                .run();
    }

    /**
     * Has a device's chunks moved off it, or lets it stay after all. {@link #devices} and {@link
     * #repairs} show how far it is.
     *
     * @return as the cluster map has it then; what only its node knows is missing
     */
    public DeviceStatus setLeaving(String device, boolean leaving) {
        return Futures.await(setLeavingAsync(device, leaving));
    }

    public CompletableFuture<DeviceStatus> setLeavingAsync(String device, boolean leaving) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getSetDeviceLeavingMethod(),
                        allowedNanos,
                        SetDeviceLeavingRequest.newBuilder()
                                .setDevice(device)
                                .setLeaving(leaving)
                                .build(),
                        answer -> ClusterConversions.device(answer.getDevice()))
                .run();
    }

    /**
     * Takes a device out for good: it comes back only empty, under a new id. Fails with {@link
     * ErrorCode#DEVICE_IN_USE} while placement groups need it.
     *
     * @param lost its chunks are given up, and made anew from others; only of one that is away
     * @return as the cluster map has it then; what only its node knows is missing
     */
    public DeviceStatus removeDevice(String device, boolean lost) {
        return Futures.await(removeDeviceAsync(device, lost));
    }

    public CompletableFuture<DeviceStatus> removeDeviceAsync(String device, boolean lost) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getRemoveDeviceMethod(),
                        allowedNanos,
                        RemoveDeviceRequest.newBuilder().setDevice(device).setLost(lost).build(),
                        answer -> ClusterConversions.device(answer.getDevice()))
                .run();
    }

    /**
     * Has a node use another directory as a device from now on, also after its next start. It gets
     * data as the cluster evens out.
     *
     * @param path directory on the node, absolute
     * @param capacityBytes the most to use; 0: all that its file system has
     * @param sharedDisk it may be on the disk of another device
     * @return the device's id; {@link #devices} shows it a moment later
     */
    public String addDevice(String node, String path, long capacityBytes, boolean sharedDisk) {
        return Futures.await(addDeviceAsync(node, path, capacityBytes, sharedDisk));
    }

    public CompletableFuture<String> addDeviceAsync(
            String node, String path, long capacityBytes, boolean sharedDisk) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getAddDeviceMethod(),
                        allowedNanos,
                        AddDeviceRequest.newBuilder()
                                .setNode(node)
                                .setPath(path)
                                .setCapacityBytes(capacityBytes)
                                .setSharedDisk(sharedDisk)
                                .build(),
                        answer -> answer.getDevice())
                .run();
    }

    /**
     * Has a node's chunks and replicas moved to others, with nothing missing at any moment, or lets
     * it stay after all.
     *
     * @return as the cluster map has it then
     */
    public NodeStatus setNodeLeaving(String node, boolean leaving) {
        return Futures.await(setNodeLeavingAsync(node, leaving));
    }

    public CompletableFuture<NodeStatus> setNodeLeavingAsync(String node, boolean leaving) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getSetNodeLeavingMethod(),
                        allowedNanos,
                        SetNodeLeavingRequest.newBuilder()
                                .setNode(node)
                                .setLeaving(leaving)
                                .build(),
                        answer -> ClusterConversions.node(answer.getNode()))
                .run();
    }

    /**
     * Takes a node and its devices out for good. Fails with {@link ErrorCode#DEVICE_IN_USE} while
     * placement groups or partitions need it.
     *
     * @param lost what it has is given up, and made anew from others; only of one that is away
     * @return as the cluster map has it then
     */
    public NodeStatus removeNode(String node, boolean lost) {
        return Futures.await(removeNodeAsync(node, lost));
    }

    public CompletableFuture<NodeStatus> removeNodeAsync(String node, boolean lost) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getRemoveNodeMethod(),
                        allowedNanos,
                        RemoveNodeRequest.newBuilder().setNode(node).setLost(lost).build(),
                        answer -> ClusterConversions.node(answer.getNode()))
                .run();
    }

    /** Lets the cluster even out what devices hold, or stops it. Repairs go on in any case. */
    public void setRebalance(boolean on) {
        var unused = Futures.await(setRebalanceAsync(on));
    }

    /**
     * As {@link #setRebalance}.
     *
     * @return what was asked for
     */
    public CompletableFuture<Boolean> setRebalanceAsync(boolean on) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getSetRebalanceMethod(),
                        allowedNanos,
                        SetRebalanceRequest.newBuilder().setOn(on).build(),
                        answer -> on)
                .run();
    }

    /**
     * Lets chunks be removed that no record knows, or keeps them. Off in a cluster that was
     * restored or recovered, until an operator says so.
     */
    public void setReclaim(boolean on) {
        var unused = Futures.await(setReclaimAsync(on));
    }

    /**
     * As {@link #setReclaim}.
     *
     * @return what was asked for
     */
    public CompletableFuture<Boolean> setReclaimAsync(boolean on) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getSetReclaimMethod(),
                        allowedNanos,
                        SetReclaimRequest.newBuilder().setOn(on).build(),
                        answer -> on)
                .run();
    }

    /**
     * Has a metadata partition split in two, without a pause; {@link #partitions} shows when it is
     * done.
     *
     * @param partition as {@link #partitions} names it; empty: the one that has the key
     * @param account alias or number of the bucket's account; empty: the caller's
     * @param bucket of the key; empty: the partition is split in the middle
     * @param key the first of the second half, whether it is there or not
     * @return the name of the partition that gets the second half
     */
    public String splitPartition(String partition, String account, String bucket, String key) {
        return Futures.await(splitPartitionAsync(partition, account, bucket, key));
    }

    public CompletableFuture<String> splitPartitionAsync(
            String partition, String account, String bucket, String key) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getSplitPartitionMethod(),
                        allowedNanos,
                        SplitPartitionRequest.newBuilder()
                                .setPartition(partition)
                                .setAccount(account)
                                .setBucket(bucket)
                                .setKey(key)
                                .build(),
                        answer -> answer.getChild())
                .run();
    }

    /**
     * Has a metadata partition without objects merged into its neighbour, and says whether that is
     * done; to be repeated until it is.
     *
     * @param partition as {@link #partitions} names it
     */
    public PartitionMerge mergePartition(String partition) {
        return Futures.await(mergePartitionAsync(partition));
    }

    public CompletableFuture<PartitionMerge> mergePartitionAsync(String partition) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getMergePartitionMethod(),
                        allowedNanos,
                        MergePartitionRequest.newBuilder().setPartition(partition).build(),
                        answer -> new PartitionMerge(answer.getHeir(), answer.getDone()))
                .run();
    }

    /** What the nodes run, and how far the cluster is with it. */
    public UpgradeStatus upgrade() {
        return Futures.await(upgradeAsync());
    }

    public CompletableFuture<UpgradeStatus> upgradeAsync() {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getGetUpgradeMethod(),
                        allowedNanos,
                        GetUpgradeRequest.getDefaultInstance(),
                        ClusterConversions::upgrade)
                .run();
    }

    /**
     * Puts the next feature level in force, after which no older build may run. Fails with {@link
     * ErrorCode#UPGRADE_NEEDED} where a node does not speak it.
     *
     * @param level one above that in force; one that is in force already changes nothing
     * @return the level in force
     */
    public int finishUpgrade(int level) {
        return Futures.await(finishUpgradeAsync(level));
    }

    public CompletableFuture<Integer> finishUpgradeAsync(int level) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getFinishUpgradeMethod(),
                        allowedNanos,
                        FinishUpgradeRequest.newBuilder().setLevel(level).build(),
                        answer -> answer.getFeatureLevel())
                .run();
    }

    /**
     * Shows which replicas of a partition without a majority are left, and has one go on alone.
     *
     * @param partition as {@link #partitions} names it
     * @param survivor node whose replica shall go on; empty: the one that has most
     * @param acceptLoss false: only shows
     */
    public PartitionRecovery recoverPartition(
            String partition, String survivor, boolean acceptLoss) {
        return Futures.await(recoverPartitionAsync(partition, survivor, acceptLoss));
    }

    public CompletableFuture<PartitionRecovery> recoverPartitionAsync(
            String partition, String survivor, boolean acceptLoss) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getRecoverPartitionMethod(),
                        allowedNanos,
                        RecoverPartitionRequest.newBuilder()
                                .setPartition(partition)
                                .setSurvivor(survivor)
                                .setAcceptLoss(acceptLoss)
                                .build(),
                        ClusterConversions::recovery)
                .run();
    }

    /**
     * Has a replica of a metadata partition moved to another node, adding before removing, and says
     * how far that is; to be repeated until it is done.
     *
     * @param partition as {@link #partitions} names it
     * @param from node that has a replica
     * @param to node that gets one instead
     */
    public ReplicaMove movePartition(String partition, String from, String to) {
        return Futures.await(movePartitionAsync(partition, from, to));
    }

    public CompletableFuture<ReplicaMove> movePartitionAsync(
            String partition, String from, String to) {
        return new UnaryCall<>(
                        wiring,
                        ClusterServiceGrpc.getMovePartitionMethod(),
                        allowedNanos,
                        MovePartitionRequest.newBuilder()
                                .setPartition(partition)
                                .setFrom(from)
                                .setTo(to)
                                .build(),
                        ClusterConversions::move)
                .run();
    }

    private static PageRequest page(String token) {
        return PageRequest.newBuilder().setPageToken(token).build();
    }
}
