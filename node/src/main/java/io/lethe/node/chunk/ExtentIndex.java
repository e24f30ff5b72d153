package io.lethe.node.chunk;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.chunk.IndexTables.Batch;
import io.lethe.node.chunk.IndexTables.Family;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.PgId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Which chunks are where, and which places are to be emptied. Safe for any platform thread; two
 * changes of one chunk at a time are kept apart by {@link KeyLocks}.
 *
 * <p>Invariants: a chunk has one row in CHUNKS and one, at its place, in EXTENTS; a place that left
 * EXTENTS is in PENDING until its hole is durable; USAGE sums EXTENTS by file.
 */
final class ExtentIndex {
    private static final int EXTENTS_NAME = 1;
    private static final int BYTES_NAME = 2;

    private final IndexTables tables;
    private final Tombstones tombstones;
    private final Damage damage;

    ExtentIndex(IndexTables tables, Tombstones tombstones, Damage damage) {
        this.tables = tables;
        this.tombstones = tombstones;
        this.damage = damage;
    }

    /** An extent to be emptied; {@code erase} when its bytes are to be overwritten first. */
    record Dead(Location place, ChunkKey key, long extentBytes, boolean erase) {}

    /** A place as EXTENTS has it. */
    record Placed(Location place, ChunkKey key, long extentBytes, long dataEnd) {}

    /** Sums of one file. */
    record Usage(long extents, long bytes) {}

    @Nullable Extent find(ChunkKey key) {
        byte[] row = tables.get(Family.CHUNKS, IndexKeys.chunk(key));
        return row == null ? null : Extent.decode(key, row);
    }

    boolean holds(Location place) {
        return tables.get(Family.EXTENTS, IndexKeys.location(place)) != null;
    }

    /** Makes a durable extent visible, in place of {@code replaced}, which becomes dead. */
    void put(Extent extent, @Nullable Extent replaced) {
        try (Batch batch = tables.batch()) {
            if (replaced != null) {
                unplace(batch, replaced, false);
                var _ = batch.delete(Family.UNRESOLVED, unresolvedKey(replaced));
            }
            place(batch, extent);
            var _ = batch.put(Family.UNRESOLVED, unresolvedKey(extent), IndexKeys.EMPTY);
            tombstones.forget(batch, extent.key());
            damage.clear(batch, extent.key());
            batch.write();
        }
    }

    /** The same chunk at another place; durable. The old place becomes dead. */
    void move(Extent from, Extent to) {
        try (Batch batch = tables.batch()) {
            unplace(batch, from, false);
            place(batch, to);
            batch.writeSynced();
        }
    }

    /** Takes a chunk out, durably; its place becomes dead. */
    void remove(Extent extent, long nowMillis, boolean erase) {
        try (Batch batch = tables.batch()) {
            unplace(batch, extent, erase);
            batch.delete(Family.CHUNKS, IndexKeys.chunk(extent.key()))
                    .delete(Family.UNRESOLVED, unresolvedKey(extent));
            tombstones.remember(batch, extent.key(), nowMillis);
            damage.clear(batch, extent.key());
            batch.writeSynced();
        }
    }

    private void place(Batch batch, Extent extent) {
        byte[] placed =
                new Encoder(41)
                        .raw(IndexKeys.chunk(extent.key()))
                        .i64(extent.extentBytes())
                        .i64(extent.dataEnd())
                        .toArray();
        batch.put(Family.CHUNKS, IndexKeys.chunk(extent.key()), extent.encode())
                .put(Family.EXTENTS, IndexKeys.location(extent.location()), placed);
        addUsage(batch, extent.file(), 1, extent.extentBytes());
    }

    private void unplace(Batch batch, Extent extent, boolean erase) {
        var _ = batch.delete(Family.EXTENTS, IndexKeys.location(extent.location()));
        addUsage(batch, extent.file(), -1, -extent.extentBytes());
        pend(batch, dead(extent, erase));
    }

    static Dead dead(Extent extent, boolean erase) {
        return new Dead(extent.location(), extent.key(), extent.extentBytes(), erase);
    }

    private static void pend(Batch batch, Dead dead) {
        var _ =
                batch.put(
                        Family.PENDING,
                        IndexKeys.location(dead.place()),
                        new Encoder(34)
                                .i64(dead.extentBytes())
                                .bool(dead.erase())
                                .raw(IndexKeys.chunk(dead.key()))
                                .toArray());
    }

    /** A place with a whole header that shall not be seen by recovery. */
    void addDead(Dead dead) {
        try (Batch batch = tables.batch()) {
            pend(batch, dead);
            batch.write();
        }
    }

    /** The dead place is to be overwritten too; durable. */
    void eraseDead(Dead dead) {
        try (Batch batch = tables.batch()) {
            pend(batch, new Dead(dead.place(), dead.key(), dead.extentBytes(), true));
            batch.writeSynced();
        }
    }

    /** Their holes are durable. */
    void forgetDead(Collection<Location> places) {
        try (Batch batch = tables.batch()) {
            for (Location place : places) {
                var _ = batch.delete(Family.PENDING, IndexKeys.location(place));
            }
            batch.write();
        }
    }

    List<Dead> dead() {
        List<Dead> all = new ArrayList<>();
        tables.scan(
                Family.PENDING,
                IndexKeys.EMPTY,
                IndexKeys.EMPTY,
                (key, value) -> {
                    Decoder in = new Decoder(value);
                    long bytes = in.i64();
                    boolean erase = in.bool();
                    Location place = IndexKeys.location(key);
                    return all.add(new Dead(place, IndexKeys.chunk(in), bytes, erase));
                });
        return all;
    }

    /** Chunks in key order, of one group or of all. */
    List<Extent> list(@Nullable PgId pg, @Nullable ChunkKey after, int limit) {
        byte[] prefix = pg == null ? IndexKeys.EMPTY : IndexKeys.group(pg);
        byte[] from = prefix;
        if (after != null && (pg == null || after.pg().value() >= pg.value())) {
            // The next key in byte order.
            from = java.util.Arrays.copyOf(IndexKeys.chunk(after), IndexKeys.CHUNK_BYTES + 1);
        }
        List<Extent> found = new ArrayList<>();
        tables.scan(
                Family.CHUNKS,
                prefix,
                from,
                (key, value) -> {
                    if (found.size() >= limit) {
                        return false;
                    }
                    return found.add(Extent.decode(IndexKeys.chunk(new Decoder(key)), value));
                });
        return found;
    }

    /** Groups that have chunks, in order; seeks past each. */
    List<PgId> groups() {
        List<PgId> found = new ArrayList<>();
        PgId group = groupFrom(IndexKeys.EMPTY);
        while (group != null) {
            found.add(group);
            boolean last = group.value() == Long.MAX_VALUE;
            group = last ? null : groupFrom(IndexKeys.group(new PgId(group.value() + 1)));
        }
        return found;
    }

    private @Nullable PgId groupFrom(byte[] from) {
        AtomicReference<@Nullable PgId> found = new AtomicReference<>();
        tables.scan(
                Family.CHUNKS,
                IndexKeys.EMPTY,
                from,
                (key, _) -> {
                    found.set(IndexKeys.chunk(new Decoder(key)).pg());
                    return false;
                });
        return found.get();
    }

    /** Extents of one file, last first. */
    void placedBack(int file, java.util.function.Predicate<Placed> visitor) {
        tables.scanBack(Family.EXTENTS, IndexKeys.file(file), (k, v) -> visitor.test(placed(k, v)));
    }

    /** The first extents of one file. */
    List<Placed> placed(int file, int limit) {
        List<Placed> found = new ArrayList<>();
        tables.scan(
                Family.EXTENTS,
                IndexKeys.file(file),
                IndexKeys.file(file),
                (key, value) -> found.size() < limit && found.add(placed(key, value)));
        return found;
    }

    private static Placed placed(byte[] key, byte[] value) {
        Decoder in = new Decoder(value);
        return new Placed(IndexKeys.location(key), IndexKeys.chunk(in), in.i64(), in.i64());
    }

    private static byte[] unresolvedKey(Extent extent) {
        return IndexKeys.timed(extent.createdMillis(), extent.key());
    }

    boolean isUnresolved(Extent extent) {
        return tables.get(Family.UNRESOLVED, unresolvedKey(extent)) != null;
    }

    List<Extent> unresolved(@Nullable ChunkInfo after, long beforeMillis, int limit) {
        byte[] from = IndexKeys.EMPTY;
        if (after != null) {
            byte[] last = IndexKeys.timed(after.createdMillis(), after.key());
            // The next key in byte order.
            from = java.util.Arrays.copyOf(last, last.length + 1);
        }
        List<Extent> found = new ArrayList<>();
        tables.scan(
                Family.UNRESOLVED,
                IndexKeys.EMPTY,
                from,
                (key, _) -> {
                    Decoder in = new Decoder(key);
                    if (in.i64() >= beforeMillis || found.size() >= limit) {
                        return false;
                    }
                    Extent extent = find(IndexKeys.chunk(in));
                    return extent == null || found.add(extent);
                });
        return found;
    }

    /** Lost by a crash, it is asked for again: no sync. */
    void resolve(List<ChunkKey> keys) {
        try (Batch batch = tables.batch()) {
            for (ChunkKey key : keys) {
                Extent extent = find(key);
                if (extent != null) {
                    var _ = batch.delete(Family.UNRESOLVED, unresolvedKey(extent));
                }
            }
            batch.write();
        }
    }

    private static void addUsage(Batch batch, int file, long extents, long bytes) {
        batch.merge(Family.USAGE, usageKey(EXTENTS_NAME, file), littleEndian(extents))
                .merge(Family.USAGE, usageKey(BYTES_NAME, file), littleEndian(bytes));
    }

    private static byte[] usageKey(int name, int file) {
        return new Encoder(5).u8(name).i32(file).toArray();
    }

    private static byte[] littleEndian(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    Usage usage(int file) {
        return new Usage(sum(EXTENTS_NAME, file), sum(BYTES_NAME, file));
    }

    private long sum(int name, int file) {
        byte[] value = tables.get(Family.USAGE, usageKey(name, file));
        return value == null ? 0 : ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /** A file that is gone from the disk and held nothing alive. */
    void forgetFile(int file) {
        List<Dead> rest = dead().stream().filter(dead -> dead.place().file() == file).toList();
        try (Batch batch = tables.batch()) {
            rest.forEach(
                    dead -> {
                        var _ = batch.delete(Family.PENDING, IndexKeys.location(dead.place()));
                    });
            batch.delete(Family.FILES, IndexKeys.file(file))
                    .delete(Family.USAGE, usageKey(EXTENTS_NAME, file))
                    .delete(Family.USAGE, usageKey(BYTES_NAME, file))
                    .write();
        }
    }
}
