package io.lethe.node.chunk;

import io.lethe.node.base.task.Promise;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.PgId;
import io.lethe.node.model.Ticket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The devices of the whole cluster as the object path sees them. Calls never block: they answer by
 * promises, failed with {@link io.lethe.node.model.StoreException}: UNAVAILABLE when the node can't
 * be reached or the deadline passed, TICKET_REFUSED, and what {@link ChunkStore} says of each
 * operation. Implemented by the data plane, and by a model of network and disks in simulation.
 */
public interface ChunkPeers {
    /**
     * The same devices for work in the background: what is asked there does not count as foreground
     * on the device ({@link DiskLoad}), and is put off first where a device has too much to do.
     */
    default ChunkPeers background() {
        return this;
    }

    /** Starts a chunk; faults arrive at the first {@link Sink#send} or at {@link Sink#finish}. */
    Sink write(DeviceId device, Ticket ticket, ChunkHeader header, long deadlineNanos);

    /** A chunk under way to one device; one task at a time. */
    interface Sink {
        /**
         * Sends the next bytes, which must not change until the promise is done: it is when the
         * transport has taken them. At most one send may be outstanding.
         */
        Promise<Boolean> send(byte[] source, int offset, int lengthBytes);

        /** Done when the chunk is durable. */
        Promise<Boolean> finish();

        /** Gives up; the device drops what it has. Harmless after {@link #finish} is done. */
        void abort();
    }

    /**
     * Reads {@code [offset, offset + lengthBytes)} of a chunk, checked against the block checksums
     * on arrival. Bytes past the chunk's end are an INVALID_ARGUMENT. CORRUPT has been reported to
     * the device.
     */
    Promise<byte[]> read(
            DeviceId device,
            Ticket ticket,
            ChunkKey key,
            long offset,
            int lengthBytes,
            long deadlineNanos);

    /** Deletes one chunk; done when durable. */
    Promise<Boolean> delete(DeviceId device, Ticket ticket, ChunkKey key, long deadlineNanos);

    /** Dooms a segment on one device; done when durable. */
    Promise<Boolean> doom(DeviceId device, Ticket ticket, ChunkKey anyChunk, long deadlineNanos);

    /** Has the device read and check a whole chunk. */
    Promise<ChunkStore.Verdict> verify(
            DeviceId device, Ticket inspect, ChunkKey key, long deadlineNanos);

    /** See {@link ChunkStore#unresolved}; asked of remote devices by tests and tools only. */
    Promise<List<ChunkStore.ChunkInfo>> unresolved(
            DeviceId device, Ticket inspect, long beforeMillis, int limit, long deadlineNanos);

    /** Most chunks of one answer of {@link #list} or {@link #unresolved}: it is one frame. */
    int MOST_LISTED = 800;

    /**
     * The chunks of a group on one device, in key order.
     *
     * @param after goes on behind this one, which may have gone meanwhile; null: from the first
     * @param limit at most {@link #MOST_LISTED}; fewer than this many come only at the end
     */
    Promise<List<ChunkStore.ChunkInfo>> list(
            DeviceId device,
            Ticket inspect,
            PgId pg,
            @Nullable ChunkKey after,
            int limit,
            long deadlineNanos);

    /**
     * Has the device refuse writes to a group below an epoch, see {@link ChunkStore#refuseBelow}.
     * When it is done that is durable, and no write of an older epoch will become visible there: an
     * inventory taken from now on misses none.
     *
     * @param ticket for {@link Ticket.Operation#MOVE} on the group, at {@code epoch}
     */
    Promise<Boolean> refuseBelow(
            DeviceId device, Ticket ticket, PgId pg, int epoch, long deadlineNanos);
}
