package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.WriteId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code decide} answers to a {@link PartitionCommand}. */
public sealed interface PartitionReply {
    record Done() implements PartitionReply {}

    /** A refusal that repeating won't change. */
    record Refused(ErrorCode code, String message) implements PartitionReply {}

    /** Something that the command was prepared with is out of date: prepare again, then repeat. */
    record Retry(Why why, long detail) implements PartitionReply {
        public enum Why {
            /** Validated below the fence; detail: the fence's directory index. */
            FENCED,
            /** The shard takes no more, or there is none: ask for the open one. */
            SHARD,
            /** The stamp went back or jumped: the leader's clock is off. */
            STAMP
        }
    }

    /**
     * The key or range lies outside this partition's range.
     *
     * @param mapEpoch of the partition's record since its range is as it is; 0: from the first
     */
    record WrongPartition(long mapEpoch) implements PartitionReply {}

    /**
     * @param shard the tenant's open shard; null when the leader must open one first
     */
    record WriteOpened(@Nullable ShardGrant shard, long expiresMillis) implements PartitionReply {}

    record Renewed(List<WriteId> closed) implements PartitionReply {
        public Renewed {
            closed = List.copyOf(closed);
        }
    }

    /** How a write stands after {@link PartitionCommand.CloseWrite}. */
    record WriteEnded(boolean committed) implements PartitionReply {}

    /** Count of what a sweep did; at its limit there may be more. */
    record Swept(int count) implements PartitionReply {}

    /**
     * @param shardFull true when the shard has its fill: ask for a fresh one before the next write
     */
    record Committed(long order, boolean nullVersion, long createdMillis, boolean shardFull)
            implements PartitionReply {}

    /**
     * @param order the marker's or the deleted version's order; 0 when nothing was there
     * @param marker true when a delete marker was written, or when the deleted version was one
     */
    record Deleted(long order, boolean nullVersion, boolean marker) implements PartitionReply {}

    /**
     * @param shardFull as in {@link Committed}
     */
    record UploadCreated(long order, long createdMillis, boolean shardFull)
            implements PartitionReply {}

    /**
     * Rows outside of the range were removed.
     *
     * @param phase that the next sweep is to name; 0: nothing is left
     * @param next that the next sweep is to name
     */
    record SplitSwept(int phase, @Nullable Bytes next) implements PartitionReply {}

    /** The range is nobody's from here on, until another takes it over. */
    record GivenUp(MergeReceipt receipt) implements PartitionReply {}

    /** Each delete's own reply, in their order. */
    record DeleteBatchDone(List<PartitionReply> replies) implements PartitionReply {
        public DeleteBatchDone {
            replies = List.copyOf(replies);
            Check.range("replies", replies.size(), 1, PartitionCommand.MOST_DELETES);
            for (PartitionReply one : replies) {
                if (one instanceof DeleteBatchDone) {
                    throw new IllegalArgumentException("a batch's reply in another's");
                }
            }
        }
    }

    /** A part is durable under its upload. */
    record PartPut(long order, long createdMillis) implements PartitionReply {}
}
