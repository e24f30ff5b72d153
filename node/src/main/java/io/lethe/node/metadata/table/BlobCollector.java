package io.lethe.node.metadata.table;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.MutableColumnFamilyOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileMetaData;

/**
 * Gives the space of deleted blobs back where more than half of a family's blob files is garbage:
 * walks the family once, file by file, and has the live blobs of each written anew, so that the old
 * blob files are needed by nobody at the end. RocksDB by itself collects only the older half of
 * them, and only as compactions come by: after a great deletion none does.
 *
 * <p>Each blob is moved at most once for each that was deleted. A walk that a restart ends is begun
 * again if it is still due. Safe for any thread; one waits for the other.
 */
final class BlobCollector {
    /** Less is not worth a walk. */
    private static final long LEAST_GARBAGE_BYTES = 1 << 20;

    /** A walk begins where one in so many bytes of the blob files is garbage. */
    private static final int DUE_AT = 2;

    private final RocksDB db;
    private final ColumnFamilyHandle family;

    /** Where the walk goes on; null while there is none. */
    private byte @Nullable [] from;

    BlobCollector(RocksDB db, ColumnFamilyHandle family) {
        this.db = db;
        this.family = family;
    }

    /** Does what belongs to one file; false where nothing is to be done. */
    synchronized boolean step() throws RocksDBException {
        byte[] at = from;
        if (at == null) {
            if (!due()) {
                return false;
            }
            at = new byte[0];
            ageCutoff(1);
        }
        SstFileMetaData file = next(at);
        if (file == null) {
            from = null;
            ageCutoff(TableFamilies.BLOB_AGE_CUTOFF);
            return false;
        }
        byte[] last = file.largestKey();
        byte[] first = Arrays.compareUnsigned(file.smallestKey(), at) < 0 ? at : file.smallestKey();
        try (CompactRangeOptions options = new CompactRangeOptions()) {
            options.setExclusiveManualCompaction(false)
                    .setBottommostLevelCompaction(BottommostLevelCompaction.kForce);
            db.compactRange(family, first, last, options);
        }
        from = Arrays.copyOf(last, last.length + 1);
        return true;
    }

    private boolean due() throws RocksDBException {
        long all = db.getLongProperty(family, "rocksdb.live-blob-file-size");
        long garbage = db.getLongProperty(family, "rocksdb.live-blob-file-garbage-size");
        return garbage >= LEAST_GARBAGE_BYTES && garbage * DUE_AT >= all;
    }

    /** The file with the first key from {@code at} on. */
    private @Nullable SstFileMetaData next(byte[] at) {
        SstFileMetaData found = null;
        for (var level : db.getColumnFamilyMetaData(family).levels()) {
            for (SstFileMetaData file : level.files()) {
                boolean behind = Arrays.compareUnsigned(file.largestKey(), at) < 0;
                if (!behind
                        && (found == null
                                || Arrays.compareUnsigned(file.smallestKey(), found.smallestKey())
                                        < 0)) {
                    found = file;
                }
            }
        }
        return found;
    }

    /** Which share of the blob files, from the oldest on, compactions collect. */
    private void ageCutoff(double share) throws RocksDBException {
        db.setOptions(
                family,
                MutableColumnFamilyOptions.builder()
                        .setBlobGarbageCollectionAgeCutoff(share)
                        .build());
    }
}
