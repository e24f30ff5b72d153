package io.lethe.node.base.rocks;

import io.lethe.node.base.Check;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.Env;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.Priority;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WriteBufferManager;

/**
 * Opens every RocksDB of the process, so that all of them share one block cache, one limit on
 * memtables and one pool of background threads. Owns these; must be closed after the last {@link
 * RocksTables} that it opened. Safe for any thread.
 */
public final class RocksOpener implements AutoCloseable {
    /** Ten bits per key: one false answer in a hundred (RocksDB's own advice). */
    private static final double BLOOM_BITS = 10;

    /** RocksDB's own log files: few and small, since Lethe logs what matters. */
    private static final int LOG_FILES = 2;

    private static final long LOG_FILE_BYTES = 1 << 20;

    /**
     * A file in which this many of so many rows in a run, or this share of all, are deletions is
     * compacted without waiting for others to come: until then what they delete keeps its place
     * (blobs too), and every walk steps over them.
     */
    private static final long DELETIONS_IN_WINDOW = 1_024;

    private static final long DELETION_WINDOW = 4_096;
    private static final double DELETION_SHARE = 0.25;

    /**
     * What all tables of a process may use together.
     *
     * @param blockCacheBytes cached blocks, index and filter blocks; memtables are counted in it
     * @param memtableBytes unflushed writes, over all tables; part of the cache
     * @param backgroundThreads flushes and compactions at the same time
     * @param openFilesPerTable SST files kept open by each table
     */
    public record Limits(
            long blockCacheBytes,
            long memtableBytes,
            int backgroundThreads,
            int openFilesPerTable) {
        public Limits {
            Check.range("block cache bytes", blockCacheBytes, 1 << 20, 1L << 40);
            Check.range("memtable bytes", memtableBytes, 1 << 20, blockCacheBytes);
            Check.range("background threads", backgroundThreads, 1, 64);
            Check.range("open files per table", openFilesPerTable, 16, 1 << 20);
        }

        /** For one node in half a GiB of memory: 64 MiB cache, half of it for memtables. */
        public static Limits small() {
            return new Limits(64 << 20, 32 << 20, 2, 256);
        }
    }

    /**
     * A column family to be opened.
     *
     * @param tuning changes the options that the opener made; what it hangs in must outlive the
     *     table
     */
    public record Family(String name, Consumer<ColumnFamilyOptions> tuning) {
        public static Family plain(String name) {
            return new Family(name, _ -> {});
        }
    }

    private final Limits limits;
    private final Cache cache;
    private final WriteBufferManager memtables;
    private final BloomFilter bloom;
    private final TablePropertiesCollectorFactory deletions;

    /** Loads the native library, once per process. */
    public RocksOpener(Limits limits) {
        RocksDB.loadLibrary();
        this.limits = limits;
        cache = new LRUCache(limits.blockCacheBytes());
        memtables = new WriteBufferManager(limits.memtableBytes(), cache);
        bloom = new BloomFilter(BLOOM_BITS);
        deletions =
                TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                        DELETION_WINDOW, DELETIONS_IN_WINDOW, DELETION_SHARE);
        Env env = Env.getDefault();
        env.setBackgroundThreads(Math.max(1, limits.backgroundThreads() - 1), Priority.LOW);
        env.setBackgroundThreads(1, Priority.HIGH);
    }

    /**
     * Opens a table, made with all its families where it is missing. Unless {@code tuning} says
     * otherwise it has a write-ahead log, and comes back from a crash with the longest run of
     * writes, from the first on, that is whole: every synced write and all before it. Families that
     * a later build made are opened too, and left alone: one may go back to the build before.
     *
     * @param families without {@code default}, which is always there
     * @throws RocksDBException as RocksDB gives it: the status tells corruption from I/O errors
     */
    public RocksTables open(Path directory, List<Family> families, Consumer<DBOptions> tuning)
            throws IOException, RocksDBException {
        Files.createDirectories(directory);
        List<AutoCloseable> owned = new ArrayList<>();
        DBOptions options = options();
        owned.add(options);
        tuning.accept(options);
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        descriptors.add(descriptor(Family.plain("default"), owned));
        families.forEach(family -> descriptors.add(descriptor(family, owned)));
        for (String later : others(directory, families)) {
            descriptors.add(descriptor(Family.plain(later), owned));
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try {
            RocksDB db = RocksDB.open(options, directory.toString(), descriptors, handles);
            return new RocksTables(db, handles, owned);
        } catch (RocksDBException e) {
            RocksTables.closeAll(owned);
            throw e;
        }
    }

    /** Families that a table has and nobody asks for. */
    private static List<String> others(Path directory, List<Family> families)
            throws RocksDBException {
        if (!Files.exists(directory.resolve("CURRENT"))) {
            return List.of();
        }
        Set<String> known = new HashSet<>(Set.of("default"));
        families.forEach(family -> known.add(family.name()));
        try (Options options = new Options()) {
            return RocksDB.listColumnFamilies(options, directory.toString()).stream()
                    .map(name -> new String(name, StandardCharsets.UTF_8))
                    .filter(name -> !known.contains(name))
                    .toList();
        }
    }

    private DBOptions options() {
        return new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setWriteBufferManager(memtables)
                .setMaxBackgroundJobs(limits.backgroundThreads())
                .setMaxOpenFiles(limits.openFilesPerTable())
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(LOG_FILES)
                .setMaxLogFileSize(LOG_FILE_BYTES)
                .setStatsDumpPeriodSec(0);
    }

    private ColumnFamilyDescriptor descriptor(Family family, List<AutoCloseable> owned) {
        BlockBasedTableConfig table =
                new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setFilterPolicy(bloom)
                        .setCacheIndexAndFilterBlocks(true)
                        .setPinL0FilterAndIndexBlocksInCache(true);
        ColumnFamilyOptions options;
        // A family's own options have no setter for collectors.
        try (Options template = new Options()) {
            template.setTablePropertiesCollectorFactory(List.of(deletions));
            options = new ColumnFamilyOptions(template).setTableFormatConfig(table);
        }
        owned.add(options);
        family.tuning().accept(options);
        return new ColumnFamilyDescriptor(family.name().getBytes(StandardCharsets.UTF_8), options);
    }

    /** Bytes of cache and memtables in use, for metrics. */
    public long cacheUsageBytes() {
        return ((LRUCache) cache).getUsage();
    }

    @Override
    public void close() {
        deletions.close();
        bloom.close();
        memtables.close();
        cache.close();
    }
}
