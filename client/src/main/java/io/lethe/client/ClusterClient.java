package io.lethe.client;

import io.lethe.client.model.ClusterStatus;
import io.lethe.client.model.DeviceStatus;
import io.lethe.client.model.NodeStatus;
import io.lethe.client.model.Page;
import io.lethe.client.model.PartitionStatus;
import io.lethe.client.model.PlacementGroupStatus;
import io.lethe.client.model.WorkerStatus;
import io.lethe.proto.v1.ClusterServiceGrpc;
import io.lethe.proto.v1.GetStatusRequest;
import io.lethe.proto.v1.ListDevicesRequest;
import io.lethe.proto.v1.ListNodesRequest;
import io.lethe.proto.v1.ListPartitionsRequest;
import io.lethe.proto.v1.ListPlacementGroupsRequest;
import io.lethe.proto.v1.ListWorkersRequest;
import io.lethe.proto.v1.PageRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The cluster's state, for operators: needs a key with that right. Blocking forms throw {@link
 * LetheException}; futures fail with it. Lists are fetched page by page while iterating. Safe for
 * any thread.
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

    private static PageRequest page(String token) {
        return PageRequest.newBuilder().setPageToken(token).build();
    }
}
