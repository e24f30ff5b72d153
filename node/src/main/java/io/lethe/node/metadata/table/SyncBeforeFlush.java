package io.lethe.node.metadata.table;

import java.io.IOException;
import java.util.function.Consumer;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.FlushJobInfo;
import org.rocksdb.RocksDB;

/**
 * Syncs the key file whenever RocksDB begins a flush, whoever asked for it: the rows that it writes
 * were sealed before, so every slot that they name has been written by then. Called on RocksDB's
 * flush thread.
 */
final class SyncBeforeFlush extends AbstractEventListener {
    private final KeyFile keys;
    private final Consumer<IOException> failed;

    /**
     * @param failed must halt the process: the flush can't be stopped from here
     */
    SyncBeforeFlush(KeyFile keys, Consumer<IOException> failed) {
        super(EnabledEventCallback.ON_FLUSH_BEGIN);
        this.keys = keys;
        this.failed = failed;
    }

    @Override
    public void onFlushBegin(RocksDB db, FlushJobInfo flush) {
        try {
            keys.sync();
        } catch (IOException e) {
            failed.accept(e);
        }
    }
}
