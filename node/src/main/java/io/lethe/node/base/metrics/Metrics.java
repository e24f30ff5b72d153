package io.lethe.node.base.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.prometheus.client.hotspot.DefaultExports;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * All metrics of one node: a constructor argument of whatever counts, so that several nodes can
 * live in one process. Asking twice for the same family gives the same one; asking for its name
 * with another kind, help or labels is refused. The {@linkplain #catalogue() catalogue} lists what
 * was asked for.
 *
 * <p>Safe for any thread; asking takes a lock, so components ask once, when they are built, and
 * keep the series.
 */
public final class Metrics {
    /** What {@link #openMetrics()} is, for an HTTP answer. */
    public static final String CONTENT_TYPE = TextFormat.CONTENT_TYPE_OPENMETRICS_100;

    /**
     * Series of one family: device times operation on the largest node is some hundreds. Further
     * ones are folded into one series whose labels all say {@code other}.
     */
    public static final int MOST_SERIES = 2_000;

    /** What a family measures. */
    public enum Kind {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    /** One row of the catalogue. */
    public record Descriptor(String name, Kind kind, String help, List<String> labels) {
        public Descriptor {
            labels = List.copyOf(labels);
            Names.check(name, help, labels);
        }
    }

    private record Registered(Descriptor descriptor, Object family) {}

    private final CollectorRegistry registry = new CollectorRegistry(true);
    private final Map<String, Registered> families = new LinkedHashMap<>();
    private final LongAdder folded = new LongAdder();

    public Metrics() {
        counter("lethe_metrics_folded", "Requests for a series past the limit of its family.")
                .watch(folded::sum);
    }

    /** Adds memory, collector, thread and process figures of the JVM; once per registry. */
    public void addJvm() {
        DefaultExports.register(registry);
    }

    /** A sum that only grows; its sample is called {@code name_total}. */
    public Counter counter(String name, String help, String... labels) {
        Descriptor descriptor = new Descriptor(name, Kind.COUNTER, help, List.of(labels));
        return family(descriptor, Counter.class, d -> new Counter(d, folded));
    }

    /** A value that is asked for when somebody looks. */
    public Gauge gauge(String name, String help, String... labels) {
        Descriptor descriptor = new Descriptor(name, Kind.GAUGE, help, List.of(labels));
        return family(descriptor, Gauge.class, d -> new Gauge(d, folded));
    }

    /**
     * How long something takes; the name ends in {@code _seconds}. Buckets from 100 µs to 30 s, see
     * {@link Distribution#LATENCY_SECONDS}.
     */
    public Latency latency(String name, String help, String... labels) {
        Names.checkSuffix(name, "_seconds");
        Descriptor descriptor = new Descriptor(name, Kind.HISTOGRAM, help, List.of(labels));
        return family(
                descriptor,
                Latency.class,
                d -> new Latency(new Distribution(d, folded, Distribution.LATENCY_SECONDS)));
    }

    /**
     * How sizes, counts or batches are spread.
     *
     * @param buckets upper bounds, rising, in the unit that the name says
     */
    public Distribution distribution(
            String name, String help, List<Double> buckets, String... labels) {
        Descriptor descriptor = new Descriptor(name, Kind.HISTOGRAM, help, List.of(labels));
        double[] bounds = buckets.stream().mapToDouble(Double::doubleValue).toArray();
        return family(descriptor, Distribution.class, d -> new Distribution(d, folded, bounds));
    }

    /** Every family asked for so far, by name. */
    public synchronized List<Descriptor> catalogue() {
        List<Descriptor> rows = new ArrayList<>();
        families.values().forEach(registered -> rows.add(registered.descriptor()));
        rows.sort(Comparator.comparing(Descriptor::name));
        return rows;
    }

    /** Forgets all series that have this value of this label: what they were of is gone. */
    public synchronized void forget(String label, String value) {
        for (Registered registered : families.values()) {
            switch (registered.family()) {
                case Counter counter -> counter.forget(label, value);
                case Gauge gauge -> gauge.forget(label, value);
                case Latency latency -> latency.distribution().forget(label, value);
                case Distribution distribution -> distribution.forget(label, value);
                default -> throw new IllegalStateException("unknown " + registered.family());
            }
        }
    }

    /** Everything, as OpenMetrics 1.0 text. */
    public String openMetrics() {
        StringWriter out = new StringWriter(16 * 1024);
        try {
            TextFormat.writeOpenMetrics100(out, registry.metricFamilySamples());
        } catch (IOException e) {
            throw new UncheckedIOException("a writer into memory failed", e);
        }
        return out.toString();
    }

    private synchronized <F> F family(
            Descriptor descriptor, Class<F> type, Function<Descriptor, F> make) {
        Registered present = families.get(descriptor.name());
        if (present != null) {
            if (!present.descriptor().equals(descriptor) || !type.isInstance(present.family())) {
                throw new IllegalArgumentException(
                        "metric "
                                + descriptor.name()
                                + " is registered already as "
                                + present.descriptor()
                                + "; choose another name or use the same description");
            }
            return type.cast(present.family());
        }
        F family = make.apply(descriptor);
        registry.register(collector(family));
        families.put(descriptor.name(), new Registered(descriptor, family));
        return family;
    }

    private static Collector collector(Object family) {
        return switch (family) {
            case Counter counter -> counter.collector();
            case Gauge gauge -> gauge.collector();
            case Latency latency -> latency.distribution().collector();
            case Distribution distribution -> distribution.collector();
            default -> throw new IllegalArgumentException("no collector for " + family);
        };
    }
}
