package io.lethe.node.metadata.table;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.model.ShardId;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/**
 * Rows of an open table: as they are at each call, or as they were when a snapshot was taken. Each
 * row is copied once, out of RocksDB's block. RocksDB reads ahead by itself once a scan has read
 * two blocks in order, from 8 KiB doubling to 256 KiB, which leaves short scans cheap. Owns
 * nothing; any thread, while the table stays open.
 */
final class RocksRows implements Rows {
    private final OpenTable table;
    private final @Nullable Snapshot snapshot;
    private final ReadOptions options;

    /**
     * @param options those of the snapshot, or plain ones
     */
    RocksRows(OpenTable table, @Nullable Snapshot snapshot, ReadOptions options) {
        this.table = table;
        this.snapshot = snapshot;
        this.options = options;
    }

    @Override
    public @Nullable Bytes get(Family family, Bytes key) {
        try {
            byte[] value = table.db().get(table.family(family), options, key.unsafeArray());
            return value == null ? null : Bytes.wrap(value);
        } catch (RocksDBException e) {
            throw OpenTable.unreadable(e);
        }
    }

    @Override
    public void scan(Family family, Bytes from, Bytes to, Visitor visitor) {
        try (Slice end = to.isEmpty() ? null : new Slice(to.unsafeArray());
                ReadOptions bounded = new ReadOptions()) {
            if (snapshot != null) {
                bounded.setSnapshot(snapshot);
            }
            if (end != null) {
                bounded.setIterateUpperBound(end);
            }
            try (RocksIterator rows = table.db().newIterator(table.family(family), bounded)) {
                rows.seek(from.unsafeArray());
                walk(rows, visitor);
                rows.status();
            }
        } catch (RocksDBException e) {
            throw OpenTable.unreadable(e);
        }
    }

    private static void walk(RocksIterator rows, Visitor visitor) {
        while (rows.isValid()) {
            Bytes key = Bytes.wrap(rows.key());
            switch (visitor.row(key, Bytes.wrap(rows.value()))) {
                case Step.Next _ -> rows.next();
                case Step.Stop _ -> {
                    return;
                }
                case Step.SkipTo skip -> {
                    Check.that(skip.key().compareTo(key) > 0, "a scan skips ahead only");
                    rows.seek(skip.key().unsafeArray());
                }
            }
        }
    }

    @Override
    public @Nullable ShardGrant slot(ShardId shard) {
        try {
            byte[] row = table.db().get(table.local(), options, LocalRows.slotKey(shard));
            if (row == null) {
                return null;
            }
            LocalRows.Slot slot = LocalRows.slot(row);
            KeySlot.Live key = table.keys().read(slot.number(), shard);
            return key == null
                    ? null
                    : new ShardGrant(shard, slot.tenant(), key.tenantKeyVersion(), key.wrapped());
        } catch (RocksDBException e) {
            throw OpenTable.unreadable(e);
        } catch (IOException e) {
            throw new UncheckedIOException("the key of shard " + shard + " can't be read", e);
        }
    }
}
