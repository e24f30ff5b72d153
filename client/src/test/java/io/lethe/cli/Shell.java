package io.lethe.cli;

import io.lethe.fake.FakeCluster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Runs commands inside the test, in a directory of their own, and keeps what they print. */
final class Shell {
    final Path directory;
    final Map<String, String> environment = new HashMap<>();
    final Interrupts interrupts = new Interrupts();
    final AtomicLong nanos = new AtomicLong();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private byte[] in = new byte[0];
    private boolean terminal;
    private int pausesLeft;
    private Runnable afterPauses = () -> {};

    Shell(Path directory) {
        this.directory = directory;
    }

    /** Writes {@code client.yaml} for this cluster and points {@code LETHE_CONFIG} at it. */
    void configure(FakeCluster cluster) {
        write(
                "client.yaml",
                "endpoints: "
                        + cluster.endpoints()
                        + "\naccess_key: "
                        + FakeCluster.ACCESS_KEY
                        + "\nsecret_key: "
                        + FakeCluster.SECRET_KEY
                        + "\n");
        environment.put("LETHE_CONFIG", directory.resolve("client.yaml").toString());
    }

    Path write(String name, String text) {
        return write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    Path write(String name, byte[] bytes) {
        try {
            Path file = directory.resolve(name);
            Path unusedDirectory = Files.createDirectories(file.getParent());
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the next commands read from standard input. */
    void input(byte[] bytes) {
        in = bytes.clone();
    }

    /** From now on standard output and error are terminals. */
    void onTerminal() {
        terminal = true;
    }

    /** Runs and gives the exit status; what was printed before is forgotten. */
    int run(String... arguments) {
        out.reset();
        err.reset();
        return Main.run(surroundings(), arguments);
    }

    /** Does something at the n-th pause of the next command. */
    void afterPauses(int n, Runnable action) {
        pausesLeft = n;
        afterPauses = action;
    }

    private void pause(long millis) {
        long unusedNow = nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
        pausesLeft--;
        if (pausesLeft == 0) {
            afterPauses.run();
        }
    }

    /** Runs beside a command that is under way; what it prints is not kept. */
    int runAside(String... arguments) {
        Shell other = new Shell(directory);
        other.environment.putAll(environment);
        return other.run(arguments);
    }

    Surroundings surroundings() {
        return new Surroundings(
                new ByteArrayInputStream(in),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment,
                directory,
                directory.resolve("home"),
                terminal,
                terminal,
                () -> 80,
                () -> nanos.addAndGet(150_000_000),
                ZoneOffset.UTC,
                interrupts,
                this::pause);
    }

    /** What a command must print: {@code golden/NAME} beside the tests. */
    static String golden(String name) {
        try (InputStream in = Shell.class.getResourceAsStream("golden/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("there is no golden file " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    byte[] outBytes() {
        return out.toByteArray();
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
