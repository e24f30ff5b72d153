package io.lethe.node.repair;

import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.chunk.ChunkStore.Verdict;
import io.lethe.node.chunk.DiskLoad;
import io.lethe.node.chunk.FakeChunkStore;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PgId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import io.lethe.node.object.LocalDevices;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Chunk stores in memory behind both ports, each call answered at once. Safe for any thread. */
final class StorePeers implements ChunkPeers, LocalDevices {
    private final Tasks tasks;

    /** What comes between a chunk's last byte and its end. */
    volatile Consumer<DeviceId> beforeFinish = _ -> {};

    final Map<DeviceId, FakeChunkStore> stores = new ConcurrentHashMap<>();

    StorePeers(Tasks tasks) {
        this.tasks = tasks;
    }

    private <T> Promise<T> on(DeviceId device, Function<FakeChunkStore, T> call) {
        Promise<T> promise = tasks.promise();
        FakeChunkStore store = stores.get(device);
        if (store == null) {
            promise.fail(new StoreException(ErrorCode.UNAVAILABLE, device + " is away"));
            return promise;
        }
        try {
            promise.complete(call.apply(store));
        } catch (StoreException e) {
            promise.fail(e);
        }
        return promise;
    }

    @Override
    public Sink write(DeviceId device, Ticket ticket, ChunkHeader header, long deadlineNanos) {
        return new Sink() {
            private ChunkStore.@Nullable Writer writer;

            private ChunkStore.Writer open(FakeChunkStore store) {
                ChunkStore.Writer open = writer;
                if (open == null) {
                    open = store.create(header);
                    writer = open;
                }
                return open;
            }

            @Override
            public Promise<Boolean> send(byte[] source, int offset, int lengthBytes) {
                return on(
                        device,
                        store -> {
                            open(store).append(source, offset, lengthBytes);
                            return true;
                        });
            }

            @Override
            public Promise<Boolean> finish() {
                Consumer<DeviceId> now = beforeFinish;
                now.accept(device);
                return on(
                        device,
                        store -> {
                            open(store).finish();
                            return true;
                        });
            }

            @Override
            public void abort() {
                ChunkStore.Writer open = writer;
                if (open != null) {
                    open.abort();
                }
            }
        };
    }

    @Override
    public Promise<byte[]> read(
            DeviceId device,
            Ticket ticket,
            ChunkKey key,
            long offset,
            int lengthBytes,
            long deadlineNanos) {
        return on(device, store -> bytes(store, key, offset, lengthBytes));
    }

    private static byte[] bytes(FakeChunkStore store, ChunkKey key, long offset, int length) {
        try (ChunkStore.Slice slice = store.open(key, offset, length)) {
            ByteBuffer blocks = ByteBuffer.allocate(slice.lengthBytes());
            while (blocks.hasRemaining()) {
                int read = slice.file().read(blocks, slice.filePosition() + blocks.position());
                if (read < 0) {
                    throw new StoreException(ErrorCode.CORRUPT, "the file is too short");
                }
            }
            for (int i = 0; i < slice.blockCrcs().length; i++) {
                int from = i * slice.blockBytes();
                CRC32C crc = new CRC32C();
                int count = Math.min(slice.blockBytes(), blocks.capacity() - from);
                crc.update(blocks.array(), from, count);
                if ((int) crc.getValue() != slice.blockCrcs()[i]) {
                    throw new StoreException(ErrorCode.CORRUPT, "a block is damaged");
                }
            }
            byte[] out = new byte[length];
            blocks.get((int) (offset - slice.firstByte()), out);
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Promise<Boolean> delete(
            DeviceId device, Ticket ticket, ChunkKey key, long deadlineNanos) {
        return delete(device, key);
    }

    @Override
    public Promise<Boolean> doom(
            DeviceId device, Ticket ticket, ChunkKey anyChunk, long deadlineNanos) {
        return on(
                device,
                store -> {
                    store.doom(anyChunk.pg(), anyChunk.segment());
                    return true;
                });
    }

    @Override
    public Promise<Verdict> verify(
            DeviceId device, Ticket inspect, ChunkKey key, long deadlineNanos) {
        return verify(device, key);
    }

    @Override
    public Promise<List<ChunkInfo>> unresolved(
            DeviceId device, Ticket inspect, long beforeMillis, int limit, long deadlineNanos) {
        return on(device, store -> store.unresolved(beforeMillis, limit));
    }

    @Override
    public Promise<List<ChunkInfo>> list(
            DeviceId device,
            Ticket inspect,
            PgId pg,
            @Nullable ChunkKey after,
            int limit,
            long deadlineNanos) {
        return list(device, pg, after, limit);
    }

    @Override
    public Promise<Boolean> refuseBelow(
            DeviceId device, Ticket ticket, PgId pg, int epoch, long deadlineNanos) {
        return on(
                device,
                store -> {
                    store.refuseBelow(pg, epoch);
                    return true;
                });
    }

    @Override
    public List<DeviceId> ids() {
        return List.copyOf(stores.keySet());
    }

    @Override
    public Promise<List<ChunkInfo>> unresolved(
            DeviceId device, @Nullable ChunkInfo after, long beforeMillis, int limit) {
        return on(device, store -> store.unresolved(after, beforeMillis, limit));
    }

    @Override
    public Promise<Boolean> resolve(DeviceId device, List<ChunkKey> keys) {
        return on(
                device,
                store -> {
                    store.resolve(keys);
                    return true;
                });
    }

    @Override
    public Promise<Boolean> delete(DeviceId device, ChunkKey key) {
        return on(
                device,
                store -> {
                    store.delete(key);
                    return true;
                });
    }

    @Override
    public Promise<List<ChunkInfo>> list(
            DeviceId device, PgId pg, @Nullable ChunkKey after, int limit) {
        return on(device, store -> store.list(pg, after, limit));
    }

    @Override
    public Promise<List<PgId>> groups(DeviceId device) {
        return on(device, FakeChunkStore::groups);
    }

    @Override
    public Promise<List<ChunkKey>> damaged(DeviceId device, int limit) {
        return on(device, store -> store.damaged(limit));
    }

    @Override
    public DiskLoad load(DeviceId device) {
        return new DiskLoad(tasks.clock());
    }

    @Override
    public Promise<Verdict> verify(DeviceId device, ChunkKey key) {
        return on(device, store -> store.verify(key));
    }
}
