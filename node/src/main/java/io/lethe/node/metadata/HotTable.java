package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.Rows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * All records of one of the directory's families, decoded, in memory. One thread changes it, any
 * thread reads.
 *
 * @param <I> ids
 * @param <R> records
 */
final class HotTable<I, R> {
    /** What was made from the records when there had been {@code changes} changes. */
    private record Made<T>(long changes, T value) {}

    /** Something made from all records, made again after each change when somebody asks. */
    final class View<T> {
        private final Function<List<R>, T> make;
        private final AtomicReference<Made<T>> made = new AtomicReference<>();

        View(Function<List<R>, T> make) {
            this.make = make;
        }

        T get() {
            long now = changes.get();
            Made<T> present = made.get();
            if (present != null && present.changes() == now) {
                return present.value();
            }
            // Counted before the records are read: what changes meanwhile makes this one stale.
            T fresh = make.apply(records());
            made.set(new Made<>(now, fresh));
            return fresh;
        }
    }

    private final Family family;
    private final Function<Bytes, R> decode;
    private final Function<R, I> id;
    private final Comparator<R> order;
    private final View<List<R>> all = new View<>(List::copyOf);
    private volatile ConcurrentHashMap<I, R> byId = new ConcurrentHashMap<>();
    private final AtomicLong changes = new AtomicLong();

    HotTable(Family family, Function<Bytes, R> decode, Function<R, I> id, Comparator<R> order) {
        this.family = family;
        this.decode = decode;
        this.id = id;
        this.order = order;
    }

    void put(Bytes value) {
        R record = decode.apply(value);
        byId.put(id.apply(record), record);
        changes.incrementAndGet();
    }

    void reload(Rows rows) {
        ConcurrentHashMap<I, R> fresh = new ConcurrentHashMap<>();
        rows.scan(
                family,
                Bytes.EMPTY,
                Bytes.EMPTY,
                (_, value) -> {
                    R record = decode.apply(value);
                    fresh.put(id.apply(record), record);
                    return Rows.Step.NEXT;
                });
        byId = fresh;
        changes.incrementAndGet();
    }

    Optional<R> get(I wanted) {
        return Optional.ofNullable(byId.get(wanted));
    }

    /** In order; unchangeable. */
    List<R> all() {
        return all.get();
    }

    private List<R> records() {
        List<R> records = new ArrayList<>(byId.values());
        records.sort(order);
        return records;
    }
}
