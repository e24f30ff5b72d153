package io.lethe.node.chunk;

import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of one device. Every method blocks on the disk and may be called from any platform
 * thread; callers run it on the device's own pool. All failures are {@link StoreException}s with
 * one of the codes named at each method, or {@code UNAVAILABLE} once the device has failed.
 */
public interface ChunkStore extends AutoCloseable {
    DeviceId device();

    /**
     * Reserves an extent. Nothing is visible until {@link Writer#finish}.
     *
     * @throws StoreException OUT_OF_SPACE; GONE when the segment is doomed; STALE_EPOCH when the
     *     group's floor (see {@link #refuseBelow}) is above the header's epoch
     */
    Writer create(ChunkHeader header);

    /** One chunk being written, by one thread at a time. */
    interface Writer {
        /** Appends; at most the header's {@code reserveBytes} in all. */
        void append(byte[] source, int offset, int lengthBytes);

        /**
         * Returns when bytes and extent header are on the disk and the chunk is visible. A chunk
         * that is there already with the same length and block checksums is a success (a retry);
         * one known to be damaged (see {@link #damaged}), or whose head is, is replaced. A chunk
         * that was deleted may be stored again, since a group may come back to a device; it is then
         * unresolved until its partition has been asked. A doomed one may not, ever.
         *
         * @throws StoreException CHUNK_CONFLICT when other bytes are stored under this key
         */
        void finish();

        /** Gives the extent back. Harmless after {@link #finish}. */
        void abort();
    }

    /** What a chunk's extent says of it. */
    record ChunkInfo(
            ChunkKey key,
            int pgEpoch,
            WriteId write,
            io.lethe.node.base.Bytes owner,
            long lengthBytes,
            int blockBytes,
            long createdMillis) {}

    /**
     * Whole blocks of a chunk, in place in a data file: for sending without a copy. The receiver
     * checks the checksums. Must be closed; a chunk deleted meanwhile keeps its bytes until then.
     * Closing touches no disk, so that a network loop may do it.
     *
     * @param firstByte offset within the chunk of the first byte, a multiple of the block size
     * @param blockCrcs CRC32C of each block, in order
     */
    record Slice(
            FileChannel file,
            long filePosition,
            long firstByte,
            int lengthBytes,
            int blockBytes,
            int[] blockCrcs,
            Runnable release)
            implements AutoCloseable {
        @Override
        public void close() {
            release.run();
        }
    }

    /**
     * The blocks that cover {@code [offset, offset + lengthBytes)} of a chunk, cut at its end.
     *
     * @throws StoreException NO_SUCH_CHUNK; GONE when it was deleted or doomed here; CORRUPT when
     *     the extent's header or checksum table is damaged; UNAVAILABLE while that it was deleted
     *     or doomed may have been forgotten, until {@link #resolve}
     */
    Slice open(ChunkKey key, long offset, int lengthBytes);

    Optional<ChunkInfo> stat(ChunkKey key);

    /**
     * Reads the whole chunk and its checksums; a fault is counted and reported by {@link #status}.
     */
    Verdict verify(ChunkKey key);

    /** The outcome of {@link #verify}. */
    enum Verdict {
        SOUND,
        CORRUPT,
        MISSING
    }

    /** Removes a chunk and gives its space back, durably; true also when it was not there. */
    void delete(ChunkKey key);

    /** Overwrites a chunk's bytes, syncs, reads them back past the page cache, then deletes it. */
    EraseReceipt erase(ChunkKey key);

    /**
     * What was erased.
     *
     * @param overwrittenBytes bytes overwritten and read back; 0 when the chunk was not here
     */
    record EraseReceipt(ChunkKey key, long overwrittenBytes, boolean readBack) {}

    /** Durably refuses every later read, write or copy of a segment's chunks here. */
    void doom(PgId pg, SegmentId segment);

    /** Durably refuses writes to a group below an epoch. */
    void refuseBelow(PgId pg, int epoch);

    /** Chunks in key order after {@code after}, of one group or (null) of all. */
    List<ChunkInfo> list(@Nullable PgId pg, @Nullable ChunkKey after, int limit);

    /** All groups that have chunks here, in order: some hundreds, found by a seek for each. */
    List<PgId> groups();

    /**
     * Chunks, oldest first, whose write is not yet known to have been committed, written before
     * {@code beforeMillis}. Orphans are found from here, without a scan of the device.
     *
     * @param after goes on behind this one, which may have gone meanwhile; null: from the oldest
     */
    List<ChunkInfo> unresolved(@Nullable ChunkInfo after, long beforeMillis, int limit);

    /** The oldest of them. */
    default List<ChunkInfo> unresolved(long beforeMillis, int limit) {
        return unresolved(null, beforeMillis, limit);
    }

    /** Takes chunks whose write was committed off the unresolved list. */
    void resolve(List<ChunkKey> keys);

    /** Chunks known to be damaged, in key order: for operators and repair. */
    List<ChunkKey> damaged(int limit);

    /** Where the device's {@link Scrubber} stands; {@link ScrubPlace#NONE} at first. */
    ScrubPlace scrubPlace();

    /** Keeps it: safe from the end of the process; a power cut may bring an older one back. */
    void keepScrubPlace(ScrubPlace place);

    /**
     * Reads the whole index and checks it against its checksums. A damaged one is made anew when
     * the device is opened the next time, and {@link #status} says so.
     *
     * @return what is wrong, for a person; null when nothing
     */
    @Nullable String checkIndex();

    /** Figures for operators, metrics and placement. */
    Status status();

    /**
     * A device's figures.
     *
     * @param fault what is wrong with the device, for a person; null when nothing
     */
    record Status(
            State state,
            long capacityBytes,
            long freeBytes,
            long chunks,
            long storedBytes,
            long corruptChunks,
            long missingFiles,
            long queuedSyncs,
            @Nullable String fault) {}

    /**
     * {@code FULL}: reads and deletes go on. {@code FAILED}: an I/O error; nothing is served.
     * {@code SLOW}: far slower than others, or it refuses reads: all is served, nothing new wanted.
     */
    enum State {
        ONLINE,
        FULL,
        FAILED,
        SLOW
    }

    /** Writes a page of no meaning and syncs it: to see how long that takes. */
    void probe();

    /**
     * What {@link #status} says from now on; touches no disk.
     *
     * @param why for a person; null: it is quick enough
     */
    void setSlow(@Nullable String why);

    @Override
    void close();
}
