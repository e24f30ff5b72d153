package io.lethe.system;

import io.lethe.client.LetheClient;
import io.lethe.node.base.RandomSource;
import io.lethe.node.crypto.RootKeyFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A cluster that can be broken in every way that a machine allows: six nodes with room for a
 * seventh, an ensemble of three ZooKeepers, each a process, {@link Links} between the nodes, and a
 * node whose device is a small file system of its own, where that may be mounted. Closing it leaves
 * nothing behind. One thread.
 */
final class FaultBed implements AutoCloseable {
    /** Places of nodes; so many run at once at most. */
    static final int PLACES = 7;

    /** Nodes at the start. */
    static final int FOUNDERS = 6;

    /** Of every device, so that all are alike whatever disk they share. */
    static final long DEVICE_BYTES = Boolean.getBoolean("lethe.long") ? 8L << 30 : 3L << 29;

    private static final int PORTS_EACH = 10;
    private static final Duration READY_WITHIN = Duration.ofMinutes(3);
    private static final String ACCESS_KEY = "FAULTBED234567ACCESS";
    private static final String SECRET = "none-but-this-test-knows-and-nobody-else-needs-it";

    /**
     * What takes minutes to notice for machines takes seconds here, so that a run of two minutes
     * sees a node come back both before and after it was given up.
     */
    private static final Map<String, String> HASTE =
            Map.of(
                    "LETHE_ZOOKEEPER_SESSION_TIMEOUT", "6s",
                    "LETHE_RECLAIM_DELAY", "20s",
                    "LETHE_RECLAIM_ORPHAN_AGE", "20s",
                    "LETHE_RECLAIM_WRITE_LEASE", "15s",
                    "LETHE_SCRUB_PERIOD", "15s",
                    "LETHE_REPAIR_AFTER", "10s",
                    "LETHE_REPAIR_CHECK_EVERY", "30s",
                    "LETHE_RAFT_REPLACE_AFTER", "20s",
                    "LETHE_RAFT_SNAPSHOT_INTERVAL", "20s");

    /** The least that a device may be allowed, which is less than it keeps in reserve. */
    static final Map<String, String> NO_ROOM = Map.of("LETHE_DEVICES_0_CAPACITY", "64MiB");

    final List<NodeProcess> nodes = new ArrayList<>();
    final Links links;
    private final Path dir;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final int basePort;
    private final Ensemble zooKeeper;

    /** A mounted file system and processes would outlive tests that are broken off. */
    private final Thread brokenOff = Thread.ofPlatform().unstarted(this::end);

    private final SmallDisk disk;
    private final int small;

    private FaultBed(Path dir, int small, Ensemble zooKeeper, int basePort, SmallDisk disk) {
        this.small = small;
        this.dir = dir;
        this.zooKeeper = zooKeeper;
        this.basePort = basePort;
        this.disk = disk;
        Callers callers = new Callers(PLACES, i -> i < nodes.size() ? nodes.get(i).pid() : 0);
        links = new Links(callers::at);
        Runtime.getRuntime().addShutdownHook(brokenOff);
    }

    /**
     * Returns when six nodes serve.
     *
     * @param small the node whose device is the small file system
     */
    static FaultBed start(Path dir, int small) {
        return start(dir, small, Cluster.server(), Map.of());
    }

    /**
     * @param program what the nodes run at first, as in {@link NodeProcess#runs(List)}
     * @param settings in the place of those that make haste
     */
    static FaultBed start(Path dir, int small, List<String> program, Map<String, String> settings) {
        int basePort = Cluster.freeBase(PORTS_EACH * PLACES + Ensemble.PORTS);
        Path home = dir.resolve("node-" + small);
        FaultBed bed =
                new FaultBed(
                        dir,
                        small,
                        Ensemble.start(dir, basePort + PORTS_EACH * PLACES),
                        basePort,
                        SmallDisk.mount(home.resolve("image"), home.resolve("disk"), DEVICE_BYTES));
        boolean started = false;
        try {
            bed.found(program, settings);
            started = true;
            return bed;
        } finally {
            if (!started) {
                System.out.println(bed.logs());
                bed.close();
            }
        }
    }

    private void found(List<String> program, Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(HASTE);
        environment.putAll(settings);
        RootKeyFile.create(dir.resolve("root.key"), RandomSource.secure());
        writeCredentials();
        for (int i = 0; i < PLACES; i++) {
            Path home = dir.resolve("node-" + i);
            Path device =
                    i == small && disk.mounted()
                            ? disk.directory().resolve("device-0")
                            : home.resolve("device-0");
            NodeProcess node =
                    new NodeProcess(i, home, device, basePort + PORTS_EACH * i, http, environment);
            node.runs(program);
            nodes.add(node);
            write(home.resolve("yaml"), yaml(node));
            for (int port : List.of(node.rpcPort(), node.dataPort())) {
                links.carry(
                        i,
                        new InetSocketAddress(host(i), port),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            }
        }
        for (int i = 0; i < FOUNDERS; i++) {
            nodes.get(i).start();
        }
        for (int i = 0; i < FOUNDERS; i++) {
            NodeProcess node = nodes.get(i);
            Eventually.within(
                    READY_WITHIN,
                    () -> "node " + node.number + " does not serve",
                    () -> {
                        if (node.hasEnded()) {
                            throw new AssertionError("node " + node.number + " has ended");
                        }
                        return node.serves();
                    });
        }
    }

    /** Under which others know it. */
    private static String host(int node) {
        return "127.1.0." + (node + 1);
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeCredentials() {
        Path file = dir.resolve("credentials");
        try {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write(file, "access_key: " + ACCESS_KEY + "\nsecret_key: " + SECRET + "\n");
    }

    private String yaml(NodeProcess node) {
        return """
        devMode: true
        node:
          data: %1$s/data
          host: %2$s
        devices:
          - path: %3$s
            capacity: %4$dMiB
        listen:
          host: 127.0.0.1
          s3Port: %5$d
          consolePort: %6$d
          rpcPort: %7$d
          dataPort: %8$d
        zookeeper:
          connect: %9$s
        cluster:
          name: broken
          expectedNodes: %10$d
          partitions: 4
        tls:
          enabled: false
        rootKey:
          file: %11$s/root.key
        credentials:
          file: %11$s/credentials
        """
                .formatted(
                        node.dir(),
                        host(node.number),
                        node.device(),
                        DEVICE_BYTES >> 20,
                        node.basePort,
                        node.basePort + 1,
                        node.rpcPort(),
                        node.dataPort(),
                        zooKeeper.connect(),
                        FOUNDERS,
                        dir);
    }

    Ensemble zooKeeper() {
        return zooKeeper;
    }

    SmallDisk disk() {
        return disk;
    }

    /** Whose device can be filled. */
    NodeProcess small() {
        return nodes.get(small);
    }

    List<Integer> numbers() {
        return nodes.stream().map(node -> node.number).toList();
    }

    List<NodeProcess> running() {
        return nodes.stream().filter(NodeProcess::runs).toList();
    }

    /** Asks any of the nodes, past the links. */
    LetheClient client() {
        return LetheClient.builder()
                .endpoints(nodes.stream().map(one -> "127.0.0.1:" + one.rpcPort()).toList())
                .credentials(ACCESS_KEY, SECRET)
                .build();
    }

    /** One for each node. */
    List<S3Client> s3() {
        AwsBasicCredentials key = AwsBasicCredentials.create(ACCESS_KEY, SECRET);
        return nodes.stream().map(one -> S3Clients.sync(one.s3(), key)).toList();
    }

    /** The last lines of every node's log. */
    String logs() {
        return nodes.stream()
                .map(one -> "== node " + one.number + "\n" + one.log(30))
                .collect(Collectors.joining("\n"));
    }

    private void end() {
        nodes.forEach(NodeProcess::kill);
        zooKeeper.close();
        disk.close();
    }

    @Override
    public void close() {
        boolean _ = Runtime.getRuntime().removeShutdownHook(brokenOff);
        end();
        links.close();
        http.close();
    }
}
