package io.lethe.node.rpc;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.MetadataTransport;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import io.lethe.proto.internal.v1.MetadataAnswer;
import io.lethe.proto.internal.v1.MetadataCall;
import io.lethe.proto.internal.v1.MetadataServiceGrpc;
import java.net.ConnectException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Calls other nodes' {@link MetadataGrpc}. Safe for any thread; no call blocks. */
public final class NodeGrpc implements MetadataTransport {
    private final NodeChannels channels;
    private final Tasks tasks;

    public NodeGrpc(NodeChannels channels, Tasks tasks) {
        this.channels = channels;
        this.tasks = tasks;
    }

    @Override
    public Promise<byte[]> call(NodeId node, GroupId group, byte[] request, long deadlineNanos) {
        Promise<byte[]> promise = tasks.promise();
        Optional<ManagedChannel> channel = channels.to(node);
        if (channel.isEmpty()) {
            promise.fail(
                    new StoreException(
                            ErrorCode.UNAVAILABLE, "nobody knows where node " + node + " is"));
            return promise;
        }
        MetadataCall call =
                MetadataCall.newBuilder()
                        .setGroup(group.value())
                        .setPayload(UnsafeByteOperations.unsafeWrap(request))
                        .build();
        var answer =
                MetadataServiceGrpc.newFutureStub(channel.get())
                        .withDeadlineAfter(
                                deadlineNanos - tasks.clock().nanos(), TimeUnit.NANOSECONDS)
                        .call(call);
        Futures.addCallback(answer, new Completion(node, promise), MoreExecutors.directExecutor());
        return promise;
    }

    private final class Completion implements FutureCallback<MetadataAnswer> {
        private final NodeId node;
        private final Promise<byte[]> promise;

        Completion(NodeId node, Promise<byte[]> promise) {
            this.node = node;
            this.promise = promise;
        }

        @Override
        public void onSuccess(@Nullable MetadataAnswer answer) {
            promise.complete(Objects.requireNonNull(answer).getPayload().toByteArray());
        }

        @Override
        public void onFailure(Throwable failure) {
            Status status = Status.fromThrowable(failure);
            if (status.getCode() == Status.Code.UNAVAILABLE) {
                channels.failed(node);
            }
            promise.fail(new StoreException(code(status), "node " + node + ": " + status, failure));
        }
    }

    private static ErrorCode code(Status status) {
        return switch (status.getCode()) {
            case RESOURCE_EXHAUSTED -> ErrorCode.OVERLOADED;
            case UNIMPLEMENTED -> ErrorCode.UNAVAILABLE;
            case UNAVAILABLE ->
                    neverConnected(status.getCause())
                            ? ErrorCode.UNAVAILABLE
                            : ErrorCode.OUTCOME_UNKNOWN;
            default -> ErrorCode.OUTCOME_UNKNOWN;
        };
    }

    /** The only failures of which it is certain that nothing arrived. */
    private static boolean neverConnected(@Nullable Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof ConnectException || at instanceof UnresolvedAddressException) {
                return true;
            }
        }
        return false;
    }
}
