package io.lethe.node;

import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.task.Tasks;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
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
import java.util.concurrent.TimeUnit;

/**
 * A development cluster with a process for ZooKeeper and one for each node: what system tests kill.
 * The children are started with this JVM's own options. One thread.
 */
final class DevProcesses {
    private static final Duration READY_WITHIN = Duration.ofMinutes(3);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(20);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final DevLayout layout;
    private final Tasks tasks;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();

    DevProcesses(DevLayout layout, Tasks tasks) {
        this.layout = layout;
        this.tasks = tasks;
    }

    /** Starts what does not run; returns when every node serves. */
    List<Process> startAll() throws InterruptedException {
        List<Process> started = new ArrayList<>();
        Path zookeeper = layout.dir().resolve("zookeeper");
        started.add(
                start(
                        zookeeper,
                        List.of(
                                "zookeeper",
                                "--data",
                                zookeeper.toString(),
                                "--port",
                                String.valueOf(layout.zookeeperPort()))));
        for (int i = 0; i < layout.nodes(); i++) {
            started.add(startNode(i));
        }
        for (int i = 0; i < layout.nodes(); i++) {
            awaitReady(i, started.get(i + 1));
        }
        return started;
    }

    Process startNode(int i) {
        return start(
                layout.nodeDir(i), List.of("node", "--config", layout.nodeConfig(i).toString()));
    }

    private static Process start(Path dir, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(
                ProcessHandle.current()
                        .info()
                        .command()
                        .orElse(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(arguments);
        File log = dir.resolve("log").toFile();
        try {
            Files.createDirectories(dir);
            refuseIfRunning(dir);
            Process process =
                    new ProcessBuilder(command)
                            .redirectInput(new File("/dev/null"))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                            .start();
            Files.writeString(dir.resolve("pid"), process.pid() + "\n", StandardCharsets.US_ASCII);
            return process;
        } catch (IOException e) {
            throw new ConfigException("a process can't be started in " + dir + ": " + e);
        }
    }

    private static void refuseIfRunning(Path dir) throws IOException {
        Path pid = dir.resolve("pid");
        if (Files.exists(pid)) {
            long number = Long.parseLong(Files.readString(pid).strip());
            boolean runs =
                    ProcessHandle.of(number)
                            .flatMap(handle -> handle.info().command())
                            .map(command -> command.contains("java"))
                            .orElse(false);
            if (runs) {
                throw new ConfigException(
                        dir + " is in use by process " + number + "; stop it first");
            }
        }
    }

    /** Returns when the node serves. */
    void awaitReady(int i, Process process) throws InterruptedException {
        long deadline = tasks.clock().nanos() + READY_WITHIN.toNanos();
        URI health = URI.create("http://127.0.0.1:" + (layout.port(i) + 1) + "/health");
        while (!serves(health)) {
            if (!process.isAlive()) {
                throw new ConfigException(
                        "node "
                                + i
                                + " has stopped; its log says why: "
                                + layout.nodeDir(i).resolve("log"));
            }
            if (tasks.clock().nanos() - deadline > 0) {
                throw new ConfigException(
                        "node "
                                + i
                                + " does not serve after "
                                + READY_WITHIN.toSeconds()
                                + " s; see "
                                + health
                                + " and "
                                + layout.nodeDir(i).resolve("log"));
            }
            tasks.sleep(POLL_NANOS);
        }
    }

    private boolean serves(URI health) throws InterruptedException {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(2)).build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Stops processes: asks, and after a while insists. */
    void stop(List<Process> processes) throws InterruptedException {
        for (Process process : processes.reversed()) {
            process.destroy();
        }
        long deadline = tasks.clock().nanos() + STOP_WITHIN.toNanos();
        for (Process process : processes.reversed()) {
            long left = Math.max(0, deadline - tasks.clock().nanos());
            if (!process.waitFor(left, TimeUnit.NANOSECONDS)) {
                process.destroyForcibly();
            }
        }
    }
}
