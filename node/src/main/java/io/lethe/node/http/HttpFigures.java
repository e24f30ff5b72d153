package io.lethe.node.http;

import io.lethe.node.base.metrics.Counter;
import io.lethe.node.base.metrics.Latency;
import io.lethe.node.base.metrics.Metrics;
import java.util.function.IntSupplier;

/** What a door counts. Safe for any thread. */
final class HttpFigures {
    private final String door;
    private final Counter answers;
    private final Counter rejected;
    private final Latency.Series latency;

    HttpFigures(String door, Metrics metrics, IntSupplier connections) {
        this.door = door;
        this.answers = metrics.counter("lethe_http_answers", "Answers.", "door", "status");
        this.rejected =
                metrics.counter("lethe_http_rejected", "Refused by a bound.", "door", "bound");
        this.latency =
                metrics.latency("lethe_http_seconds", "From request to answer.", "door")
                        .series(door);
        metrics.gauge("lethe_http_connections", "Open connections.", "door")
                .watch(connections::getAsInt, door);
    }

    void answered(int status, long nanos) {
        answers.series(door, Integer.toString(status)).increment();
        latency.observeNanos(nanos);
    }

    void rejected(String bound) {
        rejected.series(door, bound).increment();
    }
}
