package io.lethe.node.metadata.table;

import io.lethe.node.base.FaultHandler;
import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.base.rocks.RocksOpener;
import io.lethe.node.base.rocks.RocksTables;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.Birth;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.metadata.table.GroupTable.View;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.ShardId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One generation of a group's table: an open RocksDB and its key file. Owns both; {@link
 * RocksTable} sees to it that nothing is called once this is closed, and that only one thread
 * writes.
 *
 * <p>There is no write-ahead log. All families are flushed together ({@code atomic_flush}), so that
 * what is on disk is the state after one entry; the key file is synced when a flush begins, so no
 * row on disk names a slot that is not.
 */
final class OpenTable implements AutoCloseable {
    /** Where a generation lies and what it needs. */
    record Place(
            GroupId group,
            Path rows,
            Path keys,
            RocksOpener opener,
            NativeFiles natives,
            FaultHandler faults) {}

    /** Above every key of garbage, which begins with a time. */
    private static final byte[] AFTER_ALL = {(byte) 0xff};

    private final Place place;
    private final KeyFile keys;
    private final SyncBeforeFlush listener;
    private final RocksTables tables;
    private final Map<Family, ColumnFamilyHandle> families = new EnumMap<>(Family.class);
    private final List<ColumnFamilyHandle> handles = new ArrayList<>();
    private final SlotNumbers numbers = new SlotNumbers();
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
    private final ReadOptions latest = new ReadOptions();
    private final FlushOptions waiting = new FlushOptions().setWaitForFlush(true);
    private final WriteBatch batch = new WriteBatch();
    private final RememberedRows applied = new RememberedRows(new RocksRows(this, null, latest));
    private final Set<Pin> pins = new HashSet<>();
    private final AtomicLong durableIndex = new AtomicLong();
    private final AtomicLong unflushedBytes = new AtomicLong();
    private final @Nullable BlobCollector blobs;
    private volatile Position position;

    private OpenTable(Place place, KeyFile keys) throws IOException {
        this.place = place;
        this.keys = keys;
        listener = new SyncBeforeFlush(keys, e -> place.faults().halt(name(place), e));
        var definitions =
                place.group().isDirectory() ? TableFamilies.DIRECTORY : TableFamilies.PARTITION;
        try {
            tables =
                    place.opener()
                            .open(
                                    place.rows(),
                                    TableFamilies.forOpener(definitions),
                                    options ->
                                            options.setAtomicFlush(true)
                                                    .setAvoidFlushDuringShutdown(true)
                                                    .setListeners(List.of(listener)));
            for (var definition : definitions) {
                families.put(definition.family(), tables.family(definition.name()));
            }
            handles.add(local());
            handles.addAll(families.values());
            blobs = collector(definitions);
            byte[] stored = db().get(local(), LocalRows.POSITION);
            position = stored == null ? Position.START : LocalRows.position(stored);
        } catch (RocksDBException e) {
            listener.close();
            throw new IOException("the table of " + place.group() + " can't be opened", e);
        }
        durableIndex.set(position.index());
    }

    private @Nullable BlobCollector collector(List<TableFamilies.Definition> definitions) {
        return definitions.stream()
                .filter(one -> one.use() == TableFamilies.Use.BLOBS)
                .findAny()
                .map(one -> new BlobCollector(db(), family(one.family())))
                .orElse(null);
    }

    boolean collectBlobs() throws IOException {
        try {
            return blobs != null && blobs.step();
        } catch (RocksDBException e) {
            throw new IOException(name(place) + " can't collect blobs", e);
        }
    }

    private static String name(Place place) {
        return "table of " + place.group();
    }

    /** Opens what is there, or makes an empty table. */
    static OpenTable open(Place place) throws IOException {
        KeyFile keys =
                Files.exists(place.keys())
                        ? KeyFile.open(place.keys(), place.group(), place.natives())
                        : KeyFile.create(place.keys(), place.group(), place.natives());
        try {
            return new OpenTable(place, keys);
        } catch (IOException e) {
            keys.close();
            throw e;
        }
    }

    static UncheckedIOException unreadable(RocksDBException e) {
        return new UncheckedIOException(new IOException("a table can't be read or written", e));
    }

    RocksDB db() {
        return tables.db();
    }

    ColumnFamilyHandle local() {
        return tables.family("default");
    }

    ColumnFamilyHandle family(Family family) {
        ColumnFamilyHandle handle = families.get(family);
        if (handle == null) {
            throw new IllegalArgumentException(place.group() + " has no family " + family);
        }
        return handle;
    }

    KeyFile keys() {
        return keys;
    }

    Position position() {
        return position;
    }

    long durableIndex() {
        return durableIndex.get();
    }

    long unflushedBytes() {
        return unflushedBytes.get();
    }

    int slotsInUse() {
        return numbers.inUse();
    }

    /**
     * Compares each slot with the row that names it, mends what can be mended, and destroys the
     * slots that no row names: a crash left them.
     *
     * @return what it found per shard, where that isn't simply good
     */
    List<KeyFinding> scrubAll() throws IOException {
        List<KeyFinding> findings = new ArrayList<>();
        Set<Integer> orphans = new TreeSet<>(keys.occupied());
        eachSlot(
                latest,
                (shard, slot) -> {
                    numbers.take(slot.number());
                    orphans.remove(slot.number());
                    try {
                        KeyFile.Scrubbed found = keys.scrub(slot.number(), shard);
                        if (found != KeyFile.Scrubbed.GOOD) {
                            findings.add(new KeyFinding(shard, slot.number(), found));
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        keys.destroy(orphans);
        return findings;
    }

    /** What scrubbing found in a slot. */
    record KeyFinding(ShardId shard, int slot, KeyFile.Scrubbed found) {}

    private void eachSlot(ReadOptions options, BiConsumer<ShardId, LocalRows.Slot> visitor) {
        try (RocksIterator rows = db().newIterator(local(), options)) {
            for (rows.seek(LocalRows.FIRST_SLOT); rows.isValid(); rows.next()) {
                visitor.accept(LocalRows.slotShard(rows.key()), LocalRows.slot(rows.value()));
            }
            rows.status();
        } catch (RocksDBException e) {
            throw unreadable(e);
        }
    }

    <R> Change.Decision<R> apply(Position next, Function<Rows, Change.Decision<R>> decide) {
        Change.Decision<R> decision = decide.apply(applied);
        try {
            batch.clear();
            List<Integer> doomed = new ArrayList<>();
            for (Change change : decision.changes()) {
                collect(change, doomed);
            }
            batch.put(local(), LocalRows.POSITION, LocalRows.position(next));
            db().write(unlogged, batch);
            unflushedBytes.addAndGet(batch.getDataSize());
            decision.changes().forEach(applied::changed);
            position = next;
            keys.destroy(doomed);
            doomed.forEach(slot -> numbers.free(slot, next.index()));
        } catch (RocksDBException e) {
            throw unreadable(e);
        } catch (IOException e) {
            throw new UncheckedIOException(name(place), e);
        }
        return decision;
    }

    private void collect(Change change, List<Integer> doomed) throws RocksDBException, IOException {
        switch (change) {
            case Change.Put put ->
                    batch.put(
                            family(put.family()),
                            put.key().unsafeArray(),
                            put.value().unsafeArray());
            case Change.Delete delete ->
                    batch.delete(family(delete.family()), delete.key().unsafeArray());
            case Change.WriteSlot write -> writeSlot(write.grant());
            case Change.DestroySlot destroy -> {
                byte[] key = LocalRows.slotKey(destroy.shard());
                byte[] row = db().get(local(), key);
                if (row != null) {
                    doomed.add(LocalRows.slot(row).number());
                    batch.delete(local(), key);
                }
            }
        }
    }

    /** Writes a shard's slot and collects the row that names it. */
    private void writeSlot(ShardGrant grant) throws RocksDBException, IOException {
        byte[] key = LocalRows.slotKey(grant.shard());
        byte[] row = db().get(local(), key);
        int number = row != null ? LocalRows.slot(row).number() : numbers.next(durableIndex.get());
        while (number >= keys.capacity()) {
            keys.grow();
        }
        keys.write(
                number,
                KeySlot.Live.of(grant.shard(), grant.tenantKeyVersion(), grant.wrappedShardKey()));
        batch.put(local(), key, LocalRows.slot(new LocalRows.Slot(number, grant.tenant())));
    }

    <T> T read(Function<View, T> question) {
        Snapshot snapshot = db().getSnapshot();
        try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
            byte[] stored = db().get(local(), options, LocalRows.POSITION);
            Position at = stored == null ? Position.START : LocalRows.position(stored);
            return question.apply(new View(new RocksRows(this, snapshot, options), at));
        } catch (RocksDBException e) {
            throw unreadable(e);
        } finally {
            db().releaseSnapshot(snapshot);
        }
    }

    /** Keeps the state as it is now until it is closed, at the latest with the table. */
    Pin pin() {
        Snapshot snapshot = db().getSnapshot();
        ReadOptions options = new ReadOptions().setSnapshot(snapshot);
        try {
            byte[] stored = db().get(local(), options, LocalRows.POSITION);
            Position at = stored == null ? Position.START : LocalRows.position(stored);
            Pin pin = new Pin(snapshot, options, at);
            synchronized (pins) {
                pins.add(pin);
            }
            return pin;
        } catch (RocksDBException e) {
            options.close();
            db().releaseSnapshot(snapshot);
            throw unreadable(e);
        }
    }

    /** A state that is kept. Safe for any thread; its owner sees to it that the table is open. */
    final class Pin {
        private final Snapshot snapshot;
        private final ReadOptions options;
        private final Position at;

        private Pin(Snapshot snapshot, ReadOptions options, Position at) {
            this.snapshot = snapshot;
            this.options = options;
            this.at = at;
        }

        Position position() {
            return at;
        }

        Rows rows() {
            return new RocksRows(OpenTable.this, snapshot, options);
        }

        void close() {
            synchronized (pins) {
                if (pins.remove(this)) {
                    options.close();
                    db().releaseSnapshot(snapshot);
                }
            }
        }
    }

    void flush() throws IOException {
        long index = position.index();
        unflushedBytes.set(0);
        try {
            keys.sync();
            db().flush(waiting, handles);
        } catch (RocksDBException e) {
            throw new IOException(name(place) + " can't be flushed", e);
        }
        durableIndex.accumulateAndGet(index, Math::max);
    }

    /** Flushes, then links every file into a folder, flat. */
    void checkpoint(Path folder) throws IOException {
        flush();
        Path nested = folder.resolve("checkpoint");
        try (Checkpoint checkpoint = Checkpoint.create(db())) {
            checkpoint.createCheckpoint(nested.toString());
        } catch (RocksDBException e) {
            throw new IOException(name(place) + " can't be copied to " + folder, e);
        }
        try (Stream<Path> files = Files.list(nested)) {
            for (Path file : files.toList()) {
                Files.move(file, folder.resolve(file.getFileName()));
            }
        }
        Files.delete(nested);
        DurableFiles.syncFolder(folder);
    }

    byte[] exportKeys() {
        Snapshot snapshot = db().getSnapshot();
        try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
            RocksRows rows = new RocksRows(this, snapshot, options);
            List<ShardGrant> grants = new ArrayList<>();
            eachSlot(
                    options,
                    (shard, _) -> {
                        ShardGrant grant = rows.slot(shard);
                        if (grant != null) {
                            grants.add(grant);
                        }
                    });
            return KeyExport.encode(grants);
        } finally {
            db().releaseSnapshot(snapshot);
        }
    }

    /**
     * Makes a table that was just linked from a snapshot this replica's own: its slots in place of
     * those of the replica that wrote it; durable.
     *
     * @param grants null when none were brought
     */
    void adopt(@Nullable List<ShardGrant> grants, Position at) throws IOException {
        if (position.index() > at.index()) {
            throw new IOException(
                    "a snapshot said to be at " + at + " holds the state at " + position);
        }
        try {
            batch.clear();
            List<ShardId> foreign = new ArrayList<>();
            eachSlot(latest, (shard, _) -> foreign.add(shard));
            if (!foreign.isEmpty() && grants == null) {
                throw new IOException(
                        "a snapshot at " + at + " names key slots, and no keys came with it");
            }
            for (ShardId shard : foreign) {
                db().delete(local(), unlogged, LocalRows.slotKey(shard));
            }
            for (ShardGrant grant : grants == null ? List.<ShardGrant>of() : grants) {
                writeSlot(grant);
            }
            batch.put(local(), LocalRows.POSITION, LocalRows.position(at));
            db().write(unlogged, batch);
        } catch (RocksDBException e) {
            throw new IOException(name(place) + " can't take a snapshot over", e);
        }
        position = at;
        flush();
    }

    /** Makes what was linked from the parent of a split the child's own; durable. */
    void begin(Birth birth, Position at) throws IOException {
        try {
            List<ShardId> foreign = new ArrayList<>();
            eachSlot(latest, (shard, _) -> foreign.add(shard));
            for (ShardId shard : foreign) {
                db().delete(local(), unlogged, LocalRows.slotKey(shard));
            }
            batch.clear();
            batch.deleteRange(family(Birth.CLEARED), new byte[0], AFTER_ALL);
            for (ShardGrant grant : birth.slots()) {
                writeSlot(grant);
            }
            for (Change change : birth.changes()) {
                collect(change, new ArrayList<>());
            }
            batch.put(local(), LocalRows.POSITION, LocalRows.position(at));
            db().write(unlogged, batch);
        } catch (RocksDBException e) {
            throw new IOException(name(place) + " can't be split off", e);
        }
        position = at;
        flush();
    }

    @Override
    public void close() {
        synchronized (pins) {
            List.copyOf(pins).forEach(Pin::close);
        }
        batch.close();
        waiting.close();
        latest.close();
        unlogged.close();
        tables.close();
        listener.close();
        try {
            keys.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
