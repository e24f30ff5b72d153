package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.metadata.KeyRanges;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentState;
import io.lethe.node.metadata.command.PartitionAnswer.WriteState;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionQuery.SegmentAsk;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How the writes of chunks that were found on a device ended. A chunk knows its bucket's range and
 * not its object's key, so all partitions are asked that have a part of the range; whoever knows
 * most is right, since a write's row is where its key is, and what is closed is so for good. Safe
 * for any task.
 */
public final class WriteEnds {
    /** Not looked at where a command is for a range, but may not be empty. */
    private static final Bytes ANY_KEY = Bytes.utf8("-");

    /** From what counts least to what counts most. */
    private static final List<WriteState> WEIGHT =
            List.of(WriteState.UNKNOWN, WriteState.CLOSED, WriteState.OPEN, WriteState.COMMITTED);

    private final ObjectPorts ports;
    private final KeyRanges ranges;

    public WriteEnds(ObjectPorts ports) {
        this.ports = ports;
        ranges = new KeyRanges(ports.metadata(), ports.directory(), ports.tasks());
    }

    /**
     * How the writes of some chunks stand, in the chunks' order.
     *
     * @param chunks of one owner
     */
    public List<SegmentState> ask(Bytes owner, List<ChunkInfo> chunks, long deadlineNanos)
            throws InterruptedException {
        List<SegmentAsk> asks =
                chunks.stream().map(c -> new SegmentAsk(c.write(), c.key().segment())).toList();
        List<SegmentState> known =
                new ArrayList<>(
                        Collections.nCopies(
                                asks.size(), new SegmentState(WriteState.UNKNOWN, null)));
        Bytes end = owner.prefixEnd();
        KeyRanges.Piece<PartitionAnswer> piece;
        for (Bytes at = owner; ; at = piece.to()) {
            piece = ranges.ask(at, end, new PartitionQuery.SegmentStates(asks), deadlineNanos);
            if (!(piece.said() instanceof PartitionAnswer.WriteStates(List<SegmentState> said))) {
                throw new StoreException(
                        ErrorCode.INTERNAL, "an unexpected answer: " + piece.said());
            }
            for (int i = 0; i < asks.size(); i++) {
                SegmentState one = said.get(i);
                if (weight(one) > weight(known.get(i))) {
                    known.set(i, one);
                }
            }
            if (!piece.goesOn(end)) {
                return known;
            }
        }
    }

    private static int weight(SegmentState state) {
        return WEIGHT.indexOf(state.state());
    }

    /**
     * Whether no version names a chunk's segment, nor ever will: a write that its partition does
     * not know is closed first. Nothing is abandoned in a cluster that was set back, until an
     * operator says so: what the partition does not know may have been committed.
     *
     * @param state as {@link #ask} said
     */
    public boolean abandoned(ChunkInfo chunk, SegmentState state, long deadlineNanos)
            throws InterruptedException {
        if (!ports.reclaimsUnknown()) {
            return false;
        }
        return switch (state.state()) {
            case CLOSED -> true;
            case OPEN, COMMITTED -> false;
            case UNKNOWN -> close(chunk.owner(), chunk.write(), deadlineNanos);
        };
    }

    /** Closes a write that nobody knows, wherever it could still be opened. */
    private boolean close(Bytes owner, WriteId write, long deadlineNanos)
            throws InterruptedException {
        BucketId bucket = RowKeys.bucketOf(owner);
        Bytes end = owner.prefixEnd();
        KeyRanges.Piece<PartitionReply> piece;
        for (Bytes at = owner; ; at = piece.to()) {
            piece =
                    ranges.execute(
                            at,
                            end,
                            new PartitionCommand.CloseWrite(write, bucket, ANY_KEY, List.of()),
                            ports.directory().index(),
                            deadlineNanos);
            boolean closed =
                    piece.said() instanceof PartitionReply.WriteEnded(boolean committed)
                            && !committed;
            if (!closed) {
                return false;
            }
            if (!piece.goesOn(end)) {
                return true;
            }
        }
    }
}
