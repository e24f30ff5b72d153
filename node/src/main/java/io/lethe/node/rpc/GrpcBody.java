package io.lethe.node.rpc;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.Body;
import io.lethe.proto.v1.PutObjectEnd;
import io.lethe.proto.v1.PutObjectRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A put's bytes on their way from gRPC to the object path. Messages are asked for only as they are
 * taken, so at most {@link #WINDOW} lie here, of at most the door's message size. Arrivals come
 * from gRPC's thread, reads from the put's task.
 */
final class GrpcBody implements Body {
    /** Messages asked for ahead: enough to keep a 1 Gbit/s line with 10 ms of delay busy. */
    private static final int WINDOW = 6;

    /** A sender that sends nothing for this long is given up. */
    private static final Duration STALL = Duration.ofSeconds(45);

    private final Tasks tasks;
    private final ServerCallStreamObserver<?> stream;
    private final Deque<ByteString> waiting = new ArrayDeque<>();
    private Promise<Boolean> changed;
    private @Nullable PutObjectEnd end;
    private boolean broken;
    private boolean misplaced;
    private long declaredBytes = UNKNOWN;
    private long deadlineNanos;
    private long givenBytes;
    private ByteString current = ByteString.EMPTY;
    private int taken;

    GrpcBody(Tasks tasks, ServerCallStreamObserver<?> stream) {
        this.tasks = tasks;
        this.stream = stream;
        changed = tasks.promise();
    }

    void declare(long bytes) {
        declaredBytes = bytes;
    }

    /** Begins to ask for data. */
    void start(long deadline) {
        deadlineNanos = deadline;
        stream.request(WINDOW);
    }

    void arrived(PutObjectRequest message) {
        Promise<Boolean> wake;
        synchronized (waiting) {
            switch (message.getPartCase()) {
                case DATA -> {
                    if (end == null) {
                        waiting.add(message.getData());
                    } else {
                        misplaced = true;
                    }
                }
                case END -> end = message.getEnd();
                case HEADER, PART_NOT_SET -> misplaced = true;
            }
            wake = changed;
            changed = tasks.promise();
        }
        wake.complete(true);
    }

    /** No more will come; after the end has arrived this means nothing. */
    void broken() {
        Promise<Boolean> wake;
        synchronized (waiting) {
            broken = true;
            wake = changed;
            changed = tasks.promise();
        }
        wake.complete(true);
    }

    @Override
    public long declaredBytes() {
        return declaredBytes;
    }

    @Override
    public @Nullable Bytes declaredSha256() {
        synchronized (waiting) {
            PutObjectEnd last = end;
            return last == null || last.getSha256().isEmpty()
                    ? null
                    : Bytes.wrap(last.getSha256().toByteArray());
        }
    }

    @Override
    public int read(byte[] target, int offset, int lengthBytes) throws InterruptedException {
        while (taken == current.size()) {
            ByteString next = next();
            if (next == null) {
                return -1;
            }
            current = next;
            taken = 0;
        }
        int count = Math.min(lengthBytes, current.size() - taken);
        current.substring(taken, taken + count).copyTo(target, offset);
        taken += count;
        givenBytes += count;
        return count;
    }

    private @Nullable ByteString next() throws InterruptedException {
        while (true) {
            Promise<Boolean> wait;
            synchronized (waiting) {
                if (misplaced) {
                    throw new StoreException(
                            ErrorCode.INVALID_ARGUMENT,
                            "a put sends one header, then data, then one end");
                }
                ByteString data = waiting.poll();
                if (data != null) {
                    if (end == null) {
                        stream.request(1);
                    }
                    return data;
                }
                PutObjectEnd last = end;
                if (last != null) {
                    checkEnd(last);
                    return null;
                }
                if (broken) {
                    throw new StoreException(
                            ErrorCode.INCOMPLETE_BODY,
                            "the upload broke off after "
                                    + givenBytes
                                    + " bytes; nothing was stored");
                }
                wait = changed;
            }
            await(wait);
        }
    }

    private void await(Promise<Boolean> wait) throws InterruptedException {
        long stallNanos = tasks.clock().nanos() + STALL.toNanos();
        try {
            var _ = wait.await(Math.min(stallNanos, deadlineNanos));
        } catch (TimeoutException e) {
            throw new StoreException(
                    ErrorCode.DEADLINE,
                    "no data came for "
                            + STALL.toSeconds()
                            + " s, or the deadline passed; nothing was stored");
        }
    }

    private void checkEnd(PutObjectEnd last) {
        if (last.getSize() != givenBytes) {
            throw new StoreException(
                    ErrorCode.INCOMPLETE_BODY,
                    "the end says "
                            + last.getSize()
                            + " bytes and "
                            + givenBytes
                            + " came; nothing was stored");
        }
    }
}
