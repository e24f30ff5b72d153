package io.lethe.node.chunk;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.chunk.IndexTables.Batch;
import io.lethe.node.chunk.IndexTables.Family;
import io.lethe.node.model.ChunkKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Chunks known to be damaged, so that operators and repair find them without reading everything
 * again. A chunk leaves the list when it is written anew, deleted or found sound. Safe for any
 * platform thread.
 */
final class Damage {
    private final IndexTables tables;
    private final AtomicLong count = new AtomicLong();

    Damage(IndexTables tables) {
        this.tables = tables;
        tables.scan(
                Family.DAMAGED,
                IndexKeys.EMPTY,
                IndexKeys.EMPTY,
                (_, _) -> count.incrementAndGet() > 0);
    }

    boolean has(ChunkKey key) {
        return count.get() > 0 && tables.get(Family.DAMAGED, IndexKeys.chunk(key)) != null;
    }

    /** Lost by a crash, it is found again: no sync. */
    void mark(ChunkKey key, long nowMillis, String reason) {
        if (has(key)) {
            return;
        }
        try (Batch batch = tables.batch()) {
            byte[] row = new Encoder(64).i64(nowMillis).string(reason).toArray();
            batch.put(Family.DAMAGED, IndexKeys.chunk(key), row).write();
        }
        long _ = count.incrementAndGet();
    }

    void clear(Batch batch, ChunkKey key) {
        if (has(key)) {
            var _ = batch.delete(Family.DAMAGED, IndexKeys.chunk(key));
            long _ = count.decrementAndGet();
        }
    }

    void clear(ChunkKey key) {
        try (Batch batch = tables.batch()) {
            clear(batch, key);
            batch.write();
        }
    }

    long count() {
        return count.get();
    }

    List<ChunkKey> list(int limit) {
        List<ChunkKey> found = new ArrayList<>();
        tables.scan(
                Family.DAMAGED,
                IndexKeys.EMPTY,
                IndexKeys.EMPTY,
                (key, _) -> found.size() < limit && found.add(IndexKeys.chunk(new Decoder(key))));
        return found;
    }
}
