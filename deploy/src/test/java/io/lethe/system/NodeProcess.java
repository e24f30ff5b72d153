package io.lethe.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One node of a {@link FaultBed}: its files, and its process while it runs. One thread; {@link
 * #pid} may be asked by any.
 */
final class NodeProcess {
    /** In the lines by which a node says how it is set up. */
    private static final String SETTING = "io.lethe.node.Main: ";

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

    final int number;
    final int basePort;
    private final Path dir;
    private final Path device;
    private final HttpClient http;
    private final Map<String, String> environment;
    private List<String> program = Cluster.server();
    private volatile @Nullable Process process;

    /**
     * @param device directory of its only device
     * @param environment settings that all nodes have
     */
    NodeProcess(
            int number,
            Path dir,
            Path device,
            int basePort,
            HttpClient http,
            Map<String, String> environment) {
        this.number = number;
        this.dir = dir;
        this.device = device;
        this.basePort = basePort;
        this.http = http;
        this.environment = Map.copyOf(environment);
    }

    Path dir() {
        return dir;
    }

    Path device() {
        return device;
    }

    int rpcPort() {
        return basePort + 2;
    }

    int dataPort() {
        return basePort + 3;
    }

    /** Where it speaks S3. */
    URI s3() {
        return URI.create("http://127.0.0.1:" + basePort);
    }

    /** What it runs from its next start on: words before those of {@code node}. */
    void runs(List<String> program) {
        this.program = List.copyOf(program);
    }

    /** Starts it; it serves later. */
    void start(Map<String, String> settings) {
        try {
            Files.createDirectories(device);
            List<String> command = new ArrayList<>(program);
            command.addAll(List.of("node", "--config", dir.resolve("yaml").toString()));
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(
                                    ProcessBuilder.Redirect.appendTo(dir.resolve("log").toFile()));
            builder.environment().putAll(environment);
            builder.environment().putAll(settings);
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void start() {
        start(Map.of());
    }

    boolean runs() {
        Process running = process;
        return running != null && running.isAlive();
    }

    /** It was not killed, and is gone all the same. */
    boolean hasEnded() {
        Process running = process;
        return running != null && !running.isAlive();
    }

    /** 0: it does not run. */
    long pid() {
        Process running = process;
        return running != null && running.isAlive() ? running.pid() : 0;
    }

    /** {@code kill -9}; returns when it is gone. */
    void kill() {
        Process running = process;
        if (running != null) {
            var _ = running.destroyForcibly().onExit().orTimeout(30, TimeUnit.SECONDS).join();
            process = null;
        }
    }

    /** {@code SIGTERM}; returns when it is gone. */
    void stop() {
        Process running = process;
        if (running != null) {
            running.destroy();
            var _ = running.onExit().orTimeout(60, TimeUnit.SECONDS).join();
            process = null;
        }
    }

    /** It stands still, and holds all that it has. */
    void pause() {
        signal("STOP");
    }

    void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        Cluster.Run run =
                Cluster.Run.of(Map.of(), List.of("sh", "-c", "kill -" + name + " " + pid()));
        if (run.status() != 0) {
            throw new IllegalStateException("no signal to node " + number + ": " + run.output());
        }
    }

    /** Whether it says that it serves. */
    boolean serves() {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(console("/health")).timeout(ANSWER_WITHIN).build();
            return runs()
                    && http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode()
                            == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private URI console(String path) {
        return URI.create("http://127.0.0.1:" + (basePort + 1) + path);
    }

    /** A metric's values summed over its labels; -1 when it does not answer or has none. */
    double metric(String name) {
        HttpRequest request =
                HttpRequest.newBuilder(console("/metrics")).timeout(ANSWER_WITHIN).build();
        try {
            List<String> lines =
                    http.send(request, HttpResponse.BodyHandlers.ofString())
                            .body()
                            .lines()
                            .filter(l -> l.startsWith(name + "{") || l.startsWith(name + " "))
                            .toList();
            return lines.isEmpty()
                    ? -1
                    : lines.stream()
                            .mapToDouble(
                                    l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
                            .sum();
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Its id for life; empty when it has none yet. */
    String id() {
        try {
            Path identity = dir.resolve("data/identity");
            return Files.exists(identity)
                    ? Files.readAllLines(identity).get(1).substring("id ".length())
                    : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes all that its device has, as a new disk in its place does. */
    void emptyDevice() {
        remove(device, false);
    }

    /** It was never here: only its configuration is left. */
    void forget() {
        remove(dir.resolve("data"), true);
        emptyDevice();
    }

    private static void remove(Path root, boolean itself) {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                if (itself || !one.equals(root)) {
                    Files.delete(one);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last lines of its log. */
    String log(int lines) {
        try {
            Path log = dir.resolve("log");
            List<String> all =
                    Files.exists(log)
                            ? Files.readAllLines(log).stream()
                                    .filter(line -> !line.contains(SETTING))
                                    .toList()
                            : List.of();
            return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
