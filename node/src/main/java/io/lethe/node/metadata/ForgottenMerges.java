package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.Merge;
import io.lethe.node.metadata.command.MergeReceipt;
import io.lethe.node.metadata.command.PartitionAnswer.MergeStanding;
import io.lethe.node.metadata.command.PartitionAnswer.ReceiptFound;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.Setback;
import io.lethe.node.model.StoreException;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Merges that are over, and that a directory which was made anew of one copy does not know to be:
 * the heir has the range and may have objects in it, and the records give it to a partition that
 * gave it up, of which there may be no replica any more. Whether a partition took another's range
 * over its own state says, for good; where it did, the directory is told once more how that ended.
 * A giver's replicas are there until then, so one of both always knows. Stateless.
 */
final class ForgottenMerges {
    private final Directory directory;
    private final Metadata metadata;
    private final LongSupplier deadline;

    /**
     * @param deadline by when a call that begins now must be answered
     */
    ForgottenMerges(Directory directory, Metadata metadata, LongSupplier deadline) {
        this.directory = directory;
        this.metadata = metadata;
        this.deadline = deadline;
    }

    /** Whether there may be any. */
    boolean any() {
        return directory.setting(Setback.Recovered.SETTING).isPresent();
    }

    /**
     * A partition whose range this one took over, and that has a record still.
     *
     * @param from of the range that it has
     * @param to likewise
     */
    Optional<GroupId> takenOverBy(PartitionRecord record, Bytes from, Bytes to)
            throws InterruptedException {
        for (PartitionRecord one : directory.partitions()) {
            if (areNeighbours(record, one)
                    && isWithin(one, from, to)
                    && receipt(record.id(), one.id()) != null) {
                return Optional.of(one.id());
            }
        }
        return Optional.empty();
    }

    /**
     * The neighbour that took a partition's range over; both must answer where none did.
     *
     * @throws StoreException where it has given that range on: a split is forgotten too, and who
     *     has the range has no record
     */
    Optional<GroupId> heirOf(PartitionRecord giver) throws InterruptedException {
        for (PartitionRecord one : directory.partitions()) {
            if (!areNeighbours(giver, one) || receipt(one.id(), giver.id()) == null) {
                continue;
            }
            MergeStanding standing = standing(one.id());
            if (!isWithin(giver, standing.from(), standing.to())) {
                throw new StoreException(
                        ErrorCode.INTERNAL,
                        giver.id()
                                + " went over to "
                                + one.id()
                                + ", which has split since, as the directory has forgotten");
            }
            return Optional.of(one.id());
        }
        return Optional.empty();
    }

    private MergeStanding standing(GroupId partition) throws InterruptedException {
        if (metadata.queryIn(partition, new PartitionQuery.MergeState(), deadline.getAsLong())
                instanceof MergeStanding standing) {
            return standing;
        }
        throw new StoreException(ErrorCode.UNAVAILABLE, partition + " does not say how it stands");
    }

    private static boolean areNeighbours(PartitionRecord one, PartitionRecord other) {
        return follows(one, other) || follows(other, one);
    }

    private static boolean follows(PartitionRecord first, PartitionRecord second) {
        return !first.to().isEmpty() && first.to().equals(second.from());
    }

    private static boolean isWithin(PartitionRecord record, Bytes from, Bytes to) {
        boolean ends = to.isEmpty() || (!record.to().isEmpty() && record.to().compareTo(to) <= 0);
        return ends && from.compareTo(record.from()) <= 0;
    }

    /** What the directory is to know of a merge that is over; null: it is not. */
    @Nullable MergeReceipt receipt(GroupId heir, GroupId giver) throws InterruptedException {
        if (metadata.queryIn(heir, new PartitionQuery.FindReceipt(giver), deadline.getAsLong())
                instanceof ReceiptFound(MergeReceipt receipt)) {
            return receipt;
        }
        throw new StoreException(
                ErrorCode.UNAVAILABLE, heir + " does not say whether it took " + giver + " over");
    }

    /**
     * Brings a merge that is over a step nearer to where the directory knows that. What it has
     * under way of the two was ordered before, and came to its end or to nothing; or after, and can
     * come to nothing.
     */
    void recall(GroupId giver, GroupId heir) throws InterruptedException {
        refuseWhole(giver, heir);
        Merge merge =
                directory.merges().stream()
                        .filter(one -> isOf(one, giver) || isOf(one, heir))
                        .findFirst()
                        .orElse(null);
        if (merge == null) {
            order(new DirectoryCommand.BeginMerge(giver, mapEpoch(giver), heir, mapEpoch(heir)));
            return;
        }
        boolean elsewhere = merge.giver().equals(giver) && !merge.heir().equals(heir);
        // What was given to the giver is the heir's too.
        MergeReceipt receipt =
                elsewhere || merge.giver().equals(heir) ? null : receipt(heir, merge.giver());
        if (receipt != null) {
            refuseWhole(merge.giver(), heir);
        }
        order(new DirectoryCommand.EndMerge(merge.giver(), merge.since(), receipt));
    }

    private static boolean isOf(Merge merge, GroupId partition) {
        return merge.giver().equals(partition) || merge.heir().equals(partition);
    }

    private long mapEpoch(GroupId partition) {
        return directory.partition(partition).map(PartitionRecord::mapEpoch).orElse(0L);
    }

    /** Who gave its range up has nothing, and may be gone; what is whole must not be dropped. */
    private void refuseWhole(GroupId giver, GroupId heir) throws InterruptedException {
        boolean whole;
        try {
            whole = standing(giver).givenUpSince() == 0;
        } catch (StoreException e) {
            // Nobody leads it: its replicas are wiped once its heir has its range.
            whole = false;
        }
        if (whole) {
            throw new StoreException(
                    ErrorCode.INTERNAL,
                    heir + " took " + giver + " over, which has its range nevertheless");
        }
    }

    private void order(DirectoryCommand command) throws InterruptedException {
        DirectoryReply reply = metadata.execute(command, 0, deadline.getAsLong()).reply();
        if (reply instanceof DirectoryReply.Refused(ErrorCode code, String message)) {
            throw new StoreException(code, message);
        }
        metadata.catchUpDirectory(deadline.getAsLong());
    }
}
