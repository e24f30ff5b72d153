package io.lethe.cli;

import io.lethe.client.LetheClient;
import picocli.CommandLine.Command;

/** {@code lethe rebalance}. */
@Command(
        name = "rebalance",
        description = {
            "Show or set whether the cluster evens out what devices hold.",
            "Repairs, and moves off devices that leave, go on in any case."
        })
final class Rebalance extends SwitchCommand {
    Rebalance(Surroundings surroundings) {
        super(surroundings, "rebalance", "rebalancing");
    }

    @Override
    boolean isOn(LetheClient client) {
        return client.cluster().status().rebalance();
    }

    @Override
    void set(LetheClient client, boolean on) {
        client.cluster().setRebalance(on);
    }
}
