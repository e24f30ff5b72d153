package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.GroupId;

/**
 * The replicated records of the whole cluster, wherever their leaders are. Calls block the calling
 * task ({@link io.lethe.node.base.task.Tasks}); they find the leader, follow it when it changes,
 * and repeat what is safe to repeat until the deadline. Failures are {@link
 * io.lethe.node.model.StoreException}s: UNAVAILABLE (nothing was proposed), OUTCOME_UNKNOWN (it may
 * or may not be in the log; repeating the same command is safe, since commands are idempotent),
 * OVERLOADED, DEADLINE.
 */
public interface Metadata {
    /**
     * Executes a command in the partition that owns {@code rowKey}. Replies of kind WrongPartition
     * are handled inside, every other is returned.
     *
     * @param checkedAt the directory index at which the caller validated the request
     */
    PartitionReply execute(
            Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos)
            throws InterruptedException;

    /** Executes a command in one group, whatever its range. */
    PartitionReply executeIn(
            GroupId partition, PartitionCommand command, long checkedAt, long deadlineNanos)
            throws InterruptedException;

    /**
     * Asks the partition that owns {@code rowKey}; sees everything acknowledged before the call.
     */
    PartitionAnswer query(Bytes rowKey, PartitionQuery query, long deadlineNanos)
            throws InterruptedException;

    PartitionAnswer queryIn(GroupId partition, PartitionQuery query, long deadlineNanos)
            throws InterruptedException;

    /**
     * Executes a directory command.
     *
     * @param controllerEpoch the caller's epoch for controller commands, else 0
     * @return the reply and the directory index at which it was applied
     */
    Applied execute(DirectoryCommand command, long controllerEpoch, long deadlineNanos)
            throws InterruptedException;

    /** A directory reply and where it was applied. */
    record Applied(DirectoryReply reply, long index) {}

    /** Returns once this node's {@link Directory} has everything acknowledged before the call. */
    void catchUpDirectory(long deadlineNanos) throws InterruptedException;
}
