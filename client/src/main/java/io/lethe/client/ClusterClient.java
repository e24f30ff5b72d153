package io.lethe.client;

import io.lethe.client.model.ClusterStatus;
import io.lethe.client.model.DeviceStatus;
import io.lethe.client.model.NodeStatus;
import io.lethe.client.model.Page;
import io.lethe.client.model.PartitionStatus;
import io.lethe.client.model.PlacementGroupStatus;
import io.lethe.client.model.RepairStatus;
import io.lethe.client.model.WorkerStatus;
import io.lethe.proto.v1.ClusterServiceGrpc;
import io.lethe.proto.v1.GetStatusRequest;
import io.lethe.proto.v1.ListDevicesRequest;
import io.lethe.proto.v1.ListNodesRequest;
import io.lethe.proto.v1.ListPartitionsRequest;
import io.lethe.proto.v1.ListPlacementGroupsRequest;
import io.lethe.proto.v1.ListRepairsRequest;
import io.lethe.proto.v1.ListWorkersRequest;
import io.lethe.proto.v1.PageRequest;
import io.lethe.proto.v1.RemoveDeviceRequest;
import io.lethe.proto.v1.SetDeviceLeavingRequest;
import io.lethe.proto.v1.SetRebalanceRequest;
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

    private static PageRequest page(String token) {
        return PageRequest.newBuilder().setPageToken(token).build();
    }
}
