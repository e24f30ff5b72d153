package io.lethe.node.placement;

import io.lethe.node.model.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses the voters of Raft groups: in distinct failure domains as far as there are any, and
 * evenly over nodes. Pure; ties go to the lower node id, rotated by the group's number so that
 * leaders spread too.
 */
public final class VoterPlanner {
    /**
     * More voters cost a copy and a fsync each and win nothing that erasure codes don't lose first.
     */
    public static final int MOST_VOTERS = 5;

    private VoterPlanner() {}

    /** A node that may vote. */
    public record Seat(NodeId node, String domain) {}

    /** min(2m+1, 5, nodes made odd), at least 1. */
    public static int voters(int m, int nodes) {
        int odd = nodes % 2 == 0 ? nodes - 1 : nodes;
        return Math.max(1, Math.min(Math.min(2 * m + 1, MOST_VOTERS), odd));
    }

    /**
     * Chooses for {@code groups} groups.
     *
     * @return for each group its voters; the first is the one that should lead
     */
    public static List<List<NodeId>> plan(int groups, int voters, List<Seat> seats) {
        Map<NodeId, Integer> load = new HashMap<>();
        List<List<NodeId>> plans = new ArrayList<>();
        List<Seat> sorted = new ArrayList<>(seats);
        sorted.sort(Comparator.comparing(Seat::node));
        for (int group = 0; group < groups; group++) {
            List<Seat> rotated = new ArrayList<>(sorted);
            java.util.Collections.rotate(rotated, -group);
            rotated.sort(Comparator.comparingInt(seat -> load.getOrDefault(seat.node(), 0)));
            List<NodeId> chosen = choose(rotated, Math.min(voters, rotated.size()));
            chosen.forEach(node -> load.merge(node, 1, Integer::sum));
            plans.add(chosen);
        }
        return plans;
    }

    private static List<NodeId> choose(List<Seat> seats, int count) {
        List<NodeId> chosen = new ArrayList<>();
        Set<String> domains = new HashSet<>();
        for (Seat seat : seats) {
            if (chosen.size() < count && domains.add(seat.domain())) {
                chosen.add(seat.node());
            }
        }
        for (Seat seat : seats) {
            if (chosen.size() < count && !chosen.contains(seat.node())) {
                chosen.add(seat.node());
            }
        }
        return chosen;
    }
}
