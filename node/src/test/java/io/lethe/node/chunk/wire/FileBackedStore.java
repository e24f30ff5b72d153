package io.lethe.node.chunk.wire;

import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.chunk.ScrubPlace;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A small store that keeps the rules of the port and nothing on a crash: finished chunks lie in one
 * temporary file, so that slices are real. Gates let a test hold it up.
 */
final class FileBackedStore implements ChunkStore {
    private record Stored(ChunkHeader header, long position, byte[] bytes, int[] crcs) {}

    private static final Comparator<ChunkInfo> BY_KEY =
            Comparator.comparingLong((ChunkInfo chunk) -> chunk.key().pg().value())
                    .thenComparing(chunk -> chunk.key().segment())
                    .thenComparingInt(chunk -> chunk.key().index());

    private final DeviceId device;
    private final FileChannel file;
    private final Map<ChunkKey, Stored> chunks = new HashMap<>();
    private final Set<ChunkKey> gone = new HashSet<>();
    private final Set<SegmentId> doomed = new HashSet<>();
    private final Map<PgId, Integer> floors = new HashMap<>();
    private long end;
    final AtomicInteger openWriters = new AtomicInteger();
    final AtomicInteger aborted = new AtomicInteger();
    final AtomicInteger openSlices = new AtomicInteger();
    final AtomicInteger verified = new AtomicInteger();
    final AtomicInteger appendedBytes = new AtomicInteger();
    volatile Runnable beforeAppend = () -> {};
    volatile Runnable beforeFinish = () -> {};
    volatile Runnable beforeOpen = () -> {};
    volatile boolean full;
    volatile boolean wrongCrcs;

    FileBackedStore(DeviceId device, Path directory) {
        this.device = device;
        try {
            Path path = Files.createTempFile(directory, "chunks", ".bin");
            file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file, to be damaged. */
    FileChannel file() {
        return file;
    }

    @Override
    public DeviceId device() {
        return device;
    }

    @Override
    public synchronized Writer create(ChunkHeader header) {
        ChunkKey key = header.key();
        if (doomed.contains(key.segment())) {
            throw new StoreException(ErrorCode.GONE, "doomed");
        }
        if (header.pgEpoch() < floors.getOrDefault(key.pg(), 0)) {
            throw new StoreException(ErrorCode.STALE_EPOCH, "below the floor");
        }
        if (full) {
            throw new StoreException(ErrorCode.OUT_OF_SPACE, "full");
        }
        openWriters.incrementAndGet();
        return new MemoryWriter(header);
    }

    private final class MemoryWriter implements Writer {
        private final ChunkHeader header;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean closed;

        MemoryWriter(ChunkHeader header) {
            this.header = header;
        }

        @Override
        public void append(byte[] source, int offset, int lengthBytes) {
            beforeAppend.run();
            bytes.write(source, offset, lengthBytes);
            appendedBytes.addAndGet(lengthBytes);
        }

        @Override
        public void finish() {
            beforeFinish.run();
            closed = true;
            openWriters.decrementAndGet();
            store(header, bytes.toByteArray());
        }

        @Override
        public void abort() {
            if (!closed) {
                closed = true;
                openWriters.decrementAndGet();
                aborted.incrementAndGet();
            }
        }
    }

    private synchronized void store(ChunkHeader header, byte[] bytes) {
        Stored old = chunks.get(header.key());
        if (old != null) {
            if (!Arrays.equals(old.bytes, bytes)) {
                throw new StoreException(ErrorCode.CHUNK_CONFLICT, "other bytes are here");
            }
            return;
        }
        try {
            file.write(ByteBuffer.wrap(bytes), end);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        chunks.put(header.key(), new Stored(header, end, bytes, crcs(bytes, header.blockBytes())));
        end += bytes.length;
    }

    private static int[] crcs(byte[] bytes, int blockBytes) {
        int[] crcs = new int[Math.ceilDiv(bytes.length, blockBytes)];
        for (int i = 0; i < crcs.length; i++) {
            CRC32C sum = new CRC32C();
            int from = i * blockBytes;
            sum.update(bytes, from, Math.min(blockBytes, bytes.length - from));
            crcs[i] = (int) sum.getValue();
        }
        return crcs;
    }

    private Stored find(ChunkKey key) {
        if (doomed.contains(key.segment()) || gone.contains(key)) {
            throw new StoreException(ErrorCode.GONE, "reclaimed");
        }
        Stored stored = chunks.get(key);
        if (stored == null) {
            throw new StoreException(ErrorCode.NO_SUCH_CHUNK, "no such chunk");
        }
        return stored;
    }

    @Override
    public Slice open(ChunkKey key, long offset, int lengthBytes) {
        beforeOpen.run();
        return slice(key, offset, lengthBytes);
    }

    private synchronized Slice slice(ChunkKey key, long offset, int lengthBytes) {
        Stored stored = find(key);
        int block = stored.header.blockBytes();
        int length = stored.bytes.length;
        int first = (int) Math.min(offset / block, stored.crcs.length);
        int last = (int) Math.min(Math.ceilDiv(offset + lengthBytes, block), stored.crcs.length);
        int from = Math.min(length, first * block);
        int to = Math.min(length, Math.max(first, last) * block);
        int[] crcs = Arrays.copyOfRange(stored.crcs, first, Math.max(first, last));
        if (wrongCrcs && crcs.length > 0) {
            crcs[crcs.length - 1]++;
        }
        openSlices.incrementAndGet();
        return new Slice(
                file,
                stored.position + from,
                from,
                to - from,
                block,
                crcs,
                openSlices::decrementAndGet);
    }

    @Override
    public synchronized Optional<ChunkInfo> stat(ChunkKey key) {
        return Optional.ofNullable(chunks.get(key)).map(FileBackedStore::told);
    }

    private static ChunkInfo told(Stored stored) {
        return new ChunkInfo(
                stored.header.key(),
                stored.header.pgEpoch(),
                stored.header.write(),
                stored.header.owner(),
                stored.bytes.length,
                stored.header.blockBytes(),
                stored.position);
    }

    @Override
    public synchronized Verdict verify(ChunkKey key) {
        verified.incrementAndGet();
        if (!chunks.containsKey(key)) {
            return Verdict.MISSING;
        }
        return wrongCrcs ? Verdict.CORRUPT : Verdict.SOUND;
    }

    @Override
    public synchronized void delete(ChunkKey key) {
        if (chunks.remove(key) != null) {
            gone.add(key);
        }
    }

    @Override
    public synchronized EraseReceipt erase(ChunkKey key) {
        Stored stored = chunks.remove(key);
        if (stored == null) {
            return new EraseReceipt(key, 0, false);
        }
        gone.add(key);
        return new EraseReceipt(key, stored.bytes.length, true);
    }

    @Override
    public synchronized void doom(PgId pg, SegmentId segment) {
        doomed.add(segment);
    }

    @Override
    public synchronized void refuseBelow(PgId pg, int epoch) {
        floors.merge(pg, epoch, Math::max);
    }

    @Override
    public synchronized List<ChunkInfo> list(
            @Nullable PgId pg, @Nullable ChunkKey after, int limit) {
        List<ChunkInfo> all = new ArrayList<>();
        for (Stored stored : chunks.values()) {
            if (pg == null || pg.equals(stored.header.key().pg())) {
                all.add(told(stored));
            }
        }
        all.sort(BY_KEY);
        return all.stream()
                .dropWhile(chunk -> after != null && !chunk.key().equals(after))
                .skip(after == null ? 0 : 1)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized List<PgId> groups() {
        return list(null, null, Integer.MAX_VALUE).stream()
                .map(chunk -> chunk.key().pg())
                .distinct()
                .toList();
    }

    @Override
    public List<ChunkInfo> unresolved(@Nullable ChunkInfo after, long beforeMillis, int limit) {
        return list(null, after == null ? null : after.key(), limit).stream()
                .filter(chunk -> chunk.createdMillis() < beforeMillis)
                .toList();
    }

    @Override
    public void resolve(List<ChunkKey> keys) {}

    @Override
    public List<ChunkKey> damaged(int limit) {
        return List.of();
    }

    @Override
    public ScrubPlace scrubPlace() {
        return ScrubPlace.NONE;
    }

    @Override
    public void keepScrubPlace(ScrubPlace place) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void probe() {}

    @Override
    public void setSlow(@Nullable String why) {}

    @Override
    public @Nullable String checkIndex() {
        return null;
    }

    @Override
    public synchronized Status status() {
        return new Status(State.FULL, 1, 2, chunks.size(), end, 5, 6, 7, "a fault for a person");
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
