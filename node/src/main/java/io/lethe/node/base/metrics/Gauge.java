package io.lethe.node.base.metrics;

import io.prometheus.client.Collector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/**
 * A family of values that are asked for when somebody reads the metrics. Safe for any thread.
 *
 * <p>There is no setter on purpose: a gauge that is set can be forgotten, one that asks cannot lie.
 */
public final class Gauge {
    private final Metrics.Descriptor descriptor;
    private final SeriesMap<DoubleSupplier> watched;

    Gauge(Metrics.Descriptor descriptor, LongAdder folded) {
        this.descriptor = descriptor;
        this.watched = new SeriesMap<>(descriptor, folded);
    }

    /**
     * Shows {@code value} under these values of the family's labels, in their order; a second one
     * under the same values replaces the first.
     *
     * @param value called by whoever reads the metrics, so it must not block
     */
    public void watch(DoubleSupplier value, String... values) {
        watched.put(List.of(values), value);
    }

    /** Forgets the series. */
    public void remove(String... values) {
        watched.remove(List.of(values));
    }

    void forget(String label, String value) {
        watched.with(label, value).forEach(watched::remove);
    }

    Collector collector() {
        return new Collector() {
            @Override
            public List<MetricFamilySamples> collect() {
                List<MetricFamilySamples.Sample> samples = new ArrayList<>();
                watched.forEach(
                        (values, value) ->
                                samples.add(
                                        new MetricFamilySamples.Sample(
                                                descriptor.name(),
                                                descriptor.labels(),
                                                values,
                                                value.getAsDouble())));
                return List.of(
                        new MetricFamilySamples(
                                descriptor.name(), Type.GAUGE, descriptor.help(), samples));
            }
        };
    }
}
