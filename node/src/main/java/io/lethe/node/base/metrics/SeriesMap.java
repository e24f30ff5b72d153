package io.lethe.node.base.metrics;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * The series of one family by label values, bounded by {@link Metrics#MOST_SERIES}. Safe for any
 * thread.
 */
final class SeriesMap<S> {
    private static final String OTHER = "other";

    private final Metrics.Descriptor descriptor;
    private final LongAdder folded;
    private final Map<List<String>, S> series = new ConcurrentHashMap<>();

    SeriesMap(Metrics.Descriptor descriptor, LongAdder folded) {
        this.descriptor = descriptor;
        this.folded = folded;
    }

    S get(List<String> values, Supplier<S> make) {
        return series.computeIfAbsent(admitted(values), _ -> make.get());
    }

    void put(List<String> values, S one) {
        series.put(admitted(values), one);
    }

    void remove(List<String> values) {
        checkCount(values);
        series.remove(values);
    }

    /** Those whose value of a label is this one. */
    List<List<String>> with(String label, String value) {
        int at = descriptor.labels().indexOf(label);
        return at < 0
                ? List.of()
                : series.keySet().stream().filter(values -> values.get(at).equals(value)).toList();
    }

    void forEach(BiConsumer<List<String>, S> visitor) {
        series.forEach(visitor);
    }

    /** These values, or those of the overflow series when the family is full. */
    List<String> admitted(List<String> values) {
        checkCount(values);
        if (series.size() < Metrics.MOST_SERIES || series.containsKey(values)) {
            return values;
        }
        folded.increment();
        return Collections.nCopies(values.size(), OTHER);
    }

    private void checkCount(List<String> values) {
        if (values.size() != descriptor.labels().size()) {
            throw new IllegalArgumentException(
                    "metric "
                            + descriptor.name()
                            + " has labels "
                            + descriptor.labels()
                            + ", and was given values "
                            + values);
        }
    }
}
