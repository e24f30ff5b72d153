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
 * Chunks deleted not long ago, so that a reader with an old ticket hears GONE. Bounded by age and
 * number; safe for any platform thread.
 */
final class Tombstones {
    /** Forgotten per call of {@link #prune}: bounds the call. */
    private static final int MOST_PRUNED = 10_000;

    private final IndexTables tables;
    private final long keepMillis;
    private final long most;

    /** Rows, give or take the ones of one crash: counted at the start. */
    private final AtomicLong count = new AtomicLong();

    Tombstones(IndexTables tables, long keepMillis, long most) {
        this.tables = tables;
        this.keepMillis = keepMillis;
        this.most = most;
        tables.scan(
                Family.GONE_ORDER,
                IndexKeys.EMPTY,
                IndexKeys.EMPTY,
                (_, _) -> count.incrementAndGet() > 0);
    }

    boolean has(ChunkKey key) {
        return tables.get(Family.GONE, IndexKeys.chunk(key)) != null;
    }

    void remember(Batch batch, ChunkKey key, long nowMillis) {
        forget(batch, key);
        batch.put(Family.GONE, IndexKeys.chunk(key), IndexKeys.i64(nowMillis))
                .put(Family.GONE_ORDER, IndexKeys.timed(nowMillis, key), IndexKeys.EMPTY);
        long _ = count.incrementAndGet();
    }

    void forget(Batch batch, ChunkKey key) {
        byte[] since = tables.get(Family.GONE, IndexKeys.chunk(key));
        if (since != null) {
            batch.delete(Family.GONE, IndexKeys.chunk(key))
                    .delete(Family.GONE_ORDER, IndexKeys.timed(IndexKeys.i64(since), key));
            long _ = count.decrementAndGet();
        }
    }

    long count() {
        return count.get();
    }

    /** Forgets the old and the too many. */
    void prune(long nowMillis) {
        long surplus = count.get() - most;
        List<byte[]> rows = new ArrayList<>();
        tables.scan(
                Family.GONE_ORDER,
                IndexKeys.EMPTY,
                IndexKeys.EMPTY,
                (key, _) -> {
                    boolean old = IndexKeys.i64(key) < nowMillis - keepMillis;
                    return (old || rows.size() < surplus)
                            && rows.size() < MOST_PRUNED
                            && rows.add(key);
                });
        if (rows.isEmpty()) {
            return;
        }
        try (Batch batch = tables.batch()) {
            for (byte[] row : rows) {
                Decoder in = new Decoder(row);
                long _ = in.i64();
                byte[] chunk =
                        new Encoder(IndexKeys.CHUNK_BYTES).raw(in.raw(in.remaining())).toArray();
                batch.delete(Family.GONE_ORDER, row).delete(Family.GONE, chunk);
            }
            batch.write();
        }
        long _ = count.addAndGet(-rows.size());
    }
}
