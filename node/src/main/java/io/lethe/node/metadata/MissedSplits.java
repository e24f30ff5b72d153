package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Merge;
import io.lethe.node.metadata.command.PartitionCommand.Split;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import java.util.ArrayList;
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
     * is left, at what follows the record's. It may have been of another child than the one that is
     * there now: a child that took its sibling over begins where that began, and the partition may
     * know the one and have missed the other. Whatever begins inside of a range came to be by a
     * split that this range has not seen; so of the partitions that begin or began there, one is
     * unknown to it, and a split into one that it knows changes nothing.
     *
     * @param to end of the range that the partition has, which begins where the record's does
     * @param all partitions, by a directory that was read after that
     * @param over merges of others that are no more, likewise
     * @return at one separator, the first that changes something being it; empty: there is none
     */
    static List<Split> next(
            PartitionRecord record, Bytes to, List<PartitionRecord> all, List<Merge.Done> over) {
        if (!any(record, to)) {
            return List.of();
        }
        GroupId parent = record.id();
        Optional<PartitionRecord> last =
                all.stream()
                        .filter(
                                one ->
                                        one.from().equals(record.to())
                                                || (parent.equals(one.parent())
                                                        && one.from().compareTo(record.to()) > 0
                                                        && reaches(to, one.from())))
                        .max(Comparator.comparing(PartitionRecord::from));
        if (last.isEmpty()) {
            return List.of();
        }
        Bytes separator = last.get().from();
        List<GroupId> children = new ArrayList<>(List.of(last.get().id()));
        over.stream()
                .filter(one -> one.from().equals(separator))
                .sorted(Comparator.comparingLong(one -> -one.merge().since()))
                .forEach(one -> children.add(one.merge().giver()));
        return children.stream()
                .map(child -> new Split(parent, child, separator, record.mapEpoch(), List.of()))
                .toList();
    }
}
