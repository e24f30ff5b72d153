package io.lethe.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Runs a program of the system's packages, with a home of its own and nothing of this process's
 * environment, so that what is configured on a machine plays no part. One thread.
 */
final class Tool {
    /** Debian's own; a newer one elsewhere is not what is tested. */
    private static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

    private static final long END_WITHIN_MINUTES = 30;

    private final Path home;
    private final Map<String, String> environment = new TreeMap<>();

    /**
     * @param home a directory for what programs keep
     */
    Tool(Path home) {
        this.home = home;
        environment.put("HOME", home.toString());
        environment.put("PATH", PATH);
        environment.put("LANG", "C.UTF-8");
    }

    Tool with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Skips the test where a program is absent: deploy/test installs those that it may. */
    static void need(String program) {
        Assumptions.assumeTrue(
                List.of(PATH.split(":", -1)).stream()
                        .anyMatch(dir -> Files.isExecutable(Path.of(dir, program))),
                program + " is not installed");
    }

    /** Runs what must succeed; gives what it printed, errors too. */
    String run(String... command) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(END_WITHIN_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IllegalStateException("it did not end: " + List.of(command));
            }
            if (process.exitValue() != 0) {
                throw new AssertionError(
                        String.join(" ", command)
                                + " ended with "
                                + process.exitValue()
                                + "\n"
                                + said);
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
