package io.lethe.node.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Goals of the planner, over clusters drawn by seed. */
final class VoterPlannerTest {
    private static final int SEEDS = 500;

    private static List<VoterPlanner.Seat> seats(Random random, boolean racks) {
        List<VoterPlanner.Seat> seats = new ArrayList<>();
        for (int i = 1 + random.nextInt(12); i > 0; i--) {
            NodeId node = new NodeId(new Id128(random.nextLong(), i));
            seats.add(
                    new VoterPlanner.Seat(
                            node, racks ? "rack-" + random.nextInt(4) : node.toString()));
        }
        return seats;
    }

    @Test
    void votersAreOddAndNoMoreThanThereAreNodes() {
        assertThat(VoterPlanner.voters(2, 6)).isEqualTo(5);
        assertThat(VoterPlanner.voters(1, 3)).isEqualTo(3);
        assertThat(VoterPlanner.voters(2, 4)).isEqualTo(3);
        for (int m = 0; m <= 8; m++) {
            for (int nodes = 1; nodes <= 20; nodes++) {
                int voters = VoterPlanner.voters(m, nodes);
                assertThat(voters % 2).isEqualTo(1);
                assertThat(voters).isBetween(1, Math.min(nodes, VoterPlanner.MOST_VOTERS));
            }
        }
    }

    @Test
    void votersAreDistinctAndInAsManyDomainsAsThereAre() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            List<VoterPlanner.Seat> seats = seats(random, true);
            Map<NodeId, String> domains = new HashMap<>();
            seats.forEach(seat -> domains.put(seat.node(), seat.domain()));
            int voters = 1 + random.nextInt(5);
            for (List<NodeId> plan : VoterPlanner.plan(9, voters, seats)) {
                Set<String> used = new HashSet<>();
                plan.forEach(node -> used.add(domains.get(node)));
                assertThat(plan)
                        .as("seed %d", seed)
                        .doesNotHaveDuplicates()
                        .hasSize(Math.min(voters, seats.size()));
                assertThat(used)
                        .as("seed %d", seed)
                        .hasSize(Math.min(plan.size(), new HashSet<>(domains.values()).size()));
            }
        }
    }

    @Test
    void nodesShareTheVotesEvenly() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            List<VoterPlanner.Seat> seats = seats(random, false);
            Map<NodeId, Integer> load = new HashMap<>();
            seats.forEach(seat -> load.put(seat.node(), 0));
            int groups = 1 + random.nextInt(30);
            VoterPlanner.plan(groups, 3, seats)
                    .forEach(plan -> plan.forEach(node -> load.merge(node, 1, Integer::sum)));
            int least = load.values().stream().min(Integer::compare).orElseThrow();
            int most = load.values().stream().max(Integer::compare).orElseThrow();
            assertThat(most - least).as("seed %d, votes %s", seed, load).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void theOrderOfTheSeatsDoesNotMatter() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            List<VoterPlanner.Seat> seats = seats(new Random(seed), true);
            assertThat(VoterPlanner.plan(5, 3, seats.reversed()))
                    .as("seed %d", seed)
                    .isEqualTo(VoterPlanner.plan(5, 3, seats));
        }
    }
}
