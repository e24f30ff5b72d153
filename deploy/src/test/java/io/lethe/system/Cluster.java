package io.lethe.system;

import io.lethe.client.LetheClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A development cluster of processes, as {@code lethe dev --processes} starts it, which tests kill
 * and start again; or in one process, as {@code lethe dev} does, for tests that kill nothing: six
 * JVMs that warm up cost more than what most of them do. Closing it leaves no process behind. One
 * thread.
 */
public final class Cluster implements AutoCloseable {
    public static final int NODES = 6;
    private static final int PORTS = NODES * 10;

    private static final long POLL_MILLIS = 100;
    private static final Duration START_WITHIN = Duration.ofMinutes(3);
    private static int nextBase = Integer.getInteger("lethe.system.port", 20_000);

    private final Path dir;
    private final int basePort;
    private final List<String> launcher;
    private final boolean processes;
    private final Map<String, String> environment;

    /** What the launcher says: not in the directory, which must be empty at first. */
    private final Path said;

    private @Nullable Process parent;

    private Cluster(
            Path dir,
            int basePort,
            List<String> launcher,
            boolean processes,
            Map<String, String> environment) {
        this.dir = dir;
        this.basePort = basePort;
        this.launcher = launcher;
        this.processes = processes;
        this.environment = environment;
        try {
            said = Files.createTempFile("lethe-dev", ".log");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts six nodes; returns when all serve. */
    public static Cluster start(Path dir, Map<String, String> environment) {
        return start(dir, server(), environment);
    }

    /**
     * Starts six nodes by another launcher, with all that it says to the JVM.
     *
     * @param launcher the words before {@code dev}
     */
    public static Cluster start(Path dir, List<String> launcher, Map<String, String> environment) {
        return started(new Cluster(dir, freeBase(PORTS), launcher, true, environment));
    }

    /** Starts six nodes in one process. */
    static Cluster startInOne(Path dir, Map<String, String> environment) {
        return startInOne(dir, ServerJvm.inOne(), environment);
    }

    /** The same with a JVM from which later ones learn when it is stopped. */
    static Cluster startTeaching(Path dir, Map<String, String> environment) {
        return startInOne(dir, ServerJvm.teaching(), environment);
    }

    private static Cluster startInOne(
            Path dir, List<String> launcher, Map<String, String> environment) {
        return started(new Cluster(dir, freeBase(PORTS), launcher, false, environment));
    }

    private static Cluster started(Cluster cluster) {
        try {
            cluster.startAll();
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    /** A run of ports of which none is in use now. */
    static synchronized int freeBase(int ports) {
        // Below those that the system gives to connections that go out.
        for (; nextBase < 32_000; nextBase += ports) {
            if (IntStream.range(nextBase, nextBase + ports).allMatch(Cluster::free)) {
                int base = nextBase;
                nextBase += ports;
                return base;
            }
        }
        throw new IllegalStateException("no free ports");
    }

    private static boolean free(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** The command line of Lethe's server program. */
    static List<String> server(String... arguments) {
        return with(ServerJvm.server(), arguments);
    }

    /** The same with another program of the class path. */
    static List<String> java(String main, String... arguments) {
        return with(ServerJvm.java(main), arguments);
    }

    private static List<String> with(List<String> program, String... arguments) {
        return Stream.concat(program.stream(), Stream.of(arguments)).toList();
    }

    /** Starts what is dead; returns when every node serves. */
    void startAll() {
        List<String> command = new ArrayList<>(launcher);
        command.add("dev");
        if (processes) {
            command.add("--processes");
        }
        command.addAll(
                List.of(
                        "--nodes",
                        String.valueOf(NODES),
                        "--data",
                        dir.toString(),
                        "--base-port",
                        String.valueOf(basePort)));
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            parent = process;
            long deadline = System.nanoTime() + START_WITHIN.toNanos();
            while (Files.readAllLines(said).stream().noneMatch(l -> l.startsWith("ready"))) {
                if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)
                        || System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("the cluster did not start:\n" + logs());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    Path dir() {
        return dir;
    }

    Path clientConfig() {
        return dir.resolve("client.yaml");
    }

    Path device(int node) {
        return dir.resolve("node-" + node).resolve("device-0");
    }

    private Optional<ProcessHandle> process(String name) {
        try {
            Path pid = dir.resolve(name).resolve("pid");
            return Files.exists(pid)
                    ? ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A node's process. */
    public long pid(int node) {
        return process("node-" + node)
                .map(ProcessHandle::pid)
                .orElseThrow(() -> new IllegalStateException("node " + node + " does not run"));
    }

    /** {@code kill -9}; returns when the process is gone. */
    private void kill(String name) {
        process(name)
                .ifPresent(
                        handle -> {
                            handle.destroyForcibly();
                            var _ = handle.onExit().orTimeout(30, TimeUnit.SECONDS).join();
                        });
    }

    void kill(int node) {
        kill("node-" + node);
    }

    void killZooKeeper() {
        kill("zookeeper");
    }

    /** {@code kill -9} of everything, nodes first and as near to at once as it goes. */
    void killAll() {
        for (int i = 0; i < NODES; i++) {
            process("node-" + i).ifPresent(ProcessHandle::destroyForcibly);
        }
        for (int i = 0; i < NODES; i++) {
            kill(i);
        }
        killZooKeeper();
        Process running = parent;
        if (running != null) {
            var _ = running.destroyForcibly().onExit().join();
            parent = null;
        }
    }

    /** Asks everything to stop, as Ctrl-C does; returns when it has. */
    void stop() {
        Process running = parent;
        if (running != null) {
            running.destroy();
            var _ = running.onExit().orTimeout(60, TimeUnit.SECONDS).join();
            parent = null;
        }
    }

    /** Starts a killed node; returns when it serves. */
    void startNode(int node) {
        Run run =
                Run.of(
                        environment,
                        server(
                                "dev",
                                "start-node",
                                String.valueOf(node),
                                "--data",
                                dir.toString()));
        if (run.status() != 0) {
            throw new IllegalStateException(
                    "node " + node + " did not start: " + run.output() + logs());
        }
    }

    /** Starts ZooKeeper again on its data and port. */
    void startZooKeeper() {
        Path data = dir.resolve("zookeeper");
        try {
            Process process =
                    new ProcessBuilder(
                                    server(
                                            "zookeeper",
                                            "--data",
                                            data.toString(),
                                            "--port",
                                            String.valueOf(basePort + 4)))
                            .redirectErrorStream(true)
                            .redirectOutput(
                                    ProcessBuilder.Redirect.appendTo(data.resolve("log").toFile()))
                            .start();
            Files.writeString(data.resolve("pid"), process.pid() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public LetheClient client() {
        List<String> operator = credentials();
        return client(operator.getFirst(), operator.get(1));
    }

    /** With another key than the operator's. */
    LetheClient client(String accessKeyId, String secret) {
        List<String> endpoints = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            endpoints.add("127.0.0.1:" + (basePort + 10 * i + 2));
        }
        return LetheClient.builder().endpoints(endpoints).credentials(accessKeyId, secret).build();
    }

    /** Where a node's console is. */
    URI console(int node) {
        return URI.create("http://127.0.0.1:" + (basePort + 10 * node + 1));
    }

    /** Where a node speaks S3. */
    public URI s3(int node) {
        return URI.create("http://127.0.0.1:" + (basePort + 10 * node));
    }

    /** The operator's access key and secret. */
    public List<String> credentials() {
        try {
            String yaml = Files.readString(clientConfig());
            return List.of(value(yaml, "access_key"), value(yaml, "secret_key"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String value(String yaml, String key) {
        Matcher matcher = Pattern.compile("(?m)^" + key + ": (\\S+)$").matcher(yaml);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + key + " in client.yaml");
        }
        return matcher.group(1);
    }

    /** A metric's values of one node, summed over its labels; 0 when it is not there. */
    public double metric(int node, String name) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(console(node) + "/metrics"))
                        .timeout(Duration.ofSeconds(10))
                        .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            String text = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
            return text.lines()
                    .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                    .mapToDouble(
                            line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The last lines of every log, for messages. */
    String logs() {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> paths = Files.list(dir)) {
            for (Path path :
                    Stream.concat(
                                    Stream.of(said),
                                    paths.map(p -> p.resolve("log")).filter(Files::exists).sorted())
                            .toList()) {
                List<String> lines = Files.readAllLines(path);
                text.append("== ").append(path).append('\n');
                lines.subList(Math.max(0, lines.size() - 30), lines.size())
                        .forEach(line -> text.append(line).append('\n'));
            }
        } catch (IOException e) {
            text.append(e);
        }
        return text.toString();
    }

    @Override
    public void close() {
        killAll();
        try {
            Files.deleteIfExists(said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A command that ran to its end. */
    record Run(int status, String output) {
        static Run of(Map<String, String> environment, List<String> command) {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            try {
                Process process = builder.start();
                process.getOutputStream().close();
                String output =
                        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(START_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException("it did not end: " + command + "\n" + output);
                }
                return new Run(process.exitValue(), output);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }
}
