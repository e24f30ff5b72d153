package io.lethe.fake;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.lethe.proto.v1.ClusterServiceGrpc;
import io.lethe.proto.v1.MergePartitionRequest;
import io.lethe.proto.v1.MergePartitionResponse;
import io.lethe.proto.v1.MovePartitionRequest;
import io.lethe.proto.v1.MovePartitionResponse;
import io.lethe.proto.v1.RecoverPartitionRequest;
import io.lethe.proto.v1.RecoverPartitionResponse;
import io.lethe.proto.v1.ReplicaStanding;
import io.lethe.proto.v1.SplitPartitionRequest;
import io.lethe.proto.v1.SplitPartitionResponse;
import java.util.concurrent.atomic.AtomicBoolean;

/** ClusterService's orders about partitions, in a small cluster. */
abstract class FakePartitionOrders extends ClusterServiceGrpc.ClusterServiceImplBase {
    private final Faults faults;
    private final AtomicBoolean moved = new AtomicBoolean();
    private final AtomicBoolean merged = new AtomicBoolean();

    FakePartitionOrders(Faults faults) {
        this.faults = faults;
    }

    /** Any partition, and none but in the middle. */
    @Override
    public void splitPartition(
            SplitPartitionRequest q, StreamObserver<SplitPartitionResponse> observer) {
        FakeBuckets.answer(
                faults,
                "SplitPartition",
                true,
                observer,
                () -> {
                    if (!q.getPartition().startsWith("partition-")) {
                        throw Refusal.of(
                                Status.Code.INVALID_ARGUMENT,
                                "INVALID_ARGUMENT",
                                "there is no partition '" + q.getPartition() + "'");
                    }
                    return SplitPartitionResponse.newBuilder()
                            .setPartition(q.getPartition())
                            .setChild("partition-99")
                            .build();
                });
    }

    /** Partition-2, in two looks; the others have objects. */
    @Override
    public void mergePartition(
            MergePartitionRequest q, StreamObserver<MergePartitionResponse> observer) {
        FakeBuckets.answer(
                faults,
                "MergePartition",
                true,
                observer,
                () -> {
                    if (!q.getPartition().equals("partition-2")) {
                        throw Refusal.of(
                                Status.Code.INVALID_ARGUMENT, "INVALID_ARGUMENT", "not empty");
                    }
                    var answer = MergePartitionResponse.newBuilder().setHeir("partition-1");
                    return answer.setDone(merged.getAndSet(true)).build();
                });
    }

    /** Of any partition one replica of two is left. */
    @Override
    public void recoverPartition(
            RecoverPartitionRequest q, StreamObserver<RecoverPartitionResponse> observer) {
        FakeBuckets.answer(
                faults,
                "RecoverPartition",
                true,
                observer,
                () -> {
                    if (!q.getPartition().startsWith("partition-")) {
                        throw Refusal.of(
                                Status.Code.INVALID_ARGUMENT,
                                "INVALID_ARGUMENT",
                                "there is no partition '" + q.getPartition() + "'");
                    }
                    return RecoverPartitionResponse.newBuilder()
                            .addReplicas(
                                    ReplicaStanding.newBuilder()
                                            .setNode("node-0")
                                            .setAnswers(true)
                                            .setLastTerm(3)
                                            .setLastIndex(90)
                                            .setAppliedIndex(88)
                                            .setNodeState("UP"))
                            .addReplicas(
                                    ReplicaStanding.newBuilder()
                                            .setNode("node-1")
                                            .setNodeState("REMOVED"))
                            .setSurvivor("node-0")
                            .setOrdered(q.getAcceptLoss())
                            .setLoss("what others had behind entry 90 is lost")
                            .build();
                });
    }

    /** From node-0 to node-2 in two looks; nowhere else. */
    @Override
    public void movePartition(
            MovePartitionRequest q, StreamObserver<MovePartitionResponse> observer) {
        FakeBuckets.answer(
                faults,
                "MovePartition",
                true,
                observer,
                () -> {
                    if (!q.getPartition().startsWith("partition-")) {
                        throw Refusal.of(
                                Status.Code.INVALID_ARGUMENT,
                                "INVALID_ARGUMENT",
                                "there is no '" + q.getPartition() + "'");
                    }
                    boolean done = moved.getAndSet(true);
                    return MovePartitionResponse.newBuilder()
                            .setDone(done)
                            .setAppliedIndex(done ? 500 : 100)
                            .setLeaderAppliedIndex(500)
                            .build();
                });
    }
}
