package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.LetheException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that talks to a cluster. */
abstract class ClientCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    private static final long LOOK_EVERY_MILLIS = 2_000;

    final Surroundings surroundings;

    @Mixin private CommonOptions common = new CommonOptions();

    ClientCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Does the work; a failure is thrown. */
    abstract ExitStatus run(LetheClient client) throws IOException;

    @Override
    public final Integer call() throws IOException {
        check();
        LetheClient.Builder builder = Settings.find(common.config(), surroundings).client();
        common.timeout().ifPresent(time -> builder.timeout(time).transferTimeout(time));
        LetheClient client;
        try {
            client = builder.build();
        } catch (IllegalArgumentException e) {
            throw new Settings.SettingsException(
                    "the configuration cannot be used: " + e.getMessage(), e);
        }
        Runnable onInterrupt = client::close;
        surroundings.interrupts().add(onInterrupt);
        try {
            return run(client).number();
        } finally {
            surroundings.out().flush();
            client.close();
            surroundings.interrupts().remove(onInterrupt);
        }
    }

    /** Looks at the arguments before anything is opened. */
    void check() {}

    final CommonOptions common() {
        return common;
    }

    final PrintStream out() {
        return surroundings.out();
    }

    final boolean json() {
        return common.json();
    }

    final void print(Map<String, Object> json) {
        out().println(Json.line(json));
    }

    /** A remark on standard error, unless quiet was asked for. */
    final void remark(String text) {
        if (!common.quiet() && !json()) {
            surroundings.err().println(text);
        }
    }

    final String size(long bytes) {
        return Amounts.size(bytes, common.human(surroundings));
    }

    final String time(Instant instant) {
        return TIME.format(instant.atZone(surroundings.zone()));
    }

    /** For commands that watch: waits before they look again how far it is. */
    final void pauseBeforeLook() throws InterruptedIOException {
        try {
            surroundings.pause().millis(LOOK_EVERY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while watching");
        }
    }

    /** Prints a failure among others, and gives its status. */
    final ExitStatus tell(String prefix, LetheException failure) {
        return new Complaints(surroundings).tell(prefix, failure, json());
    }

    /**
     * @param toStandardOut whether the bytes go to standard output, where a bar would be mixed in
     */
    final ProgressBar progress(String label, boolean toStandardOut) {
        boolean shown =
                surroundings.errTerminal()
                        && !common.quiet()
                        && !(toStandardOut && surroundings.outTerminal());
        return new ProgressBar(
                surroundings.err(), shown, surroundings.columns(), surroundings.nanos(), label);
    }
}
