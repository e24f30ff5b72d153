package io.lethe.node.http;

import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A body on its way from the socket to the task that reads it. Holds at most {@link #MOST_BYTES}
 * and what one read of the socket brings beyond. Arrivals come on the event loop, reads from the
 * task.
 */
final class InboundBody {
    /** Past this the socket is not read: enough for a fast line while the task is busy. */
    static final int MOST_BYTES = 512 * 1024;

    /** Below this the socket is read again. */
    private static final int LOW_BYTES = MOST_BYTES / 2;

    /** Of a sender within each stall time that it keeps the reader waiting: some 2 KiB a second. */
    private static final int LEAST_BYTES = 64 * 1024;

    private final Tasks tasks;
    private final long stallNanos;
    private final Runnable readOn;
    private final Deque<ByteBuf> waiting = new ArrayDeque<>();
    private Promise<Boolean> changed;
    private int heldBytes;
    private long waitedNanos;
    private int sinceBytes;
    private boolean paused;
    private boolean ended;
    private boolean closed;
    private BodyBroken.@Nullable Why broken;

    /**
     * @param readOn asks the event loop to read the socket again; any thread
     */
    InboundBody(Tasks tasks, long stallMillis, Runnable readOn) {
        this.tasks = tasks;
        this.stallNanos = TimeUnit.MILLISECONDS.toNanos(stallMillis);
        this.readOn = readOn;
        changed = tasks.promise();
    }

    /** Takes the buffer over. */
    void arrived(ByteBuf bytes, boolean last) {
        Promise<Boolean> wake;
        synchronized (waiting) {
            if (closed || !bytes.isReadable()) {
                bytes.release();
            } else {
                waiting.add(bytes);
                heldBytes += bytes.readableBytes();
            }
            ended |= last;
            wake = changed;
            changed = tasks.promise();
        }
        wake.complete(true);
    }

    void broke(BodyBroken.Why why) {
        Promise<Boolean> wake;
        synchronized (waiting) {
            if (ended || broken != null) {
                return;
            }
            broken = why;
            wake = changed;
            changed = tasks.promise();
        }
        wake.complete(true);
    }

    /** Whether the socket may be read on; when not, {@code readOn} will be called. */
    boolean wantsMore() {
        synchronized (waiting) {
            paused = !ended && heldBytes >= MOST_BYTES;
            return !paused;
        }
    }

    /** Whether everything has arrived. */
    boolean ended() {
        synchronized (waiting) {
            return ended;
        }
    }

    /**
     * Reads at least one byte, waiting for it.
     *
     * @return bytes read, or -1 at the end
     */
    int read(byte[] target, int offset, int lengthBytes) throws InterruptedException {
        while (true) {
            Promise<Boolean> wait;
            synchronized (waiting) {
                ByteBuf first = waiting.peek();
                if (first != null) {
                    return take(first, target, offset, lengthBytes);
                }
                if (broken != null) {
                    throw new BodyBroken(broken);
                }
                if (ended) {
                    return -1;
                }
                wait = changed;
            }
            await(wait);
        }
    }

    /** Waits for the sender; gives one up that keeps its reader waiting with a trickle. */
    private void await(Promise<Boolean> wait) throws InterruptedException {
        long from = tasks.clock().nanos();
        try {
            var _ = wait.await(from + stallNanos);
        } catch (TimeoutException e) {
            throw new BodyBroken(BodyBroken.Why.STALLED);
        }
        waitedNanos += tasks.clock().nanos() - from;
        if (waitedNanos >= stallNanos) {
            if (sinceBytes < LEAST_BYTES) {
                throw new BodyBroken(BodyBroken.Why.STALLED);
            }
            waitedNanos = 0;
            sinceBytes = 0;
        }
    }

    private int take(ByteBuf first, byte[] target, int offset, int lengthBytes) {
        int count = Math.min(lengthBytes, first.readableBytes());
        first.readBytes(target, offset, count);
        if (!first.isReadable()) {
            waiting.remove();
            first.release();
        }
        heldBytes -= count;
        sinceBytes = Math.min(LEAST_BYTES, sinceBytes + count);
        if (paused && heldBytes <= LOW_BYTES) {
            paused = false;
            readOn.run();
        }
        return count;
    }

    /** Nobody reads any more: what is here and still comes is dropped. */
    void close() {
        boolean resume;
        synchronized (waiting) {
            closed = true;
            waiting.forEach(ByteBuf::release);
            waiting.clear();
            heldBytes = 0;
            resume = paused;
            paused = false;
        }
        if (resume) {
            readOn.run();
        }
    }
}
