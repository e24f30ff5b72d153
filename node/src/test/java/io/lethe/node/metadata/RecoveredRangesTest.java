package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionAnswer.Figures;
import io.lethe.node.metadata.command.PartitionCommand.GiveUp;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.state.MapRows;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Partitions that go on from before splits and merges come to the ranges of their records. */
class RecoveredRangesTest {
    private static final int SEEDS = 300;
    private static final int STEPS = 60;

    private static PartitionWorld world() throws InterruptedException {
        PartitionWorld world = PartitionWorld.begin(new Random(1));
        for (String key : List.of("b", "p")) {
            assertThat(world.put(key)).isTrue();
        }
        return world;
    }

    private static void settled(PartitionWorld world) throws InterruptedException {
        world.settle();
        world.check();
    }

    @Test
    void aMergeWithWhatLayBeforeItAndASplitWithinThatAreDoneAgain() throws Exception {
        PartitionWorld world = world();
        GroupId heir = world.split(PartitionWorld.FIRST, "m");
        int before = world.states(heir) - 1;
        assertThat(world.delete("b")).isTrue();
        world.merge(PartitionWorld.FIRST, heir);
        assertThat(world.put("a")).isTrue();
        GroupId child = world.split(heir, "f");
        world.recover(heir, before);
        settled(world);
        assertThat(world.record(heir).to()).isEqualTo(PartitionWorld.edge("f"));
        assertThat(world.orders(child)).containsOnlyKeys("p");
        assertThat(world.orders(heir)).as("what only the lost ones had").isEmpty();
    }

    /** The child's own half is all that is there; its number is gone. */
    @Test
    void aSplitThatIsNotOverThereEndsAlsoWhereItsChildWasMergedBack() throws Exception {
        PartitionWorld world = world();
        assertThat(world.beginSplit(PartitionWorld.FIRST, "m")).isTrue();
        world.round();
        int pending = world.states(PartitionWorld.FIRST) - 1;
        while (figures(world.stateOf(PartitionWorld.FIRST, pending)).to().isEmpty()) {
            world.round();
            pending++;
        }
        world.settle();
        GroupId child = world.owner("p");
        assertThat(world.delete("p")).isTrue();
        world.merge(child, PartitionWorld.FIRST);
        world.recover(PartitionWorld.FIRST, pending);
        settled(world);
        assertThat(world.orders(PartitionWorld.FIRST)).containsOnlyKeys("b");
    }

    @Test
    void aChildThatTookOverASiblingThatWasMissedIsNotTakenForIt() throws Exception {
        PartitionWorld world = world();
        GroupId known = world.split(PartitionWorld.FIRST, "m");
        int before = world.states(PartitionWorld.FIRST) - 1;
        GroupId missed = world.split(PartitionWorld.FIRST, "f");
        world.merge(missed, known);
        world.recover(PartitionWorld.FIRST, before);
        settled(world);
        assertThat(world.record(known).from()).isEqualTo(PartitionWorld.edge("f"));
        assertThat(world.orders(PartitionWorld.FIRST)).containsOnlyKeys("b");
    }

    @Test
    void aRangeThatWasGivenUpIsTakenBackBeforeASplitIsDoneAgain() throws Exception {
        PartitionWorld world = PartitionWorld.begin(new Random(1));
        // For a merge that the directory does not have any more.
        assertThat(
                        world.executeIn(
                                PartitionWorld.FIRST,
                                new GiveUp(PartitionWorld.FIRST, Bytes.EMPTY, Bytes.EMPTY, 77),
                                0,
                                0))
                .isInstanceOf(PartitionReply.GivenUp.class);
        int before = world.states(PartitionWorld.FIRST) - 1;
        world.settle();
        var _ = world.split(PartitionWorld.FIRST, "t");
        world.recover(PartitionWorld.FIRST, before);
        settled(world);
        assertThat(world.record(PartitionWorld.FIRST).to()).isEqualTo(PartitionWorld.edge("t"));
    }

    private static Figures figures(MapRows rows) {
        return (Figures) PartitionState.answer(rows, new PartitionQuery.Summary());
    }

    @Test
    void whateverWasMissedEveryRangeIsOnesAgainAndNothingElseIsLostOrBack() throws Exception {
        int began = 0;
        int ended = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            try {
                History history = new History(seed);
                history.play();
                began += history.beganElsewhere;
                ended += history.endedElsewhere;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(began).as("recoveries that lacked what lay before").isGreaterThan(SEEDS / 10);
        assertThat(ended).as("recoveries that ended elsewhere").isGreaterThan(SEEDS / 2);
    }

    /** Splits, merges and recoveries by chance, some cut short, and what must be there then. */
    private static final class History {
        private final Random random;
        private final PartitionWorld world;
        private final NavigableMap<String, Long> live = new TreeMap<>();
        private int beganElsewhere;
        private int endedElsewhere;

        History(long seed) throws InterruptedException {
            random = new Random(seed);
            world = PartitionWorld.begin(random);
        }

        void play() throws InterruptedException {
            for (int i = 0; i < STEPS; i++) {
                step();
                world.faulty(true);
                for (int rounds = random.nextInt(6); rounds > 0; rounds--) {
                    world.round();
                }
                if (random.nextInt(5) == 0) {
                    world.settle();
                }
                world.faulty(false);
            }
            settle();
        }

        private void step() throws InterruptedException {
            switch (random.nextInt(10)) {
                case 0, 1 -> put(letter());
                case 2 -> {
                    var _ = delete(letter());
                }
                case 3, 4 -> empty(any().id());
                case 5, 6 -> world.beginSplit(any().id(), letter());
                case 7, 8 -> merge();
                default -> recover(any().id());
            }
        }

        private String letter() {
            return String.valueOf((char) ('a' + random.nextInt(26)));
        }

        private PartitionRecord any() {
            List<PartitionRecord> all = world.directory().partitions();
            return all.get(random.nextInt(all.size()));
        }

        private void put(String key) {
            if (world.put(key)) {
                live.put(key, Objects.requireNonNull(world.orders(world.owner(key)).get(key), key));
            }
        }

        /** False where there is none, or nobody deletes it now. */
        private boolean delete(String key) {
            if (!world.delete(key)) {
                return false;
            }
            Long left = world.orders(world.owner(key)).get(key);
            if (left == null) {
                var _ = live.remove(key);
            } else {
                live.put(key, left);
            }
            return true;
        }

        /** So that it can be merged. */
        private void empty(GroupId partition) {
            for (String key : List.copyOf(live.keySet())) {
                boolean more = world.owner(key).equals(partition);
                while (more) {
                    more = delete(key);
                }
            }
        }

        private void merge() throws InterruptedException {
            PartitionRecord giver = any();
            for (PartitionRecord one : world.directory().partitions()) {
                boolean behind = !giver.to().isEmpty() && one.from().equals(giver.to());
                boolean before = !one.to().isEmpty() && one.to().equals(giver.from());
                if ((behind || before) && random.nextBoolean()) {
                    var _ = world.beginMerge(giver.id(), one.id());
                    return;
                }
            }
        }

        private void settle() throws InterruptedException {
            world.settle();
            world.check();
            NavigableMap<String, Long> found = found();
            assertThat(found).isEqualTo(live);
        }

        private NavigableMap<String, Long> found() {
            NavigableMap<String, Long> all = new TreeMap<>();
            for (PartitionRecord one : world.directory().partitions()) {
                for (Map.Entry<String, Long> key : world.orders(one.id()).entrySet()) {
                    assertThat(all.put(key.getKey(), key.getValue()))
                            .as("%s is there twice", key)
                            .isNull();
                }
            }
            return all;
        }

        /** What it has in common with its record is as in its state, and all else as before. */
        private void recover(GroupId partition) throws InterruptedException {
            if (world.record(partition).division() != null) {
                // What its child is made of depends on how far it had come.
                world.settle();
            }
            if (world.directory().partition(partition).isEmpty() || world.states(partition) == 0) {
                return;
            }
            int number = random.nextInt(world.states(partition));
            MapRows survivor = world.stateOf(partition, number).copy();
            Bytes from = figures(survivor).from();
            Bytes to = figures(survivor).to();
            PartitionRecord before = world.record(partition);
            beganElsewhere += from.equals(before.from()) ? 0 : 1;
            endedElsewhere += to.equals(before.to()) ? 0 : 1;
            NavigableMap<String, Long> had = new TreeMap<>();
            world.recover(partition, number);
            world.faulty(random.nextBoolean());
            world.settle();
            world.faulty(false);
            PartitionRecord now = world.record(partition);
            live.keySet().removeIf(key -> PartitionWorld.within(key, now.from(), now.to()));
            PartitionWorld.orders(survivor)
                    .forEach(
                            (key, order) -> {
                                if (PartitionWorld.within(key, from, to)
                                        && PartitionWorld.within(key, now.from(), now.to())) {
                                    had.put(key, order);
                                }
                            });
            live.putAll(had);
            settle();
        }
    }
}
