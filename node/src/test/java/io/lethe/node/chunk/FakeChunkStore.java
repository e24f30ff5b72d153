package io.lethe.node.chunk;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A chunk store in memory with the crash semantics of the real one: {@link #crash} loses chunks
 * being written and, by the seed, what {@link #resolve} had taken off the list; everything else is
 * durable when the call returns. Faults are put in by {@link #corrupt}, {@link #lose}, {@link
 * #fail} and {@link #setCapacityBytes}. Safe for any thread: every method holds the one lock.
 */
public final class FakeChunkStore implements ChunkStore {
    private static final Comparator<ChunkKey> ORDER =
            Comparator.comparingLong((ChunkKey key) -> key.pg().value())
                    .thenComparing(ChunkKey::segment)
                    .thenComparingInt(ChunkKey::index);

    private static final Comparator<ChunkInfo> BY_AGE =
            Comparator.comparingLong(ChunkInfo::createdMillis).thenComparing(ChunkInfo::key, ORDER);

    private record Stored(ChunkInfo info, byte[] bytes, int[] crcs) {}

    private record Segment(PgId pg, SegmentId id) {}

    private final DeviceId device;
    private final Clock clock;
    private final RandomSource random;
    private final TreeMap<ChunkKey, Stored> chunks = new TreeMap<>(ORDER);
    private final Set<ChunkKey> gone = new HashSet<>();
    private final Set<ChunkKey> unresolved = new HashSet<>();
    private final Set<ChunkKey> resolvedNotSynced = new HashSet<>();
    private final TreeMap<ChunkKey, Boolean> damaged = new TreeMap<>(ORDER);
    private final Set<Segment> doomed = new HashSet<>();
    private final Map<PgId, Integer> floors = new HashMap<>();
    private ScrubPlace scrub = ScrubPlace.NONE;
    private long capacityBytes = 1L << 30;
    private long promisedBytes;
    private int life;
    private @Nullable String fault;
    private @Nullable String slow;

    public FakeChunkStore(DeviceId device, Clock clock, RandomSource random) {
        this.device = device;
        this.clock = clock;
        this.random = random;
    }

    /** The power fails and comes back: open writers are dead. */
    public synchronized void crash() {
        life++;
        promisedBytes = 0;
        slow = null;
        for (ChunkKey key : resolvedNotSynced) {
            if (chunks.containsKey(key) && random.nextInt(2) == 0) {
                unresolved.add(key);
            }
        }
        resolvedNotSynced.clear();
    }

    /** Flips a bit of a stored chunk. */
    public synchronized void corrupt(ChunkKey key, int at) {
        Stored stored = chunks.get(key);
        if (stored != null) {
            stored.bytes()[at] ^= 1;
        }
    }

    /** Forgets a chunk as if its file had been removed: it stays listed, and is damaged. */
    public synchronized void lose(ChunkKey key) {
        Stored stored = chunks.get(key);
        if (stored != null) {
            Arrays.fill(stored.bytes(), (byte) 0);
            damaged.put(key, true);
        }
    }

    /** An I/O error: nothing is served any more. */
    public synchronized void fail(String reason) {
        fault = reason;
    }

    public synchronized void setCapacityBytes(long bytes) {
        capacityBytes = bytes;
    }

    private static StoreException refusal(ErrorCode code, String why) {
        return new StoreException(code, why);
    }

    private void serve() {
        if (fault != null) {
            throw refusal(ErrorCode.UNAVAILABLE, "device " + device + " has failed: " + fault);
        }
    }

    private void admit(ChunkKey key, int pgEpoch) {
        if (isDoomed(key)) {
            throw refusal(ErrorCode.GONE, "the segment is doomed");
        }
        if (pgEpoch < floors.getOrDefault(key.pg(), 0)) {
            throw refusal(ErrorCode.STALE_EPOCH, "below the group's floor");
        }
    }

    private boolean isDoomed(ChunkKey key) {
        return doomed.contains(new Segment(key.pg(), key.segment()));
    }

    @Override
    public DeviceId device() {
        return device;
    }

    @Override
    public synchronized Writer create(ChunkHeader header) {
        serve();
        admit(header.key(), header.pgEpoch());
        if (free() < header.reserveBytes()) {
            throw refusal(ErrorCode.OUT_OF_SPACE, "the device is full");
        }
        promisedBytes += header.reserveBytes();
        return new FakeWriter(header);
    }

    private final class FakeWriter implements Writer {
        private final ChunkHeader header;
        private final long createdMillis = clock.wallMillis();
        private final int born = life;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean open = true;

        FakeWriter(ChunkHeader header) {
            this.header = header;
        }

        private void ensureOpen() {
            serve();
            if (!open || born != life) {
                throw refusal(ErrorCode.INVALID_ARGUMENT, "the writer is closed");
            }
        }

        @Override
        public void append(byte[] source, int offset, int lengthBytes) {
            synchronized (FakeChunkStore.this) {
                ensureOpen();
                if (bytes.size() + lengthBytes > header.reserveBytes()) {
                    abort();
                    throw refusal(ErrorCode.INVALID_ARGUMENT, "more bytes than announced");
                }
                bytes.write(source, offset, lengthBytes);
            }
        }

        @Override
        public void finish() {
            synchronized (FakeChunkStore.this) {
                ensureOpen();
                abort();
                admit(header.key(), header.pgEpoch());
                store(header, bytes.toByteArray(), createdMillis);
            }
        }

        @Override
        public void abort() {
            synchronized (FakeChunkStore.this) {
                if (open && born == life) {
                    promisedBytes -= header.reserveBytes();
                }
                open = false;
            }
        }
    }

    private void store(ChunkHeader header, byte[] bytes, long createdMillis) {
        BlockChecksums checksums = new BlockChecksums(header.blockBytes());
        checksums.update(bytes, 0, bytes.length);
        int[] crcs = checksums.finish();
        Stored present = chunks.get(header.key());
        if (present != null) {
            boolean same =
                    present.bytes().length == bytes.length && Arrays.equals(present.crcs(), crcs);
            if (!same) {
                throw refusal(ErrorCode.CHUNK_CONFLICT, "other bytes are stored");
            }
            if (!damaged.containsKey(header.key())) {
                return;
            }
        }
        ChunkInfo info =
                new ChunkInfo(
                        header.key(),
                        header.pgEpoch(),
                        header.write(),
                        header.owner(),
                        bytes.length,
                        header.blockBytes(),
                        createdMillis);
        chunks.put(header.key(), new Stored(info, bytes, crcs));
        gone.remove(header.key());
        damaged.remove(header.key());
        unresolved.add(header.key());
    }

    @Override
    public synchronized Slice open(ChunkKey key, long offset, int lengthBytes) {
        serve();
        Stored stored = chunks.get(key);
        if (stored == null || isDoomed(key)) {
            boolean known = isDoomed(key) || gone.contains(key);
            ErrorCode code = known ? ErrorCode.GONE : ErrorCode.NO_SUCH_CHUNK;
            throw refusal(code, "chunk " + key + " is not here");
        }
        long length = stored.bytes().length;
        if (offset < 0 || lengthBytes < 0 || offset > length) {
            throw refusal(ErrorCode.INVALID_ARGUMENT, "past the chunk's end");
        }
        int block = stored.info().blockBytes();
        int first = (int) (offset / block);
        int last = (int) ((Math.min(offset + lengthBytes, length) + block - 1) / block);
        last = Math.max(first, last);
        long from = Math.min((long) first * block, length);
        long to = Math.min((long) last * block, length);
        return new Slice(
                new MemoryChannel(stored.bytes().clone()),
                from,
                from,
                (int) (to - from),
                block,
                Arrays.copyOfRange(stored.crcs(), first, last),
                () -> {});
    }

    @Override
    public synchronized Optional<ChunkInfo> stat(ChunkKey key) {
        serve();
        return Optional.ofNullable(chunks.get(key)).map(Stored::info);
    }

    private static boolean matches(Stored stored) {
        BlockChecksums checksums = new BlockChecksums(stored.info().blockBytes());
        checksums.update(stored.bytes(), 0, stored.bytes().length);
        return Arrays.equals(checksums.finish(), stored.crcs());
    }

    /** Chunks whose bytes are not what was written, whether anybody noticed or not. */
    public synchronized List<ChunkKey> rotten() {
        return chunks.values().stream()
                .filter(stored -> !matches(stored))
                .map(stored -> stored.info().key())
                .toList();
    }

    @Override
    public synchronized Verdict verify(ChunkKey key) {
        serve();
        Stored stored = chunks.get(key);
        if (stored == null || isDoomed(key)) {
            return Verdict.MISSING;
        }
        if (matches(stored)) {
            damaged.remove(key);
            return Verdict.SOUND;
        }
        damaged.put(key, true);
        return Verdict.CORRUPT;
    }

    @Override
    public synchronized void delete(ChunkKey key) {
        serve();
        if (chunks.remove(key) != null) {
            gone.add(key);
            unresolved.remove(key);
            damaged.remove(key);
        }
    }

    @Override
    public synchronized EraseReceipt erase(ChunkKey key) {
        serve();
        Stored stored = chunks.get(key);
        delete(key);
        return new EraseReceipt(key, stored == null ? 0 : stored.bytes().length, stored != null);
    }

    @Override
    public synchronized void doom(PgId pg, SegmentId segment) {
        serve();
        doomed.add(new Segment(pg, segment));
    }

    @Override
    public synchronized void refuseBelow(PgId pg, int epoch) {
        serve();
        floors.merge(pg, epoch, Math::max);
    }

    @Override
    public synchronized List<ChunkInfo> list(
            @Nullable PgId pg, @Nullable ChunkKey after, int limit) {
        serve();
        return chunks.values().stream()
                .map(Stored::info)
                .filter(info -> pg == null || info.key().pg().equals(pg))
                .filter(info -> after == null || ORDER.compare(info.key(), after) > 0)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized List<PgId> groups() {
        serve();
        return chunks.keySet().stream().map(ChunkKey::pg).distinct().toList();
    }

    @Override
    public synchronized List<ChunkInfo> unresolved(
            @Nullable ChunkInfo after, long beforeMillis, int limit) {
        serve();
        return chunks.values().stream()
                .map(Stored::info)
                .filter(info -> unresolved.contains(info.key()))
                .filter(info -> info.createdMillis() < beforeMillis)
                .filter(info -> after == null || BY_AGE.compare(info, after) > 0)
                .sorted(BY_AGE)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized void resolve(List<ChunkKey> keys) {
        serve();
        keys.stream().filter(unresolved::remove).forEach(resolvedNotSynced::add);
    }

    @Override
    public synchronized List<ChunkKey> damaged(int limit) {
        serve();
        return new ArrayList<>(damaged.keySet()).subList(0, Math.min(limit, damaged.size()));
    }

    @Override
    public synchronized ScrubPlace scrubPlace() {
        serve();
        return scrub;
    }

    @Override
    public synchronized void keepScrubPlace(ScrubPlace place) {
        serve();
        scrub = place;
    }

    @Override
    public synchronized void probe() {
        serve();
    }

    @Override
    public synchronized void setSlow(@Nullable String why) {
        slow = why;
    }

    @Override
    public @Nullable String checkIndex() {
        return null;
    }

    private long stored() {
        return chunks.values().stream().mapToLong(chunk -> chunk.bytes().length).sum();
    }

    private long free() {
        return Math.max(0, capacityBytes - stored() - promisedBytes);
    }

    @Override
    public synchronized Status status() {
        State full = free() == 0 ? State.FULL : State.ONLINE;
        State usual = slow == null ? full : State.SLOW;
        return new Status(
                fault == null ? usual : State.FAILED,
                capacityBytes,
                free(),
                chunks.size(),
                stored(),
                damaged.size(),
                0,
                0,
                fault == null ? slow : fault);
    }

    @Override
    public void close() {}
}
