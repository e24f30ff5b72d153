package io.lethe.node.metadata.table;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.state.Family;
import java.util.List;
import java.util.function.Function;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Range;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SizeApproximationFlag;
import org.rocksdb.Slice;

/**
 * Estimates what a range of row keys takes in a partition's table, by the indexes of its files:
 * rows that a split left outside the range don't count, whether they are swept or not. Static.
 */
final class RangeSize {
    /** Families whose keys are row keys, or begin with one. */
    private static final List<Family> BY_ROW_KEY =
            List.of(Family.CURRENT, Family.VERSIONS, Family.INLINE, Family.UPLOADS);

    /** Behind every row key. */
    private static final byte[] AFTER_ALL = new byte[] {-1, -1, -1, -1, -1, -1, -1, -1};

    private RangeSize() {}

    static long bytes(
            RocksDB db, Function<Family, ColumnFamilyHandle> families, Bytes from, Bytes to) {
        byte[] end = to.isEmpty() ? AFTER_ALL : to.toArray();
        long sum = 0;
        try {
            for (Family family : BY_ROW_KEY) {
                sum += size(db, families.apply(family), from.toArray(), end);
            }
            return sum + blobs(db, families.apply(Family.INLINE), from.toArray(), end);
        } catch (RocksDBException e) {
            throw OpenTable.unreadable(e);
        }
    }

    private static long size(RocksDB db, ColumnFamilyHandle family, byte[] from, byte[] end) {
        try (Slice first = new Slice(from);
                Slice last = new Slice(end)) {
            return db.getApproximateSizes(
                            family,
                            List.of(new Range(first, last)),
                            SizeApproximationFlag.INCLUDE_FILES,
                            SizeApproximationFlag.INCLUDE_MEMTABLES)[0];
        }
    }

    /** The range's share of the blob files, as of the rows that name blobs. */
    private static long blobs(RocksDB db, ColumnFamilyHandle family, byte[] from, byte[] end)
            throws RocksDBException {
        long live =
                db.getLongProperty(family, "rocksdb.live-blob-file-size")
                        - db.getLongProperty(family, "rocksdb.live-blob-file-garbage-size");
        long all = size(db, family, new byte[0], AFTER_ALL);
        return all == 0
                ? 0
                : (long) (Math.max(0, live) * ((double) size(db, family, from, end) / all));
    }
}
