package io.lethe.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The shell completion script, made from the commands themselves. */
@Command(
        name = "completion",
        description = {
            "Print a completion script for bash or zsh.",
            "Add to ~/.bashrc or ~/.zshrc:  source <(lethe completion bash)"
        })
final class Completion implements Callable<Integer> {
    /** Shells that there is a script for. */
    enum Shell {
        bash,
        zsh
    }

    private final Surroundings surroundings;

    @Spec private @Nullable CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "SHELL",
            description = "${COMPLETION-CANDIDATES}; the script serves both")
    private Shell shell = Shell.bash;

    Completion(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        CommandSpec known = spec;
        if (known == null) {
            throw new IllegalStateException("the command has not been parsed");
        }
        if (shell == Shell.zsh) {
            // The script speaks bash's language, which zsh understands once this is loaded.
            surroundings.out().println("autoload -U +X bashcompinit && bashcompinit");
        }
        surroundings.out().println(AutoComplete.bash("lethe", known.root().commandLine()));
        surroundings.out().flush();
        return ExitStatus.OK.number();
    }
}
