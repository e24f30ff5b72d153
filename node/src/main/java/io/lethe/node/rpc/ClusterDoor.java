package io.lethe.node.rpc;

import io.grpc.stub.StreamObserver;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.controller.MoveKeeper;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.PartitionAnswer.Figures;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.StoreException;
import io.lethe.node.rpc.Pages.Page;
import io.lethe.proto.internal.v1.NodeReport;
import io.lethe.proto.v1.ClusterServiceGrpc;
import io.lethe.proto.v1.DeviceStatus;
import io.lethe.proto.v1.GetStatusRequest;
import io.lethe.proto.v1.GetStatusResponse;
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
import io.lethe.proto.v1.NodeStatus;
import io.lethe.proto.v1.PartitionStatus;
import io.lethe.proto.v1.PlacementGroupStatus;
import io.lethe.proto.v1.RemoveDeviceRequest;
import io.lethe.proto.v1.RemoveDeviceResponse;
import io.lethe.proto.v1.RepairStatus;
import io.lethe.proto.v1.SetDeviceLeavingRequest;
import io.lethe.proto.v1.SetDeviceLeavingResponse;
import io.lethe.proto.v1.SetRebalanceRequest;
import io.lethe.proto.v1.SetRebalanceResponse;
import io.lethe.proto.v1.WorkerStatus;
import java.util.ArrayList;
import java.util.Comparator;
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
    /** Asked together for their workers: some 70 of each fill a page about twice. */
    private static final int NODES_AT_ONCE = 32;

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
                .setCapacityBytes(devices.stream().mapToLong(DeviceRecord::capacityBytes).sum())
                .setFreeBytes(devices.stream().mapToLong(DeviceRecord::freeBytes).sum())
                .build();
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
        row.setPath(paths.getOrDefault(device.id().toString(), ""));
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

    private static DeviceId deviceId(String text) {
        try {
            return new DeviceId(Id128.parse(text));
        } catch (IllegalArgumentException e) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    "'" + text + "' is not a device's id of 32 hex digits; see 'lethe devices'",
                    e);
        }
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
        long away =
                pg.members().stream()
                        .filter(
                                member ->
                                        view.directory()
                                                .device(member)
                                                .map(StatusReport::away)
                                                .orElse(true))
                        .count();
        return PlacementGroupStatus.newBuilder()
                .setId(pg.id().toString())
                .setEpoch(pg.epoch())
                .setStorageClass(pg.storageClass())
                .setDataChunks(pg.scheme().k())
                .setParityChunks(pg.scheme().m())
                .addAllDevices(pg.members().stream().map(Object::toString).toList())
                .setState(pg.state().name())
                .setMembersUnavailable((int) away)
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
                            Pages.shown(asked, name, one -> partition(one, standings));
                    ListPartitionsResponse.Builder answer =
                            ListPartitionsResponse.newBuilder().setNextPageToken(page.next());
                    if (request.getPage().getPageToken().isEmpty()) {
                        answer.addPartitions(directoryRow(standings));
                    }
                    return answer.addAllPartitions(page.rows()).build();
                });
    }

    private PartitionStatus directoryRow(Standings standings) {
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

    private static PartitionStatus partition(PartitionRecord partition, Standings standings) {
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
                        .setMapEpoch(partition.mapEpoch());
        addLeader(row, partition.id(), voters, standings);
        return row.build();
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
                                    .setRows(figures == null ? 0 : figures.versions());
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
                                    workers(request), request.getPage(), ClusterDoor::name, w -> w);
                    return ListWorkersResponse.newBuilder()
                            .setNextPageToken(page.next())
                            .addAllWorkers(page.rows())
                            .build();
                });
    }

    private static String name(WorkerStatus worker) {
        return worker.getNode() + "/" + worker.getName();
    }

    /** Workers from the page's beginning on, at least as many as it takes if there are so many. */
    private List<WorkerStatus> workers(ListWorkersRequest request) throws InterruptedException {
        String after = PageToken.parse(request.getPage().getPageToken()).after().utf8();
        List<NodeId> nodes =
                view.directory().nodes().stream()
                        .map(NodeRecord::id)
                        .filter(this::isUp)
                        .filter(
                                node ->
                                        request.getNode().isEmpty()
                                                || node.toString().equals(request.getNode()))
                        // Behind a node's last worker stands what sorts after the slash.
                        .filter(node -> (node + "0").compareTo(after) > 0)
                        .sorted(Comparator.comparing(NodeId::toString))
                        .toList();
        int limit = PageToken.limit(request.getPage().getPageSize());
        List<WorkerStatus> found = new ArrayList<>();
        for (int from = 0; from < nodes.size(); from += NODES_AT_ONCE) {
            List<NodeId> some = nodes.subList(from, Math.min(nodes.size(), from + NODES_AT_ONCE));
            for (NodeReport node : nodeReports.of(some).values()) {
                node.getWorkersList().stream()
                        .filter(worker -> name(worker).compareTo(after) > 0)
                        .forEach(found::add);
            }
            if (found.size() > limit) {
                break;
            }
        }
        return found;
    }
}
