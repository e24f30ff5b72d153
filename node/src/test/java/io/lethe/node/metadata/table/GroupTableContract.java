package io.lethe.node.metadata.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.model.Id128;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link GroupTable} keeps: run against the real one and the fake. */
abstract class GroupTableContract {
    @TempDir Path temp;
    GroupTable table;

    /** Opens a table for a partition, empty unless {@code name} was opened before. */
    abstract GroupTable open(String name) throws IOException;

    /** What a killed process leaves of {@code name}, which stays open and unharmed, as another. */
    abstract GroupTable afterCrash(String name, String as) throws IOException;

    @BeforeEach
    void openTable() throws IOException {
        table = open("table");
    }

    @AfterEach
    void closeTable() {
        table.close();
    }

    static Bytes key(int number) {
        return new Encoder().i32(number).toBytes();
    }

    static ShardGrant grant(long number) {
        byte[] wrapped = new byte[40];
        RandomSource.seeded(number).fill(wrapped);
        return new ShardGrant(
                new ShardId(new Id128(number * 0x9E37_79B9_7F4A_7C15L, number)),
                new TenantId(new Id128(7, number % 3)),
                (int) number,
                Bytes.wrap(wrapped));
    }

    static void apply(GroupTable table, long index, Change... changes) {
        var _ =
                table.apply(
                        new Position(index, 1),
                        _ -> new Change.Decision<>(List.of(changes), "done"));
    }

    static Change.Put put(int key, String value) {
        return new Change.Put(Family.CURRENT, key(key), Bytes.utf8(value));
    }

    static List<String> scan(GroupTable table, Family family, Bytes from, Bytes to) {
        return table.read(
                view -> {
                    List<String> seen = new ArrayList<>();
                    view.rows()
                            .scan(
                                    family,
                                    from,
                                    to,
                                    (key, value) -> {
                                        seen.add(key.hex() + "=" + value.utf8());
                                        return Rows.Step.NEXT;
                                    });
                    return seen;
                });
    }

    static List<String> all(GroupTable table) {
        return scan(table, Family.CURRENT, Bytes.EMPTY, Bytes.EMPTY);
    }

    @Test
    void anEmptyTableIsAtTheStart() {
        assertThat(table.applied()).isEqualTo(Position.START);
        assertThat(table.durableIndex()).isZero();
        assertThat(all(table)).isEmpty();
    }

    @Test
    void allChangesOfADecisionAppearTogetherWithThePosition() {
        apply(table, 5, put(1, "a"), put(2, "b"), new Change.Delete(Family.CURRENT, key(1)));
        assertThat(table.applied()).isEqualTo(new Position(5, 1));
        assertThat(all(table)).containsExactly("00000002=b");
        assertThat(table.read(GroupTable.View::position)).isEqualTo(new Position(5, 1));
    }

    @Test
    void aDecisionSeesAllEarlierOnesAndItsReplyComesBack() {
        apply(table, 1, put(1, "a"));
        var decision =
                table.apply(
                        new Position(2, 1),
                        rows -> Change.Decision.only("" + rows.get(Family.CURRENT, key(1))));
        assertThat(decision.reply()).isEqualTo(Bytes.utf8("a").hex());
    }

    @Test
    void anEntryIsAppliedOnceOnly() {
        apply(table, 3, put(1, "a"));
        assertThatThrownBy(() -> apply(table, 3, put(1, "b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not above");
    }

    @Test
    void aScanStaysInItsBoundsSkipsAheadAndStops() {
        for (int i = 0; i < 10; i++) {
            apply(table, i + 1, put(i, "v" + i), new Change.Put(Family.META, key(i), key(i)));
        }
        assertThat(scan(table, Family.CURRENT, key(3), key(6)))
                .containsExactly("00000003=v3", "00000004=v4", "00000005=v5");
        List<String> seen = new ArrayList<>();
        var _ =
                table.apply(
                        new Position(11, 1),
                        rows -> {
                            rows.scan(
                                    Family.CURRENT,
                                    key(1),
                                    Bytes.EMPTY,
                                    (key, value) -> {
                                        seen.add(value.utf8());
                                        return switch (seen.size()) {
                                            case 1 -> new Rows.Step.SkipTo(key(7));
                                            case 2 -> Rows.Step.NEXT;
                                            default -> Rows.Step.STOP;
                                        };
                                    });
                            return Change.Decision.only("");
                        });
        assertThat(seen).containsExactly("v1", "v7", "v8");
    }

    @Test
    void aViewDoesNotChangeWhileTheTableDoes() {
        apply(table, 1, put(1, "old"), new Change.WriteSlot(grant(1)));
        List<String> seen =
                table.read(
                        view -> {
                            apply(table, 2, put(1, "new"), put(2, "more"));
                            List<String> rows = new ArrayList<>();
                            view.rows()
                                    .scan(
                                            Family.CURRENT,
                                            Bytes.EMPTY,
                                            Bytes.EMPTY,
                                            (_, value) -> {
                                                rows.add(value.utf8());
                                                return Rows.Step.NEXT;
                                            });
                            rows.add(view.position().toString());
                            return rows;
                        });
        assertThat(seen).containsExactly("old", new Position(1, 1).toString());
    }

    @Test
    void anExportStaysAsItWasWhateverIsAppliedMeanwhile() {
        apply(table, 1, put(1, "one"), put(2, "two"));
        RowExport export = table.export();
        apply(table, 2, put(1, "other"), new Change.Delete(Family.CURRENT, key(2)));
        table.flush();
        assertThat(export.position()).isEqualTo(new Position(1, 1));
        assertThat(
                        List.of(
                                String.valueOf(
                                        export.<Bytes>read(
                                                rows -> rows.get(Family.CURRENT, key(1)))),
                                String.valueOf(
                                        export.<Bytes>read(
                                                rows -> rows.get(Family.CURRENT, key(2))))))
                .containsExactly(Bytes.utf8("one").toString(), Bytes.utf8("two").toString());
        export.close();
        export.close();
        RowExport left = table.export();
        table.close();
        assertThatThrownBy(() -> left.read(rows -> rows.get(Family.CURRENT, key(1))))
                .isInstanceOf(IllegalStateException.class);
        left.close();
    }

    @Test
    void aSlotIsReadBackUntilItIsDestroyed() {
        apply(table, 1, new Change.WriteSlot(grant(1)), new Change.WriteSlot(grant(2)));
        assertThat(slot(table, 1)).isEqualTo(grant(1));
        assertThat(slot(table, 2)).isEqualTo(grant(2));
        assertThat(slot(table, 3)).isNull();
        apply(table, 2, new Change.DestroySlot(grant(1).shard()));
        assertThat(slot(table, 1)).isNull();
        assertThat(slot(table, 2)).isEqualTo(grant(2));
        apply(table, 3, new Change.DestroySlot(grant(1).shard()));
    }

    static ShardGrant slot(GroupTable table, long number) {
        return table.read(view -> view.rows().slot(grant(number).shard()));
    }

    @Test
    void whatWasFlushedSurvivesACrashAndTheRestCanBeAppliedAgain() throws IOException {
        apply(table, 1, put(1, "a"), new Change.WriteSlot(grant(1)));
        table.flush();
        assertThat(table.durableIndex()).isEqualTo(1);
        assertThat(table.unflushedBytes()).isZero();
        apply(table, 2, put(2, "b"), new Change.WriteSlot(grant(2)));
        assertThat(table.unflushedBytes()).isPositive();
        try (GroupTable crashed = afterCrash("table", "crashed")) {
            assertThat(crashed.applied().index()).isBetween(1L, 2L);
            assertThat(slot(crashed, 1)).isEqualTo(grant(1));
            if (crashed.applied().index() == 1) {
                assertThat(all(crashed)).containsExactly("00000001=a");
                assertThat(slot(crashed, 2)).isNull();
                apply(crashed, 2, put(2, "b"), new Change.WriteSlot(grant(2)));
            }
            assertThat(all(crashed)).containsExactly("00000001=a", "00000002=b");
            assertThat(slot(crashed, 2)).isEqualTo(grant(2));
        }
    }

    @Test
    void aDestroyedSlotStaysSoWhenACrashBringsItsRowsBack() throws IOException {
        apply(table, 1, new Change.WriteSlot(grant(1)), new Change.WriteSlot(grant(2)));
        table.flush();
        apply(table, 2, new Change.DestroySlot(grant(1).shard()));
        apply(table, 3, new Change.WriteSlot(grant(3)));
        try (GroupTable crashed = afterCrash("table", "crashed")) {
            assertThat(slot(crashed, 1)).isNull();
            assertThat(slot(crashed, 2)).isEqualTo(grant(2));
        }
    }

    @Test
    void afterAnyCrashTheStateIsThatOfSomeEntryWithAllItsSlots() throws IOException {
        for (long seed = 1; seed <= 6; seed++) {
            crashSomewhere(seed);
        }
    }

    private void crashSomewhere(long seed) throws IOException {
        RandomSource random = RandomSource.seeded(seed);
        String name = "seed-" + seed;
        List<Map<Integer, String>> history = new ArrayList<>();
        history.add(new TreeMap<>());
        List<List<Long>> slots = new ArrayList<>();
        slots.add(List.of());
        try (GroupTable victim = open(name)) {
            int entries = 20 + random.nextInt(60);
            for (int index = 1; index <= entries; index++) {
                step(victim, random, index, history, slots);
                if (random.nextInt(15) == 0) {
                    victim.flush();
                }
            }
            try (GroupTable crashed = afterCrash(name, name + "-crashed")) {
                int at = (int) crashed.applied().index();
                assertThat((long) at)
                        .as("seed %d", seed)
                        .isBetween(victim.durableIndex(), (long) entries);
                List<String> expected = new ArrayList<>();
                history.get(at).forEach((k, v) -> expected.add(key(k).hex() + "=" + v));
                assertThat(all(crashed)).as("seed %d at %d", seed, at).isEqualTo(expected);
                List<Long> live = slots.get(slots.size() - 1);
                for (long shard : slots.get(at)) {
                    assertThat(slot(crashed, shard))
                            .as("seed %d at %d shard %d", seed, at, shard)
                            .isEqualTo(live.contains(shard) ? grant(shard) : null);
                }
            }
        }
    }

    private static void step(
            GroupTable victim,
            RandomSource random,
            int index,
            List<Map<Integer, String>> history,
            List<List<Long>> slots) {
        Map<Integer, String> rows = new TreeMap<>(history.get(index - 1));
        List<Long> shards = new ArrayList<>(slots.get(index - 1));
        List<Change> changes = new ArrayList<>();
        int key = random.nextInt(30);
        if (random.nextInt(4) == 0) {
            changes.add(new Change.Delete(Family.CURRENT, key(key)));
            rows.remove(key);
        } else {
            changes.add(put(key, "v" + index));
            rows.put(key, "v" + index);
        }
        if (random.nextInt(3) == 0) {
            changes.add(new Change.WriteSlot(grant(index)));
            shards.add((long) index);
        } else if (!shards.isEmpty() && random.nextInt(4) == 0) {
            long gone = shards.remove(random.nextInt(shards.size()));
            changes.add(new Change.DestroySlot(grant(gone).shard()));
        }
        apply(victim, index, changes.toArray(Change[]::new));
        history.add(rows);
        slots.add(shards);
    }

    @Test
    void aSnapshotAndItsKeysMakeANewReplicaEqual() throws IOException {
        for (int i = 1; i <= 50; i++) {
            apply(table, i, put(i, "v" + i), new Change.WriteSlot(grant(i)));
        }
        apply(table, 51, new Change.DestroySlot(grant(9).shard()));
        Path folder = Files.createDirectory(temp.resolve("snapshot"));
        table.saveSnapshot(folder);
        assertThat(table.durableIndex()).isEqualTo(51);
        apply(table, 52, new Change.DestroySlot(grant(10).shard()), put(99, "later"));
        try (GroupTable other = open("other")) {
            apply(other, 3, put(1000, "older"), new Change.WriteSlot(grant(1000)));
            other.importKeys(51, table.exportKeys());
            other.loadSnapshot(folder, new Position(51, 1));
            assertThat(other.applied()).isEqualTo(new Position(51, 1));
            assertThat(other.durableIndex()).isEqualTo(51);
            assertThat(all(other)).hasSize(50).doesNotContain("000003e8=older");
            assertThat(slot(other, 1)).isEqualTo(grant(1));
            assertThat(slot(other, 50)).isEqualTo(grant(50));
            assertThat(slot(other, 9)).isNull();
            assertThat(slot(other, 10)).as("destroyed before the keys were sent").isNull();
            assertThat(slot(other, 1000)).isNull();
            apply(other, 52, new Change.DestroySlot(grant(10).shard()), put(99, "later"));
            assertThat(all(other)).isEqualTo(all(table));
            try (GroupTable crashed = afterCrash("other", "other-crashed")) {
                assertThat(crashed.applied().index()).isGreaterThanOrEqualTo(51);
                assertThat(slot(crashed, 50)).isEqualTo(grant(50));
            }
        }
    }

    @Test
    void aSnapshotWithSlotsIsRefusedWithoutItsKeysAndTheOldStateStays() throws IOException {
        apply(table, 1, new Change.WriteSlot(grant(1)));
        Path folder = Files.createDirectory(temp.resolve("snapshot"));
        table.saveSnapshot(folder);
        try (GroupTable other = open("other")) {
            apply(other, 1, put(1, "mine"));
            assertThatThrownBy(() -> other.loadSnapshot(folder, new Position(2, 1)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no keys came with it");
            assertThat(all(other)).containsExactly("00000001=mine");
        }
    }

    @Test
    void keysThatArriveDamagedAreRefused() {
        byte[] keys = table.exportKeys();
        keys[0] ^= 1;
        assertThatThrownBy(() -> table.importKeys(9, keys)).isInstanceOf(IOException.class);
    }

    @Test
    void aClosedTableRefusesEverything() throws IOException {
        GroupTable other = open("other");
        other.close();
        assertThatThrownBy(other::applied).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.read(GroupTable.View::position))
                .isInstanceOf(IllegalStateException.class);
        other.close();
    }
}
