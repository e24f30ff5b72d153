package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Merges of which a directory that goes on from one copy does not know the end. */
class ForgottenMergesTest {
    private static final GroupId HEIR = PartitionWorld.FIRST;
    private static final int SEEDS = 400;

    /** Behind how much of a merge the directory's copy ends. */
    private enum Copy {
        BEFORE,
        BEGUN
    }

    private static PartitionWorld world() throws InterruptedException {
        PartitionWorld world = PartitionWorld.begin(new Random(1));
        assertThat(world.put("b")).isTrue();
        return world;
    }

    private static int begin(PartitionWorld world, GroupId giver, Copy copy)
            throws InterruptedException {
        int before = world.directories() - 1;
        assertThat(world.beginMerge(giver, HEIR)).isTrue();
        return copy == Copy.BEFORE ? before : world.directories() - 1;
    }

    private static void settled(PartitionWorld world) throws InterruptedException {
        world.settle();
        world.check();
    }

    @Test
    void anHeirThatTookARangeOverKeepsItWhetherItsGiverIsWipedOrNot() throws Exception {
        for (Copy copy : Copy.values()) {
            for (boolean slow : List.of(false, true)) {
                PartitionWorld world = world();
                GroupId giver = world.split(HEIR, "m");
                world.slow(slow);
                int number = begin(world, giver, copy);
                world.settle();
                assertThat(world.put("q")).isTrue();
                world.setBack(number);
                assertThat(world.owner("q")).as("as the copy has it").isEqualTo(giver);
                settled(world);
                assertThat(world.orders(HEIR)).containsOnlyKeys("b", "q");
                assertThat(world.directory().heirOf(giver)).isEqualTo(HEIR);
                assertThat(world.put("r")).isTrue();
            }
        }
    }

    @Test
    void aGiverIsThereUntilItsHeirHasTheRangeAndGoesOnOrHasItBack() throws Exception {
        for (Copy copy : Copy.values()) {
            PartitionWorld world = world();
            GroupId giver = world.split(HEIR, "m");
            int number = begin(world, giver, copy);
            while (world.directory().merged(giver).isEmpty()) {
                world.round();
            }
            assertThat(world.tookOver(HEIR, giver)).as("what it begins with").isFalse();
            world.setBack(number);
            settled(world);
            assertThat(world.directory().merged(giver).isPresent()).isEqualTo(copy == Copy.BEGUN);
            assertThat(world.put("q")).isTrue();
        }
    }

    @Test
    void whatTheDirectoryForgotIsNoSplitThatWasMissed() throws Exception {
        PartitionWorld world = world();
        GroupId giver = world.split(HEIR, "t");
        GroupId heir = world.split(HEIR, "m");
        world.recover(heir, world.states(heir) - 1);
        world.settle();
        int number = world.directories() - 1;
        world.merge(giver, heir);
        assertThat(world.put("x")).isTrue();
        world.setBack(number);
        settled(world);
        assertThat(world.orders(heir)).containsOnlyKeys("x");
    }

    @Test
    void anOrderOfTheHeirItselfThatCameToNothingIsNotWaitedFor() throws Exception {
        PartitionWorld world = world();
        GroupId child = world.split(HEIR, "m");
        assertThat(world.beginMerge(HEIR, child)).isTrue();
        int number = world.directories() - 1;
        world.settle();
        assertThat(world.directory().merged(HEIR)).as("it is not empty").isEmpty();
        world.merge(child, HEIR);
        assertThat(world.put("q")).isTrue();
        world.setBack(number);
        settled(world);
        assertThat(world.orders(HEIR)).containsOnlyKeys("b", "q");
    }

    @Test
    void anOrderWithAnotherNeighbourComesToNothing() throws Exception {
        PartitionWorld world = world();
        GroupId giver = world.split(HEIR, "m");
        GroupId other = world.split(giver, "t");
        int number = begin(world, giver, Copy.BEFORE);
        world.settle();
        assertThat(world.put("q")).isTrue();
        world.setBack(number);
        assertThat(world.beginMerge(giver, other)).isTrue();
        settled(world);
        assertThat(world.owner("q")).isEqualTo(HEIR);
        assertThat(world.orders(HEIR)).containsOnlyKeys("b", "q");
    }

    @Test
    void whereverAMergeIsCutShortEveryRangeIsOnesAndNoObjectIsLost() throws Exception {
        int taken = 0;
        int given = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            try {
                History history = new History(seed);
                history.play();
                taken += history.taken;
                given += history.given;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(taken).as("merges of which only the heir knew").isGreaterThan(SEEDS / 10);
        assertThat(given).as("merges of which only the giver knew").isPositive();
    }

    /** Some ranges, some merges of them, a copy of the directory from before their ends. */
    private static final class History {
        private final Random random;
        private final PartitionWorld world;
        private final NavigableMap<String, Long> live = new TreeMap<>();
        private int taken;
        private int given;

        History(long seed) throws InterruptedException {
            random = new Random(seed);
            world = PartitionWorld.begin(random);
        }

        private String letter() {
            return String.valueOf((char) ('a' + random.nextInt(26)));
        }

        private void put() {
            String key = letter();
            if (!live.containsKey(key) && world.put(key)) {
                live.putAll(world.orders(world.owner(key)));
            }
        }

        private PartitionRecord any() {
            List<PartitionRecord> all = world.directory().partitions();
            return all.get(random.nextInt(all.size()));
        }

        void play() throws InterruptedException {
            for (int i = 0; i < 5; i++) {
                var _ = world.beginSplit(any().id(), letter());
                world.settle();
            }
            put();
            put();
            int first = world.directories() - 1;
            world.slow(random.nextBoolean());
            for (int i = 1 + random.nextInt(2); i > 0; i--) {
                merge();
            }
            int number = first + random.nextInt(world.directories() - first);
            List<PartitionRecord> now = world.directory().partitions();
            world.setBack(number);
            for (PartitionRecord one : world.directory().partitions()) {
                boolean over = now.stream().noneMatch(it -> it.id().equals(one.id()));
                boolean known = now.stream().anyMatch(it -> world.tookOver(it.id(), one.id()));
                taken += over && known ? 1 : 0;
                given += over && !known ? 1 : 0;
            }
            world.faulty(random.nextBoolean());
            world.settle();
            world.faulty(false);
            world.check();
            NavigableMap<String, Long> found = new TreeMap<>();
            world.directory().partitions().forEach(one -> found.putAll(world.orders(one.id())));
            assertThat(found).isEqualTo(live);
        }

        private void merge() throws InterruptedException {
            PartitionRecord giver = any();
            for (PartitionRecord one : world.directory().partitions()) {
                boolean behind = !giver.to().isEmpty() && one.from().equals(giver.to());
                boolean before = !one.to().isEmpty() && one.to().equals(giver.from());
                if (behind || before) {
                    var _ = world.beginMerge(giver.id(), one.id());
                    break;
                }
            }
            world.faulty(true);
            for (int rounds = random.nextInt(8); rounds > 0; rounds--) {
                world.round();
            }
            world.faulty(false);
            put();
            put();
        }
    }
}
