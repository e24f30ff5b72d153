package io.lethe.node.controller;

import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which partition is to be split next. It must have been above a limit at every look for a while,
 * with the range and the replicas that it has now, so a split that is over, like any change of the
 * record, lets the time begin anew; one is chosen at a time, the one furthest above; and none where
 * a node would get too many replicas. Knows nothing but what it is shown; one task.
 */
final class SplitChoice {
    /** Versions below which load doesn't divide: a single key would have its partition shredded. */
    static final long LEAST_VERSIONS_BY_LOAD = 1_000;

    /**
     * When a partition is too much.
     *
     * @param bytes 0: no size is
     * @param commandsPerSecond 0: no load is
     * @param afterNanos how long it must have been
     * @param mostPerNode replicas of a node
     */
    record Limits(long bytes, long commandsPerSecond, long afterNanos, int mostPerNode) {}

    /** What a partition's leader said of it. */
    record Look(PartitionRecord record, long bytes, long commandsPerSecond, long versions) {}

    private record Since(long mapEpoch, long nanos) {}

    private final Limits limits;
    private final Map<GroupId, Since> above = new HashMap<>();

    SplitChoice(Limits limits) {
        this.limits = limits;
    }

    /**
     * @param looks of all partitions whose leaders answered; who didn't isn't known to be above
     */
    Optional<Look> next(List<Look> looks, long nowNanos) {
        Set<GroupId> stillAbove = new HashSet<>();
        for (Look look : looks) {
            if (excess(look) > 1) {
                GroupId id = look.record().id();
                stillAbove.add(id);
                above.compute(
                        id,
                        (_, since) ->
                                since != null && since.mapEpoch() == look.record().mapEpoch()
                                        ? since
                                        : new Since(look.record().mapEpoch(), nowNanos));
            }
        }
        above.keySet().retainAll(stillAbove);
        if (looks.stream().anyMatch(look -> look.record().division() != null)) {
            return Optional.empty();
        }
        Map<NodeId, Integer> replicas = new HashMap<>();
        looks.forEach(
                look ->
                        look.record()
                                .voters()
                                .forEach(one -> replicas.merge(one.node(), 1, Integer::sum)));
        return looks.stream()
                .filter(look -> isDue(look, nowNanos))
                .filter(
                        look ->
                                look.record().voters().stream()
                                        .allMatch(
                                                one ->
                                                        replicas.getOrDefault(one.node(), 0)
                                                                < limits.mostPerNode()))
                .max(Comparator.comparingDouble(this::excess));
    }

    private boolean isDue(Look look, long nowNanos) {
        Since since = above.get(look.record().id());
        return since != null && nowNanos - since.nanos() >= limits.afterNanos();
    }

    /** How many times what is too much; at most 1 is well. */
    private double excess(Look look) {
        double bySize = limits.bytes() == 0 ? 0 : (double) look.bytes() / limits.bytes();
        boolean divisible =
                limits.commandsPerSecond() > 0 && look.versions() >= LEAST_VERSIONS_BY_LOAD;
        double byLoad =
                divisible ? (double) look.commandsPerSecond() / limits.commandsPerSecond() : 0;
        return Math.max(bySize, byLoad);
    }

    /** It can't be split now, or has been: its time begins anew. */
    void putOff(Look look, long nowNanos) {
        above.put(look.record().id(), new Since(look.record().mapEpoch(), nowNanos));
    }

    /** Another chooses from now on. */
    void forget() {
        above.clear();
    }
}
