package io.lethe.node.rpc;

import io.grpc.stub.StreamObserver;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.controller.MoveKeeper;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.StoreException;
import io.lethe.node.rpc.Pages.Page;
import io.lethe.proto.internal.v1.NodeReport;
import io.lethe.proto.v1.AddDeviceRequest;
import io.lethe.proto.v1.AddDeviceResponse;
import io.lethe.proto.v1.ClusterServiceGrpc;
import io.lethe.proto.v1.DeviceStatus;
import io.lethe.proto.v1.FinishUpgradeRequest;
import io.lethe.proto.v1.FinishUpgradeResponse;
import io.lethe.proto.v1.GetStatusRequest;
import io.lethe.proto.v1.GetStatusResponse;
import io.lethe.proto.v1.GetUpgradeRequest;
import io.lethe.proto.v1.GetUpgradeResponse;
import io.lethe.proto.v1.ListDevicesRequest;
import io.lethe.proto.v1.ListDevicesResponse;
import io.lethe.proto.v1.ListNodesRequest;
import io.lethe.proto.v1.ListNodesResponse;
import io.lethe.proto.v1.ListPartitionsRequest;
import io.lethe.proto.v1.ListPartitionsResponse;
import io.lethe.proto.v1.ListPlacementGroupsRequest;
import io.lethe.proto.v1.ListPlacementGroupsResponse;
import io.lethe.proto.v1.ListRepairsRequest;
import io.lethe.proto.v1.ListRepairsResponse;
import io.lethe.proto.v1.ListWorkersRequest;
import io.lethe.proto.v1.ListWorkersResponse;
import io.lethe.proto.v1.MergePartitionRequest;
import io.lethe.proto.v1.MergePartitionResponse;
import io.lethe.proto.v1.MovePartitionRequest;
import io.lethe.proto.v1.MovePartitionResponse;
import io.lethe.proto.v1.NodeStatus;
import io.lethe.proto.v1.PartitionStatus;
import io.lethe.proto.v1.PlacementGroupStatus;
import io.lethe.proto.v1.RecoverPartitionRequest;
import io.lethe.proto.v1.RecoverPartitionResponse;
import io.lethe.proto.v1.RemoveDeviceRequest;
import io.lethe.proto.v1.RemoveDeviceResponse;
import io.lethe.proto.v1.RemoveNodeRequest;
import io.lethe.proto.v1.RemoveNodeResponse;
import io.lethe.proto.v1.RepairStatus;
import io.lethe.proto.v1.SetDeviceLeavingRequest;
import io.lethe.proto.v1.SetDeviceLeavingResponse;
import io.lethe.proto.v1.SetNodeLeavingRequest;
import io.lethe.proto.v1.SetNodeLeavingResponse;
import io.lethe.proto.v1.SetRebalanceRequest;
import io.lethe.proto.v1.SetRebalanceResponse;
import io.lethe.proto.v1.SetReclaimRequest;
import io.lethe.proto.v1.SetReclaimResponse;
import io.lethe.proto.v1.SplitPartitionRequest;
import io.lethe.proto.v1.SplitPartitionResponse;
import io.lethe.proto.v1.WorkerStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * {@code lethe.v1.ClusterService}: for operators only. Orders are the directory's to refuse. Safe
 * for any thread.
 */
public final class ClusterDoor extends ClusterServiceGrpc.ClusterServiceImplBase {
    private final ClusterView view;
    private final Requests requests;
    private final NodeReports nodeReports;
    private final StatusReport report;

    public ClusterDoor(ClusterView view, NodeReports nodeReports, Requests requests) {
        this.view = view;
        this.nodeReports = nodeReports;
        this.requests = requests;
        report = new StatusReport(view, requests.tasks());
    }

    private static void operatorOnly(Requests.Call call) {
        if (!call.caller().operator()) {
            throw new StoreException(
                    ErrorCode.ACCESS_DENIED, "only operators see the cluster; ask yours");
        }
    }

    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> responses) {
        requests.unary(
                "status",
                responses,
                call -> {
                    operatorOnly(call);
                    return report.make();
                });
    }

    @Override
    public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> responses) {
        requests.unary(
                "list-nodes",
                responses,
                call -> {
                    operatorOnly(call);
                    Page<NodeStatus> page =
                            Pages.shown(
                                    view.directory().nodes(),
                                    request.getPage(),
                                    node -> node.id().toString(),
                                    this::node);
                    return ListNodesResponse.newBuilder()
                            .setNextPageToken(page.next())
                            .addAllNodes(page.rows())
                            .build();
                });
    }

    private NodeStatus node(NodeRecord node) {
        List<DeviceRecord> devices =
                view.directory().devices().stream()
                        .filter(device -> device.node().equals(node.id()))
                        .toList();
        return NodeStatus.newBuilder()
                .setId(node.id().toString())
                .setHost(node.host())
                .setS3Port(node.s3Port())
                .setConsolePort(node.consolePort())
                .setRpcPort(node.rpcPort())
                .setDataPort(node.dataPort())
                .setRack(node.rack())
                .addAllRoles(node.roles().stream().map(Enum::name).sorted().toList())
                .setUp(node.state() == NodeRecord.State.UP)
                .setIncarnation(node.incarnation())
                .setDevices(devices.size())
                .setStanding(node.standing().name())
                .setPlacementGroups(groups(devices))
                .setReplicas(replicas(node.id()))
                .setCapacityBytes(devices.stream().mapToLong(DeviceRecord::capacityBytes).sum())
                .setFreeBytes(devices.stream().mapToLong(DeviceRecord::freeBytes).sum())
                .build();
    }

    private int groups(List<DeviceRecord> devices) {
        return (int)
                view.directory().placementGroups().stream()
                        .filter(pg -> devices.stream().anyMatch(d -> pg.chunkOf(d.id()) >= 0))
                        .count();
    }

    private int replicas(NodeId node) {
        long partitions =
                view.directory().partitions().stream()
                        .filter(record -> StatusReport.voters(record).contains(node))
                        .count();
        return (int) partitions + (view.directoryVoters().contains(node) ? 1 : 0);
    }

    @Override
    public void listDevices(
            ListDevicesRequest request, StreamObserver<ListDevicesResponse> responses) {
        requests.unary(
                "list-devices",
                responses,
                call -> {
                    operatorOnly(call);
                    List<DeviceRecord> asked =
                            view.directory().devices().stream()
                                    .filter(
                                            device ->
                                                    request.getNode().isEmpty()
                                                            || device.node()
                                                                    .toString()
                                                                    .equals(request.getNode()))
                                    .toList();
                    Function<DeviceRecord, String> name = device -> device.id().toString();
                    Page<DeviceRecord> rows = Pages.rows(asked, request.getPage(), name);
                    Map<String, String> paths = paths(rows.rows());
                    Page<DeviceStatus> page =
                            Pages.shown(rows, name, device -> device(device, paths));
                    return ListDevicesResponse.newBuilder()
                            .setNextPageToken(page.next())
                            .addAllDevices(page.rows())
                            .build();
                });
    }

    /** Where devices are, by their ids, as far as their nodes say. */
    private Map<String, String> paths(List<DeviceRecord> devices) throws InterruptedException {
        Set<NodeId> nodes = devices.stream().map(DeviceRecord::node).collect(Collectors.toSet());
        nodes.removeIf(node -> !isUp(node));
        Map<String, String> paths = new HashMap<>();
        for (NodeReport node : nodeReports.of(nodes).values()) {
            node.getDevicesList().forEach(place -> paths.put(place.getId(), place.getPath()));
        }
        return paths;
    }

    private boolean isUp(NodeId node) {
        return view.directory()
                .node(node)
                .map(record -> record.state() == NodeRecord.State.UP)
                .orElse(false);
    }

    private DeviceStatus device(DeviceRecord device, Map<String, String> paths)
            throws InterruptedException {
        DeviceStatus.Builder row = mapped(device);
        row.setPath(paths.getOrDefault(device.id().toString(), device.path()));
        Optional<ChunkStore.Status> status = view.device(device.id());
        if (status.isPresent()) {
            ChunkStore.Status own = status.get();
            String fault = own.fault();
            row.setReported(true)
                    .setCapacityBytes(own.capacityBytes())
                    .setFreeBytes(own.freeBytes())
                    .setChunks(own.chunks())
                    .setCorruptChunks(own.corruptChunks())
                    .setMissingFiles(own.missingFiles())
                    .setFault(fault == null ? "" : fault);
        }
        return row.build();
    }

    /** What the cluster map has of a device. */
    private DeviceStatus.Builder mapped(DeviceRecord device) {
        return DeviceStatus.newBuilder()
                .setId(device.id().toString())
                .setNode(device.node().toString())
                .setState(device.state().name())
                .setPath(device.path())
                .setLeaving(device.leaving())
                .setCapacityBytes(device.capacityBytes())
                .setFreeBytes(device.freeBytes())
                .setPlacementGroups((int) RepairRows.groupsOn(view.directory(), device.id()));
    }

    @Override
    public void listRepairs(
            ListRepairsRequest request, StreamObserver<ListRepairsResponse> responses) {
        requests.unary(
                "list-repairs",
                responses,
                call -> {
                    operatorOnly(call);
                    Page<RepairStatus> page =
                            new RepairRows(view, nodeReports).page(request.getPage());
                    return ListRepairsResponse.newBuilder()
                            .setNextPageToken(page.next())
                            .addAllRepairs(page.rows())
                            .build();
                });
    }

    @Override
    public void setDeviceLeaving(
            SetDeviceLeavingRequest request, StreamObserver<SetDeviceLeavingResponse> responses) {
        requests.unary(
                "set-device-leaving",
                responses,
                call -> {
                    operatorOnly(call);
                    DeviceId id = deviceId(request.getDevice());
                    view.order(
                            new DirectoryCommand.SetLeaving(id, request.getLeaving()),
                            call.deadlineNanos());
                    return SetDeviceLeavingResponse.newBuilder().setDevice(ordered(id)).build();
                });
    }

    @Override
    public void removeDevice(
            RemoveDeviceRequest request, StreamObserver<RemoveDeviceResponse> responses) {
        requests.unary(
                "remove-device",
                responses,
                call -> {
                    operatorOnly(call);
                    DeviceId id = deviceId(request.getDevice());
                    view.order(
                            new DirectoryCommand.RemoveDevice(id, request.getLost()),
                            call.deadlineNanos());
                    return RemoveDeviceResponse.newBuilder().setDevice(ordered(id)).build();
                });
    }

    @Override
    public void setNodeLeaving(
            SetNodeLeavingRequest request, StreamObserver<SetNodeLeavingResponse> responses) {
        requests.unary(
                "set-node-leaving",
                responses,
                call -> {
                    operatorOnly(call);
                    NodeId id = nodeId(request.getNode());
                    view.order(
                            new DirectoryCommand.SetNodeLeaving(id, request.getLeaving()),
                            call.deadlineNanos());
                    return SetNodeLeavingResponse.newBuilder().setNode(orderedNode(id)).build();
                });
    }

    @Override
    public void removeNode(
            RemoveNodeRequest request, StreamObserver<RemoveNodeResponse> responses) {
        requests.unary(
                "remove-node",
                responses,
                call -> {
                    operatorOnly(call);
                    NodeId id = nodeId(request.getNode());
                    if (!request.getLost() && view.directoryVoters().contains(id)) {
                        throw new StoreException(
                                ErrorCode.DEVICE_IN_USE,
                                "node "
                                        + id
                                        + " votes in the directory; drain it first ('lethe node"
                                        + " drain'), or say that it is lost");
                    }
                    view.order(
                            new DirectoryCommand.RemoveNode(id, request.getLost()),
                            call.deadlineNanos());
                    return RemoveNodeResponse.newBuilder().setNode(orderedNode(id)).build();
                });
    }

    @Override
    public void getUpgrade(
            GetUpgradeRequest request, StreamObserver<GetUpgradeResponse> responses) {
        requests.unary(
                "upgrade",
                responses,
                call -> {
                    operatorOnly(call);
                    return new UpgradeReport(view).make();
                });
    }

    @Override
    public void finishUpgrade(
            FinishUpgradeRequest request, StreamObserver<FinishUpgradeResponse> responses) {
        requests.unary(
                "finish-upgrade",
                responses,
                call -> {
                    operatorOnly(call);
                    int level =
                            new UpgradeReport(view)
                                    .finish(request.getLevel(), call.deadlineNanos());
                    return FinishUpgradeResponse.newBuilder().setFeatureLevel(level).build();
                });
    }

    @Override
    public void addDevice(AddDeviceRequest request, StreamObserver<AddDeviceResponse> responses) {
        requests.unary(
                "add-device",
                responses,
                call -> {
                    operatorOnly(call);
                    return new DeviceOrders(view, nodeReports).add(request);
                });
    }

    static NodeId nodeId(String text) {
        return new NodeId(id(text, "node"));
    }

    private static Id128 id(String text, String kind) {
        try {
            return Id128.parse(text);
        } catch (IllegalArgumentException e) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    "'%s' is not a %s's id of 32 hex digits; see 'lethe %ss'"
                            .formatted(text, kind, kind),
                    e);
        }
    }

    private NodeStatus orderedNode(NodeId id) {
        return view.directory()
                .node(id)
                .map(this::node)
                .orElseThrow(
                        () ->
                                new StoreException(
                                        ErrorCode.OUTCOME_UNKNOWN,
                                        "node " + id + " is gone; see 'lethe nodes'"));
    }

    @Override
    public void setRebalance(
            SetRebalanceRequest request, StreamObserver<SetRebalanceResponse> responses) {
        requests.unary(
                "set-rebalance",
                responses,
                call -> {
                    operatorOnly(call);
                    view.order(
                            new DirectoryCommand.PutSetting(
                                    MoveKeeper.EVENING, request.getOn() ? "on" : "off"),
                            call.deadlineNanos());
                    return SetRebalanceResponse.getDefaultInstance();
                });
    }

    @Override
    public void setReclaim(SetReclaimRequest asked, StreamObserver<SetReclaimResponse> answers) {
        requests.unary(
                "set-reclaim",
                answers,
                call -> {
                    operatorOnly(call);
                    view.order(
                            new DirectoryCommand.SetReclaim(asked.getOn()), call.deadlineNanos());
                    return SetReclaimResponse.getDefaultInstance();
                });
    }

    private static DeviceId deviceId(String text) {
        return new DeviceId(id(text, "device"));
    }

    /** A device that an order was about: the directory knows it. */
    private DeviceStatus ordered(DeviceId id) {
        return view.directory()
                .device(id)
                .map(device -> mapped(device).build())
                .orElseThrow(
                        () ->
                                new StoreException(
                                        ErrorCode.OUTCOME_UNKNOWN,
                                        "device " + id + " is gone; see 'lethe devices'"));
    }

    @Override
    public void listPlacementGroups(
            ListPlacementGroupsRequest request,
            StreamObserver<ListPlacementGroupsResponse> responses) {
        requests.unary(
                "list-placement-groups",
                responses,
                call -> {
                    operatorOnly(call);
                    Page<PlacementGroupStatus> page =
                            Pages.shown(
                                    view.directory().placementGroups(),
                                    request.getPage(),
                                    pg -> "%020d".formatted(pg.id().value()),
                                    this::group);
                    return ListPlacementGroupsResponse.newBuilder()
                            .setNextPageToken(page.next())
                            .addAllPlacementGroups(page.rows())
                            .build();
                });
    }

    private PlacementGroupStatus group(PlacementGroup pg) {
        int away = RepairRows.lacking(view.directory(), pg).size();
        return PlacementGroupStatus.newBuilder()
                .setId(pg.id().toString())
                .setEpoch(pg.epoch())
                .setStorageClass(pg.storageClass())
                .setDataChunks(pg.scheme().k())
                .setParityChunks(pg.scheme().m())
                .addAllDevices(pg.members().stream().map(Object::toString).toList())
                .setState(pg.state().name())
                .setMembersUnavailable(away)
                .build();
    }

    @Override
    public void listPartitions(
            ListPartitionsRequest request, StreamObserver<ListPartitionsResponse> responses) {
        requests.unary(
                "list-partitions",
                responses,
                call -> {
                    operatorOnly(call);
                    List<PartitionRecord> all = new ArrayList<>(view.directory().partitions());
                    Function<PartitionRecord, String> name =
                            partition -> "%010d".formatted(partition.id().value());
                    Page<PartitionRecord> asked = Pages.rows(all, request.getPage(), name);
                    Standings standings = report.standings(asked.rows());
                    Page<PartitionStatus> page =
                            Pages.shown(asked, name, one -> PartitionRows.of(one, view, standings));
                    ListPartitionsResponse.Builder answer =
                            ListPartitionsResponse.newBuilder().setNextPageToken(page.next());
                    if (request.getPage().getPageToken().isEmpty()) {
                        answer.addPartitions(PartitionRows.directory(view, standings));
                    }
                    return answer.addAllPartitions(page.rows()).build();
                });
    }

    @Override
    public void splitPartition(
            SplitPartitionRequest request, StreamObserver<SplitPartitionResponse> responses) {
        requests.unary(
                "split-partition",
                responses,
                call -> {
                    operatorOnly(call);
                    return new SplitOrders(view)
                            .split(request, call.caller().tenant(), call.deadlineNanos());
                });
    }

    @Override
    public void mergePartition(
            MergePartitionRequest request, StreamObserver<MergePartitionResponse> responses) {
        requests.unary(
                "merge-partition",
                responses,
                call -> {
                    operatorOnly(call);
                    return new MergeOrders(view).merge(request, call.deadlineNanos());
                });
    }

    @Override
    public void recoverPartition(
            RecoverPartitionRequest request, StreamObserver<RecoverPartitionResponse> responses) {
        requests.unary(
                "recover-partition",
                responses,
                call -> {
                    operatorOnly(call);
                    return new RecoveryOrders(view, requests.tasks())
                            .recover(request, call.deadlineNanos());
                });
    }

    @Override
    public void movePartition(
            MovePartitionRequest request, StreamObserver<MovePartitionResponse> responses) {
        requests.unary(
                "move-partition",
                responses,
                call -> {
                    operatorOnly(call);
                    return new MoveOrders(view, requests.tasks())
                            .move(request, call.deadlineNanos());
                });
    }

    @Override
    public void listWorkers(
            ListWorkersRequest request, StreamObserver<ListWorkersResponse> responses) {
        requests.unary(
                "list-workers",
                responses,
                call -> {
                    operatorOnly(call);
                    Page<WorkerStatus> page =
                            Pages.shown(
                                    new WorkerRows(view, nodeReports).of(request),
                                    request.getPage(),
                                    WorkerRows::name,
                                    w -> w);
                    return ListWorkersResponse.newBuilder()
                            .setNextPageToken(page.next())
                            .addAllWorkers(page.rows())
                            .build();
                });
    }
}
