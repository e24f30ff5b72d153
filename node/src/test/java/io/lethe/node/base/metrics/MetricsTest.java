package io.lethe.node.base.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    @Test
    void countersAddUpPerLabel() {
        Counter writes = metrics.counter("lethe_chunk_writes", "Chunks written.", "device");
        writes.series("a").add(2);
        writes.series("a").increment();
        writes.series("b").increment();

        assertThat(metrics.openMetrics())
                .contains("# TYPE lethe_chunk_writes counter")
                .contains("lethe_chunk_writes_total{device=\"a\"} 3.0")
                .contains("lethe_chunk_writes_total{device=\"b\"} 1.0");
    }

    @Test
    void aWatchedCounterShowsTheSumThatSomebodyElseKeeps() {
        LongAdder rejected = new LongAdder();
        metrics.counter("lethe_queue_rejected", "Refused.").watch(rejected::sum);
        rejected.add(7);

        assertThat(metrics.openMetrics()).contains("lethe_queue_rejected_total 7.0");
    }

    @Test
    void aCounterNeverGoesBack() {
        Counter.Series series = metrics.counter("lethe_things", "Things.").series();

        assertThatThrownBy(() -> series.add(-1)).hasMessageContaining("cannot go back");
    }

    @Test
    void gaugesAreAskedWhenSomebodyLooks() {
        LongAdder depth = new LongAdder();
        Gauge gauge = metrics.gauge("lethe_queue_depth", "Waiting.", "queue");
        gauge.watch(depth::sum, "apply");
        depth.add(3);
        assertThat(metrics.openMetrics()).contains("lethe_queue_depth{queue=\"apply\"} 3.0");

        gauge.remove("apply");
        assertThat(metrics.openMetrics()).doesNotContain("apply");
    }

    @Test
    void latenciesFallIntoBucketsFromHundredMicrosecondsToHalfAMinute() {
        Latency.Series put = metrics.latency("lethe_put_seconds", "PUT.", "class").series("4+2");
        put.observeNanos(TimeUnit.MICROSECONDS.toNanos(300));
        put.observeNanos(TimeUnit.SECONDS.toNanos(20));

        assertThat(metrics.openMetrics())
                .contains("lethe_put_seconds_bucket{class=\"4+2\",le=\"1.0E-4\"} 0.0")
                .contains("lethe_put_seconds_bucket{class=\"4+2\",le=\"5.0E-4\"} 1.0")
                .contains("lethe_put_seconds_bucket{class=\"4+2\",le=\"30.0\"} 2.0")
                .contains("lethe_put_seconds_count{class=\"4+2\"} 2.0");
    }

    @Test
    void distributionsTakeTheirOwnBuckets() {
        metrics.distribution("lethe_batch_entries", "Entries.", List.of(1.0, 8.0))
                .series()
                .observe(5);

        assertThat(metrics.openMetrics()).contains("lethe_batch_entries_bucket{le=\"8.0\"} 1.0");
    }

    @Test
    void askingTwiceGivesTheSameFamily() {
        Counter first = metrics.counter("lethe_things", "Things.", "kind");

        assertThat(metrics.counter("lethe_things", "Things.", "kind")).isSameAs(first);
        assertThatThrownBy(() -> metrics.counter("lethe_things", "Other things.", "kind"))
                .hasMessageContaining("registered already");
        assertThatThrownBy(() -> metrics.gauge("lethe_things", "Things.", "kind"))
                .hasMessageContaining("registered already");
    }

    @Test
    void badNamesAreRefused() {
        assertThatThrownBy(() -> metrics.counter("writes", "x"))
                .hasMessageContaining("lethe_chunk_writes");
        assertThatThrownBy(() -> metrics.counter("lethe_writes_total", "x"))
                .hasMessageContaining("_total");
        assertThatThrownBy(() -> metrics.latency("lethe_put_millis", "x"))
                .hasMessageContaining("_seconds");
        assertThatThrownBy(() -> metrics.gauge("lethe_depth", "x", "Queue"))
                .hasMessageContaining("Queue");
        assertThatThrownBy(() -> metrics.counter("lethe_depth", "x", "queue").series())
                .hasMessageContaining("[queue]");
    }

    @Test
    void seriesPastTheLimitAreFoldedIntoOneAndCounted() {
        Counter counter = metrics.counter("lethe_things", "Things.", "kind");
        for (int i = 0; i < Metrics.MOST_SERIES + 10; i++) {
            counter.series("kind" + i).increment();
        }

        assertThat(metrics.openMetrics())
                .contains("lethe_things_total{kind=\"other\"} 10.0")
                .contains("lethe_metrics_folded_total 10.0");
    }

    @Test
    void theTextEndsAsOpenMetricsAsksAndShowsTheJvm() {
        metrics.addJvm();

        assertThat(metrics.openMetrics()).contains("jvm_memory_bytes_used").endsWith("# EOF\n");
    }

    @Test
    void theCatalogueListsWhatWasAskedForByName() {
        metrics.gauge("lethe_b", "B.");
        metrics.counter("lethe_a", "A.", "x");

        assertThat(metrics.catalogue())
                .extracting(Metrics.Descriptor::name)
                .containsExactly("lethe_a", "lethe_b", "lethe_metrics_folded");
    }
}
