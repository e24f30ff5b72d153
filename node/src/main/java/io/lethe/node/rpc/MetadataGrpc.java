package io.lethe.node.rpc;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.lethe.node.base.Check;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.MetadataServer;
import io.lethe.node.model.GroupId;
import io.lethe.proto.internal.v1.MetadataAnswer;
import io.lethe.proto.internal.v1.MetadataCall;
import io.lethe.proto.internal.v1.MetadataServiceGrpc;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The serving side of {@link NodeGrpc}: each call in a task of its own, a bounded number at a time;
 * what comes on top is refused before anything is done. Safe for any thread.
 */
public final class MetadataGrpc extends MetadataServiceGrpc.MetadataServiceImplBase {
    /** For callers that set no deadline: longer than any of ours. */
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final int MOST_CALLS = 65_536;

    private final MetadataServer server;
    private final Tasks tasks;
    private final int mostAtOnce;
    private final AtomicInteger running = new AtomicInteger();
    private final LongAdder rejected = new LongAdder();

    /**
     * @param mostAtOnce calls in work, e.g. 2,048: each holds a request of some KiB
     */
    public MetadataGrpc(MetadataServer server, Tasks tasks, int mostAtOnce, Metrics metrics) {
        Check.range("metadata calls at once", mostAtOnce, 1, MOST_CALLS);
        this.server = server;
        this.tasks = tasks;
        this.mostAtOnce = mostAtOnce;
        metrics.gauge("lethe_metadata_calls", "Metadata calls of other nodes in work.")
                .watch(running::get);
        metrics.counter("lethe_metadata_calls_rejected", "Metadata calls refused: too many.")
                .watch(rejected::sum);
    }

    @Override
    public void call(MetadataCall call, StreamObserver<MetadataAnswer> responses) {
        if (call.getGroup() < 0) {
            responses.onError(
                    Status.INVALID_ARGUMENT
                            .withDescription("no group has this number")
                            .asRuntimeException());
            return;
        }
        if (running.incrementAndGet() > mostAtOnce) {
            running.decrementAndGet();
            rejected.increment();
            responses.onError(
                    Status.RESOURCE_EXHAUSTED
                            .withDescription("too many metadata calls are in work here")
                            .asRuntimeException());
            return;
        }
        Deadline deadline = Context.current().getDeadline();
        long leftNanos =
                deadline == null
                        ? MOST_NANOS
                        : Math.min(MOST_NANOS, deadline.timeRemaining(TimeUnit.NANOSECONDS));
        long deadlineNanos = tasks.clock().nanos() + leftNanos;
        var _ = tasks.fork("metadata-call", () -> serve(call, deadlineNanos, responses));
    }

    private void serve(
            MetadataCall call, long deadlineNanos, StreamObserver<MetadataAnswer> responses) {
        try {
            byte[] response =
                    server.handle(
                            new GroupId(call.getGroup()),
                            call.getPayload().toByteArray(),
                            deadlineNanos);
            responses.onNext(
                    MetadataAnswer.newBuilder()
                            .setPayload(UnsafeByteOperations.unsafeWrap(response))
                            .build());
            responses.onCompleted();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            responses.onError(Status.CANCELLED.withCause(e).asRuntimeException());
        } catch (RuntimeException e) {
            // The task's root: the caller hears that the outcome is unknown, the handler of faults
            // hears of the cause.
            responses.onError(Status.INTERNAL.withCause(e).asRuntimeException());
            throw e;
        } finally {
            running.decrementAndGet();
        }
    }
}
