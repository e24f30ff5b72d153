package io.lethe.node.chunk;

import io.lethe.node.chunk.DataFiles.Reservation;
import io.lethe.node.chunk.ExtentIndex.Dead;
import io.lethe.node.chunk.IndexTables.Family;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of one disk directory: append-only data files, found through an index in RocksDB. Owns
 * the directory (locked) and everything open in it. Safe for any platform thread; none may be
 * interrupted within a call, and none may be virtual.
 *
 * <p>Layout of the directory:
 *
 * <pre>
 * device              who it is ({@link DeviceIdentity})
 * lock                held by the process that uses it
 * data/00000001.dat   data files ({@link FileFormat}, {@link ExtentFormat})
 * index/              RocksDB ({@link IndexTables})
 * probe               one page, written now and then to see how long that takes
 * rebuild-index       there when the index was found damaged: the next start makes it anew
 * </pre>
 *
 * <p>A chunk is acknowledged after one fdatasync of its data file, shared with every other chunk
 * that waits ({@link GroupSync}); the index is not synced, since {@link Recovery} finds extents
 * again from their heads. Deletes, dooms and floors are synced writes of the index.
 *
 * <p>Someone must call {@link #maintain} every few seconds.
 */
public final class DiskChunkStore implements ChunkStore {
    /** Rows of one answer of a listing: some 100 bytes each. */
    public static final int MOST_LISTED = 10_000;

    private static final byte[] SCRUB = "scrub".getBytes(StandardCharsets.UTF_8);

    private final DeviceIdentity identity;
    private final DeviceParts parts;
    private final IndexTables tables;
    private final ExtentReader reader;
    private final Compactor compactor;
    private final FileInspection inspection;
    private final DiskProbe probe;
    private final long strangers;

    private volatile @Nullable String slow;

    /** What {@link #checkIndex} found. */
    private volatile @Nullable String indexFault;

    DiskChunkStore(DeviceIdentity identity, DeviceParts parts, IndexTables tables, long strangers) {
        this.identity = identity;
        this.parts = parts;
        this.tables = tables;
        this.reader = new ExtentReader(parts);
        this.compactor = new Compactor(parts, reader);
        this.inspection = new FileInspection(parts);
        this.strangers = strangers;
        this.probe = new DiskProbe(parts);
    }

    /**
     * Opens a device, made new where the directory is empty, and recovers it.
     *
     * @throws StoreException UNAVAILABLE, with a message for the operator, when it cannot be used:
     *     locked, of another cluster, of an unknown format, unreadable
     */
    public static DiskChunkStore open(DiskSettings settings, DiskPorts ports) {
        return new DeviceOpening(settings, ports).open();
    }

    /**
     * Which device a directory holds; empty where it holds none. Nothing is locked or changed.
     *
     * @throws StoreException UNAVAILABLE when that can't be told
     */
    public static Optional<DeviceId> peek(Path directory) {
        return DeviceIdentity.peek(directory);
    }

    @Override
    public DeviceId device() {
        return identity.id();
    }

    /** What was counted since the device was opened. */
    public long figure(DiskFigure figure) {
        return parts.counters().value(figure);
    }

    /** Why {@link #erase} proves nothing on this file system; null when it does. */
    public @Nullable String eraseRefusal() {
        return parts.eraser().refusal();
    }

    /** Deleted chunks still answered GONE. */
    public long rememberedDeletes() {
        return parts.tombstones().count();
    }

    /** Slices not closed yet. */
    public int openSlices() {
        return parts.open().open();
    }

    @Override
    public Writer create(ChunkHeader header) {
        parts.health().ensureServing();
        parts.reclaimer().drain();
        parts.rules().admit(header.key(), header.pgEpoch());
        int blocks = ExtentFormat.blocks(header.reserveBytes(), header.blockBytes());
        if (blocks > ExtentFormat.MOST_BLOCKS) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    "a chunk of "
                            + header.reserveBytes()
                            + " bytes has too many blocks of "
                            + header.blockBytes()
                            + "; use larger blocks");
        }
        int headBytes = ExtentFormat.headBytes(blocks);
        long bytes = headBytes + ExtentFormat.wholePages(header.reserveBytes());
        parts.space().promise(bytes);
        Reservation range = null;
        try {
            range = parts.files().reserve(bytes);
        } finally {
            if (range == null) {
                parts.space().settle(bytes);
            }
        }
        return new ExtentWriter(parts, reader, header, range, headBytes);
    }

    @Override
    public Slice open(ChunkKey key, long offset, int lengthBytes) {
        parts.health().ensureServing();
        return reader.open(key, offset, lengthBytes);
    }

    @Override
    public Optional<ChunkInfo> stat(ChunkKey key) {
        parts.health().ensureServing();
        return Optional.ofNullable(parts.index().find(key)).map(Extent::info);
    }

    @Override
    public Verdict verify(ChunkKey key) {
        parts.health().ensureServing();
        return reader.verify(key);
    }

    @Override
    public void delete(ChunkKey key) {
        parts.health().ensureServing();
        try (KeyLocks.Hold _ = parts.keys().hold(key)) {
            Extent extent = parts.index().find(key);
            if (extent != null) {
                parts.index().remove(extent, parts.nowMillis(), false);
                parts.files().removed(extent);
                parts.reclaimer().reclaim(ExtentIndex.dead(extent, false));
                parts.counters().count(DiskFigure.CHUNKS_DELETED);
            }
        }
    }

    @Override
    public EraseReceipt erase(ChunkKey key) {
        parts.health().ensureServing();
        try (KeyLocks.Hold _ = parts.keys().hold(key)) {
            List<Dead> targets = new ArrayList<>(parts.open().claim(key));
            targets.forEach(parts.index()::eraseDead);
            Extent extent = parts.index().find(key);
            if (extent != null) {
                parts.index().remove(extent, parts.nowMillis(), true);
                parts.files().removed(extent);
                targets.add(ExtentIndex.dead(extent, true));
                parts.counters().count(DiskFigure.CHUNKS_ERASED);
            }
            long bytes = 0;
            boolean readBack = true;
            for (Dead dead : targets) {
                DataFile file = parts.files().find(dead.place().file());
                if (file != null && !file.missing()) {
                    // A purge does not wait for ever: a reader past the wait gets a bad checksum.
                    boolean _ =
                            parts.open().awaitFree(dead.place(), parts.settings().eraseWaitNanos());
                    readBack &=
                            parts.eraser()
                                    .overwrite(file, dead.place().offset(), dead.extentBytes());
                    bytes += dead.extentBytes();
                }
                parts.reclaimer().empty(dead);
            }
            return new EraseReceipt(key, bytes, bytes > 0 && readBack);
        }
    }

    @Override
    public void doom(PgId pg, SegmentId segment) {
        parts.health().ensureServing();
        parts.rules().doom(pg, segment, parts.nowMillis());
    }

    @Override
    public void refuseBelow(PgId pg, int epoch) {
        parts.health().ensureServing();
        parts.rules().refuseBelow(pg, epoch);
    }

    @Override
    public List<ChunkInfo> list(@Nullable PgId pg, @Nullable ChunkKey after, int limit) {
        parts.health().ensureServing();
        int most = Math.min(limit, MOST_LISTED);
        return parts.index().list(pg, after, most).stream().map(Extent::info).toList();
    }

    @Override
    public List<PgId> groups() {
        parts.health().ensureServing();
        return parts.index().groups();
    }

    @Override
    public List<ChunkInfo> unresolved(@Nullable ChunkInfo after, long beforeMillis, int limit) {
        parts.health().ensureServing();
        int most = Math.min(limit, MOST_LISTED);
        return parts.index().unresolved(after, beforeMillis, most).stream()
                .map(Extent::info)
                .toList();
    }

    @Override
    public void resolve(List<ChunkKey> keys) {
        parts.health().ensureServing();
        parts.index().resolve(keys);
    }

    @Override
    public List<ChunkKey> damaged(int limit) {
        parts.health().ensureServing();
        return parts.damage().list(Math.min(limit, MOST_LISTED));
    }

    /**
     * Housekeeping: holes of extents whose readers have gone, a checkpoint, old tombstones, files
     * that somebody removed or cut, compaction where holes cannot be punched. Blocks on the disk.
     *
     * @return whether there is more to do at once
     */
    public boolean maintain() {
        parts.health().ensureServing();
        parts.reclaimer().drain();
        parts.tombstones().prune(parts.nowMillis());
        inspection.run();
        settleRebuild();
        boolean more = compactor.step();
        parts.checkpoints().run();
        return more;
    }

    /**
     * True when the index was lost and made anew from the extents: dooms, floors and deletes of
     * before are not known until every partition has handed them over again.
     */
    public boolean indexRebuilt() {
        return parts.checkpoints().rebuiltMillis() != null;
    }

    /**
     * A rebuilt index has every chunk on the unresolved list again, also those that were deleted:
     * their partitions are asked about each (see {@link #unresolved}), and those that no version
     * names are deleted once more. Until then they are not served. With the last of them the
     * deletes of before are known again.
     */
    private void settleRebuild() {
        Long rebuilt = parts.checkpoints().rebuiltMillis();
        if (rebuilt != null && parts.index().unresolved(null, rebuilt + 1, 1).isEmpty()) {
            acknowledgeRebuild();
        }
    }

    /** Every partition has handed over its deletes, dooms and floors again. */
    public void acknowledgeRebuild() {
        parts.health().ensureServing();
        parts.checkpoints().clearRebuilt();
    }

    /** How long its calls to the disk take. */
    public DiskTimes times() {
        return parts.counters().times();
    }

    @Override
    public void setSlow(@Nullable String why) {
        slow = why;
    }

    @Override
    public void probe() {
        parts.health().ensureServing();
        probe.run();
    }

    @Override
    public ScrubPlace scrubPlace() {
        parts.health().ensureServing();
        byte[] row = tables.get(Family.META, SCRUB);
        return row == null ? ScrubPlace.NONE : ScrubPlace.decode(row);
    }

    @Override
    public void keepScrubPlace(ScrubPlace place) {
        parts.health().ensureServing();
        try (IndexTables.Batch batch = tables.batch()) {
            batch.put(Family.META, SCRUB, place.encode()).write();
        }
    }

    @Override
    public @Nullable String checkIndex() {
        parts.health().ensureServing();
        String wrong = tables.check();
        if (wrong == null) {
            return null;
        }
        DeviceOpening.haveIndexMadeAnew(parts.settings().directory());
        String text =
                "the index is damaged ("
                        + wrong
                        + "); restart this node, which makes it anew from the extents";
        indexFault = text;
        return text;
    }

    @Override
    public Status status() {
        boolean failed = parts.health().hasFailed();
        long capacity = failed ? 0 : parts.space().capacityBytes();
        long free = failed ? 0 : parts.space().freeBytes();
        long missing = parts.files().missingFiles() + strangers;
        State usual = Space.full(free) ? State.FULL : State.ONLINE;
        State state = failed ? State.FAILED : slowness() != null ? State.SLOW : usual;
        return new Status(
                state,
                capacity,
                free,
                parts.files().chunks(),
                parts.files().storedBytes(),
                parts.damage().count(),
                missing,
                parts.files().queuedSyncs(),
                fault(missing));
    }

    private @Nullable String slowness() {
        String refusals = parts.health().refusals();
        return refusals != null ? refusals : slow;
    }

    private @Nullable String fault(long missing) {
        String failure = parts.health().fault();
        if (failure != null) {
            return failure;
        }
        if (indexFault != null) {
            return indexFault;
        }
        String slowness = slowness();
        if (slowness != null) {
            return slowness;
        }
        if (missing > 0) {
            return missing + " data files are missing or not this device's; repair rebuilds them";
        }
        if (indexRebuilt()) {
            return "the index was lost and made anew; deletes and dooms are being handed over"
                    + " again";
        }
        if (parts.damage().count() > 0) {
            return parts.damage().count() + " chunks are damaged; repair rebuilds them";
        }
        return null;
    }

    /** Leaves a checkpoint, so that the next start reads little. Slices must be closed before. */
    @Override
    public void close() {
        try {
            if (!parts.health().hasFailed()) {
                parts.reclaimer().drain();
                parts.checkpoints().run();
            }
        } finally {
            probe.close();
            parts.files().close();
            tables.close();
            identity.close();
        }
    }
}
