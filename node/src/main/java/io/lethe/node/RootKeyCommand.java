package io.lethe.node;

import io.lethe.node.base.RandomSource;
import io.lethe.node.crypto.RootKeyFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lethe root-key}: the file under whose keys all tenants' keys are wrapped. */
@Command(
        name = "root-key",
        mixinStandardHelpOptions = true,
        description = {
            "Makes the file of root keys (rootKey.file), under which tenants' keys are wrapped.",
            "All nodes get the same file. Without it nothing stored can be read again: keep a copy"
                    + " where no disk of the cluster is."
        },
        subcommands = {RootKeyCommand.Create.class, RootKeyCommand.Add.class})
final class RootKeyCommand implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(),
                "say what to do: lethe root-key create FILE");
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = {
                "Makes FILE with one new key, readable by its owner only (0600).",
                "A file that is there is never overwritten."
            })
    static final class Create implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "FILE", description = "Where to write it.")
        private Path file = Path.of("");

        @Override
        public Integer call() {
            RootKeyFile.create(file, RandomSource.secure());
            Main.out()
                    .println(
                            "made "
                                    + file
                                    + "\n"
                                    + "  give the same file to every node (rootKey.file), and keep"
                                    + " a copy elsewhere");
            return 0;
        }
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = {
                "Adds a new key to FILE; it wraps from a node's next start on, and the older ones"
                        + " still unwrap.",
                "Give the changed file to all nodes before any of them is started again."
            })
    static final class Add implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "FILE", description = "The file of root keys.")
        private Path file = Path.of("");

        @Override
        public Integer call() {
            RootKeyFile.addKey(file, RandomSource.secure());
            Main.out().println("added a key to " + file + "; copy it to every node");
            return 0;
        }
    }
}
