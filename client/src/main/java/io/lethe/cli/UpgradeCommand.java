package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.UpgradeStatus;
import io.lethe.client.model.UpgradeStatus.NodeBuild;
import picocli.CommandLine.Command;

/** {@code lethe upgrade}, and {@code lethe upgrade finish} below it. */
@Command(
        name = "upgrade",
        description = {
            "Show what the nodes run, and how far a rolling upgrade is.",
            "'lethe upgrade finish' ends it; until then the cluster may go back."
        })
final class UpgradeCommand extends ClientCommand {
    UpgradeCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitStatus run(LetheClient client) {
        UpgradeStatus status = client.cluster().upgrade();
        if (json()) {
            print(Rows.upgrade(status));
        } else {
            show(status);
        }
        return ExitStatus.OK;
    }

    private void show(UpgradeStatus status) {
        Table table = new Table(out(), "NODE", "STATE", "HOST", "VERSION", "LEVELS");
        for (NodeBuild node : status.nodes()) {
            table.row(
                    node.node(),
                    node.up() ? "up" : "DOWN",
                    node.host(),
                    node.version(),
                    node.lowestLevel() == node.highestLevel()
                            ? node.lowestLevel()
                            : node.lowestLevel() + "-" + node.highestLevel());
        }
        table.flush();
        out().println();
        out().println("feature level " + status.featureLevel() + " is in force");
        if (status.nextLevel() == 0) {
            out().println("no node speaks a higher one: there is nothing to finish");
            return;
        }
        out().println(
                        Table.visible(
                                "feature level " + status.nextLevel() + ": " + status.brings()));
        long lacking = status.nodes().stream().filter(node -> !node.ready()).count();
        out().println(
                        status.ready()
                                ? "every node speaks it: 'lethe upgrade finish' puts it in force,"
                                        + " and there is no way back then"
                                : lacking
                                        + " of "
                                        + status.nodes().size()
                                        + " nodes do not speak it yet: upgrade them, or go back");
    }
}
