package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rows under changes look as they do when the changes are applied. */
class ChangedRowsTest {
    private static final int SEEDS = 2_000;

    private static Bytes key(Random random) {
        byte[] key = new byte[1 + random.nextInt(2)];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) random.nextInt(4);
        }
        return Bytes.wrap(key);
    }

    private static List<Change> changes(Random random) {
        List<Change> changes = new ArrayList<>();
        for (int i = random.nextInt(8); i >= 0; i--) {
            Family family = random.nextBoolean() ? Family.META : Family.GARBAGE;
            changes.add(
                    random.nextBoolean()
                            ? new Change.Put(family, key(random), key(random))
                            : new Change.Delete(family, key(random)));
        }
        return changes;
    }

    /** What a visitor sees that skips and stops as the seed says. */
    private static List<String> seen(Rows rows, long seed) {
        Random random = new Random(seed);
        List<String> seen = new ArrayList<>();
        Bytes to = random.nextInt(3) == 0 ? Bytes.EMPTY : key(random);
        rows.scan(
                Family.META,
                random.nextInt(3) == 0 ? Bytes.EMPTY : key(random),
                to,
                (key, value) -> {
                    seen.add(key + "=" + value);
                    Bytes ahead = key(random);
                    return switch (random.nextInt(6)) {
                        case 0 -> Rows.Step.STOP;
                        case 1, 2 ->
                                ahead.compareTo(key) > 0
                                        ? new Rows.Step.SkipTo(ahead)
                                        : Rows.Step.NEXT;
                        default -> Rows.Step.NEXT;
                    };
                });
        return seen;
    }

    @Test
    void readsAndScansSeeTheChangesAndTheyApplyToTheSame() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            MapRows below = new MapRows();
            below.apply(changes(random));
            below.apply(changes(random));
            MapRows applied = below.copy();
            ChangedRows changed = new ChangedRows(below);
            for (int i = random.nextInt(3); i >= 0; i--) {
                List<Change> changes = changes(random);
                changed.change(changes);
                applied.apply(changes);
            }
            for (int scan = 0; scan < 5; scan++) {
                long scanSeed = seed * 10 + scan;
                assertThat(seen(changed, scanSeed))
                        .as("seed %s, scan %s", seed, scan)
                        .isEqualTo(seen(applied, scanSeed));
                Bytes key = key(random);
                assertThat(changed.get(Family.META, key))
                        .as("seed %s", seed)
                        .isEqualTo(applied.get(Family.META, key));
            }
            below.apply(changed.changes());
            assertThat(below).as("seed %s", seed).isEqualTo(applied);
        }
    }
}
