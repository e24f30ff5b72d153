package io.lethe.node.metadata.table;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.model.ShardId;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A table's rows for the thread that applies its log: the few small rows that nearly every entry
 * reads and writes again (the head, usage, the open shards) are remembered, which saves a third of
 * a commit's look-ups. One thread, which tells of every change that it made.
 */
final class RememberedRows implements Rows {
    private static final Set<Family> FAMILIES =
            EnumSet.of(Family.META, Family.USAGE, Family.SHARDS);

    /** Of some hundred bytes each: tenants' usage and shards in turn at one time. */
    private static final int MOST = 1024;

    private record Place(Family family, Bytes key) {}

    private final Rows rows;
    private final Map<Place, Optional<Bytes>> remembered =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Place, Optional<Bytes>> eldest) {
                    return size() > MOST;
                }
            };

    RememberedRows(Rows rows) {
        this.rows = rows;
    }

    @Override
    public @Nullable Bytes get(Family family, Bytes key) {
        if (!FAMILIES.contains(family)) {
            return rows.get(family, key);
        }
        Place place = new Place(family, key);
        Optional<Bytes> known = remembered.get(place);
        if (known == null) {
            known = Optional.ofNullable(rows.get(family, key));
            remembered.put(place, known);
        }
        return known.orElse(null);
    }

    @Override
    public void scan(Family family, Bytes from, Bytes to, Visitor visitor) {
        rows.scan(family, from, to, visitor);
    }

    @Override
    public @Nullable ShardGrant slot(ShardId shard) {
        return rows.slot(shard);
    }

    /** The change was written to the table. */
    void changed(Change change) {
        switch (change) {
            case Change.Put put ->
                    replace(new Place(put.family(), put.key()), Optional.of(put.value()));
            case Change.Delete delete ->
                    replace(new Place(delete.family(), delete.key()), Optional.empty());
            case Change.WriteSlot _, Change.DestroySlot _ -> {}
        }
    }

    private void replace(Place place, Optional<Bytes> value) {
        if (FAMILIES.contains(place.family())) {
            var _ = remembered.computeIfPresent(place, (_, _) -> value);
        }
    }
}
