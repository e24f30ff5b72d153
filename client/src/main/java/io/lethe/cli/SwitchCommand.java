package io.lethe.cli;

import io.lethe.client.LetheClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** A command that shows something of the cluster that is on or off, or sets it. */
abstract class SwitchCommand extends ClientCommand {
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

    private final String field;
    private final String title;

    /**
     * @param field of the answer as JSON
     * @param title of what is on or off, for people
     */
    SwitchCommand(Surroundings surroundings, String field, String title) {
        super(surroundings);
        this.field = field;
        this.title = title;
    }

    abstract boolean isOn(LetheClient client);

    abstract void set(LetheClient client, boolean on);

    @Override
    final ExitStatus run(LetheClient client) {
        boolean on;
        if (wanted == null) {
            on = isOn(client);
        } else {
            on = wanted == Wanted.on;
            set(client, on);
        }
        if (json()) {
            print(Json.object(field, on));
        } else {
            remark(title + " is " + (on ? "on" : "off"));
        }
        return ExitStatus.OK;
    }
}
