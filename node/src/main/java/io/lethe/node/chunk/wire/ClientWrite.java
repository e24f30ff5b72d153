package io.lethe.node.chunk.wire;

import io.lethe.node.base.codec.Encoder;
import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A chunk on its way to a device. The caller's bytes are wrapped, not copied; the window says how
 * much may be under way. Methods of {@link ChunkPeers.Sink} may be called from any thread, all else
 * belongs to the loop.
 */
final class ClientWrite extends ClientCall implements ChunkPeers.Sink {
    private final Request.WriteOpen open;
    private int credit;
    private long sentBytes;

    /** What the caller waits for, until the socket has taken all of it. */
    private @Nullable Promise<Boolean> sending;

    private byte[] source = Reply.EMPTY;
    private int at;
    private int left;
    private @Nullable Promise<Boolean> finishing;
    private boolean done;
    private @Nullable StoreException failure;

    ClientWrite(
            DataPlaneClient client, Request.WriteOpen open, EventLoop loop, long deadlineNanos) {
        super(client, open, loop, deadlineNanos);
        this.open = open;
    }

    @Override
    public Promise<Boolean> send(byte[] bytes, int offset, int lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, bytes.length);
        Promise<Boolean> taken = client.tasks.promise();
        onLoop(taken, () -> accept(bytes, offset, lengthBytes, taken));
        return taken;
    }

    @Override
    public Promise<Boolean> finish() {
        Promise<Boolean> durable = client.tasks.promise();
        onLoop(durable, () -> acceptFinish(durable));
        return durable;
    }

    @Override
    public void abort() {
        try {
            loop.execute(
                    () -> {
                        if (!over()) {
                            client.counters.happened(WireCounters.Event.CANCEL);
                            giveUp("given up by the writer");
                        }
                    });
        } catch (RejectedExecutionException closed) {
            // The loops are gone, and the connection with them: the server has aborted the write.
        }
    }

    private void onLoop(Promise<Boolean> promise, Runnable body) {
        try {
            loop.execute(body);
        } catch (RejectedExecutionException closed) {
            promise.fail(DataPlaneClient.closedFailure());
        }
    }

    private void accept(byte[] bytes, int offset, int lengthBytes, Promise<Boolean> taken) {
        if (failure != null) {
            taken.fail(failure);
        } else if (sending != null || finishing != null || done) {
            taken.fail(misuse("a send while another is under way, or after finish"));
        } else if (sentBytes + lengthBytes > open.header().reserveBytes()) {
            taken.fail(misuse("more bytes than were reserved"));
        } else if (lengthBytes == 0) {
            taken.complete(true);
        } else {
            sending = taken;
            source = bytes;
            at = offset;
            left = lengthBytes;
            offer();
        }
    }

    private static StoreException misuse(String what) {
        return new StoreException(ErrorCode.INVALID_ARGUMENT, what);
    }

    private void acceptFinish(Promise<Boolean> durable) {
        if (failure != null) {
            durable.fail(failure);
        } else if (finishing != null || sending != null || done) {
            durable.fail(misuse("finish twice, or while a send is under way"));
        } else {
            finishing = durable;
            sendFinish();
        }
    }

    @Override
    void onBegun() {
        ClientConnection to = connection();
        if (to != null) {
            credit = Window.initial(open.header().reserveBytes(), to.windowBytes());
        }
        offer();
        sendFinish();
    }

    private void offer() {
        ClientConnection to = connection();
        if (to != null && left > 0 && credit >= Window.LEAST_COST) {
            to.outbound.ready(this);
        }
    }

    private void sendFinish() {
        ClientConnection to = connection();
        if (to != null && finishing != null) {
            byte[] fields = new Encoder(16).i64(sentBytes).toArray();
            var _ = to.write(FrameHead.of(FrameType.WRITE_FINISH, id(), fields));
        }
    }

    @Override
    boolean writeFrame() {
        ClientConnection to = connection();
        if (over() || to == null || left == 0 || credit < Window.LEAST_COST) {
            return false;
        }
        int next = Math.min(left, Math.min(FrameHead.MOST_BODY, credit));
        credit -= Window.cost(next);
        sentBytes += next;
        left -= next;
        ChannelFuture written =
                to.write(
                        FrameHead.body(FrameType.WRITE_DATA, id(), next),
                        Unpooled.wrappedBuffer(source, at, next));
        at += next;
        if (left == 0) {
            source = Reply.EMPTY;
            written.addListener(sent -> onTaken(sent.isSuccess()));
        }
        return left > 0 && credit >= Window.LEAST_COST;
    }

    private void onTaken(boolean success) {
        Promise<Boolean> taken = sending;
        if (success && taken != null) {
            sending = null;
            taken.complete(true);
        }
        // A failed write closes the connection, which fails the call and this promise with it.
    }

    @Override
    void onReply(FrameHead head) {
        switch (head.type()) {
            case WINDOW -> {
                credit = Math.addExact(credit, Reply.credits(head.fields()));
                offer();
            }
            case OK -> {
                Promise<Boolean> durable = finishing;
                if (durable == null) {
                    throw new ProtocolViolation("OK before WRITE_FINISH");
                }
                done = true;
                finishing = null;
                end(null);
                durable.complete(true);
            }
            default -> throw new ProtocolViolation(head.type() + " answers a write");
        }
    }

    @Override
    void onFailure(StoreException why) {
        failure = why;
        source = Reply.EMPTY;
        left = 0;
        Promise<Boolean> outstanding = sending;
        sending = null;
        if (outstanding != null) {
            outstanding.fail(why);
        }
        Promise<Boolean> durable = finishing;
        finishing = null;
        if (durable != null) {
            durable.fail(why);
        }
    }
}
