package io.lethe.node.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.RandomSource;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Scheme;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Goals of the planner, over clusters drawn by seed. */
final class PgPlannerTest {
    private static final int SEEDS = 300;

    /** A cluster: its writable devices, and the groups that it has. */
    private static final class World {
        final Scheme scheme;
        final List<Candidate> writable = new ArrayList<>();
        final Map<DeviceId, String> domains = new HashMap<>();
        final List<PlacementGroup> groups = new ArrayList<>();
        final RandomSource random;

        World(long seed, int mostDomains) {
            Random drawn = new Random(seed);
            random = RandomSource.seeded(seed);
            scheme = new Scheme(1 + drawn.nextInt(6), drawn.nextInt(3), Scheme.LEAST_CELL_BYTES);
            int count = 1 + drawn.nextInt(mostDomains);
            for (int domain = 0; domain < count; domain++) {
                for (int i = 1 + drawn.nextInt(3); i > 0; i--) {
                    DeviceId device = new DeviceId(new Id128(drawn.nextLong(), drawn.nextLong()));
                    long weight = 1 + (drawn.nextLong() >>> (2 + drawn.nextInt(60)));
                    writable.add(new Candidate(device, "domain-" + domain, weight));
                    domains.put(device, "domain-" + domain);
                }
            }
        }

        List<PgPlanner.Plan> plan() {
            return PgPlanner.plan(scheme, writable, groups, random);
        }

        void create(List<PgPlanner.Plan> plans) {
            for (PgPlanner.Plan plan : plans) {
                groups.add(
                        new PlacementGroup(
                                new PgId(groups.size() + 1),
                                1,
                                "standard",
                                plan.scheme(),
                                plan.members(),
                                PlacementGroup.State.OPEN));
            }
        }

        Set<String> names() {
            return new TreeSet<>(domains.values());
        }

        boolean wholeWithout(Set<String> lost) {
            return groups.stream()
                    .anyMatch(
                            pg ->
                                    pg.members().stream()
                                            .noneMatch(d -> lost.contains(domains.get(d))));
        }
    }

    @Test
    void membersAreWritableAndInDistinctDomains() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed, 14);
            for (PgPlanner.Plan plan : world.plan()) {
                Set<String> used = new HashSet<>();
                plan.members().forEach(d -> used.add(world.domains.getOrDefault(d, "none")));
                assertThat(used)
                        .as("seed %d, %s", seed, plan)
                        .hasSize(plan.scheme().width())
                        .doesNotContain("none");
                assertThat(plan.members()).hasSize(plan.scheme().width());
                assertThat(plan.scheme().m()).isEqualTo(world.scheme.m());
                assertThat(plan.scheme().k()).isLessThanOrEqualTo(world.scheme.k());
            }
        }
    }

    @Test
    void whatWasPlannedIsEnough() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed, 14);
            world.create(world.plan());
            assertThat(world.plan()).as("seed %d, a second plan", seed).isEmpty();
            int k = Math.min(world.scheme.k(), world.names().size() - world.scheme.m());
            long widest = world.groups.stream().filter(pg -> pg.scheme().k() == k).count();
            assertThat(widest).as("seed %d", seed).isEqualTo(k < 1 ? 0 : PgPlanner.WHOLE_GROUPS);
        }
    }

    @Test
    void afterTheLossOfUpToTwoDomainsAWholeGroupIsReady() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed, 8);
            world.create(world.plan());
            int widestK = Math.min(world.scheme.k(), world.names().size() - world.scheme.m());
            int bearable = Math.min(world.scheme.m(), widestK - 1);
            for (String one : world.names()) {
                for (String other : bearable >= 2 ? world.names() : Set.of(one)) {
                    Set<String> lost = new HashSet<>(List.of(one, other));
                    assertThat(bearable < 1 || world.wholeWithout(lost))
                            .as("seed %d, %s, without %s and %s", seed, world.scheme, one, other)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void lostDevicesAreReplacedByTheNextPlan() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed, 14);
            world.create(world.plan());
            DeviceId lost = world.writable.removeFirst().device();
            world.create(world.plan());
            Set<String> left = new TreeSet<>();
            world.writable.forEach(c -> left.add(c.domain()));
            int k = Math.min(world.scheme.k(), left.size() - world.scheme.m());
            long whole =
                    world.groups.stream()
                            .filter(pg -> pg.scheme().k() == k && !pg.members().contains(lost))
                            .count();
            assertThat(whole)
                    .as("seed %d", seed)
                    .isGreaterThanOrEqualTo(k < 1 ? 0 : PgPlanner.WHOLE_GROUPS);
        }
    }

    @Test
    void devicesAreUsedInProportionToTheirRoom() {
        List<Candidate> writable = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            writable.add(new Candidate(new DeviceId(new Id128(1, i)), "d" + i, i == 0 ? 3 : 1));
        }
        int heavy = 0;
        int all = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Scheme one = new Scheme(1, 0, Scheme.LEAST_CELL_BYTES);
            for (PgPlanner.Plan plan :
                    PgPlanner.plan(one, writable, List.of(), RandomSource.seeded(seed))) {
                all++;
                heavy += plan.members().getFirst().id().low() == 0 ? 1 : 0;
            }
        }
        assertThat(heavy / (double) all)
                .as("share of a device with half the room")
                .isBetween(0.46, 0.54);
    }
}
