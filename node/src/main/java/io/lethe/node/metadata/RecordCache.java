package io.lethe.node.metadata;

import io.lethe.node.base.Check;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The records asked for last, of a family too large to be held as a whole. What isn't there is not
 * remembered. Safe for any thread.
 *
 * @param <K> ids
 * @param <V> records
 */
final class RecordCache<K, V> {
    private final Map<K, V> kept;
    private final LongAdder misses = new LongAdder();
    private long forgotten;

    RecordCache(int most) {
        Check.range("cached records", most, 1, 1 << 24);
        kept =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                        return size() > most;
                    }
                };
    }

    /**
     * @param load asked on a miss; reads the table
     */
    Optional<V> get(K id, Supplier<Optional<V>> load) {
        long before;
        synchronized (this) {
            V present = kept.get(id);
            if (present != null) {
                return Optional.of(present);
            }
            before = forgotten;
        }
        misses.increment();
        Optional<V> loaded = load.get();
        synchronized (this) {
            // What was forgotten meanwhile may be this record, read before it changed.
            if (before == forgotten && loaded.isPresent()) {
                kept.put(id, loaded.get());
            }
        }
        return loaded;
    }

    /** The record has changed in the table. */
    synchronized void forget(K id) {
        forgotten++;
        @Nullable V _ = kept.remove(id);
    }

    synchronized void clear() {
        forgotten++;
        kept.clear();
    }

    long misses() {
        return misses.sum();
    }
}
