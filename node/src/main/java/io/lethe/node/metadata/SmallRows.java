package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.model.ShardId;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the directory's small families, as they are now, in memory. Each row is one value;
 * there is no consistency between rows. One thread changes it, any thread reads.
 */
final class SmallRows implements Rows {
    private final Map<Family, ConcurrentSkipListMap<Bytes, Bytes>> families =
            new EnumMap<>(Family.class);

    SmallRows() {
        for (Family family :
                new Family[] {Family.META, Family.TICKET_KEYS, Family.HOLDERS, Family.SETTINGS}) {
            families.put(family, new ConcurrentSkipListMap<>());
        }
    }

    private ConcurrentSkipListMap<Bytes, Bytes> rows(Family family) {
        ConcurrentSkipListMap<Bytes, Bytes> rows = families.get(family);
        if (rows == null) {
            throw new IllegalArgumentException(family + " is not held in memory");
        }
        return rows;
    }

    void put(Family family, Bytes key, Bytes value) {
        rows(family).put(key, value);
    }

    void remove(Family family, Bytes key) {
        rows(family).remove(key);
    }

    void reload(Rows table) {
        families.forEach(
                (family, rows) -> {
                    // Readers meanwhile must not find that nothing is there.
                    Set<Bytes> there = new HashSet<>();
                    table.scan(
                            family,
                            Bytes.EMPTY,
                            Bytes.EMPTY,
                            (key, value) -> {
                                rows.put(key, value);
                                there.add(key);
                                return Step.NEXT;
                            });
                    rows.keySet().retainAll(there);
                });
    }

    @Override
    public @Nullable Bytes get(Family family, Bytes key) {
        return rows(family).get(key);
    }

    @Override
    public void scan(Family family, Bytes from, Bytes to, Visitor visitor) {
        Map.Entry<Bytes, Bytes> at = rows(family).ceilingEntry(from);
        while (at != null && (to.isEmpty() || at.getKey().compareTo(to) < 0)) {
            switch (visitor.row(at.getKey(), at.getValue())) {
                case Step.Next _ -> at = rows(family).higherEntry(at.getKey());
                case Step.Stop _ -> {
                    return;
                }
                case Step.SkipTo skip -> at = rows(family).ceilingEntry(skip.key());
            }
        }
    }

    @Override
    public @Nullable ShardGrant slot(ShardId shard) {
        throw new IllegalStateException("the directory has no key slots");
    }
}
