package io.lethe.cli;

import io.lethe.client.LetheClient;
import picocli.CommandLine.Command;

/** {@code lethe reclaim}. */
@Command(
        name = "reclaim",
        description = {
            "Show or set whether chunks that no record knows are removed from the disks.",
            "They are kept in a cluster that was restored from a backup, or whose directory was"
                    + " recovered, until it is set to on; what was deleted goes in any case."
        })
final class Reclaim extends SwitchCommand {
    Reclaim(Surroundings surroundings) {
        super(surroundings, "reclaim", "reclaiming unknown chunks");
    }

    @Override
    boolean isOn(LetheClient client) {
        return client.cluster().status().reclaim();
    }

    @Override
    void set(LetheClient client, boolean on) {
        client.cluster().setReclaim(on);
    }
}
