package io.lethe.fake;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.lethe.proto.v1.AddDeviceRequest;
import io.lethe.proto.v1.AddDeviceResponse;
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
import io.lethe.proto.v1.NodeBuild;
import io.lethe.proto.v1.NodeStatus;
import io.lethe.proto.v1.PartitionStatus;
import io.lethe.proto.v1.PlacementGroupStatus;
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
import io.lethe.proto.v1.Warning;
import io.lethe.proto.v1.WorkerStatus;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** ClusterService: a small cluster in which node-1 is down. */
final class FakeClusterState extends FakePartitionOrders {
    private static final long GIBI = 1L << 30;
    private static final int LEAVING_STEP = 8;

    private final Faults faults;
    private final AtomicBoolean rebalance = new AtomicBoolean(true);
    private final AtomicBoolean reclaim = new AtomicBoolean(true);
    private final AtomicBoolean upgradeAsked = new AtomicBoolean();
    private final AtomicInteger featureLevel = new AtomicInteger(1);
    private final AtomicBoolean leaving = new AtomicBoolean();

    /** Groups on d-0: fewer each time they are asked for while it leaves. */
    private final AtomicInteger groups = new AtomicInteger(16);

    FakeClusterState(Faults faults) {
        super(faults);
        this.faults = faults;
    }

    @Override
    public void getStatus(GetStatusRequest q, StreamObserver<GetStatusResponse> observer) {
        FakeBuckets.answer(faults, "GetStatus", false, observer, this::status);
    }

    private GetStatusResponse status() {
        return GetStatusResponse.newBuilder()
                .setClusterId("00112233445566778899aabbccddeeff")
                .setName("dev")
                .setVersion("0.1.0")
                .setFeatureLevel(1)
                .setNodesUp(1)
                .setNodesTotal(2)
                .setDevicesWritable(1)
                .setDevicesTotal(2)
                .setDirectoryLeader("node-0")
                .setControllerEpoch(3)
                .setPartitionsHealthy(0)
                .setPartitionsServing(8)
                .setPartitionsTotal(8)
                .setPlacementGroupsOpen(4)
                .setPlacementGroupsTotal(16)
                .setSegmentsUnderprotected(7)
                .setOldestUnderprotectedMillis(65_000)
                .setCapacityBytes(200 * GIBI)
                .setUsedBytes(50 * GIBI)
                .setGarbageBytes(GIBI)
                .setAnsweredBy("node-0")
                .setRebalance(rebalance.get())
                .setReclaim(reclaim.get())
                .addWarnings(
                        Warning.newBuilder()
                                .setCode("NODE_DOWN")
                                .setMessage("node-1 has been away for 2 minutes")
                                .setAdvice("start it again"))
                .build();
    }

    private NodeStatus.Builder node(String id) {
        boolean first = id.equals("node-0");
        return NodeStatus.newBuilder()
                .setId(id)
                .setHost("127.0.0.1")
                .setS3Port(19000)
                .setConsolePort(19001)
                .setRpcPort(19002)
                .setDataPort(19003)
                .addAllRoles(List.of("gateway", "storage"))
                .setUp(first)
                .setIncarnation(5)
                .setDevices(1)
                .setStanding(first && leaving.get() ? "LEAVING" : "STAYS")
                .setPlacementGroups(groups.get())
                .setCapacityBytes(100 * GIBI)
                .setFreeBytes(75 * GIBI);
    }

    @Override
    public void listNodes(ListNodesRequest q, StreamObserver<ListNodesResponse> observer) {
        // Two pages, so that callers must go on.
        boolean first = q.getPage().getPageToken().isEmpty();
        if (first && leaving.get()) {
            var unused = groups.updateAndGet(left -> Math.max(0, left - LEAVING_STEP));
        }
        NodeStatus node = node(first ? "node-0" : "node-1").build();
        FakeBuckets.answer(
                faults,
                "ListNodes",
                false,
                observer,
                () ->
                        ListNodesResponse.newBuilder()
                                .addNodes(node)
                                .setNextPageToken(first ? "1" : "")
                                .build());
    }

    @Override
    public void listDevices(ListDevicesRequest q, StreamObserver<ListDevicesResponse> observer) {
        if (leaving.get()) {
            var unused = groups.updateAndGet(left -> Math.max(0, left - LEAVING_STEP));
        }
        DeviceStatus healthy =
                DeviceStatus.newBuilder()
                        .setLeaving(leaving.get())
                        .setId("d-0")
                        .setNode("node-0")
                        .setPath("/data/0")
                        .setState("WRITABLE")
                        .setCapacityBytes(100 * GIBI)
                        .setFreeBytes(75 * GIBI)
                        .setChunks(1234)
                        .setCorruptChunks(1)
                        .setMissingFiles(2)
                        .setFault("2 data files are gone; replace the device")
                        .setReported(true)
                        .setPlacementGroups(groups.get())
                        .build();
        DeviceStatus away =
                DeviceStatus.newBuilder()
                        .setId("d-1")
                        .setNode("node-1")
                        .setState("UNAVAILABLE")
                        .setCapacityBytes(100 * GIBI)
                        .setPlacementGroups(16)
                        .build();
        FakeBuckets.answer(
                faults,
                "ListDevices",
                false,
                observer,
                () -> {
                    ListDevicesResponse.Builder answer = ListDevicesResponse.newBuilder();
                    for (DeviceStatus device : List.of(healthy, away)) {
                        if (q.getNode().isEmpty() || q.getNode().equals(device.getNode())) {
                            answer.addDevices(device);
                        }
                    }
                    return answer.build();
                });
    }

    @Override
    public void setDeviceLeaving(
            SetDeviceLeavingRequest q, StreamObserver<SetDeviceLeavingResponse> observer) {
        FakeBuckets.answer(
                faults,
                "SetDeviceLeaving",
                true,
                observer,
                () -> {
                    known(q.getDevice());
                    leaving.set(q.getLeaving());
                    return SetDeviceLeavingResponse.newBuilder()
                            .setDevice(mapped(q.getDevice()).setLeaving(q.getLeaving()))
                            .build();
                });
    }

    private static void known(String device) {
        if (!device.equals("d-0") && !device.equals("d-1")) {
            throw Refusal.of(
                    Status.Code.INVALID_ARGUMENT,
                    "INVALID_ARGUMENT",
                    "device " + device + " is unknown or removed");
        }
    }

    private DeviceStatus.Builder mapped(String device) {
        return DeviceStatus.newBuilder()
                .setId(device)
                .setNode(device.equals("d-0") ? "node-0" : "node-1")
                .setState(device.equals("d-0") ? "WRITABLE" : "UNAVAILABLE")
                .setPlacementGroups(groups.get());
    }

    /** d-1 is away, d-0 is here. */
    @Override
    public void removeDevice(RemoveDeviceRequest q, StreamObserver<RemoveDeviceResponse> observer) {
        FakeBuckets.answer(
                faults,
                "RemoveDevice",
                true,
                observer,
                () -> {
                    known(q.getDevice());
                    if (groups.get() > 0 && (!q.getLost() || q.getDevice().equals("d-0"))) {
                        throw Refusal.of(
                                Status.Code.FAILED_PRECONDITION,
                                "DEVICE_IN_USE",
                                "device " + q.getDevice() + " is a member of groups");
                    }
                    return RemoveDeviceResponse.newBuilder()
                            .setDevice(mapped(q.getDevice()).setState("REMOVED"))
                            .build();
                });
    }

    @Override
    public void setNodeLeaving(
            SetNodeLeavingRequest q, StreamObserver<SetNodeLeavingResponse> observer) {
        FakeBuckets.answer(
                faults,
                "SetNodeLeaving",
                true,
                observer,
                () -> {
                    knownNode(q.getNode());
                    leaving.set(q.getLeaving());
                    return SetNodeLeavingResponse.newBuilder().setNode(node(q.getNode())).build();
                });
    }

    private static void knownNode(String node) {
        if (!node.equals("node-0") && !node.equals("node-1")) {
            throw Refusal.of(
                    Status.Code.INVALID_ARGUMENT,
                    "INVALID_ARGUMENT",
                    "node " + node + " is unknown or removed");
        }
    }

    /** node-1 is away, node-0 is here. */
    @Override
    public void removeNode(RemoveNodeRequest q, StreamObserver<RemoveNodeResponse> observer) {
        FakeBuckets.answer(
                faults,
                "RemoveNode",
                true,
                observer,
                () -> {
                    knownNode(q.getNode());
                    if (groups.get() > 0 && (!q.getLost() || q.getNode().equals("node-0"))) {
                        throw Refusal.of(
                                Status.Code.FAILED_PRECONDITION,
                                "DEVICE_IN_USE",
                                "node " + q.getNode() + " has placement groups");
                    }
                    return RemoveNodeResponse.newBuilder()
                            .setNode(node(q.getNode()).setStanding("REMOVED"))
                            .build();
                });
    }

    @Override
    public void setRebalance(SetRebalanceRequest q, StreamObserver<SetRebalanceResponse> observer) {
        FakeBuckets.answer(
                faults,
                "SetRebalance",
                true,
                observer,
                () -> {
                    rebalance.set(q.getOn());
                    return SetRebalanceResponse.getDefaultInstance();
                });
    }

    @Override
    public void setReclaim(SetReclaimRequest q, StreamObserver<SetReclaimResponse> observer) {
        FakeBuckets.answer(
                faults,
                "SetReclaim",
                true,
                observer,
                () -> {
                    reclaim.set(q.getOn());
                    return SetReclaimResponse.getDefaultInstance();
                });
    }

    /** Node-1 runs the version before until somebody has asked. */
    @Override
    public void getUpgrade(GetUpgradeRequest q, StreamObserver<GetUpgradeResponse> observer) {
        FakeBuckets.answer(
                faults,
                "GetUpgrade",
                false,
                observer,
                () -> {
                    boolean ready = upgradeAsked.getAndSet(true);
                    int level = featureLevel.get();
                    return GetUpgradeResponse.newBuilder()
                            .setFeatureLevel(level)
                            .setNextLevel(level == 1 ? 2 : 0)
                            .setBrings(level == 1 ? "something new" : "")
                            .setReady(ready && level == 1)
                            .addNodes(build("node-0", true, 2).setReady(level == 1))
                            .addNodes(
                                    build("node-1", false, ready ? 2 : 1)
                                            .setReady(ready && level == 1))
                            .build();
                });
    }

    private static NodeBuild.Builder build(String node, boolean up, int highest) {
        return NodeBuild.newBuilder()
                .setNode(node)
                .setHost("127.0.0.1")
                .setUp(up)
                .setVersion("0." + highest + ".0")
                .setLowestLevel(1)
                .setHighestLevel(highest);
    }

    @Override
    public void finishUpgrade(
            FinishUpgradeRequest q, StreamObserver<FinishUpgradeResponse> observer) {
        FakeBuckets.answer(
                faults,
                "FinishUpgrade",
                true,
                observer,
                () -> {
                    if (q.getLevel() > 2) {
                        throw Refusal.of(
                                Status.Code.FAILED_PRECONDITION,
                                "UPGRADE_NEEDED",
                                "no node speaks level " + q.getLevel());
                    }
                    featureLevel.set(q.getLevel());
                    return FinishUpgradeResponse.newBuilder()
                            .setFeatureLevel(featureLevel.get())
                            .build();
                });
    }

    @Override
    public void addDevice(AddDeviceRequest q, StreamObserver<AddDeviceResponse> observer) {
        FakeBuckets.answer(
                faults,
                "AddDevice",
                true,
                observer,
                () -> {
                    if (!q.getNode().equals("node-0") || !q.getPath().startsWith("/")) {
                        throw Refusal.of(
                                Status.Code.INVALID_ARGUMENT,
                                "INVALID_ARGUMENT",
                                "no node '" + q.getNode() + "', or no path '" + q.getPath() + "'");
                    }
                    return AddDeviceResponse.newBuilder()
                            .setDevice(
                                    "d-9" + (q.getSharedDisk() ? "-" + q.getCapacityBytes() : ""))
                            .build();
                });
    }

    @Override
    public void listRepairs(ListRepairsRequest q, StreamObserver<ListRepairsResponse> observer) {
        RepairStatus running =
                RepairStatus.newBuilder()
                        .setPlacementGroup("17")
                        .setState("RUNNING")
                        .setChunk(1)
                        .setFrom("d-1")
                        .setTo("d-2")
                        .addMembersLacking("d-1")
                        .setPhase("BULK")
                        .setBeganMillis(1_750_000_000_000L)
                        .setSegmentsSeen(500)
                        .setChunksMended(40)
                        .setBytes(GIBI)
                        .setLeftMillis(247_000)
                        .build();
        RepairStatus waiting =
                RepairStatus.newBuilder()
                        .setPlacementGroup("18")
                        .setState("WAITING")
                        .addMembersLeaving("d-0")
                        .build();
        // Two pages, so that callers must go on.
        boolean first = q.getPage().getPageToken().isEmpty();
        FakeBuckets.answer(
                faults,
                "ListRepairs",
                false,
                observer,
                () ->
                        ListRepairsResponse.newBuilder()
                                .addRepairs(first ? running : waiting)
                                .setNextPageToken(first ? "1" : "")
                                .build());
    }

    @Override
    public void listPlacementGroups(
            ListPlacementGroupsRequest q, StreamObserver<ListPlacementGroupsResponse> observer) {
        FakeBuckets.answer(
                faults,
                "ListPlacementGroups",
                false,
                observer,
                () ->
                        ListPlacementGroupsResponse.newBuilder()
                                .addPlacementGroups(
                                        PlacementGroupStatus.newBuilder()
                                                .setId("17")
                                                .setEpoch(2)
                                                .setStorageClass("standard")
                                                .setDataChunks(1)
                                                .setParityChunks(1)
                                                .addAllDevices(List.of("d-0", "d-1"))
                                                .setState("OPEN")
                                                .setMembersUnavailable(1))
                                .build());
    }

    @Override
    public void listPartitions(
            ListPartitionsRequest q, StreamObserver<ListPartitionsResponse> observer) {
        FakeBuckets.answer(
                faults,
                "ListPartitions",
                false,
                observer,
                () ->
                        ListPartitionsResponse.newBuilder()
                                .addPartitions(
                                        PartitionStatus.newBuilder()
                                                .setId("p1")
                                                .setTo("8000")
                                                .addAllVoters(List.of("node-0", "node-1"))
                                                .addLearners("node-2")
                                                .setAppliedIndex(99)
                                                .setRows(12)
                                                .setSizeBytes(2048)
                                                .setCommandsPerSecond(3)
                                                .setChange("SPLITTING")
                                                .setMapEpoch(1)
                                                .setVotersUp(1))
                                .build());
    }

    @Override
    public void listWorkers(ListWorkersRequest q, StreamObserver<ListWorkersResponse> observer) {
        FakeBuckets.answer(
                faults,
                "ListWorkers",
                false,
                observer,
                () ->
                        ListWorkersResponse.newBuilder()
                                .addWorkers(
                                        WorkerStatus.newBuilder()
                                                .setNode("node-0")
                                                .setName("garbage-reclaim")
                                                .setState("IDLE")
                                                .setSteps(41)
                                                .setBacklog(3)
                                                .setLastStepMillis(1_750_000_000_000L)
                                                .setLastError("device d-1 is away")
                                                .setErrors(2))
                                .build());
    }
}
