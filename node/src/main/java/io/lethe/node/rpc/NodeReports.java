package io.lethe.node.rpc;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.lethe.node.base.background.WorkerStatus.State;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import io.lethe.node.repair.RepairStatus;
import io.lethe.proto.internal.v1.AddDeviceOrder;
import io.lethe.proto.internal.v1.AddDeviceOutcome;
import io.lethe.proto.internal.v1.DevicePlace;
import io.lethe.proto.internal.v1.NodeReport;
import io.lethe.proto.internal.v1.NodeReportRequest;
import io.lethe.proto.internal.v1.NodeServiceGrpc;
import io.lethe.proto.internal.v1.RepairReport;
import io.lethe.proto.v1.WorkerStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What nodes say of themselves to each other, so that an operator may ask any of them: their
 * workers, where their devices are and what those are getting. Serves this node's report and asks
 * for the others'. Safe for any thread.
 */
public final class NodeReports extends NodeServiceGrpc.NodeServiceImplBase {
    /** An operator's question waits this long for all nodes, and shows what those said. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);

    /** Adds a device to a node. */
    @FunctionalInterface
    public interface Adder {
        /**
         * @param capacityBytes 0: all that its file system has
         * @param sharedDisk it may be on the disk of another device
         * @throws StoreException INVALID_ARGUMENT where it may not be, UNAVAILABLE where it can't
         */
        DeviceId add(String path, long capacityBytes, boolean sharedDisk);
    }

    /** Preparing a device: a disk that has slept, and the index of a full one. */
    private static final Duration ADD_WITHIN = Duration.ofSeconds(60);

    private final NodeId self;
    private final Supplier<List<io.lethe.node.base.background.WorkerStatus>> workers;
    private final Supplier<Map<DeviceId, Path>> devices;
    private final Supplier<List<RepairStatus>> repairs;
    private final Adder adder;
    private final NodeChannels channels;
    private final Tasks tasks;

    /**
     * @param workers of this node
     * @param devices of this node, with their directories
     * @param repairs what this node's devices are getting
     * @param adder adds a device to this node
     */
    public NodeReports(
            NodeId self,
            Supplier<List<io.lethe.node.base.background.WorkerStatus>> workers,
            Supplier<Map<DeviceId, Path>> devices,
            Supplier<List<RepairStatus>> repairs,
            Adder adder,
            NodeChannels channels,
            Tasks tasks) {
        this.self = self;
        this.workers = workers;
        this.devices = devices;
        this.repairs = repairs;
        this.adder = adder;
        this.channels = channels;
        this.tasks = tasks;
    }

    @Override
    public void report(NodeReportRequest request, StreamObserver<NodeReport> responses) {
        responses.onNext(own());
        responses.onCompleted();
    }

    @Override
    public void addDevice(AddDeviceOrder order, StreamObserver<AddDeviceOutcome> responses) {
        AddDeviceOutcome.Builder outcome = AddDeviceOutcome.newBuilder();
        try {
            DeviceId added =
                    adder.add(order.getPath(), order.getCapacityBytes(), order.getSharedDisk());
            outcome.setDevice(added.toString());
        } catch (StoreException e) {
            outcome.setCode(e.code().name()).setMessage(String.valueOf(e.getMessage()));
        }
        responses.onNext(outcome.build());
        responses.onCompleted();
    }

    /** Has a node add a device; blocks. */
    DeviceId addDevice(NodeId node, AddDeviceOrder order) {
        if (node.equals(self)) {
            return adder.add(order.getPath(), order.getCapacityBytes(), order.getSharedDisk());
        }
        ManagedChannel channel = channels.to(node).orElseThrow(() -> absent(node, null));
        try {
            AddDeviceOutcome outcome =
                    NodeServiceGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(ADD_WITHIN.toNanos(), TimeUnit.NANOSECONDS)
                            .addDevice(order);
            if (!outcome.getCode().isEmpty()) {
                throw new StoreException(
                        ErrorCode.named(outcome.getCode()).orElse(ErrorCode.INTERNAL),
                        "node " + node + ": " + outcome.getMessage());
            }
            return new DeviceId(Id128.parse(outcome.getDevice()));
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
                throw new StoreException(
                        ErrorCode.UPGRADE_NEEDED,
                        "node " + node + " runs a build that can't add devices; upgrade it",
                        e);
            }
            throw absent(node, e);
        }
    }

    private NodeReport own() {
        NodeReport.Builder report = NodeReport.newBuilder();
        workers.get().forEach(status -> report.addWorkers(worker(status)));
        devices.get()
                .forEach(
                        (id, path) ->
                                report.addDevices(
                                        DevicePlace.newBuilder()
                                                .setId(id.toString())
                                                .setPath(path.toString())));
        repairs.get().forEach(status -> report.addRepairs(repair(status)));
        return report.build();
    }

    private RepairReport repair(RepairStatus status) {
        long running = tasks.clock().wallMillis() - status.beganMillis();
        return RepairReport.newBuilder()
                .setPlacementGroup(status.pg().toString())
                .setDevice(status.device().toString())
                .setPhase(status.phase())
                .setBeganMillis(status.beganMillis())
                .setRunningMillis(Math.max(0, running))
                .setSegmentsSeen(status.segmentsSeen())
                .setChunksMended(status.chunksMended())
                .setBytes(status.bytes())
                .build();
    }

    private WorkerStatus worker(io.lethe.node.base.background.WorkerStatus status) {
        String error = status.lastError();
        return WorkerStatus.newBuilder()
                .setNode(self.toString())
                .setName(status.name())
                .setState(
                        status.state() == State.BACKING_OFF || status.state() == State.BROKEN
                                ? "FAILED"
                                : status.state() == State.STEPPING ? "BUSY" : "IDLE")
                .setSteps(status.steps())
                .setLastError(error == null ? "" : error)
                .setErrors(status.failed())
                .build();
    }

    /** Asks all of these at once; those that do not answer in time are left out. */
    Map<NodeId, NodeReport> of(Collection<NodeId> nodes) throws InterruptedException {
        long deadlineNanos = tasks.clock().nanos() + ANSWER_WITHIN.toNanos();
        Map<NodeId, Promise<NodeReport>> asked = new HashMap<>();
        nodes.forEach(node -> asked.computeIfAbsent(node, this::ask));
        Map<NodeId, NodeReport> answers = new HashMap<>();
        for (var one : asked.entrySet()) {
            try {
                answers.put(one.getKey(), one.getValue().await(deadlineNanos));
            } catch (StoreException | TimeoutException e) {
                // Left out, as said.
            }
        }
        return answers;
    }

    private Promise<NodeReport> ask(NodeId node) {
        Promise<NodeReport> promise = tasks.promise();
        Optional<ManagedChannel> channel = node.equals(self) ? Optional.empty() : channels.to(node);
        if (node.equals(self)) {
            promise.complete(own());
        } else if (channel.isEmpty()) {
            promise.fail(absent(node, null));
        } else {
            var answer =
                    NodeServiceGrpc.newFutureStub(channel.get())
                            .withDeadlineAfter(ANSWER_WITHIN.toNanos(), TimeUnit.NANOSECONDS)
                            .report(NodeReportRequest.getDefaultInstance());
            Futures.addCallback(
                    answer, new Completion(node, promise), MoreExecutors.directExecutor());
        }
        return promise;
    }

    private record Completion(NodeId node, Promise<NodeReport> promise)
            implements FutureCallback<NodeReport> {
        @Override
        public void onSuccess(@Nullable NodeReport report) {
            promise.complete(Objects.requireNonNull(report));
        }

        @Override
        public void onFailure(Throwable failure) {
            promise.fail(absent(node, failure));
        }
    }

    private static StoreException absent(NodeId node, @Nullable Throwable cause) {
        return new StoreException(
                ErrorCode.UNAVAILABLE, "node " + node + " does not answer", cause);
    }
}
