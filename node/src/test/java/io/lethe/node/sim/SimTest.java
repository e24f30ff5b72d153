package io.lethe.node.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * That seeds reproduce, that the first few hundred hold, and that the checks can fail; {@code
 * deploy/sim} runs more.
 */
final class SimTest {
    /** About 20 s of one core. */
    private static final int SEEDS = 250;

    @Test
    void aSeedSaysEverything() {
        Simulation.Result one = Simulation.run(11, Plant.NONE);
        Simulation.Result other = Simulation.run(11, Plant.NONE);
        assertThat(other.digest()).isEqualTo(one.digest());
        assertThat(other.events()).isEqualTo(one.events());
    }

    @Test
    void everySeedHolds() {
        int splits = 0;
        int merges = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation.Result result = Simulation.run(seed, Plant.NONE);
            assertThat(result.failure()).as(SimMain.describe(result)).isNull();
            splits += result.splits();
            merges += result.merges();
        }
        assertThat(splits).as("partitions that were split").isGreaterThan(SEEDS / 10);
        assertThat(merges).as("partitions that were merged").isGreaterThan(SEEDS / 10);
    }

    @ParameterizedTest
    @EnumSource(value = Plant.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void plantedBugsAreFound(Plant plant) {
        boolean found = false;
        for (long seed = 1; seed <= plant.mostSeeds && !found; seed++) {
            found = Simulation.run(seed, plant).failure() != null;
        }
        assertThat(found).as("whether %s was found in %d seeds", plant, plant.mostSeeds).isTrue();
    }
}
