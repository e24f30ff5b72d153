package io.lethe.node.s3.events;

import io.lethe.node.base.metrics.Metrics;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What is counted of one sink. Safe for any thread. */
final class SinkMeters {
    final LongAdder delivered = new LongAdder();
    final LongAdder failed = new LongAdder();
    final AtomicLong waiting = new AtomicLong();
    final AtomicLong dropped = new AtomicLong();
    final AtomicLong refusedAccounts = new AtomicLong();

    SinkMeters(Metrics metrics, String sink) {
        metrics.counter("lethe_events_delivered", "Events that sinks have taken.", "sink")
                .watch(delivered::sum, sink);
        metrics.counter("lethe_events_failed", "Deliveries of events that failed.", "sink")
                .watch(failed::sum, sink);
        metrics.gauge(
                        "lethe_events_waiting",
                        "Events that wait in partitions that this node leads.",
                        "sink")
                .watch(waiting::get, sink);
        metrics.gauge(
                        "lethe_events_dropped",
                        "Events that were dropped in partitions that this node leads, since too"
                                + " many waited.",
                        "sink")
                .watch(dropped::get, sink);
        metrics.gauge(
                        "lethe_events_refused_accounts",
                        "Accounts whose events wait since the sink did not take the last of them.",
                        "sink")
                .watch(refusedAccounts::get, sink);
    }
}
