package io.lethe.node.metadata.table;

import io.lethe.node.base.rocks.RocksOpener;
import io.lethe.node.metadata.state.Family;
import java.util.List;
import java.util.Locale;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;

/**
 * The column families of a group's RocksDB: one row each, as a table that says what it is for. How
 * keys and values are encoded stands with the class that encodes them, in {@code metadata.state}.
 *
 * <p>Besides these there is {@code default}, with what belongs to this replica and not to the state
 * ({@link LocalRows}).
 */
final class TableFamilies {
    /** How a family is used, from which its options follow. */
    enum Use {
        /** Few rows, read at each command: the memtable and the cache hold them. */
        HOT,
        /** Many rows, walked in order and looked up. */
        WALKED,
        /** Many rows, looked up, mostly in vain: the filter answers. */
        LOOKED_UP,
        /** Rows come at the end and go at the beginning. */
        QUEUE,
        /** Large values: kept out of the tree, so that compactions don't move them. */
        BLOBS
    }

    /** One line of the table. */
    record Definition(Family family, Use use) {
        /** The family's name on disk. */
        String name() {
            return family.name().toLowerCase(Locale.ROOT);
        }
    }

    static final List<Definition> PARTITION =
            List.of(
                    new Definition(Family.META, Use.HOT),
                    new Definition(Family.CURRENT, Use.WALKED),
                    new Definition(Family.VERSIONS, Use.WALKED),
                    new Definition(Family.INLINE, Use.BLOBS),
                    new Definition(Family.DIGESTS, Use.LOOKED_UP),
                    new Definition(Family.WRITES, Use.LOOKED_UP),
                    new Definition(Family.SHARDS, Use.LOOKED_UP),
                    new Definition(Family.KEY_COPIES, Use.HOT),
                    new Definition(Family.UPLOADS, Use.WALKED),
                    new Definition(Family.PARTS, Use.WALKED),
                    new Definition(Family.CHANGES, Use.WALKED),
                    new Definition(Family.OUTBOX, Use.QUEUE),
                    new Definition(Family.GARBAGE, Use.QUEUE),
                    new Definition(Family.UNDERPROTECTED, Use.QUEUE),
                    new Definition(Family.USAGE, Use.HOT),
                    new Definition(Family.PG_EPOCHS, Use.HOT));

    static final List<Definition> DIRECTORY =
            List.of(
                    new Definition(Family.META, Use.HOT),
                    new Definition(Family.NODES, Use.HOT),
                    new Definition(Family.DEVICES, Use.HOT),
                    new Definition(Family.PLACEMENT_GROUPS, Use.WALKED),
                    new Definition(Family.PARTITIONS, Use.WALKED),
                    new Definition(Family.STORAGE_CLASSES, Use.HOT),
                    new Definition(Family.TENANTS, Use.WALKED),
                    new Definition(Family.TENANT_NAMES, Use.LOOKED_UP),
                    new Definition(Family.USERS, Use.LOOKED_UP),
                    new Definition(Family.USER_NAMES, Use.WALKED),
                    new Definition(Family.ACCESS_KEYS, Use.LOOKED_UP),
                    new Definition(Family.USER_KEYS, Use.WALKED),
                    new Definition(Family.BUCKETS, Use.LOOKED_UP),
                    new Definition(Family.BUCKET_NAMES, Use.WALKED),
                    new Definition(Family.BUCKET_SETTINGS, Use.LOOKED_UP),
                    new Definition(Family.TICKET_KEYS, Use.HOT),
                    new Definition(Family.HOLDERS, Use.HOT),
                    new Definition(Family.LOG, Use.WALKED),
                    new Definition(Family.SIGNERS, Use.LOOKED_UP),
                    new Definition(Family.SETTINGS, Use.HOT));

    /**
     * A memtable's arena grows by this. RocksDB's own 1 MiB, times sixteen families and nine
     * groups, would be a fifth of a node's memory for nearly empty memtables.
     */
    private static final long ARENA_BLOCK_BYTES = 64 * 1024;

    /**
     * A memtable this large is flushed whatever else; the node's limit over all tables and {@link
     * FlushPolicy} come first.
     */
    private static final long MEMTABLE_BYTES = 32L << 20;

    /** Below this a value stays in the tree: a blob's own record costs about as much. */
    private static final long LEAST_BLOB_BYTES = 512;

    /** Some thousand inline objects: collected in one go once most of them are gone. */
    private static final long BLOB_FILE_BYTES = 64L << 20;

    /**
     * Blobs in the oldest half of the files are moved on when a compaction meets them; {@link
     * BlobCollector} does the rest.
     */
    static final double BLOB_AGE_CUTOFF = 0.5;

    /** A half that is mostly garbage is collected without waiting for a compaction to come by. */
    private static final double BLOB_FORCE_AT_GARBAGE = 0.5;

    /** Some ten thousand rows, with a hundred MiB of blobs: what is collected at a time. */
    private static final long BLOB_TABLE_BYTES = 2L << 20;

    private TableFamilies() {}

    static List<RocksOpener.Family> forOpener(List<Definition> definitions) {
        return definitions.stream()
                .map(one -> new RocksOpener.Family(one.name(), options -> tune(one.use(), options)))
                .toList();
    }

    private static void tune(Use use, ColumnFamilyOptions options) {
        options.setArenaBlockSize(ARENA_BLOCK_BYTES)
                .setWriteBufferSize(MEMTABLE_BYTES)
                .setCompressionType(CompressionType.NO_COMPRESSION);
        switch (use) {
            case WALKED -> options.setCompressionType(CompressionType.LZ4_COMPRESSION);
            case BLOBS ->
                    options.setEnableBlobFiles(true)
                            .setMinBlobSize(LEAST_BLOB_BYTES)
                            .setBlobFileSize(BLOB_FILE_BYTES)
                            .setTargetFileSizeBase(BLOB_TABLE_BYTES)
                            .setEnableBlobGarbageCollection(true)
                            .setBlobGarbageCollectionAgeCutoff(BLOB_AGE_CUTOFF)
                            .setBlobGarbageCollectionForceThreshold(BLOB_FORCE_AT_GARBAGE);
            case HOT, LOOKED_UP, QUEUE -> {}
        }
    }
}
