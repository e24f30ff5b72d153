package io.lethe.node.rpc;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.lethe.node.metadata.raft.RaftAddress;
import io.lethe.node.metadata.raft.RaftTransport;
import io.lethe.proto.internal.v1.RaftFrame;
import io.lethe.proto.internal.v1.RaftServiceGrpc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The stream to one node: sends requests in order and matches replies to them. Once broken it stays
 * so, and its calls have failed; the transport then makes another. Safe for any thread; callbacks
 * run on gRPC's threads, outside the lock.
 */
final class RaftLink implements StreamObserver<RaftFrame> {
    /**
     * 64 MiB waiting for replies: gRPC buffers what the network does not take, so this bounds it.
     */
    private static final long MOST_UNANSWERED_BYTES = 64L * 1024 * 1024;

    private record Call(
            RaftTransport.Callback callback, long bytes, @Nullable ScheduledFuture<?> timeout) {}

    private final RaftAddress to;
    private final ScheduledExecutorService timer;
    private final StreamObserver<RaftFrame> requests;
    private final Map<Long, Call> unanswered = new HashMap<>();
    private long unansweredBytes;
    private long lastId;
    private boolean open = true;

    RaftLink(
            RaftAddress self,
            RaftAddress to,
            ManagedChannel channel,
            ScheduledExecutorService timer) {
        this.to = to;
        this.timer = timer;
        this.requests = RaftServiceGrpc.newStub(channel).exchange(this);
        requests.onNext(RaftFrame.newBuilder().setSender(self.toString()).build());
    }

    synchronized boolean isOpen() {
        return open;
    }

    void call(RaftTransport.Message request, long timeoutNanos, RaftTransport.Callback callback) {
        String refused = send(request, timeoutNanos, callback);
        if (refused != null) {
            callback.failed(RaftTransport.Failure.DISCONNECTED, refused);
        }
    }

    /**
     * @return why it was not sent; null when it was
     */
    private synchronized @Nullable String send(
            RaftTransport.Message request, long timeoutNanos, RaftTransport.Callback callback) {
        int bytes = request.payload().length;
        if (!open) {
            return "the connection to " + to + " is broken";
        }
        if (unansweredBytes > 0 && unansweredBytes + bytes > MOST_UNANSWERED_BYTES) {
            return "too much waits for " + to;
        }
        long id = ++lastId;
        ScheduledFuture<?> timeout;
        try {
            timeout = timer.schedule(() -> expire(id), timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return "the transport is closed";
        }
        unanswered.put(id, new Call(callback, bytes, timeout));
        unansweredBytes += bytes;
        requests.onNext(
                RaftFrame.newBuilder()
                        .setGroup(request.group())
                        .setType(request.type())
                        .setRequestId(id)
                        .setPayload(UnsafeByteOperations.unsafeWrap(request.payload()))
                        .build());
        return null;
    }

    private synchronized @Nullable Call take(long id) {
        Call call = unanswered.remove(id);
        if (call != null) {
            unansweredBytes -= call.bytes();
            if (call.timeout() != null) {
                call.timeout().cancel(false);
            }
        }
        return call;
    }

    private void expire(long id) {
        Call call = take(id);
        if (call != null) {
            call.callback().failed(RaftTransport.Failure.TIMEOUT, "no answer from " + to);
        }
    }

    @Override
    public void onNext(RaftFrame frame) {
        Call call = take(frame.getRequestId());
        if (call != null) {
            call.callback()
                    .reply(
                            new RaftTransport.Message(
                                    frame.getGroup(),
                                    frame.getType(),
                                    frame.getPayload().toByteArray()));
        }
    }

    @Override
    public void onError(Throwable failure) {
        fail("the connection to " + to + " broke: " + failure.getMessage());
    }

    @Override
    public void onCompleted() {
        fail(to + " ended the connection");
    }

    /** Ends the stream from this side. */
    void end(String reason) {
        if (fail(reason)) {
            synchronized (this) {
                requests.onCompleted();
            }
        }
    }

    private boolean fail(String reason) {
        List<Call> failed;
        synchronized (this) {
            if (!open) {
                return false;
            }
            open = false;
            failed = new ArrayList<>(unanswered.values());
            unanswered.clear();
            unansweredBytes = 0;
        }
        for (Call call : failed) {
            if (call.timeout() != null) {
                call.timeout().cancel(false);
            }
            call.callback().failed(RaftTransport.Failure.DISCONNECTED, reason);
        }
        return true;
    }
}
