package io.lethe.node.repair;

import io.lethe.node.base.Bytes;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentState;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionQuery.SegmentAsk;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import io.lethe.node.object.ChunkRebuild;
import io.lethe.node.object.ObjectPorts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Gets one chunk onto the device that should have it: a copy of another device's, where one has it,
 * else computed from the segment's other chunks, where a version names the segment. Safe for
 * several tasks at once.
 */
final class Mending {
    /** Of one chunk; the largest has 80 MiB. */
    static final Duration CHUNK_WITHIN = Duration.ofSeconds(60);

    /** Read and sent at a time: a quarter of a batch of the read path. */
    private static final int PIECE_BYTES = 1 << 20;

    /** A chunk does not know its object's key; it serves routing only, but may not be empty. */
    private static final Bytes ANY_KEY = Bytes.utf8("-");

    private final ObjectPorts ports;
    private final ChunkRebuild rebuild;

    Mending(ObjectPorts ports) {
        this.ports = ports;
        rebuild = new ChunkRebuild(ports);
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

    long deadlineNanos() {
        return ports.tasks().clock().nanos() + CHUNK_WITHIN.toNanos();
    }

    /** How the write of a chunk stands with the partition that answers for it. */
    SegmentState ask(ChunkInfo chunk) throws InterruptedException {
        PartitionAnswer answer =
                ports.metadata()
                        .query(
                                chunk.owner(),
                                new PartitionQuery.SegmentStates(
                                        List.of(
                                                new SegmentAsk(
                                                        chunk.write(), chunk.key().segment()))),
                                deadlineNanos());
        if (answer instanceof PartitionAnswer.WriteStates(List<SegmentState> states)) {
            return states.getFirst();
        }
        throw new StoreException(ErrorCode.INTERNAL, "an unexpected answer: " + answer);
    }

    /**
     * Whether no version names a chunk's segment, nor ever will: a write that its partition does
     * not know is closed first.
     */
    boolean abandoned(ChunkInfo chunk) throws InterruptedException {
        return switch (ask(chunk).state()) {
            case CLOSED -> true;
            case OPEN, COMMITTED -> false;
            case UNKNOWN -> {
                PartitionReply reply =
                        ports.metadata()
                                .execute(
                                        chunk.owner(),
                                        new PartitionCommand.CloseWrite(
                                                chunk.write(),
                                                RowKeys.bucketOf(chunk.owner()),
                                                ANY_KEY,
                                                List.of()),
                                        ports.directory().index(),
                                        deadlineNanos());
                yield reply instanceof PartitionReply.WriteEnded(boolean committed) && !committed;
            }
        };
    }

    /**
     * Computes a chunk anew.
     *
     * @param any chunk of the segment, for its write and owner
     */
    Outcome compute(ChunkInfo any, int chunk) throws InterruptedException {
        SegmentState state = ask(any);
        if (state.segment() == null) {
            return Outcome.NOT_NEEDED;
        }
        boolean done =
                rebuild.rebuild(
                        state.segment(),
                        any.write(),
                        RowKeys.bucketOf(any.owner()),
                        chunk,
                        deadlineNanos());
        return done ? Outcome.MENDED : Outcome.WAITS;
    }

    /**
     * Copies a chunk as it is.
     *
     * @throws StoreException what either device says; NO_SUCH_CHUNK or GONE where it was deleted
     *     meanwhile
     */
    void copy(PlacementGroup pg, ChunkInfo chunk, DeviceId from) throws InterruptedException {
        ChunkKey key = chunk.key();
        SegmentId segment = key.segment();
        long deadlineNanos = deadlineNanos();
        Ticket read = ports.tickets().mint(Ticket.Operation.READ, pg.id(), pg.epoch(), segment);
        Ticket write = ports.tickets().mint(Ticket.Operation.WRITE, pg.id(), pg.epoch(), segment);
        ChunkHeader header =
                new ChunkHeader(
                        key,
                        pg.epoch(),
                        chunk.write(),
                        chunk.owner(),
                        Math.max(1, chunk.lengthBytes()),
                        chunk.blockBytes());
        ChunkPeers.Sink sink =
                ports.peers().write(pg.writer(key.index()), write, header, deadlineNanos);
        boolean finished = false;
        try {
            // Whole blocks: only those are checked on the way.
            int step = Math.max(1, PIECE_BYTES / chunk.blockBytes()) * chunk.blockBytes();
            for (long at = 0; at < chunk.lengthBytes(); at += step) {
                int length = (int) Math.min(step, chunk.lengthBytes() - at);
                byte[] piece =
                        ports.peers()
                                .read(from, read, key, at, length, deadlineNanos)
                                .await(deadlineNanos);
                var _ = sink.send(piece, 0, piece.length).await(deadlineNanos);
            }
            finished = sink.finish().await(deadlineNanos);
        } catch (TimeoutException e) {
            throw new StoreException(
                    ErrorCode.DEADLINE, "chunk " + key + " was not copied in time");
        } finally {
            if (!finished) {
                sink.abort();
            }
        }
    }
}
