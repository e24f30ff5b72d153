package io.lethe.node.metadata.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.model.ShardId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is remembered is what the table says, whatever changes. */
class RememberedRowsTest {
    private static final List<Family> FAMILIES =
            List.of(Family.META, Family.USAGE, Family.SHARDS, Family.CURRENT);

    private record Place(Family family, Bytes key) {}

    private static final class Counted implements Rows {
        final Map<Place, Bytes> rows = new HashMap<>();
        int asked;

        @Override
        public @Nullable Bytes get(Family family, Bytes key) {
            asked++;
            return rows.get(new Place(family, key));
        }

        @Override
        public void scan(Family family, Bytes from, Bytes to, Visitor visitor) {}

        @Override
        public @Nullable ShardGrant slot(ShardId shard) {
            return null;
        }

        void apply(Change change) {
            switch (change) {
                case Change.Put put -> rows.put(new Place(put.family(), put.key()), put.value());
                case Change.Delete gone -> rows.remove(new Place(gone.family(), gone.key()));
                default -> throw new IllegalArgumentException(change.toString());
            }
        }
    }

    private final Counted table = new Counted();
    private final RememberedRows rows = new RememberedRows(table);

    @Test
    void aRowThatEveryEntryReadsIsAskedForOnce() {
        Bytes key = Bytes.utf8("head");
        for (int i = 0; i < 10; i++) {
            rows.get(Family.META, key);
            Change change = new Change.Put(Family.META, key, Bytes.utf8("v" + i));
            table.apply(change);
            rows.changed(change);
            assertThat(rows.get(Family.META, key)).isEqualTo(Bytes.utf8("v" + i));
        }
        assertThat(table.asked).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void answersAreTheTablesOwn(long seed) {
        Random random = new Random(seed);
        for (int step = 0; step < 20_000; step++) {
            Family family = FAMILIES.get(random.nextInt(FAMILIES.size()));
            Bytes key = Bytes.utf8("k" + random.nextInt(3_000));
            switch (random.nextInt(4)) {
                case 0 -> change(new Change.Put(family, key, Bytes.utf8("v" + step)));
                case 1 -> change(new Change.Delete(family, key));
                default ->
                        assertThat(rows.get(family, key))
                                .as("seed %s, step %s", seed, step)
                                .isEqualTo(table.rows.get(new Place(family, key)));
            }
        }
    }

    private void change(Change change) {
        table.apply(change);
        rows.changed(change);
    }
}
