package io.lethe.node.controller;

import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which partition is to be merged into its neighbour next: one that had nothing at every look for a
 * while, with the range and the replicas that it has now, the one for the longest time first. None
 * while there are no more than the least, which a cluster begins with, nor while any is split. What
 * is merged has nothing, so its heir is no nearer to being split than before. Knows nothing but
 * what it is shown; one task.
 */
final class MergeChoice {
    /** What a partition's leader said of it. */
    record Look(PartitionRecord record, boolean empty) {}

    private record Since(long mapEpoch, long nanos) {}

    private final int least;
    private final long afterNanos;
    private final Map<GroupId, Since> empty = new HashMap<>();

    /**
     * @param least partitions that stay
     * @param afterNanos how long one must have had nothing
     */
    MergeChoice(int least, long afterNanos) {
        this.least = least;
        this.afterNanos = afterNanos;
    }

    /**
     * @param looks of all partitions whose leaders answered; who didn't isn't known to be empty
     * @param all how many partitions there are
     */
    Optional<PartitionRecord> next(List<Look> looks, int all, long nowNanos) {
        Set<GroupId> stillEmpty = new HashSet<>();
        for (Look look : looks) {
            if (look.empty()) {
                GroupId id = look.record().id();
                stillEmpty.add(id);
                empty.compute(
                        id,
                        (_, since) ->
                                since != null && since.mapEpoch() == look.record().mapEpoch()
                                        ? since
                                        : new Since(look.record().mapEpoch(), nowNanos));
            }
        }
        empty.keySet().retainAll(stillEmpty);
        boolean splits = looks.stream().anyMatch(look -> look.record().division() != null);
        if (all <= least || splits) {
            return Optional.empty();
        }
        return looks.stream()
                .map(Look::record)
                .filter(record -> emptyFor(record, nowNanos) >= afterNanos)
                .max(Comparator.comparingLong(record -> emptyFor(record, nowNanos)));
    }

    /** Nanoseconds; -1: it has something. */
    private long emptyFor(PartitionRecord record, long nowNanos) {
        Since since = empty.get(record.id());
        return since == null ? -1 : nowNanos - since.nanos();
    }

    /** It can't be merged now, or is being: its time begins anew. */
    void putOff(PartitionRecord record, long nowNanos) {
        empty.put(record.id(), new Since(record.mapEpoch(), nowNanos));
    }

    /** Another chooses from now on. */
    void forget() {
        empty.clear();
    }
}
