package io.lethe.cli;

import io.lethe.client.LetheClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lethe reclaim}. */
@Command(
        name = "reclaim",
        description = {
            "Show or set whether chunks that no record knows are removed from the disks.",
            "They are kept in a cluster that was restored from a backup, or whose directory was"
                    + " recovered, until it is set to on; what was deleted goes in any case."
        })
final class Reclaim extends ClientCommand {
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

    Reclaim(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitStatus run(LetheClient client) {
        boolean on;
        if (wanted == null) {
            on = client.cluster().status().reclaim();
        } else {
            on = wanted == Wanted.on;
            client.cluster().setReclaim(on);
        }
        if (json()) {
            print(Json.object("reclaim", on));
        } else {
            remark("reclaiming unknown chunks is " + (on ? "on" : "off"));
        }
        return ExitStatus.OK;
    }
}
