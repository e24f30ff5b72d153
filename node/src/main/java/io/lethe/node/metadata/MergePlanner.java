package io.lethe.node.metadata;

import io.lethe.node.metadata.command.CommandLevels;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.Merge;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds into which neighbour a partition without objects can be merged, and has the directory order
 * it; {@link MergeWorker} does the rest. Safe for any task.
 */
public final class MergePlanner {
    private final Metadata metadata;
    private final Directory directory;

    public MergePlanner(Metadata metadata, Directory directory) {
        this.metadata = metadata;
        this.directory = directory;
    }

    /**
     * Orders a merge; returns the neighbour that gets the range once it is ordered.
     *
     * @throws StoreException INVALID_ARGUMENT where the partition is not empty, or has no neighbour
     */
    public GroupId begin(GroupId partition, long deadlineNanos) throws InterruptedException {
        metadata.catchUpDirectory(deadlineNanos);
        int level = directory.featureLevel();
        if (level < FeatureLevels.MERGES) {
            throw new StoreException(
                    CommandLevels.REFUSED, CommandLevels.refusal(FeatureLevels.MERGES, level));
        }
        Optional<Merge.Done> over = directory.merged(partition);
        if (over.isPresent()) {
            return over.get().heir();
        }
        PartitionRecord giver =
                directory
                        .partition(partition)
                        .filter(one -> !one.id().isDirectory())
                        .orElseThrow(
                                () ->
                                        invalid(
                                                "there is no "
                                                        + partition
                                                        + "; see 'lethe partitions'"));
        Optional<Merge> running =
                directory.merges().stream().filter(one -> one.giver().equals(partition)).findAny();
        if (running.isPresent()) {
            return running.get().heir();
        }
        if (!(metadata.queryIn(partition, new PartitionQuery.MergeState(), deadlineNanos)
                instanceof PartitionAnswer.MergeStanding standing)) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, partition + " does not say how it stands");
        }
        if (!standing.occupied().isEmpty()) {
            throw invalid(partition + " can't be merged: " + standing.occupied());
        }
        PartitionRecord heir = heir(giver);
        DirectoryReply reply =
                metadata.execute(
                                new DirectoryCommand.BeginMerge(
                                        giver.id(), giver.mapEpoch(), heir.id(), heir.mapEpoch()),
                                0,
                                deadlineNanos)
                        .reply();
        if (reply instanceof DirectoryReply.Refused(ErrorCode code, String message)) {
            throw new StoreException(code, message);
        }
        return heir.id();
    }

    /** The neighbour before it, unless only the one behind it is free. */
    private PartitionRecord heir(PartitionRecord giver) {
        List<PartitionRecord> neighbours =
                directory.partitions().stream()
                        .filter(one -> isBehind(one, giver) || isBehind(giver, one))
                        .sorted(Comparator.comparing(one -> isBehind(giver, one)))
                        .toList();
        if (neighbours.isEmpty()) {
            throw invalid(giver.id() + " has no neighbour: it is the only partition");
        }
        return neighbours.stream().filter(this::isFree).findFirst().orElse(neighbours.getFirst());
    }

    private static boolean isBehind(PartitionRecord first, PartitionRecord second) {
        return !first.to().isEmpty() && first.to().equals(second.from());
    }

    private boolean isFree(PartitionRecord record) {
        return record.division() == null
                && directory.merges().stream()
                        .noneMatch(
                                one ->
                                        one.giver().equals(record.id())
                                                || one.heir().equals(record.id()));
    }

    private static StoreException invalid(String message) {
        return new StoreException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
