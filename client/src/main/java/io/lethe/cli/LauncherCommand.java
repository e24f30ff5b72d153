package io.lethe.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * A command that the launcher runs itself, listed here for the help. Its arguments are the
 * server's.
 */
@Command
final class LauncherCommand implements Callable<Integer> {
    private final Surroundings surroundings;
    private final String name;

    @Parameters(hidden = true)
    private List<String> arguments = new ArrayList<>();

    LauncherCommand(Surroundings surroundings, String name) {
        this.surroundings = surroundings;
        this.name = name;
    }

    @Override
    public Integer call() {
        surroundings
                .err()
                .println(
                        "lethe: '"
                                + String.join(" ", launch())
                                + "' is run by the launcher: start it as 'deploy/lethe "
                                + String.join(" ", launch())
                                + "'");
        return ExitStatus.USAGE.number();
    }

    private List<String> launch() {
        List<String> words = new ArrayList<>(List.of(name));
        words.addAll(arguments);
        return words;
    }
}
