package io.lethe.node.chunk.wire;

import io.lethe.node.base.Check;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One open request at the server. Its state belongs to the connection's event loop; what blocks
 * runs on the device's pool, one piece at a time, and each piece hands what follows back to the
 * loop.
 *
 * <pre>
 * open ─ answer, deadline, CANCEL, connection lost ─► over
 * over ─ pool idle, frames taken by the socket, clean-up done ─► released
 * </pre>
 *
 * Only a released stream stops counting against the limits, so a stuck device holds no more than
 * the limits allow.
 */
abstract class ServerStream extends FairOutbound.Source {
    /** Blocking work on the device's pool. */
    interface PoolWork {
        /** Returns what is to be done next on the event loop. */
        Runnable run();
    }

    static final Runnable NOTHING = () -> {};

    /** Pause before a full pool is asked again by a stream that has begun: a disk write or two. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    final ServerConnection connection;
    final DataPlaneServer server;
    final ServedDevice device;
    final long id;
    private final boolean background;
    private final FrameType type;
    private final long arrivedNanos;
    private final ScheduledFuture<?> deadline;
    private volatile boolean over;
    private boolean busy;
    private boolean released;
    private int unflushed;

    ServerStream(ServerConnection connection, FrameHead head, ServedDevice device) {
        this.connection = connection;
        this.server = connection.server;
        this.device = device;
        this.background = head.background();
        this.id = head.requestId();
        this.type = head.type();
        this.arrivedNanos = server.environment.clock().nanos();
        long nanos = TimeUnit.MILLISECONDS.toNanos(head.deadlineMillis());
        this.deadline = connection.later(nanos, () -> expire(head.deadlineMillis()));
    }

    /** Begins the work; on the event loop. */
    abstract void start();

    /** Drops what it holds in memory; called once, when the stream is over. */
    abstract void onOver();

    /** What must still be undone on the pool; null when nothing. Asked while the pool is idle. */
    abstract @Nullable PoolWork cleanUp();

    /** Bytes reserved of the server's buffers, given back at release. */
    abstract long reservedBytes();

    /** Whether nobody waits for an answer any more; read by the pool too, to stop early. */
    final boolean over() {
        return over;
    }

    final boolean busy() {
        return busy;
    }

    final int unflushed() {
        return unflushed;
    }

    /** Bytes that a piece of work moves to or from the disk, as far as is known before. */
    long diskBytes() {
        return 0;
    }

    /** False when the pool is full. */
    final boolean hand(PoolWork work) {
        Check.that(!busy, "a stream has one piece of work in the pool");
        busy = true;
        server.counters.pooled.incrementAndGet();
        try {
            if (background) {
                device.background().execute(diskBytes(), () -> onPool(work), () -> onDropped(work));
            } else {
                device.pool().execute(() -> onPool(work));
            }
            return true;
        } catch (RejectedExecutionException full) {
            server.counters.pooled.decrementAndGet();
            busy = false;
            return false;
        }
    }

    /** The first piece of work: a full pool is an answer to the client. */
    final void handOrRefuse(PoolWork work) {
        if (!hand(work)) {
            if (device.closed().getAsBoolean()) {
                failGone();
                return;
            }
            server.counters.rejected(WireCounters.Rejection.DEVICE_POOL);
            fail(ErrorCode.OVERLOADED, "the device's queue is full: try again, or another device");
        }
    }

    private void failGone() {
        fail(ErrorCode.UNAVAILABLE, "the node has let go of the device: reload the cluster map");
    }

    /** Work of a stream that has begun: a full pool is asked again until it takes it. */
    final void insist(PoolWork work) {
        if (hand(work)) {
            return;
        }
        busy = true;
        var _ = connection.later(RETRY_NANOS, () -> again(work));
    }

    private void again(PoolWork work) {
        busy = false;
        boolean gone = device.closed().getAsBoolean();
        if (server.closed() || (gone && over)) {
            // The pool is gone with its device; what the store holds, it drops by itself.
            release();
        } else if (gone) {
            failGone();
        } else {
            insist(work);
        }
    }

    private void onDropped(PoolWork work) {
        server.counters.pooled.decrementAndGet();
        var _ = connection.toLoop(() -> again(work));
    }

    private void onPool(PoolWork work) {
        Runnable next = attempt(work);
        server.counters.pooled.decrementAndGet();
        if (!connection.toLoop(() -> resume(next))) {
            over = true;
            PoolWork rest = cleanUp();
            if (rest != null) {
                var _ = attempt(rest);
            }
        }
    }

    private void resume(Runnable next) {
        busy = false;
        next.run();
        settle();
    }

    private Runnable attempt(PoolWork work) {
        try {
            return work.run();
        } catch (StoreException refused) {
            return () -> fail(refused.code(), String.valueOf(refused.getMessage()));
        } catch (RuntimeException fault) {
            server.environment.faults().uncaughtException(Thread.currentThread(), fault);
            return () -> fail(ErrorCode.INTERNAL, "the node failed: see its log");
        }
    }

    private void expire(int millis) {
        if (!over) {
            server.counters.happened(WireCounters.Event.DEADLINE);
            fail(ErrorCode.DEADLINE, "the device did not answer within " + millis + " ms");
        }
    }

    /** Answers with success. */
    final void succeed(byte[] fields) {
        if (!over) {
            end(null);
            track(connection.write(FrameHead.of(FrameType.OK, id, fields)));
        }
    }

    /** Answers with a failure. */
    final void fail(ErrorCode code, String message) {
        if (!over) {
            end(code);
            track(connection.write(FrameHead.of(FrameType.ERROR, id, Reply.error(code, message))));
            settle();
        }
    }

    /** Ends without an answer: cancelled, or the client is gone. */
    final void drop() {
        if (!over) {
            end(ErrorCode.UNAVAILABLE);
            settle();
        }
    }

    /** The answer is on its way. */
    final void end(@Nullable ErrorCode failure) {
        over = true;
        var _ = deadline.cancel(false);
        connection.ended(this);
        onOver();
        long nanos = server.environment.clock().nanos() - arrivedNanos;
        server.environment.observer().completed(type, failure, nanos);
    }

    /** Counts a frame until the socket has taken it. */
    final void track(ChannelFuture written) {
        unflushed++;
        written.addListener(
                _ -> {
                    unflushed--;
                    onFlushed();
                    settle();
                });
    }

    /** The socket has taken a frame of this stream. */
    void onFlushed() {}

    private void settle() {
        if (!over || busy || released || unflushed > 0) {
            return;
        }
        PoolWork rest = cleanUp();
        if (rest != null) {
            insist(rest);
        } else {
            release();
        }
    }

    private void release() {
        if (!released) {
            released = true;
            connection.released(reservedBytes());
        }
    }
}
