package io.lethe.node.base.metrics;

import io.prometheus.client.Collector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** A family of sums that only grow, one per combination of label values. Safe for any thread. */
public final class Counter {
    /** One sum. Keep it: finding it costs a look-up. */
    public static final class Series {
        private final LongAdder sum = new LongAdder();

        private Series() {}

        public void increment() {
            sum.increment();
        }

        /**
         * @param amount not negative
         */
        public void add(long amount) {
            if (amount < 0) {
                throw new IllegalArgumentException("a counter cannot go back by " + amount);
            }
            sum.add(amount);
        }

        public long sum() {
            return sum.sum();
        }
    }

    private final Metrics.Descriptor descriptor;
    private final SeriesMap<Series> counted;
    private final SeriesMap<LongSupplier> watched;

    Counter(Metrics.Descriptor descriptor, LongAdder folded) {
        this.descriptor = descriptor;
        this.counted = new SeriesMap<>(descriptor, folded);
        this.watched = new SeriesMap<>(descriptor, folded);
    }

    /** The sum for these values of the family's labels, in their order. */
    public Series series(String... values) {
        return counted.get(List.of(values), Series::new);
    }

    /**
     * Shows a sum that somebody else keeps; a second one under the same values replaces the first.
     *
     * @param sum never goes back; called by whoever reads the metrics, so it must not block
     */
    public void watch(LongSupplier sum, String... values) {
        watched.put(List.of(values), sum);
    }

    /** Forgets the series, counted or watched. */
    public void remove(String... values) {
        counted.remove(List.of(values));
        watched.remove(List.of(values));
    }

    void forget(String label, String value) {
        watched.with(label, value).forEach(watched::remove);
        counted.with(label, value).forEach(counted::remove);
    }

    Collector collector() {
        return new Collector() {
            @Override
            public List<MetricFamilySamples> collect() {
                List<MetricFamilySamples.Sample> samples = new ArrayList<>();
                counted.forEach((values, series) -> samples.add(sample(values, series.sum())));
                watched.forEach((values, sum) -> samples.add(sample(values, sum.getAsLong())));
                return List.of(
                        new MetricFamilySamples(
                                descriptor.name(), Type.COUNTER, descriptor.help(), samples));
            }
        };
    }

    private Collector.MetricFamilySamples.Sample sample(List<String> values, long sum) {
        return new Collector.MetricFamilySamples.Sample(
                descriptor.name() + "_total", descriptor.labels(), values, sum);
    }
}
