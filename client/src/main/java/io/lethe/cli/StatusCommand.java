package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.ClusterStatus;
import io.lethe.client.model.ClusterWarning;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code lethe status}. */
@Command(
        name = "status",
        description = "Show the cluster on one page, with warnings and what to do about them.")
final class StatusCommand extends ClientCommand {
    StatusCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitStatus run(LetheClient client) {
        ClusterStatus status = client.cluster().status();
        if (json()) {
            print(Rows.status(status));
        } else {
            show(status);
        }
        return ExitStatus.OK;
    }

    private void show(ClusterStatus s) {
        line("cluster", s.name() + " (" + s.clusterId() + ")");
        line("version", s.version() + ", feature level " + s.featureLevel());
        line("nodes", s.nodesUp() + " of " + s.nodesTotal() + " up");
        line("devices", s.devicesWritable() + " of " + s.devicesTotal() + " writable");
        line("directory", leader(s.directoryLeader()));
        line("controller", leader(s.controller()) + ", epoch " + s.controllerEpoch());
        line(
                "partitions",
                s.partitionsServing()
                        + " of "
                        + s.partitionsTotal()
                        + " serve, "
                        + s.partitionsHealthy()
                        + " with all voters");
        line(
                "placement",
                s.placementGroupsOpen()
                        + " of "
                        + s.placementGroupsTotal()
                        + " groups open"
                        + (s.rebalance() ? "" : ", rebalancing off"));
        line("protection", protection(s));
        line(
                "space",
                size(s.usedBytes())
                        + " of "
                        + size(s.capacityBytes())
                        + " used ("
                        + Amounts.percent(s.usedBytes(), s.capacityBytes())
                        + "%), "
                        + size(s.garbageBytes())
                        + " to be reclaimed");
        for (ClusterWarning warning : s.warnings()) {
            out().println();
            out().println(Table.visible(warning.code() + ": " + warning.message()));
            out().println(Table.visible("  what to do: " + warning.advice()));
        }
    }

    private static String leader(String node) {
        return node.isEmpty() ? "nobody leads at the moment" : node + " leads";
    }

    private static String protection(ClusterStatus status) {
        return status.segmentsUnderprotected() == 0
                ? "every segment has all its chunks"
                : status.segmentsUnderprotected()
                        + " segments lack chunks, the oldest for "
                        + Amounts.time(status.oldestUnderprotectedMillis() / 1000);
    }

    private void line(String name, String value) {
        out().println(Table.visible(String.format(Locale.ROOT, "%-10s  %s", name, value)));
    }
}
