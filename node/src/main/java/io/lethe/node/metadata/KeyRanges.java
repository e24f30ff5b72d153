package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Asks and tells all of a range of row keys, partition after partition. Each piece is answered by a
 * partition that has all of it at that time, so that whoever goes from piece to piece has covered
 * the range, whatever is split meanwhile. Safe for any task.
 */
public final class KeyRanges {
    /** A split's records follow within a second or two. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Metadata metadata;
    private final Directory directory;
    private final Tasks tasks;

    public KeyRanges(Metadata metadata, Directory directory, Tasks tasks) {
        this.metadata = metadata;
        this.directory = directory;
        this.tasks = tasks;
    }

    /**
     * What was said of a piece.
     *
     * @param to where the next one begins; empty: the range, or all of them, ends here
     */
    public record Piece<T>(GroupId partition, Bytes to, T said) {
        /** Whether a range that ends at {@code end} goes on. */
        public boolean goesOn(Bytes end) {
            return !to.isEmpty() && !to.equals(end);
        }
    }

    /** Asks about the first piece of a range, whose end is empty for the end of all keys. */
    public Piece<PartitionAnswer> ask(
            Bytes from, Bytes end, PartitionQuery query, long deadlineNanos)
            throws InterruptedException {
        while (true) {
            Optional<PartitionRecord> partition = directory.partitionOf(from);
            if (partition.isPresent()) {
                Bytes to = lesser(partition.get().to(), end);
                PartitionAnswer answer =
                        metadata.queryIn(
                                partition.get().id(),
                                new PartitionQuery.InRange(from, to, query),
                                deadlineNanos);
                if (!(answer instanceof PartitionAnswer.NotInRange)) {
                    return new Piece<>(partition.get().id(), to, answer);
                }
            }
            refresh(from, deadlineNanos);
        }
    }

    /** Tells the first piece of a range. */
    public Piece<PartitionReply> execute(
            Bytes from, Bytes end, PartitionCommand command, long checkedAt, long deadlineNanos)
            throws InterruptedException {
        while (true) {
            Optional<PartitionRecord> partition = directory.partitionOf(from);
            if (partition.isPresent()) {
                Bytes to = lesser(partition.get().to(), end);
                PartitionReply reply =
                        metadata.executeIn(
                                partition.get().id(),
                                new PartitionCommand.InRange(from, to, command),
                                checkedAt,
                                deadlineNanos);
                if (!(reply instanceof PartitionReply.WrongPartition)) {
                    return new Piece<>(partition.get().id(), to, reply);
                }
            }
            refresh(from, deadlineNanos);
        }
    }

    private static Bytes lesser(Bytes to, Bytes end) {
        if (to.isEmpty() || end.isEmpty()) {
            return to.isEmpty() ? end : to;
        }
        return to.compareTo(end) < 0 ? to : end;
    }

    private void refresh(Bytes from, long deadlineNanos) throws InterruptedException {
        if (tasks.clock().nanos() + PAUSE_NANOS - deadlineNanos >= 0) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "no partition is known to have what begins at "
                            + from
                            + " (gave up at the"
                            + " deadline)");
        }
        tasks.sleep(PAUSE_NANOS);
        metadata.catchUpDirectory(deadlineNanos);
    }
}
