package io.lethe.node.object;

import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PgId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Chunks in memory: every call is answered at once. Safe for any thread. */
final class MemoryPeers implements ChunkPeers {
    private record Place(DeviceId device, ChunkKey key) {}

    private final Tasks tasks;
    private final Map<Place, byte[]> chunks = new ConcurrentHashMap<>();

    /** How an answer to a read is brought: at once, or by another thread, some time later. */
    volatile Executor answering = Runnable::run;

    /** Of all reads so far. */
    volatile long bytesRead;

    MemoryPeers(Tasks tasks) {
        this.tasks = tasks;
    }

    private <T> Promise<T> done(T value) {
        Promise<T> promise = tasks.promise();
        promise.complete(value);
        return promise;
    }

    @Override
    public Sink write(DeviceId device, Ticket ticket, ChunkHeader header, long deadlineNanos) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        return new Sink() {
            @Override
            public Promise<Boolean> send(byte[] source, int offset, int lengthBytes) {
                bytes.write(source, offset, lengthBytes);
                return done(true);
            }

            @Override
            public Promise<Boolean> finish() {
                chunks.put(new Place(device, header.key()), bytes.toByteArray());
                return done(true);
            }

            @Override
            public void abort() {}
        };
    }

    @Override
    public synchronized Promise<byte[]> read(
            DeviceId device,
            Ticket ticket,
            ChunkKey key,
            long offset,
            int lengthBytes,
            long deadlineNanos) {
        byte[] bytes = chunks.get(new Place(device, key));
        if (bytes == null) {
            Promise<byte[]> promise = tasks.promise();
            promise.fail(new StoreException(ErrorCode.NO_SUCH_CHUNK, "there is no " + key));
            return promise;
        }
        bytesRead += lengthBytes;
        Promise<byte[]> promise = tasks.promise();
        byte[] part = Arrays.copyOfRange(bytes, (int) offset, (int) offset + lengthBytes);
        answering.execute(() -> promise.complete(part));
        return promise;
    }

    @Override
    public Promise<Boolean> delete(
            DeviceId device, Ticket ticket, ChunkKey key, long deadlineNanos) {
        return done(chunks.remove(new Place(device, key)) != null);
    }

    @Override
    public Promise<Boolean> doom(
            DeviceId device, Ticket ticket, ChunkKey anyChunk, long deadlineNanos) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Promise<ChunkStore.Verdict> verify(
            DeviceId device, Ticket inspect, ChunkKey key, long deadlineNanos) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Promise<List<ChunkStore.ChunkInfo>> unresolved(
            DeviceId device, Ticket inspect, long beforeMillis, int limit, long deadlineNanos) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Promise<List<ChunkStore.ChunkInfo>> list(
            DeviceId device,
            Ticket inspect,
            PgId pg,
            @Nullable ChunkKey after,
            int limit,
            long deadlineNanos) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Promise<Boolean> refuseBelow(
            DeviceId device, Ticket ticket, PgId pg, int epoch, long deadlineNanos) {
        throw new UnsupportedOperationException();
    }
}
