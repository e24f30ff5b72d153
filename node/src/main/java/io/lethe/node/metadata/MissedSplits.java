package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionCommand.Split;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Splits that are over, and that a partition which was made anew of one replica does not know: that
 * replica's log ended before them. Its state has the other halves' ranges still, and would list and
 * walk what is in them. They are done again, the last range first, and make no child: there is one,
 * which has gone on since. Static and pure.
 */
final class MissedSplits {
    private MissedSplits() {}

    /** Whether a partition has more than its record says. */
    static boolean any(PartitionRecord record, Bytes to) {
        return record.recovery() != null && !record.to().isEmpty() && reaches(to, record.to());
    }

    /** Whether a range that ends at {@code to} goes on behind a row key. */
    private static boolean reaches(Bytes to, Bytes rowKey) {
        return to.isEmpty() || to.compareTo(rowKey) > 0;
    }

    /**
     * The next one that is to be done again: at its child's range, or, where none of the children
     * is left, at what follows the record's.
     *
     * @param to end of the range that the partition has
     * @param all partitions, by a directory that was read after that
     */
    static Optional<Split> next(PartitionRecord record, Bytes to, List<PartitionRecord> all) {
        if (!any(record, to)) {
            return Optional.empty();
        }
        GroupId parent = record.id();
        return all.stream()
                .filter(
                        one ->
                                one.from().equals(record.to())
                                        || (parent.equals(one.parent())
                                                && one.from().compareTo(record.to()) > 0
                                                && reaches(to, one.from())))
                .max(Comparator.comparing(PartitionRecord::from))
                .map(
                        child ->
                                new Split(
                                        parent,
                                        child.id(),
                                        child.from(),
                                        record.mapEpoch(),
                                        List.of()));
    }
}
