package io.lethe.node.base.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.Histogram;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** A family of histograms. Safe for any thread. */
public final class Distribution {
    /**
     * 100 µs to 30 s, two to three steps per decade: an inline read sits at the low end, a
     * request's longest deadline at the high one.
     */
    static final double[] LATENCY_SECONDS = {
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
        10, 30
    };

    /** One histogram. Keep it: finding it costs a look-up. */
    public static final class Series {
        private final Histogram.Child histogram;

        private Series(Histogram.Child histogram) {
            this.histogram = histogram;
        }

        public void observe(double value) {
            histogram.observe(value);
        }
    }

    private final Histogram histogram;
    private final SeriesMap<Series> series;

    Distribution(Metrics.Descriptor descriptor, LongAdder folded, double[] buckets) {
        this.histogram =
                Histogram.build(descriptor.name(), descriptor.help())
                        .labelNames(descriptor.labels().toArray(String[]::new))
                        .buckets(buckets)
                        .withoutExemplars()
                        .create();
        this.series = new SeriesMap<>(descriptor, folded);
    }

    /** The histogram for these values of the family's labels, in their order. */
    public Series series(String... values) {
        List<String> admitted = series.admitted(List.of(values));
        return series.get(
                admitted, () -> new Series(histogram.labels(admitted.toArray(String[]::new))));
    }

    /** Forgets the series. */
    public void remove(String... values) {
        series.remove(List.of(values));
        histogram.remove(values);
    }

    void forget(String label, String value) {
        series.with(label, value).forEach(values -> remove(values.toArray(String[]::new)));
    }

    Collector collector() {
        return histogram;
    }
}
