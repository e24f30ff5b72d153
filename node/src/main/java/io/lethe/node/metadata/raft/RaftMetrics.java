package io.lethe.node.metadata.raft;

import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.metadata.raft.ReplicatedLog.Figures;
import io.lethe.node.model.GroupId;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Shows the figures of a node's Raft in its metrics. Stateless. */
public final class RaftMetrics {
    private static final String LABEL = "group";

    private record Shown(String name, String help, ToDoubleFunction<Figures> value) {}

    private static final List<Shown> GAUGES =
            List.of(
                    new Shown(
                            "lethe_raft_term", "Term of the replica.", f -> f.leadership().term()),
                    new Shown(
                            "lethe_raft_leader",
                            "1 while the replica leads.",
                            f -> f.leadership().isLeader() ? 1 : 0),
                    new Shown(
                            "lethe_raft_first_index",
                            "First log entry that is kept.",
                            Figures::firstIndex),
                    new Shown(
                            "lethe_raft_committed_index",
                            "Last log entry known as committed.",
                            Figures::committedIndex),
                    new Shown(
                            "lethe_raft_applied_index",
                            "Last log entry applied.",
                            Figures::appliedIndex),
                    new Shown(
                            "lethe_raft_snapshot_index",
                            "Log index of the newest snapshot.",
                            Figures::snapshotIndex),
                    new Shown(
                            "lethe_raft_proposal_bytes",
                            "Bytes proposed here and not answered.",
                            Figures::proposalBytes),
                    new Shown(
                            "lethe_raft_append_bytes",
                            "Bytes received from the leader and not applied.",
                            Figures::appendBytes),
                    new Shown(
                            "lethe_raft_log_epochs",
                            "Log-epochs whose keys exist.",
                            Figures::epochs));

    private RaftMetrics() {}

    /** Shows the shared log of a host. */
    public static void watch(Metrics metrics, RaftHost host) {
        metrics.counter("lethe_raft_log_edits", "Edits of the shared log, each durable.")
                .watch(() -> host.figures().edits());
        metrics.counter("lethe_raft_log_edit_nanos", "Nanoseconds until edits were durable.")
                .watch(() -> host.figures().editNanos());
        metrics.counter("lethe_raft_requests_rejected", "Raft requests refused by a full queue.")
                .watch(() -> host.figures().rejected());
        metrics.gauge("lethe_raft_log_slowest_edit_nanos", "The longest such edit so far.")
                .watch(() -> host.figures().slowestEditNanos());
    }

    /** Shows one replica. */
    public static void watch(Metrics metrics, GroupId group, ReplicatedLog log) {
        String label = group.toString();
        for (Shown shown : GAUGES) {
            metrics.gauge(shown.name(), shown.help(), LABEL)
                    .watch(() -> shown.value().applyAsDouble(log.figures()), label);
        }
        metrics.counter(
                        "lethe_raft_rejected",
                        "Proposals, appends and reads refused because a bound was reached.",
                        LABEL)
                .watch(() -> log.figures().rejected(), label);
    }

    /** Forgets a replica that was shut down. */
    public static void remove(Metrics metrics, GroupId group) {
        String label = group.toString();
        GAUGES.forEach(s -> metrics.gauge(s.name(), s.help(), LABEL).remove(label));
        metrics.counter(
                        "lethe_raft_rejected",
                        "Proposals, appends and reads refused because a bound was reached.",
                        LABEL)
                .remove(label);
    }
}
