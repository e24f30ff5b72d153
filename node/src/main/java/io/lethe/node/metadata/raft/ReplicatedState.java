package io.lethe.node.metadata.raft;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a group's log is applied to, on one replica. All methods but {@link #exportKeys} and the two
 * indexes are called on one platform thread per group, one after the other.
 *
 * <p>The applied index and term are stored with the state, in one batch. After a crash they may be
 * behind what was acknowledged; the log then applies the rest again. An exception that leaves a
 * method halts the process.
 */
public interface ReplicatedState {
    /**
     * Applies a committed command.
     *
     * @param index above every index applied before; not contiguous, since the library's own
     *     entries take indexes too
     * @return the reply for whoever proposed it here
     */
    byte[] apply(long index, long term, byte[] command);

    /** The last index applied, 0 when none; read by any thread. */
    long appliedIndex();

    /** The term of {@link #appliedIndex()}. */
    long appliedTerm();

    /**
     * Writes a checkpoint of the state as it is now into an empty folder, flat, without key files;
     * flushed as far as {@link #appliedIndex()} before it returns.
     */
    void saveSnapshot(Path dir) throws IOException;

    /**
     * Replaces the state by a checkpoint that {@link #saveSnapshot} of some replica wrote; durable
     * when it returns. The folder stays the log's: files are copied or linked out of it. Called
     * only when the snapshot is newer than the state.
     *
     * @param index the applied index of the checkpoint
     */
    void loadSnapshot(Path dir, long index, long term) throws IOException;

    /**
     * The key slots that travel at the end of a snapshot, since key files are never part of one
     * (protocols, keys): as they are now, which may be later than the snapshot. Called by any
     * thread.
     */
    default byte[] exportKeys() {
        return new byte[0];
    }

    /**
     * The same for one replica that asks; empty where the state does not know of its copy yet,
     * which must be registered first (protocols, keys). Called by any thread.
     */
    default Optional<byte[]> exportKeysFor(RaftPeer reader) {
        return Optional.of(exportKeys());
    }

    /**
     * Stores, durably, the keys that belong to the snapshot which {@link #loadSnapshot} will bring
     * next under the same index. Called on a thread of its own while {@link #apply} may run.
     */
    default void importKeys(long snapshotIndex, byte[] keys) throws IOException {}

    /** This replica leads from here on, and everything of earlier terms has applied. */
    default void leaderStart(long term) {}

    default void leaderStop() {}
}
