package io.lethe.node.metadata.raft;

import io.lethe.node.base.Clock;
import io.lethe.node.base.FaultHandler;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The one RocksDB that holds the logs of all groups of a node. Safe for any thread; every edit is
 * durable when its call returns. RocksDB joins edits that come at the same time into one sync, made
 * by the thread of one of them. A failed write halts the process and is never tried again, since
 * after a failed sync nobody knows what the disk holds.
 *
 * <p>Column families: {@code entries} and {@code configurations} (a second copy of configuration
 * entries, to be found without a scan): key i32 group, i64 index, big-endian; value a sealed entry
 * (see {@link EpochKeys}). {@code groups}: key i32 group; value u8 format = 1, i32 generation, 16
 * bytes store id, i64 first index.
 *
 * <p>Recovery tolerates a write that was cut short at the end of the newest file of the write-ahead
 * log; any other damage refuses the start.
 */
final class SharedLog implements AutoCloseable {
    static final int KEY_BYTES = 12;
    private static final int FORMAT = 1;

    /** 64 MiB: bounds the replay at a start and the ciphertext that truncation leaves behind. */
    private static final long MOST_WAL_BYTES = 64L * 1024 * 1024;

    /** Two tables of 16 MiB per family: appends of a second or two on a fast device. */
    private static final long WRITE_BUFFER_BYTES = 16L * 1024 * 1024;

    /**
     * What a group's row in {@code groups} says.
     *
     * @param store random; the same as in the group's vote file, so that neither can be swapped
     */
    record Header(int generation, Id128 store, long firstIndex) {
        byte[] encode() {
            Encoder out = new Encoder(32).u8(FORMAT).i32(generation);
            store.encode(out);
            return out.i64(firstIndex).toArray();
        }

        static Header decode(byte[] encoded) {
            Decoder in = new Decoder(encoded);
            if (in.u8() != FORMAT) {
                throw new Decoder.CorruptEncoding("a group's log has an unknown format");
            }
            Header header = new Header(in.i32(), Id128.decode(in), in.i64());
            in.end();
            return header;
        }
    }

    private final DBOptions options;
    private final ColumnFamilyOptions familyOptions;
    private final RocksDB db;
    private final List<ColumnFamilyHandle> handles;
    private final Clock clock;
    private final FaultHandler faults;
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final LongAdder edits = new LongAdder();
    private final LongAdder editNanos = new LongAdder();
    private final AtomicLong slowestNanos = new AtomicLong();

    static {
        RocksDB.loadLibrary();
    }

    private SharedLog(
            DBOptions options,
            ColumnFamilyOptions familyOptions,
            RocksDB db,
            List<ColumnFamilyHandle> handles,
            Clock clock,
            FaultHandler faults) {
        this.options = options;
        this.familyOptions = familyOptions;
        this.db = db;
        this.handles = handles;
        this.clock = clock;
        this.faults = faults;
    }

    /**
     * @throws StoreException CORRUPT when the log is damaged
     */
    static SharedLog open(Path dir, Clock clock, FaultHandler faults) throws IOException {
        Files.createDirectories(dir);
        DBOptions options =
                new DBOptions()
                        .setCreateIfMissing(true)
                        .setCreateMissingColumnFamilies(true)
                        .setParanoidChecks(true)
                        .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                        .setMaxTotalWalSize(MOST_WAL_BYTES)
                        // A sync takes longer than spinning is worth.
                        .setEnableWriteThreadAdaptiveYield(false)
                        .setKeepLogFileNum(2)
                        .setMaxOpenFiles(256);
        // Ciphertext does not compress.
        ColumnFamilyOptions familyOptions =
                new ColumnFamilyOptions()
                        .setCompressionType(CompressionType.NO_COMPRESSION)
                        .setWriteBufferSize(WRITE_BUFFER_BYTES)
                        .setMaxWriteBufferNumber(3);
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, familyOptions));
        for (String name : List.of("entries", "configurations", "groups")) {
            byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
            families.add(new ColumnFamilyDescriptor(bytes, familyOptions));
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try {
            RocksDB db = RocksDB.open(options, dir.toString(), families, handles);
            return new SharedLog(options, familyOptions, db, handles, clock, faults);
        } catch (RocksDBException e) {
            familyOptions.close();
            options.close();
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "The Raft log in "
                            + dir
                            + " cannot be opened ("
                            + e.getMessage()
                            + "): remove this node's replicas and add them as new generations",
                    e);
        }
    }

    private ColumnFamilyHandle entries() {
        return handles.get(1);
    }

    private ColumnFamilyHandle configurations() {
        return handles.get(2);
    }

    private ColumnFamilyHandle groups() {
        return handles.get(3);
    }

    /** Edits so far. */
    long edits() {
        return edits.sum();
    }

    /** Time that edits waited until they were durable. */
    long editNanos() {
        return editNanos.sum();
    }

    long slowestNanos() {
        return slowestNanos.get();
    }

    private interface Edit {
        void into(WriteBatch batch) throws RocksDBException;
    }

    /**
     * Returns once the edit is durable.
     *
     * @throws IllegalStateException when it is not, after the fault handler was told
     */
    private void commit(Edit edit) {
        long began = clock.nanos();
        try (WriteBatch batch = new WriteBatch()) {
            edit.into(batch);
            db.write(synced, batch);
        } catch (RocksDBException | RuntimeException e) {
            faults.halt("the Raft log", e);
            throw new IllegalStateException("the log did not take an edit", e);
        }
        long took = clock.nanos() - began;
        edits.increment();
        editNanos.add(took);
        slowestNanos.accumulateAndGet(took, Math::max);
    }

    static byte[] key(int group, long index) {
        return new Encoder(KEY_BYTES).i32(group).i64(index).toArray();
    }

    static byte[] key(int group) {
        return new Encoder(4).i32(group).toArray();
    }

    Optional<Header> header(int group) throws RocksDBException {
        return Optional.ofNullable(db.get(groups(), key(group))).map(Header::decode);
    }

    /** Deletes whatever the group had and writes its header: an empty log that begins there. */
    void reset(int group, Header header) {
        commit(
                batch -> {
                    batch.deleteRange(entries(), key(group, 0), key(group, Long.MAX_VALUE));
                    batch.deleteRange(configurations(), key(group, 0), key(group, Long.MAX_VALUE));
                    batch.put(groups(), key(group), header.encode());
                });
    }

    /** Deletes whatever the group had, its header too. */
    void remove(int group) {
        commit(
                batch -> {
                    batch.deleteRange(entries(), key(group, 0), key(group, Long.MAX_VALUE));
                    batch.deleteRange(configurations(), key(group, 0), key(group, Long.MAX_VALUE));
                    batch.delete(groups(), key(group));
                });
    }

    /** Cuts the log before {@code header.firstIndex()}. */
    void truncatePrefix(int group, Header header) {
        long first = header.firstIndex();
        commit(
                batch -> {
                    batch.deleteRange(entries(), key(group, 0), key(group, first));
                    batch.deleteRange(configurations(), key(group, 0), key(group, first));
                    batch.put(groups(), key(group), header.encode());
                });
    }

    /** Cuts the log after {@code lastIndexKept}. */
    void truncateSuffix(int group, long lastIndexKept) {
        byte[] from = key(group, lastIndexKept + 1);
        byte[] to = key(group, Long.MAX_VALUE);
        commit(
                batch -> {
                    batch.deleteRange(entries(), from, to);
                    batch.deleteRange(configurations(), from, to);
                });
    }

    /**
     * Appends sealed entries of one group.
     *
     * @param configuration whether the entry of the same place is a configuration
     */
    void append(int group, long[] indexes, byte[][] sealed, boolean[] configuration) {
        commit(
                batch -> {
                    for (int i = 0; i < sealed.length; i++) {
                        byte[] key = key(group, indexes[i]);
                        batch.put(entries(), key, sealed[i]);
                        if (configuration[i]) {
                            batch.put(configurations(), key, sealed[i]);
                        }
                    }
                });
    }

    /** Appends entries of a group that goes on in another generation, as one edit. */
    void makeOver(int group, Header header, long firstIndex, byte[] configuration, byte[] entry) {
        commit(
                batch -> {
                    batch.put(entries(), key(group, firstIndex), configuration);
                    batch.put(configurations(), key(group, firstIndex), configuration);
                    batch.put(entries(), key(group, firstIndex + 1), entry);
                    batch.put(groups(), key(group), header.encode());
                });
    }

    byte @Nullable [] entry(int group, long index) throws RocksDBException {
        return db.get(entries(), key(group, index));
    }

    /** The last index that the group's log holds, at or after {@code from}; else 0. */
    long lastIndex(int group, long from) throws RocksDBException {
        try (RocksIterator at = db.newIterator(entries())) {
            at.seekForPrev(key(group, Long.MAX_VALUE));
            at.status();
            if (!at.isValid()) {
                return 0;
            }
            Decoder key = new Decoder(at.key());
            int found = key.i32();
            long index = key.i64();
            return found == group && index >= from ? index : 0;
        }
    }

    /** Receives an entry. */
    interface EntryVisitor {
        void visit(long index, byte[] sealed);
    }

    /** Visits the group's configuration entries from {@code from} on, in order. */
    void configurations(int group, long from, EntryVisitor visitor) throws RocksDBException {
        try (RocksIterator at = db.newIterator(configurations())) {
            for (at.seek(key(group, from)); at.isValid(); at.next()) {
                Decoder key = new Decoder(at.key());
                if (key.i32() != group) {
                    break;
                }
                visitor.visit(key.i64(), at.value());
            }
            at.status();
        }
    }

    @Override
    public void close() {
        synced.close();
        handles.forEach(ColumnFamilyHandle::close);
        db.close();
        familyOptions.close();
        options.close();
    }
}
