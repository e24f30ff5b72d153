package io.lethe.cli;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that talks to a cluster. */
final class CommonOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "client.yaml to use; else LETHE_CONFIG, else .lethe/client.yaml")
    private String config = "";

    @Option(names = "--json", description = "print one JSON object per line")
    private boolean json;

    @Option(
            names = {"-H", "--human"},
            negatable = true,
            description = "sizes for people, as on a terminal, or in bytes")
    private @Nullable Boolean human;

    @Option(
            names = {"-q", "--quiet"},
            description = "no progress, no remarks")
    private boolean quiet;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "most time for each request, such as 500ms, 30s or 5m")
    private @Nullable Duration timeout;

    String config() {
        return config;
    }

    boolean json() {
        return json;
    }

    boolean quiet() {
        return quiet;
    }

    boolean human(Surroundings surroundings) {
        return human == null ? surroundings.outTerminal() : human;
    }

    Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }
}
