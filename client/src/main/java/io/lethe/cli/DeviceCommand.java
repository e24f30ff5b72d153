package io.lethe.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code lethe device}: what may be done to one. */
@Command(
        name = "device",
        description = "Add a device, drain it, let it stay, or take it out.",
        synopsisSubcommandLabel = "COMMAND")
final class DeviceCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    DeviceCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        surroundings.err().println("lethe: which command? 'lethe device --help' lists them");
        return ExitStatus.USAGE.number();
    }
}
