/**
 * Counters, gauges and latencies of one node, and their OpenMetrics text; the only package that
 * knows simpleclient. Start reading at {@link io.lethe.node.base.metrics.Metrics}.
 */
@NullMarked
package io.lethe.node.base.metrics;

import org.jspecify.annotations.NullMarked;
