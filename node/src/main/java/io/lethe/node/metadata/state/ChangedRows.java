package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.ShardId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rows as changes leave them that are not applied yet: of the first decisions of a batch, for the
 * next one. One thread.
 */
final class ChangedRows implements Rows {
    private final Rows rows;

    /** Empty: deleted. */
    private final Map<Family, NavigableMap<Bytes, Optional<Bytes>>> changed =
            new EnumMap<>(Family.class);

    private final Map<ShardId, Optional<ShardGrant>> slots = new LinkedHashMap<>();

    ChangedRows(Rows rows) {
        this.rows = rows;
    }

    void change(List<Change> changes) {
        for (Change change : changes) {
            switch (change) {
                case Change.Put c -> of(c.family()).put(c.key(), Optional.of(c.value()));
                case Change.Delete c -> of(c.family()).put(c.key(), Optional.empty());
                case Change.WriteSlot c -> slots.put(c.grant().shard(), Optional.of(c.grant()));
                case Change.DestroySlot c -> slots.put(c.shard(), Optional.empty());
            }
        }
    }

    private NavigableMap<Bytes, Optional<Bytes>> of(Family family) {
        return changed.computeIfAbsent(family, _ -> new TreeMap<>());
    }

    /** All of them, each row once. */
    List<Change> changes() {
        List<Change> all = new ArrayList<>();
        slots.forEach(
                (shard, grant) ->
                        all.add(
                                grant.<Change>map(Change.WriteSlot::new)
                                        .orElseGet(() -> new Change.DestroySlot(shard))));
        changed.forEach(
                (family, of) ->
                        of.forEach(
                                (key, value) ->
                                        all.add(
                                                value.<Change>map(
                                                                v -> new Change.Put(family, key, v))
                                                        .orElseGet(
                                                                () ->
                                                                        new Change.Delete(
                                                                                family, key)))));
        return all;
    }

    @Override
    public @Nullable Bytes get(Family family, Bytes key) {
        Optional<Bytes> value = of(family).get(key);
        return value == null ? rows.get(family, key) : value.orElse(null);
    }

    @Override
    public @Nullable ShardGrant slot(ShardId shard) {
        Optional<ShardGrant> slot = slots.get(shard);
        return slot == null ? rows.slot(shard) : slot.orElse(null);
    }

    @Override
    public void scan(Family family, Bytes from, Bytes to, Visitor visitor) {
        NavigableMap<Bytes, Optional<Bytes>> over = of(family);
        if (over.isEmpty()) {
            rows.scan(family, from, to, visitor);
            return;
        }
        Merge merge = new Merge(over, from, visitor);
        rows.scan(family, from, to, merge);
        var _ = merge.upTo(to.isEmpty() ? null : to);
    }

    /** Visits changed rows between those that are below them, and in their places. */
    private static final class Merge implements Visitor {
        private final NavigableMap<Bytes, Optional<Bytes>> over;
        private final Visitor visitor;

        /** What lies before it is done with. */
        private Bytes at;

        /** Whether the row at that key is, too. */
        private boolean passed;

        private boolean stopped;

        Merge(NavigableMap<Bytes, Optional<Bytes>> over, Bytes from, Visitor visitor) {
            this.over = over;
            this.at = from;
            this.visitor = visitor;
        }

        /** Visits changed rows before a key, null: all that are left; false: it is over. */
        boolean upTo(@Nullable Bytes end) {
            while (!stopped) {
                Map.Entry<Bytes, Optional<Bytes>> next =
                        passed ? over.higherEntry(at) : over.ceilingEntry(at);
                if (next == null || (end != null && next.getKey().compareTo(end) >= 0)) {
                    return true;
                }
                pass(next.getKey(), next.getValue());
            }
            return false;
        }

        private void pass(Bytes key, Optional<Bytes> value) {
            at = key;
            passed = true;
            switch (value.map(v -> visitor.row(key, v)).orElse(Step.NEXT)) {
                case Step.Next _ -> {}
                case Step.Stop _ -> stopped = true;
                case Step.SkipTo(Bytes ahead) -> {
                    at = ahead;
                    passed = false;
                }
            }
        }

        @Override
        public Step row(Bytes key, Bytes value) {
            if (!upTo(key)) {
                return Step.STOP;
            }
            int ahead = at.compareTo(key);
            if (ahead > 0) {
                return new Step.SkipTo(at);
            }
            if (ahead < 0 || !passed) {
                pass(key, over.getOrDefault(key, Optional.of(value)));
            }
            if (stopped) {
                return Step.STOP;
            }
            return passed ? Step.NEXT : new Step.SkipTo(at);
        }
    }
}
