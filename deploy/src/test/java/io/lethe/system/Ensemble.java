package io.lethe.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Three ZooKeeper servers, each a process, of which one may be killed. One thread. */
final class Ensemble implements AutoCloseable {
    static final int SERVERS = 3;
    private static final int PORTS_EACH = 3;

    /** Ports from the first that it is given. */
    static final int PORTS = SERVERS * PORTS_EACH;

    private static final Duration LEADER_WITHIN = Duration.ofMinutes(1);
    private static final int ANSWER_MILLIS = 2_000;

    private final Path dir;
    private final int basePort;
    private final List<Process> servers = new ArrayList<>();

    private Ensemble(Path dir, int basePort) {
        this.dir = dir;
        this.basePort = basePort;
    }

    /** Returns when it has a leader. */
    static Ensemble start(Path dir, int basePort) {
        Ensemble ensemble = new Ensemble(dir, basePort);
        boolean started = false;
        try {
            for (int i = 0; i < SERVERS; i++) {
                ensemble.write(i);
                ensemble.servers.add(ensemble.launch(i));
            }
            Eventually.within(
                    LEADER_WITHIN,
                    () -> "ZooKeeper's servers choose no leader",
                    () -> ensemble.leader().isPresent());
            started = true;
            return ensemble;
        } finally {
            if (!started) {
                ensemble.close();
            }
        }
    }

    private Path home(int server) {
        return dir.resolve("zookeeper-" + server);
    }

    private int clientPort(int server) {
        return basePort + PORTS_EACH * server;
    }

    private void write(int server) {
        String members =
                IntStream.range(0, SERVERS)
                        .mapToObj(
                                i ->
                                        "server.%d=127.0.0.1:%d:%d\n"
                                                .formatted(
                                                        i + 1,
                                                        clientPort(i) + 1,
                                                        clientPort(i) + 2))
                        .collect(Collectors.joining());
        try {
            Files.createDirectories(home(server));
            Files.writeString(home(server).resolve("myid"), String.valueOf(server + 1));
            Files.writeString(
                    home(server).resolve("zoo.cfg"),
                    """
                    dataDir=%s
                    tickTime=1000
                    initLimit=20
                    syncLimit=10
                    clientPort=%d
                    clientPortAddress=127.0.0.1
                    admin.enableServer=false
                    4lw.commands.whitelist=srvr
                    """
                                    .formatted(home(server), clientPort(server))
                            + members);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process launch(int server) {
        try {
            return new ProcessBuilder(
                            Cluster.java(
                                    "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                                    home(server).resolve("zoo.cfg").toString()))
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(home(server).resolve("log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As nodes are told of it. */
    String connect() {
        return IntStream.range(0, SERVERS)
                .mapToObj(i -> "127.0.0.1:" + clientPort(i))
                .collect(Collectors.joining(","));
    }

    /** The server that leads the others now. */
    OptionalInt leader() {
        return IntStream.range(0, SERVERS).filter(i -> ask(i).contains("Mode: leader")).findFirst();
    }

    /** What a server says of itself; empty when it does not. */
    private String ask(int server) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), clientPort(server)),
                    ANSWER_MILLIS);
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    boolean allServe() {
        return IntStream.range(0, SERVERS).allMatch(i -> ask(i).contains("Mode: "));
    }

    void kill(int server) {
        var _ =
                servers.get(server)
                        .destroyForcibly()
                        .onExit()
                        .orTimeout(30, TimeUnit.SECONDS)
                        .join();
    }

    void startAgain(int server) {
        servers.set(server, launch(server));
    }

    @Override
    public void close() {
        servers.forEach(Process::destroyForcibly);
        servers.forEach(one -> one.onExit().orTimeout(30, TimeUnit.SECONDS).join());
    }
}
