package io.lethe.node.base.metrics;

import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/** The rules of metrics' and labels' names, checked when a family is asked for. No state. */
final class Names {
    private static final Pattern METRIC = Pattern.compile("lethe_[a-z0-9]+(_[a-z0-9]+)*");
    private static final Pattern LABEL = Pattern.compile("[a-z]+(_[a-z]+)*");

    private Names() {}

    static void check(String name, String help, List<String> labels) {
        if (!METRIC.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "metric name " + name + " must match " + METRIC + ", e.g. lethe_chunk_writes");
        }
        if (name.endsWith("_total")) {
            throw new IllegalArgumentException(
                    "metric name "
                            + name
                            + " must not end in _total: counters get it by themselves");
        }
        if (help.isBlank()) {
            throw new IllegalArgumentException("metric " + name + " needs a help text");
        }
        for (String label : labels) {
            if (!LABEL.matcher(label).matches() || label.equals("le")) {
                throw new IllegalArgumentException(
                        "label " + label + " of metric " + name + " must match " + LABEL);
            }
        }
        if (new HashSet<>(labels).size() != labels.size()) {
            throw new IllegalArgumentException("metric " + name + " names a label twice");
        }
    }

    static void checkSuffix(String name, String suffix) {
        if (!name.endsWith(suffix)) {
            throw new IllegalArgumentException("metric name " + name + " must end in " + suffix);
        }
    }
}
