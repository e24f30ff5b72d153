package io.lethe.node.base.rocks;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * One open RocksDB with its column families by name. Owns the native handles and frees them in the
 * one order that RocksDB allows. Safe for any thread, but {@link #close} only when no call is
 * running: a call into freed memory kills the process.
 */
public final class RocksTables implements AutoCloseable {
    private final RocksDB db;
    private final Map<String, ColumnFamilyHandle> families = new HashMap<>();
    private final List<AutoCloseable> options;

    RocksTables(RocksDB db, List<ColumnFamilyHandle> handles, List<AutoCloseable> options)
            throws RocksDBException {
        this.db = db;
        this.options = options;
        for (ColumnFamilyHandle handle : handles) {
            families.put(new String(handle.getName(), StandardCharsets.UTF_8), handle);
        }
    }

    public RocksDB db() {
        return db;
    }

    /**
     * @throws IllegalArgumentException when it was not opened
     */
    public ColumnFamilyHandle family(String name) {
        ColumnFamilyHandle handle = families.get(name);
        if (handle == null) {
            throw new IllegalArgumentException(
                    "no column family " + name + " among " + families.keySet());
        }
        return handle;
    }

    static void closeAll(List<AutoCloseable> all) {
        for (AutoCloseable one : all) {
            try {
                one.close();
            } catch (Exception e) {
                throw new IllegalStateException("an option of RocksDB did not close", e);
            }
        }
    }

    /** Frees everything; unsynced writes are handed to the operating system, not to the disk. */
    @Override
    public void close() {
        families.values().forEach(ColumnFamilyHandle::close);
        db.close();
        closeAll(options);
    }
}
