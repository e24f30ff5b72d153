package io.lethe.node.repair;

import io.lethe.node.base.Bytes;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentState;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import io.lethe.node.object.ChunkRebuild;
import io.lethe.node.object.ObjectPorts;
import io.lethe.node.object.WriteEnds;
import java.time.Duration;
import java.util.List;

/**
 * Gets one chunk onto the device that should have it: a copy of another device's, where one has it,
 * else computed from the segment's other chunks, where a version names the segment. Safe for
 * several tasks at once.
 */
final class Mending {
    /** For an answer of a partition. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    /** Of one chunk; the largest has 80 MiB, and may wait for busy disks piece by piece. */
    private static final Duration CHUNK_WITHIN = Duration.ofMinutes(10);

    /** For a piece of a copy on its way, as for a batch of {@link ChunkRebuild}. */
    private static final Duration PIECE_WITHIN = Duration.ofSeconds(60);

    /** Read and sent at a time: a quarter of a batch of the read path. */
    static final int PIECE_BYTES = 1 << 20;

    private final ObjectPorts ports;
    private final ChunkRebuild rebuild;
    private final WriteEnds ends;

    Mending(ObjectPorts ports) {
        this.ports = ports;
        rebuild = new ChunkRebuild(ports);
        ends = new WriteEnds(ports);
    }

    /** What came of it. */
    enum Outcome {
        /** The chunk is durable where it should be. */
        MENDED,
        /** No version names the segment, or none yet. */
        NOT_NEEDED,
        /** A version names it, and it can't be had now. */
        WAITS
    }

    private long within(Duration time) {
        return ports.tasks().clock().nanos() + time.toNanos();
    }

    /** How the write of a chunk stands with the partition that answers for it. */
    SegmentState ask(ChunkInfo chunk) throws InterruptedException {
        return ask(chunk.owner(), List.of(chunk)).getFirst();
    }

    /**
     * How the writes of chunks stand, in the chunks' order.
     *
     * @param chunks of one owner
     */
    List<SegmentState> ask(Bytes owner, List<ChunkInfo> chunks) throws InterruptedException {
        return ends.ask(owner, chunks, within(ANSWER_WITHIN));
    }

    /**
     * Whether no version names a chunk's segment, nor ever will: a write that its partition does
     * not know is closed first.
     */
    boolean abandoned(ChunkInfo chunk) throws InterruptedException {
        return ends.abandoned(chunk, ask(chunk), within(ANSWER_WITHIN));
    }

    /**
     * Computes a chunk anew.
     *
     * @param any chunk of the segment, for its write and owner
     * @param state as {@link #ask} said of that
     */
    Outcome compute(ChunkInfo any, SegmentState state, int chunk) throws InterruptedException {
        if (state.segment() == null) {
            return Outcome.NOT_NEEDED;
        }
        boolean done =
                rebuild.make(
                        state.segment(),
                        any.write(),
                        RowKeys.bucketOf(any.owner()),
                        chunk,
                        within(CHUNK_WITHIN));
        return done ? Outcome.MENDED : Outcome.WAITS;
    }

    /** Bytes in memory while a chunk of about this length is computed from k others. */
    static long computeBytes(long lengthBytes, int k) {
        long batch = Math.min(lengthBytes * k, ChunkRebuild.BATCH_BYTES);
        return batch + batch / k;
    }

    /**
     * Copies a chunk as it is.
     *
     * @throws StoreException what either device says; NO_SUCH_CHUNK or GONE where it was deleted
     *     meanwhile
     */
    void copy(PlacementGroup pg, ChunkInfo chunk, DeviceId from) throws InterruptedException {
        ChunkKey key = chunk.key();
        DeviceId to = pg.writer(key.index());
        Ticket write = ticket(Ticket.Operation.WRITE, pg, key);
        ChunkHeader header =
                new ChunkHeader(
                        key,
                        pg.epoch(),
                        chunk.write(),
                        chunk.owner(),
                        Math.max(1, chunk.lengthBytes()),
                        chunk.blockBytes());
        ChunkPeers.Sink sink = ports.peers().write(to, write, header, within(CHUNK_WITHIN));
        boolean finished = false;
        try {
            // Whole blocks: only those are checked on the way.
            int step = Math.max(1, PIECE_BYTES / chunk.blockBytes()) * chunk.blockBytes();
            for (long at = 0; at < chunk.lengthBytes(); at += step) {
                int length = (int) Math.min(step, chunk.lengthBytes() - at);
                long deadlineNanos = within(PIECE_WITHIN);
                Ticket read = ticket(Ticket.Operation.READ, pg, key);
                byte[] piece =
                        ports.await(
                                from,
                                ports.peers().read(from, read, key, at, length, deadlineNanos),
                                deadlineNanos);
                var _ = ports.await(to, sink.send(piece, 0, piece.length), deadlineNanos);
            }
            finished = ports.await(to, sink.finish(), within(PIECE_WITHIN));
        } finally {
            if (!finished) {
                sink.abort();
            }
        }
    }

    /** New for each piece: they live for less than a large chunk may take. */
    private Ticket ticket(Ticket.Operation operation, PlacementGroup pg, ChunkKey key) {
        return ports.tickets().mint(operation, pg.id(), pg.epoch(), key.segment());
    }
}
