package io.lethe.client;

import com.google.protobuf.ByteString;
import io.lethe.client.model.GetResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A download that is pulled: as many bytes are under way as its window holds, and no more come
 * before these are read. A broken connection is resumed unseen; a failure for good is thrown as an
 * {@link IOException} whose cause is the {@link LetheException}, and so is a digest that does not
 * match, in place of the end. Closing before the end cancels the rest.
 *
 * <p>For one reading thread; the download's callbacks fill it under its lock.
 */
public final class ObjectStream extends InputStream {
    private final CompletableFuture<ObjectStream> opened = new CompletableFuture<>();

    /** Guards everything below. */
    private final Lock lock = new ReentrantLock();

    /** Something came, or it is over. */
    private final Condition changed = lock.newCondition();

    /** At most {@link Download#WINDOW_MESSAGES}. */
    private final Deque<Piece> pieces = new ArrayDeque<>();

    private @Nullable CompletableFuture<GetResult> download;
    private @Nullable GetResult what;
    private @Nullable Throwable failure;
    private boolean ended;
    private boolean closed;

    /**
     * What one message brought.
     *
     * @param bytes its position tells how much has been read
     */
    private record Piece(ByteBuffer bytes, Runnable release) {}

    ObjectStream() {}

    /** Completes when the first message has come, so that {@link #result} is known. */
    CompletableFuture<ObjectStream> open(Download call) {
        CompletableFuture<ObjectStream> unusedStage =
                opened.whenComplete(
                        (stream, gone) -> {
                            if (gone != null) {
                                close();
                            }
                        });
        CompletableFuture<GetResult> running = call.download();
        boolean late;
        lock.lock();
        try {
            download = running;
            late = closed;
        } finally {
            lock.unlock();
        }
        if (late) {
            running.cancel(true);
        }
        return opened;
    }

    BodySink sink() {
        return new Sink();
    }

    /** What is read: known from the beginning. */
    public GetResult result() {
        GetResult known;
        lock.lock();
        try {
            known = what;
        } finally {
            lock.unlock();
        }
        if (known == null) {
            throw new IllegalStateException("the stream has not been opened");
        }
        return known;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int start, int length) throws IOException {
        Objects.checkFromIndexSize(start, length, target.length);
        if (length == 0) {
            return 0;
        }
        Runnable release;
        int n;
        lock.lock();
        try {
            Piece piece = await();
            if (piece == null) {
                return -1;
            }
            n = Math.min(length, piece.bytes.remaining());
            piece.bytes.get(target, start, n);
            if (piece.bytes.hasRemaining()) {
                return n;
            }
            pieces.remove();
            release = piece.release;
        } finally {
            lock.unlock();
        }
        release.run();
        return n;
    }

    /** The piece to read from; null at the end. With the lock held. */
    private @Nullable Piece await() throws IOException {
        while (true) {
            if (closed) {
                throw new IOException("the stream is closed");
            }
            Piece next = pieces.peek();
            if (next != null) {
                return next;
            }
            Throwable gone = failure;
            if (gone != null) {
                throw new IOException(gone.getMessage(), gone);
            }
            if (ended) {
                return null;
            }
            try {
                changed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for bytes", e);
            }
        }
    }

    @Override
    public int available() {
        lock.lock();
        try {
            Piece next = pieces.peek();
            return next == null ? 0 : next.bytes.remaining();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        CompletableFuture<GetResult> running;
        lock.lock();
        try {
            closed = true;
            pieces.clear();
            running = download;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (running != null) {
            running.cancel(true);
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private final class Sink implements BodySink {
        @Override
        public void start(GetResult result) {
            change(() -> what = result);
            opened.complete(ObjectStream.this);
        }

        @Override
        public void data(ByteString bytes, Runnable release) {
            boolean drop;
            lock.lock();
            try {
                drop = closed || bytes.isEmpty();
                if (!drop) {
                    pieces.add(new Piece(bytes.asReadOnlyByteBuffer(), release));
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
            if (drop) {
                release.run();
            }
        }

        @Override
        public void end() {
            change(() -> ended = true);
        }

        @Override
        public void abort(Throwable gone) {
            change(() -> failure = gone);
            opened.completeExceptionally(gone);
        }
    }
}
