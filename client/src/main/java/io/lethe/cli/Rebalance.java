package io.lethe.cli;

import io.lethe.client.LetheClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lethe rebalance}. */
@Command(
        name = "rebalance",
        description = {
            "Show or set whether the cluster evens out what devices hold.",
            "Repairs, and moves off devices that leave, go on in any case."
        })
final class Rebalance extends ClientCommand {
    /** Words of the command line. */
    enum Wanted {
        on,
        off
    }

    @Parameters(
            arity = "0..1",
            paramLabel = "STATE",
            description = "${COMPLETION-CANDIDATES}; without it the state is shown")
    private @Nullable Wanted wanted;

    Rebalance(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitStatus run(LetheClient client) {
        boolean on;
        if (wanted == null) {
            on = client.cluster().status().rebalance();
        } else {
            on = wanted == Wanted.on;
            client.cluster().setRebalance(on);
        }
        if (json()) {
            print(Json.object("rebalance", on));
        } else {
            remark("rebalancing is " + (on ? "on" : "off"));
        }
        return ExitStatus.OK;
    }
}
