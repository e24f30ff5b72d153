package io.lethe.node;

import io.lethe.node.base.RandomSource;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lethe credentials}: the file of the first operator's access key. */
@Command(
        name = "credentials",
        mixinStandardHelpOptions = true,
        description = {
            "Makes the file of the first operator's access key (credentials.file).",
            "The cluster takes the key when it is made; later changes of the file change nothing."
        },
        subcommands = CredentialsCommand.Create.class)
final class CredentialsCommand implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "say what to do: lethe credentials create FILE");
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = {
                "Makes FILE with a fresh access key and its secret, readable by its owner only"
                        + " (0600).",
                "A file that is there is never overwritten."
            })
    static final class Create implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "FILE", description = "Where to write it.")
        private Path file = Path.of("");

        @Override
        public Integer call() {
            String accessKey = Credentials.create(file, RandomSource.secure());
            Main.out()
                    .println(
                            "made "
                                    + file
                                    + " with the access key "
                                    + accessKey
                                    + "\n"
                                    + "  give the same file to every node (credentials.file);"
                                    + " clients need the key and the secret in it");
            return 0;
        }
    }
}
