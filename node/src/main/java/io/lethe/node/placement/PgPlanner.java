package io.lethe.node.placement;

import io.lethe.node.base.RandomSource;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Scheme;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Plans new placement groups. Goals, in this order: members of a group lie in distinct failure
 * domains; a class always has {@link #WHOLE_GROUPS} open groups of the widest code that the
 * writable domains allow, all of whose members are writable; for every narrower code of the same m
 * there are groups ready that leave out each domain (or pair of domains) in turn, so that the loss
 * of up to m domains finds a whole group waiting; devices are used in proportion to their free
 * space.
 *
 * <p>Example: 4+2 over six nodes. Sixteen groups 4+2; six groups 3+2, each leaving out one node;
 * fifteen groups 2+2, each leaving out two. Two nodes die: one group 2+2 has all its members, and
 * writes go there at once, before any controller has noticed.
 *
 * <p>Randomness comes with the call, so plans are reproducible from a seed.
 */
public final class PgPlanner {
    /**
     * Open groups of the widest code: enough that chunk roles are spread evenly over few devices.
     */
    public static final int WHOLE_GROUPS = 16;

    /** Groups kept ready for each narrower width: all pairs of six domains, and more is no use. */
    public static final int MOST_READY = 28;

    /**
     * Above this many domains one ready group of each width is enough: most groups stay whole
     * anyhow.
     */
    private static final int MOST_DOMAINS_IN_TURN = 8;

    private PgPlanner() {}

    /** A group to create. */
    public record Plan(Scheme scheme, List<DeviceId> members) {}

    /**
     * Plans what is lacking.
     *
     * @param scheme the class's own code
     * @param writable devices that may take new chunks
     * @param existing open groups of the class
     */
    public static List<Plan> plan(
            Scheme scheme,
            List<Candidate> writable,
            List<PlacementGroup> existing,
            RandomSource random) {
        Map<String, List<Candidate>> domains = new TreeMap<>();
        writable.forEach(c -> domains.computeIfAbsent(c.domain(), d -> new ArrayList<>()).add(c));
        int widestK = Math.min(scheme.k(), domains.size() - scheme.m());
        List<Plan> plans = new ArrayList<>();
        for (int k = widestK; k >= 1; k--) {
            Scheme code = new Scheme(k, scheme.m(), scheme.cellBytes());
            List<PlacementGroup> whole = whole(code, writable, existing);
            if (k == widestK) {
                for (int i = whole.size(); i < WHOLE_GROUPS; i++) {
                    plans.add(new Plan(code, pick(domains, code.width(), Set.of(), random)));
                }
            } else if (scheme.m() > 0 && widestK - k <= scheme.m()) {
                planReady(code, domains, whole, random, plans);
            }
        }
        return plans;
    }

    private static List<PlacementGroup> whole(
            Scheme code, List<Candidate> writable, List<PlacementGroup> existing) {
        Set<DeviceId> devices = new HashSet<>();
        writable.forEach(c -> devices.add(c.device()));
        return existing.stream()
                .filter(pg -> pg.state() == PlacementGroup.State.OPEN)
                .filter(pg -> pg.scheme().equals(code) && devices.containsAll(pg.writers()))
                .toList();
    }

    private static void planReady(
            Scheme code,
            Map<String, List<Candidate>> domains,
            List<PlacementGroup> whole,
            RandomSource random,
            List<Plan> plans) {
        if (domains.size() > MOST_DOMAINS_IN_TURN) {
            if (whole.isEmpty()) {
                plans.add(new Plan(code, pick(domains, code.width(), Set.of(), random)));
            }
            return;
        }
        Map<DeviceId, String> domainOf = new java.util.HashMap<>();
        domains.values().forEach(list -> list.forEach(c -> domainOf.put(c.device(), c.domain())));
        Set<Set<String>> ready = new HashSet<>();
        for (PlacementGroup pg : whole) {
            Set<String> used = new HashSet<>();
            pg.writers().forEach(d -> used.add(domainOf.getOrDefault(d, "")));
            ready.add(used);
        }
        List<String> names = new ArrayList<>(domains.keySet());
        for (Set<String> chosen : subsets(names, code.width())) {
            if (ready.size() >= MOST_READY) {
                return;
            }
            if (ready.add(chosen)) {
                Set<String> out = new HashSet<>(names);
                out.removeAll(chosen);
                plans.add(new Plan(code, pick(domains, code.width(), out, random)));
            }
        }
    }

    /** All subsets of a size, in a fixed order, of at most {@link #MOST_DOMAINS_IN_TURN} names. */
    private static List<Set<String>> subsets(List<String> names, int size) {
        List<Set<String>> all = new ArrayList<>();
        for (int mask = 0; mask < 1 << names.size(); mask++) {
            if (Integer.bitCount(mask) == size) {
                Set<String> subset = new HashSet<>();
                for (int i = 0; i < names.size(); i++) {
                    if (((mask >>> i) & 1) != 0) {
                        subset.add(names.get(i));
                    }
                }
                all.add(subset);
            }
        }
        return all;
    }

    /**
     * Draws distinct domains, then a device in each, all in proportion to weight; then shuffles.
     */
    private static List<DeviceId> pick(
            Map<String, List<Candidate>> domains,
            int width,
            Set<String> leaveOut,
            RandomSource random) {
        Map<String, List<Candidate>> left = new TreeMap<>(domains);
        left.keySet().removeAll(leaveOut);
        List<DeviceId> members = new ArrayList<>();
        while (members.size() < width) {
            List<Candidate> all = left.values().stream().flatMap(List::stream).toList();
            Candidate drawn = draw(all, random);
            members.add(drawn.device());
            left.remove(drawn.domain());
        }
        for (int i = members.size() - 1; i > 0; i--) {
            java.util.Collections.swap(members, i, random.nextInt(i + 1));
        }
        return members;
    }

    private static Candidate draw(List<Candidate> candidates, RandomSource random) {
        double total = 0;
        for (Candidate candidate : candidates) {
            total += candidate.weight();
        }
        double at = (random.nextLong() >>> 11) * 0x1.0p-53 * total;
        for (Candidate candidate : candidates) {
            at -= candidate.weight();
            if (at < 0) {
                return candidate;
            }
        }
        return candidates.getLast();
    }
}
