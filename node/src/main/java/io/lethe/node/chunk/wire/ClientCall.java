package io.lethe.node.chunk.wire;

import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request of the client, from the call to its answer. After construction its state belongs to
 * the event loop of the peer that it is sent to.
 *
 * <pre>
 * waiting ─ connection up ─► begun ─ answer ─► over
 * waiting, begun ─ deadline, abort, connection lost, refused ─► over
 * </pre>
 */
abstract class ClientCall extends FairOutbound.Source {
    final DataPlaneClient client;
    final Request request;
    final EventLoop loop;
    final long deadlineNanos;
    private final long calledNanos;
    private @Nullable ClientConnection connection;
    private long id;
    private @Nullable ScheduledFuture<?> timer;
    private boolean over;

    ClientCall(DataPlaneClient client, Request request, EventLoop loop, long deadlineNanos) {
        this.client = client;
        this.request = request;
        this.loop = loop;
        this.deadlineNanos = deadlineNanos;
        this.calledNanos = client.clock.nanos();
    }

    /** The opening frame has been written. */
    void onBegun() {}

    /**
     * A frame of the answer, other than ERROR.
     *
     * @throws ProtocolViolation when it does not belong here
     */
    abstract void onReply(FrameHead head);

    void onBody(ByteBuf in, int lengthBytes) {}

    void onBodyEnd() {}

    /** Tells the caller; called once. */
    abstract void onFailure(StoreException failure);

    final boolean over() {
        return over;
    }

    final @Nullable ClientConnection connection() {
        return connection;
    }

    final long id() {
        return id;
    }

    /** Starts the clock; false when the deadline has passed already, and the call has failed. */
    final boolean arm() {
        long leftNanos = deadlineNanos - client.clock.nanos();
        if (leftNanos <= 0) {
            expire();
            return false;
        }
        timer = loop.schedule(this::expire, leftNanos, TimeUnit.NANOSECONDS);
        return true;
    }

    final void begin(ClientConnection to, long requestId) {
        connection = to;
        id = requestId;
        long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - client.clock.nanos()) + 1;
        int deadlineMillis = Math.clamp(leftMillis, 1, FrameHead.MOST_DEADLINE_MILLIS);
        client.counters.request(request.type());
        var _ =
                to.write(
                        new FrameHead(
                                request.type(),
                                id,
                                deadlineMillis,
                                0,
                                request.fields(),
                                client.background));
        onBegun();
    }

    private void expire() {
        if (!over) {
            client.counters.happened(WireCounters.Event.DEADLINE);
            giveUp("no answer within the deadline: try another device");
        }
    }

    /** Ends the call and has the server stop. */
    final void giveUp(String why) {
        if (!over && connection != null) {
            var _ = connection.write(FrameHead.of(FrameType.CANCEL, id));
        }
        fail(new StoreException(ErrorCode.UNAVAILABLE, describe() + ": " + why));
    }

    /** The server has answered ERROR. */
    final void refused(StoreException answer) {
        ErrorCode code =
                answer.code() == ErrorCode.DEADLINE ? ErrorCode.UNAVAILABLE : answer.code();
        fail(new StoreException(code, describe() + ": " + answer.getMessage()));
    }

    final void fail(StoreException failure) {
        if (!over) {
            end(failure.code());
            onFailure(failure);
        }
    }

    /** The answer is complete. */
    final void end(@Nullable ErrorCode failure) {
        over = true;
        if (timer != null) {
            var _ = timer.cancel(false);
        }
        if (connection != null) {
            connection.outbound.remove(this);
            connection.ended(id);
        }
        client.counters.streams.decrementAndGet();
        long nanos = client.clock.nanos() - calledNanos;
        client.observer.completed(request.type(), failure, nanos);
    }

    private String describe() {
        return request.type() + " on device " + request.device();
    }
}
