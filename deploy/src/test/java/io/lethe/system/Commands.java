package io.lethe.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the command line as a process of its own, as a user does. One thread. */
final class Commands {
    private static final long END_WITHIN_SECONDS = 180;

    private final Path directory;
    private final Path clientConfig;

    Commands(Path directory, Path clientConfig) {
        this.directory = directory;
        this.clientConfig = clientConfig;
    }

    /** How a command ended, and what it printed. */
    record Ended(int status, String out, String err) {}

    Ended run(String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Xmx128m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Dlogback.configurationFile=logback-quiet.xml",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "io.lethe.cli.Main"));
        command.addAll(List.of(arguments));
        Path errors = directory.resolve("stderr");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectError(errors.toFile());
        builder.environment().put("LETHE_CONFIG", clientConfig.toString());
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String out =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(END_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("it did not end: " + command);
            }
            return new Ended(process.exitValue(), out, java.nio.file.Files.readString(errors));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Runs what must succeed; gives what it printed. */
    String succeed(String... arguments) {
        Ended ended = run(arguments);
        if (ended.status() != 0) {
            throw new AssertionError(
                    "lethe " + String.join(" ", arguments) + " ended with " + ended);
        }
        return ended.out();
    }
}
