package io.lethe.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Everything of the process that commands touch, so that tests can give their own.
 *
 * @param outTerminal whether standard output is a terminal
 * @param errTerminal whether standard error is one
 * @param columns width of the terminal
 * @param nanos monotonic clock, for rates
 */
record Surroundings(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        Path workingDirectory,
        Path home,
        boolean outTerminal,
        boolean errTerminal,
        IntSupplier columns,
        LongSupplier nanos,
        ZoneId zone,
        Interrupts interrupts,
        Pause pause) {
    /** Lets time pass. */
    interface Pause {
        void millis(long millis) throws InterruptedException;
    }

    private static final int USUAL_COLUMNS = 80;
    private static final int LEAST_COLUMNS = 20;
    private static final int MOST_COLUMNS = 500;

    /** This process. */
    static Surroundings ofProcess(Interrupts interrupts) {
        Map<String, String> environment = System.getenv();
        return new Surroundings(
                System.in,
                System.out,
                System.err,
                environment,
                Path.of("").toAbsolutePath(),
                Path.of(System.getProperty("user.home", ".")),
                isTerminal(1),
                isTerminal(2),
                () -> columns(environment),
                System::nanoTime,
                ZoneId.systemDefault(),
                interrupts,
                Thread::sleep);
    }

    /**
     * Java tells only whether input and output together are a terminal; Linux tells each. Elsewhere
     * the answer is no, which costs no more than the progress bar.
     */
    private static boolean isTerminal(int descriptor) {
        try {
            Path link = Path.of("/proc/self/fd/" + descriptor);
            String target = Files.readSymbolicLink(link).toString();
            return target.startsWith("/dev/pts/")
                    || target.startsWith("/dev/tty")
                    || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static int columns(Map<String, String> environment) {
        String set = environment.getOrDefault("COLUMNS", "");
        return set.matches("[0-9]{1,4}") ? bounded(Integer.parseInt(set)) : askTerminal();
    }

    private static int askTerminal() {
        try {
            Process stty =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(Path.of("/dev/tty").toFile())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            String answer =
                    new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .strip();
            return answer.matches("[0-9]{1,4} [0-9]{1,4}")
                    ? bounded(Integer.parseInt(answer.substring(answer.indexOf(' ') + 1)))
                    : USUAL_COLUMNS;
        } catch (IOException e) {
            return USUAL_COLUMNS;
        }
    }

    private static int bounded(int columns) {
        return Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, columns));
    }
}
