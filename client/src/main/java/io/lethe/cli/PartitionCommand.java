package io.lethe.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code lethe partition}: what may be done to one. */
@Command(
        name = "partition",
        description =
                "Split metadata partitions, move their replicas, or recover one that has lost most"
                        + " of its replicas.",
        synopsisSubcommandLabel = "COMMAND")
final class PartitionCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    PartitionCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        surroundings.err().println("lethe: which command? 'lethe partition --help' lists them");
        return ExitStatus.USAGE.number();
    }
}
