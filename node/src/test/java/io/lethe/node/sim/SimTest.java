package io.lethe.node.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That seeds reproduce, and that the checks can fail: {@code deploy/sim} runs seeds themselves. */
final class SimTest {
    private static final int SEEDS_TO_FIND = 60;

    @Test
    void aSeedSaysEverything() {
        Simulation.Result one = Simulation.run(11, Plant.NONE);
        Simulation.Result other = Simulation.run(11, Plant.NONE);
        assertThat(other.digest()).isEqualTo(one.digest());
        assertThat(other.events()).isEqualTo(one.events());
    }

    @ParameterizedTest
    @EnumSource(value = Plant.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void plantedBugsAreFound(Plant plant) {
        boolean found = false;
        for (long seed = 1; seed <= SEEDS_TO_FIND && !found; seed++) {
            found = Simulation.run(seed, plant).failure() != null;
        }
        assertThat(found).as("whether %s was found in %d seeds", plant, SEEDS_TO_FIND).isTrue();
    }
}
