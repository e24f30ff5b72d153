package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.ShardId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rows in memory, with the semantics of the RocksDB table: applies changes as one, keeps families
 * in key order. One thread.
 */
public final class MapRows implements Rows {
    private final Map<Family, NavigableMap<Bytes, Bytes>> families = new EnumMap<>(Family.class);
    private final NavigableMap<ShardId, ShardGrant> slots = new TreeMap<>();

    public MapRows() {
        for (Family family : Family.values()) {
            families.put(family, new TreeMap<>());
        }
    }

    /** A state of its own with the same rows: a state snapshot. */
    public MapRows copy() {
        MapRows copy = new MapRows();
        families.forEach((family, rows) -> copy.family(family).putAll(rows));
        copy.slots.putAll(slots);
        return copy;
    }

    /** Applies the changes of one decision, in their order. */
    public void apply(List<Change> changes) {
        for (Change change : changes) {
            switch (change) {
                case Change.Put put -> family(put.family()).put(put.key(), put.value());
                case Change.Delete delete -> {
                    var _ = family(delete.family()).remove(delete.key());
                }
                case Change.WriteSlot write -> slots.put(write.grant().shard(), write.grant());
                case Change.DestroySlot destroy -> slots.remove(destroy.shard());
            }
        }
    }

    /** The rows of a family, in order; changing them changes the state. */
    public NavigableMap<Bytes, Bytes> family(Family family) {
        NavigableMap<Bytes, Bytes> rows = families.get(family);
        if (rows == null) {
            throw new IllegalStateException("no family " + family);
        }
        return rows;
    }

    public NavigableMap<ShardId, ShardGrant> slots() {
        return slots;
    }

    @Override
    public @Nullable Bytes get(Family family, Bytes key) {
        return family(family).get(key);
    }

    @Override
    public void scan(Family family, Bytes from, Bytes to, Visitor visitor) {
        NavigableMap<Bytes, Bytes> rows = family(family);
        Map.Entry<Bytes, Bytes> at = rows.ceilingEntry(from);
        while (at != null && (to.isEmpty() || at.getKey().compareTo(to) < 0)) {
            Bytes key = at.getKey();
            switch (visitor.row(key, at.getValue())) {
                case Step.Next _ -> at = rows.higherEntry(key);
                case Step.Stop _ -> {
                    return;
                }
                case Step.SkipTo skip -> {
                    if (skip.key().compareTo(key) <= 0) {
                        throw new IllegalStateException(
                                "a seek to " + skip.key() + " does not lie ahead of " + key);
                    }
                    at = rows.ceilingEntry(skip.key());
                }
            }
        }
    }

    @Override
    public @Nullable ShardGrant slot(ShardId shard) {
        return slots.get(shard);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MapRows that
                && families.equals(that.families)
                && slots.equals(that.slots);
    }

    @Override
    public int hashCode() {
        return families.hashCode();
    }
}
