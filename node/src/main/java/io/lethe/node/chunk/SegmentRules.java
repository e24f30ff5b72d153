package io.lethe.node.chunk;

import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.chunk.IndexTables.Batch;
import io.lethe.node.chunk.IndexTables.Family;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * What may not be stored or read here: doomed segments, and writes below a group's epoch. Every
 * change is durable before it is said. Safe for any platform thread.
 *
 * <p>A write is admitted twice: when it begins, and, with {@link #admitLast}, in one step with its
 * becoming visible. {@link #refuseBelow} waits for the steps that began before it, so that no chunk
 * of an older epoch appears after it has answered (an inventory is taken then).
 */
final class SegmentRules {
    private final IndexTables tables;
    private final ReentrantReadWriteLock becomingVisible = new ReentrantReadWriteLock();

    /** All of FLOORS: as many as groups were ever moved here, some thousands. */
    private final Map<PgId, Integer> floors = new ConcurrentHashMap<>();

    SegmentRules(IndexTables tables) {
        this.tables = tables;
        tables.scan(
                Family.FLOORS,
                IndexKeys.EMPTY,
                IndexKeys.EMPTY,
                (key, value) -> {
                    floors.put(new PgId(IndexKeys.i64(key)), new Decoder(value).i32());
                    return true;
                });
    }

    void doom(PgId pg, SegmentId segment, long nowMillis) {
        try (Batch batch = tables.batch()) {
            batch.put(Family.DOOMS, IndexKeys.segment(pg, segment), IndexKeys.i64(nowMillis))
                    .writeSynced();
        }
    }

    boolean doomed(ChunkKey key) {
        return tables.get(Family.DOOMS, IndexKeys.segment(key.pg(), key.segment())) != null;
    }

    int floor(PgId pg) {
        return floors.getOrDefault(pg, 0);
    }

    /**
     * A floor never sinks: a late, lower one changes nothing.
     *
     * <p>It holds in memory first, and is written when the last step under the old one is over: so
     * every chunk acknowledged below the floor is in the index's log before it, and recovery may
     * drop what it finds below the floor and outside the index.
     */
    synchronized void refuseBelow(PgId pg, int epoch) {
        if (epoch <= floor(pg)) {
            return;
        }
        floors.put(pg, epoch);
        awaitSteps();
        try (Batch batch = tables.batch()) {
            byte[] row = new Encoder(4).i32(epoch).toArray();
            batch.put(Family.FLOORS, IndexKeys.group(pg), row).writeSynced();
        }
    }

    /** Returns when every step that saw the rules of before is over. */
    private void awaitSteps() {
        becomingVisible.writeLock().lock();
        try {
            Check.that(becomingVisible.getReadLockCount() == 0, "nobody is within a step");
        } finally {
            becomingVisible.writeLock().unlock();
        }
    }

    /**
     * @throws StoreException GONE or STALE_EPOCH
     */
    void admit(ChunkKey key, int pgEpoch) {
        if (doomed(key)) {
            throw new StoreException(ErrorCode.GONE, "segment " + key.segment() + " is doomed");
        }
        int floor = floor(key.pg());
        if (pgEpoch < floor) {
            throw new StoreException(
                    ErrorCode.STALE_EPOCH,
                    key.pg()
                            + " takes writes from epoch "
                            + floor
                            + " on, not of "
                            + pgEpoch
                            + "; reload the map");
        }
    }

    /** Admits again and runs {@code makeVisible} with nothing in between. */
    void admitLast(ChunkKey key, int pgEpoch, Runnable makeVisible) {
        becomingVisible.readLock().lock();
        try {
            admit(key, pgEpoch);
            makeVisible.run();
        } finally {
            becomingVisible.readLock().unlock();
        }
    }
}
