package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.error.InvokeTimeoutException;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.InvokeContext;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One replica's calls to others. Always claims to be connected: the library would otherwise ping a
 * dead node for a second while it holds the replica's lock; the transport connects by itself and
 * fails calls that it cannot send. Requests for votes wait until the own vote is durable.
 */
final class GroupRpcClient implements RpcClient {
    private @Nullable ReplicaOptions options;

    private ReplicaOptions options() {
        ReplicaOptions present = options;
        if (present == null) {
            throw new IllegalStateException("the client was not initialised");
        }
        return present;
    }

    @Override
    public boolean init(RpcOptions given) {
        options = (ReplicaOptions) given;
        return true;
    }

    @Override
    public void shutdown() {
        // The transport belongs to the node.
    }

    @Override
    public boolean checkConnection(Endpoint endpoint) {
        return true;
    }

    @Override
    public boolean checkConnection(Endpoint endpoint, boolean createIfAbsent) {
        return true;
    }

    @Override
    public void closeConnection(Endpoint endpoint) {
        // Shared by all groups; the transport closes what fails.
    }

    @Override
    public void registerConnectEventListener(ReplicatorGroup replicatorGroup) {
        // Replicators that failed to connect wait for it; none does (see above).
    }

    @Override
    public Object invokeSync(
            Endpoint endpoint, Object request, @Nullable InvokeContext context, long timeoutMs)
            throws InterruptedException, RemotingException {
        CompletableFuture<Object> answer = new CompletableFuture<>();
        invokeAsync(
                endpoint,
                request,
                context,
                (result, failure) -> {
                    if (failure == null) {
                        answer.complete(result);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                },
                timeoutMs);
        try {
            return answer.get(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new InvokeTimeoutException(e);
        } catch (ExecutionException e) {
            throw new RemotingException(e.getCause());
        }
    }

    @Override
    public void invokeAsync(
            Endpoint endpoint,
            Object request,
            @Nullable InvokeContext context,
            InvokeCallback callback,
            long timeoutMs) {
        ReplicaOptions replica = options();
        RaftAddress to = new RaftAddress(endpoint.getIp(), endpoint.getPort());
        RaftTransport.Message message = RaftMessages.encode(replica.group(), request);
        Executor executor = replica.callbacks();
        if (request instanceof AppendEntriesRequest && callback.executor() != null) {
            executor = callback.executor();
        }
        Answer answer = new Answer(callback, executor);
        long timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        Runnable send = () -> replica.transport().call(to, message, timeoutNanos, answer);
        if (request instanceof RequestVoteRequest vote && !vote.getPreVote()) {
            replica.votes()
                    .whenDurable(
                            vote.getTerm(),
                            vote.getServerId(),
                            send,
                            () ->
                                    answer.failed(
                                            RaftTransport.Failure.DISCONNECTED,
                                            "the vote for itself did not become durable"));
        } else {
            send.run();
        }
    }

    /** Hands what the transport answers to the library, on the thread that it wants. */
    private record Answer(InvokeCallback callback, Executor executor)
            implements RaftTransport.Callback {
        @Override
        public void reply(RaftTransport.Message reply) {
            execute(
                    () -> {
                        try {
                            callback.complete(RaftMessages.decode(reply), null);
                        } catch (InvalidProtocolBufferException e) {
                            callback.complete(null, new RemotingException(e));
                        }
                    });
        }

        @Override
        public void failed(RaftTransport.Failure failure, String reason) {
            Throwable cause =
                    failure == RaftTransport.Failure.TIMEOUT
                            ? new InvokeTimeoutException(reason)
                            : new RemotingException(reason);
            execute(() -> callback.complete(null, cause));
        }

        private void execute(Runnable task) {
            try {
                executor.execute(task);
            } catch (RejectedExecutionException e) {
                // The executor was shut down or is full: a lost answer would stall a replicator.
                task.run();
            }
        }
    }
}
