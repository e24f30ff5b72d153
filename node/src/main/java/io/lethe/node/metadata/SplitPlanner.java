package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds where to split a partition, and has the directory order it; {@link SplitWorker} does the
 * rest. Safe for any task.
 */
public final class SplitPlanner {
    /** Answers that are gathered to find the middle: of 40 million objects. */
    private static final int MOST_SAMPLES = 5_000;

    private final Metadata metadata;
    private final Directory directory;

    public SplitPlanner(Metadata metadata, Directory directory) {
        this.metadata = metadata;
        this.directory = directory;
    }

    /**
     * Orders a split; returns once it is ordered, and says which.
     *
     * @param at row key of the first object of the second half; null: the middle one
     * @throws StoreException INVALID_ARGUMENT where it can't be split there
     */
    public PartitionRecord.Division begin(GroupId partition, @Nullable Bytes at, long deadlineNanos)
            throws InterruptedException {
        metadata.catchUpDirectory(deadlineNanos);
        PartitionRecord record =
                directory
                        .partition(partition)
                        .filter(one -> !one.id().isDirectory())
                        .orElseThrow(
                                () ->
                                        invalid(
                                                "there is no "
                                                        + partition
                                                        + "; see 'lethe partitions'"));
        Bytes middle = at == null ? middle(partition, deadlineNanos) : at;
        PartitionAnswer answer =
                metadata.queryIn(
                        partition, new PartitionQuery.FindSeparator(middle), deadlineNanos);
        if (!(answer instanceof PartitionAnswer.SeparatorFound(Bytes separator))) {
            throw invalid("the key is not in " + partition + "; see 'lethe partitions'");
        }
        if (separator == null) {
            throw invalid(
                    "no separator fits there: nothing shorter than a whole key would do, or nothing"
                            + " lies before it; choose another key");
        }
        DirectoryReply reply =
                metadata.execute(
                                new DirectoryCommand.BeginSplit(
                                        partition, record.mapEpoch(), separator),
                                0,
                                deadlineNanos)
                        .reply();
        if (reply instanceof DirectoryReply.Refused(ErrorCode code, String message)) {
            throw new StoreException(code, message);
        }
        metadata.catchUpDirectory(deadlineNanos);
        return directory
                .partition(partition)
                .map(PartitionRecord::division)
                .filter(division -> division.separator().equals(separator))
                .or(() -> done(separator))
                .orElseThrow(
                        () ->
                                new StoreException(
                                        ErrorCode.OUTCOME_UNKNOWN,
                                        "the split was ordered and is not under way; see 'lethe"
                                                + " partitions'"));
    }

    /** It was over before anybody looked. */
    private Optional<PartitionRecord.Division> done(Bytes separator) {
        return directory
                .partitionOf(separator)
                .filter(child -> child.from().equals(separator))
                .map(child -> new PartitionRecord.Division(separator, child.id()));
    }

    private Bytes middle(GroupId partition, long deadlineNanos) throws InterruptedException {
        List<Bytes> keys = new ArrayList<>();
        Bytes after = null;
        for (int i = 0; i < MOST_SAMPLES; i++) {
            PartitionAnswer answer =
                    metadata.queryIn(
                            partition, new PartitionQuery.SampleKeys(after), deadlineNanos);
            if (!(answer instanceof PartitionAnswer.KeySample(List<Bytes> page, Bytes next))) {
                throw new StoreException(ErrorCode.UNAVAILABLE, "answered " + answer);
            }
            keys.addAll(page);
            after = next;
            if (next == null) {
                break;
            }
        }
        if (keys.size() < 2) {
            throw invalid(partition + " has too few objects to be split in the middle; name a key");
        }
        return keys.get(keys.size() / 2);
    }

    private static StoreException invalid(String message) {
        return new StoreException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
