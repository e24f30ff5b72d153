package io.lethe.node.chunk;

import io.lethe.node.base.rocks.RocksOpener;
import io.lethe.node.base.rocks.RocksTables;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A device's RocksDB: the families, and reads and writes whose failures fail the device. Safe for
 * any platform thread, also against {@link #close}.
 *
 * <p>All families share one write-ahead log, in the order of writes. A synced write therefore makes
 * every earlier unsynced one durable too, and a crash leaves a prefix of all writes: the rules of
 * {@link Recovery} rest on this.
 */
final class IndexTables implements AutoCloseable {
    /** The column families; keys and values are described where they are used. */
    enum Family {
        /** Chunk key → {@link Extent}. */
        CHUNKS,
        /** File i32, offset i64 → chunk key, extent bytes i64, data end i64. */
        EXTENTS,
        /** Created i64, chunk key → nothing. */
        UNRESOLVED,
        /** Chunk key → deleted at, i64. */
        GONE,
        /** Deleted at i64, chunk key → nothing. */
        GONE_ORDER,
        /** File i32, offset i64 → extent bytes i64, erase u8, chunk key: to be punched. */
        PENDING,
        /** PG i64, segment → doomed at, i64. */
        DOOMS,
        /** PG i64 → least epoch i32. */
        FLOORS,
        /** Chunk key → found at i64, reason. */
        DAMAGED,
        /** File i32 → {@link FileRow}. */
        FILES,
        /** Name u8, file i32 → sum, 8 bytes little-endian, kept by RocksDB's uint64add. */
        USAGE,
        /** Single values by name. */
        META;

        private String columnFamily() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Enough for the largest family on a busy device; small ones use what they need. */
    private static final long MEMTABLE_BYTES = 8 << 20;

    /** Past this the log is cut by flushing; it bounds what a start has to replay. */
    private static final long LOG_BYTES = 64 << 20;

    /** The directory in which the index's lies. */
    private final @Nullable Path device;

    private final RocksTables tables;
    private final ColumnFamilyHandle[] handles;
    private final DeviceHealth health;
    private final WriteOptions lazy = new WriteOptions();
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private boolean closed;

    IndexTables(Path directory, RocksOpener opener, DeviceHealth health)
            throws IOException, RocksDBException {
        this.health = health;
        this.device = directory.toAbsolutePath().getParent();
        tables =
                opener.open(
                        directory,
                        Arrays.stream(Family.values()).map(IndexTables::tuned).toList(),
                        options ->
                                options.setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                                        .setMaxTotalWalSize(LOG_BYTES));
        handles =
                Arrays.stream(Family.values())
                        .map(family -> tables.family(family.columnFamily()))
                        .toArray(ColumnFamilyHandle[]::new);
    }

    private static RocksOpener.Family tuned(Family family) {
        return new RocksOpener.Family(
                family.columnFamily(),
                options -> {
                    var _ = options.setWriteBufferSize(MEMTABLE_BYTES);
                    if (family == Family.USAGE) {
                        var _ = options.setMergeOperatorName("uint64add");
                    }
                });
    }

    private ColumnFamilyHandle handle(Family family) {
        return handles[family.ordinal()];
    }

    /** Where the index is damaged the device can't go on with it, and needs a new one. */
    private StoreException failed(String doing, RocksDBException e) {
        if (!DeviceOpening.isDamage(e)) {
            return health.failed(doing, e);
        }
        StoreException failure =
                health.failed(doing + "; it is made anew when this node is restarted", e);
        DeviceOpening.haveIndexMadeAnew(device);
        return failure;
    }

    /** Native memory may only be touched while it is there. */
    private void enter() {
        life.readLock().lock();
        if (closed) {
            life.readLock().unlock();
            throw new StoreException(ErrorCode.UNAVAILABLE, "the chunk store is closed");
        }
    }

    private void leave() {
        life.readLock().unlock();
    }

    byte @Nullable [] get(Family family, byte[] key) {
        enter();
        try {
            return tables.db().get(handle(family), key);
        } catch (RocksDBException e) {
            throw failed("reading the index failed", e);
        } finally {
            leave();
        }
    }

    /** Writes that become visible together. One thread. */
    final class Batch implements AutoCloseable {
        private final WriteBatch writes = new WriteBatch();

        Batch put(Family family, byte[] key, byte[] value) {
            try {
                writes.put(handle(family), key, value);
                return this;
            } catch (RocksDBException e) {
                throw health.failed("filling a batch failed", e);
            }
        }

        Batch delete(Family family, byte[] key) {
            try {
                writes.delete(handle(family), key);
                return this;
            } catch (RocksDBException e) {
                throw health.failed("filling a batch failed", e);
            }
        }

        Batch merge(Family family, byte[] key, byte[] value) {
            try {
                writes.merge(handle(family), key, value);
                return this;
            } catch (RocksDBException e) {
                throw health.failed("filling a batch failed", e);
            }
        }

        /** Visible and safe from the end of the process; durable with the next synced write. */
        void write() {
            commit(writes, lazy);
        }

        /** Durable, with everything written before, when it returns. */
        void writeSynced() {
            commit(writes, synced);
        }

        @Override
        public void close() {
            writes.close();
        }
    }

    private void commit(WriteBatch writes, WriteOptions how) {
        enter();
        try {
            tables.db().write(how, writes);
        } catch (RocksDBException e) {
            throw failed("writing the index failed", e);
        } finally {
            leave();
        }
    }

    Batch batch() {
        return new Batch();
    }

    /** Sees rows in order; says whether to go on. */
    interface RowVisitor {
        boolean visit(byte[] key, byte[] value);
    }

    /** Rows whose key starts with {@code prefix}, from {@code from} on. */
    void scan(Family family, byte[] prefix, byte[] from, RowVisitor visitor) {
        enter();
        try (ReadOptions options = new ReadOptions().setTotalOrderSeek(true);
                RocksIterator rows = tables.db().newIterator(handle(family), options)) {
            rows.seek(from);
            while (rows.isValid()) {
                byte[] key = rows.key();
                if (!startsWith(key, prefix) || !visitor.visit(key, rows.value())) {
                    return;
                }
                rows.next();
            }
            rows.status();
        } catch (RocksDBException e) {
            throw failed("scanning the index failed", e);
        } finally {
            leave();
        }
    }

    /** Rows whose key starts with {@code prefix}, last first. */
    void scanBack(Family family, byte[] prefix, RowVisitor visitor) {
        enter();
        try (ReadOptions options = new ReadOptions().setTotalOrderSeek(true);
                RocksIterator rows = tables.db().newIterator(handle(family), options)) {
            byte[] last = Arrays.copyOf(prefix, prefix.length + Long.BYTES + 1);
            Arrays.fill(last, prefix.length, last.length, (byte) 0xff);
            rows.seekForPrev(last);
            while (rows.isValid()) {
                byte[] key = rows.key();
                if (!startsWith(key, prefix) || !visitor.visit(key, rows.value())) {
                    return;
                }
                rows.prev();
            }
            rows.status();
        } catch (RocksDBException e) {
            throw failed("scanning the index failed", e);
        } finally {
            leave();
        }
    }

    /** Reads all that is on the disk and checks its checksums; what is wrong, null: nothing. */
    @Nullable String check() {
        enter();
        try {
            tables.db().verifyChecksum();
            return null;
        } catch (RocksDBException e) {
            return String.valueOf(e.getMessage());
        } finally {
            leave();
        }
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public void close() {
        life.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                lazy.close();
                synced.close();
                tables.close();
            }
        } finally {
            life.writeLock().unlock();
        }
    }
}
