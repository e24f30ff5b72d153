package io.lethe.node;

import io.lethe.node.base.Clock;
import io.lethe.node.base.FaultHandler;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Pacing;
import io.lethe.node.base.background.WorkerStatus;
import io.lethe.node.base.background.Workers;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.base.rocks.RocksOpener;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.chunk.wire.DataPort;
import io.lethe.node.chunk.wire.TlsContexts;
import io.lethe.node.chunk.wire.WireLoops;
import io.lethe.node.cluster.Coordination;
import io.lethe.node.cluster.Registration;
import io.lethe.node.cluster.zookeeper.ZooKeeperCoordination;
import io.lethe.node.console.Console;
import io.lethe.node.console.HealthCheck;
import io.lethe.node.console.LogPages;
import io.lethe.node.crypto.CellCipher;
import io.lethe.node.crypto.NodeKeys;
import io.lethe.node.crypto.RootKeyFile;
import io.lethe.node.http.HttpLoops;
import io.lethe.node.http.HttpServer;
import io.lethe.node.http.HttpSettings;
import io.lethe.node.http.HttpTls;
import io.lethe.node.metadata.TableThreads;
import io.lethe.node.model.Build;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.rpc.RpcSecurity;
import io.lethe.node.rpc.RpcServer;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: opens what is its own, registers, and, once the cluster is known, joins it ({@link
 * Joined}). {@link #start} returns as soon as this node can do its part in forming a cluster;
 * {@link #ready} tells when it serves. What was opened is closed in reverse.
 */
public final class Node implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Node.class);
    private static final Pacing JOIN = Pacing.every(Duration.ofMillis(200).toNanos());
    private static final Pacing REPORT = Pacing.every(Duration.ofSeconds(5).toNanos());

    /** How soon a renewed certificate is used. */
    private static final Pacing CERTIFICATES = Pacing.every(Duration.ofSeconds(10).toNanos());

    /**
     * Threads that read metadata tables: two for each core, since some of them wait for the disk.
     */
    private static final int TABLE_THREADS = 4;

    /** EX_SOFTWARE of sysexits.h: tells a supervisor that the halt was deliberate. */
    private static final int HALTED_STATUS = 70;

    private static final Duration STOP_WITHIN = Duration.ofSeconds(10);

    /** What every part of a node is made from. */
    record Parts(
            NodeConfig config,
            Build build,
            NodeIdentity identity,
            NodeKeys keys,
            RootKeyFile rootKeys,
            Keyring.FirstKey firstKey,
            Tasks tasks,
            RandomSource random,
            Metrics metrics,
            Workers workers,
            RocksOpener rocks,
            NativeFiles natives,
            FaultHandler faults,
            TableThreads tableThreads,
            StorageDevices devices,
            Coordination coordination,
            RpcServer rpc,
            RpcSecurity rpcSecurity,
            HttpServer console,
            HttpServer s3,
            S3Front s3Front,
            WireLoops loops,
            DataPort dataPort,
            @Nullable NodeTls tls) {
        /** Null where the data plane speaks in clear. */
        @Nullable TlsContexts wireTls() {
            return tls == null ? null : tls.wire();
        }
    }

    private final NodeConfig config;
    private final Build build;
    private final OpenParts opened = new OpenParts();
    private final Metrics metrics = new Metrics();
    private @Nullable Workers workers;
    private @Nullable Coordination coordination;
    private volatile @Nullable Joined joined;

    private Node(NodeConfig config, Build build) {
        this.config = config;
        this.build = build;
    }

    /** Starts a node; throws with a message fit to be shown when it can't. */
    public static Node start(NodeConfig config) {
        return start(config, Build.own());
    }

    /**
     * @param build what it says that it is, and goes by
     */
    static Node start(NodeConfig config, Build build) {
        Node node = new Node(config, build);
        boolean started = false;
        try {
            node.open();
            started = true;
            return node;
        } finally {
            if (!started) {
                node.close();
            }
        }
    }

    /** Nothing may be answered any more: no hook runs, nothing is closed. */
    private static void halt(String component, Throwable cause) {
        log.error("{} can't go on: the process halts", component, cause);
        // Where the log is written elsewhere or later, whoever started the process has it here.
        try (PrintStream last = new PrintStream(new FileOutputStream(FileDescriptor.err))) {
            last.println(component + " can't go on: the process halts: " + cause);
            for (StackTraceElement frame : cause.getStackTrace()) {
                last.println("\tat " + frame);
            }
        }
        Runtime.getRuntime().halt(HALTED_STATUS);
    }

    private void open() {
        RandomSource random = RandomSource.secure();
        FaultHandler faults = Node::halt;
        Tasks tasks =
                new VirtualTasks(
                        Clock.system(), (thread, e) -> faults.halt("task " + thread.getName(), e));
        metrics.addJvm();
        Workers allWorkers = new Workers(tasks, metrics);
        workers = allWorkers;
        NodeTls tls = NodeTls.open(config.tls(), tasks.clock(), opened);
        Path data = config.node().data();
        var _ = opened.add(DataLock.take(data));
        new RestorePlan(data).refuseStart();
        NodeIdentity identity = NodeIdentity.start(data, random);
        NodeKeys keys = NodeKeys.loadOrCreate(data.resolve("node.key"), random);
        CellCipher.warmUp();
        makeDevSecrets(random);
        RootKeyFile rootKeys = RootKeyFile.load(config.rootKey().file().path());
        Keyring.FirstKey firstKey = Credentials.read(config.credentials().file());
        HttpServer console = openConsole(allWorkers, tasks, tls);
        S3Front s3Front = new S3Front();
        RpcSecurity rpcSecurity = tls == null ? RpcSecurity.plain(rootKeys.proofs()) : tls.rpc();
        RpcServer rpc =
                opened.add(
                        new RpcServer(
                                config.listen().host(),
                                config.listen().rpcPort(),
                                config.limits().idleTimeout(),
                                opened.add(Executors.newVirtualThreadPerTaskExecutor()),
                                rpcSecurity));
        WireLoops loops = opened.add(WireLoops.open(Runtime.getRuntime().availableProcessors()));
        DataPort dataPort = opened.add(DataPort.bind(dataAddress(), loops));
        RocksOpener rocks = opened.add(new RocksOpener(RocksOpener.Limits.small()));
        StorageDevices devices = opened.add(new StorageDevices(config, rocks, tasks, metrics));
        TableThreads tableThreads = opened.add(new TableThreads(tasks, TABLE_THREADS, metrics));
        Coordination service = coordinate(identity, tls, random);
        coordination = service;
        Parts parts =
                new Parts(
                        config,
                        build,
                        identity,
                        keys,
                        rootKeys,
                        firstKey,
                        tasks,
                        random,
                        metrics,
                        allWorkers,
                        rocks,
                        NativeFiles.real(),
                        faults,
                        tableThreads,
                        devices,
                        service,
                        rpc,
                        rpcSecurity,
                        console,
                        openS3(s3Front, tasks, tls),
                        s3Front,
                        loops,
                        dataPort,
                        tls);
        join(parts);
    }

    /** A node that has been up before waits for ZooKeeper. */
    private Coordination coordinate(
            NodeIdentity identity, @Nullable NodeTls tls, RandomSource random) {
        return opened.add(
                new ZooKeeperCoordination(
                        String.valueOf(config.zookeeper().connect()),
                        config.cluster().name(),
                        identity.id(),
                        (int) config.zookeeper().sessionTimeout().toMillis(),
                        tls == null ? null : tls.zooKeeper(config.node().data(), random),
                        identity.incarnation() > 1));
    }

    private InetSocketAddress dataAddress() {
        return new InetSocketAddress(config.listen().host(), config.listen().dataPort());
    }

    private HttpServer openConsole(Workers allWorkers, Tasks tasks, @Nullable NodeTls tls) {
        HttpLoops loops = opened.add(new HttpLoops(1));
        LogPages log = new LogPages(() -> Optional.ofNullable(joined).map(Joined::directory));
        Console console = new Console(metrics, this::health, allWorkers, log);
        HttpServer door =
                opened.add(
                        HttpServer.start(
                                consoleSettings(tls), console.pages(), loops, tasks, metrics));
        if (tls != null) {
            tls.watch(door);
        }
        return door;
    }

    private HttpServer openS3(S3Front front, Tasks tasks, @Nullable NodeTls tls) {
        HttpLoops loops = opened.add(new HttpLoops(Runtime.getRuntime().availableProcessors()));
        NodeConfig.Limits limits = config.limits();
        HttpServer door =
                opened.add(
                        HttpServer.start(
                                HttpSettings.streamed(
                                                "s3",
                                                "listen.s3Port",
                                                config.listen().host(),
                                                config.listen().s3Port(),
                                                limits.requests(),
                                                s3Tls(tls))
                                        .within(
                                                limits.connections(),
                                                limits.connectionsPerAddress(),
                                                limits.idleTimeout()),
                                front,
                                loops,
                                tasks,
                                metrics));
        if (tls != null) {
            tls.watch(door);
        }
        return door;
    }

    /** In dev mode without TLS elsewhere, the door's own certificates are enough for it. */
    private @Nullable HttpTls s3Tls(@Nullable NodeTls tls) {
        List<Path> certificates = config.s3().certificates();
        if (tls != null) {
            return tls.http(certificates);
        }
        return certificates.isEmpty()
                ? null
                : new HttpTls(certificates.getFirst(), certificates.getFirst(), null, certificates);
    }

    private HttpSettings consoleSettings(@Nullable NodeTls tls) {
        NodeConfig.Limits limits = config.limits();
        return HttpSettings.small(
                        "console",
                        "listen.consolePort",
                        config.listen().host(),
                        config.listen().consolePort(),
                        tls == null ? null : tls.http(List.of()))
                .within(limits.connections(), limits.connectionsPerAddress(), limits.idleTimeout());
    }

    /** In dev mode missing secrets are made; elsewhere their absence stops the start. */
    private void makeDevSecrets(RandomSource random) {
        if (config.devMode()) {
            Path root = config.rootKey().file().path();
            Path credentials = config.credentials().file().path();
            if (!Files.exists(root)) {
                RootKeyFile.create(root, random);
            }
            if (!Files.exists(credentials)) {
                Credentials.create(credentials, random);
            }
        }
    }

    private void join(Parts parts) {
        Joining joining =
                new Joining(
                        parts,
                        cluster -> {
                            opened.add(cluster);
                            joined = cluster;
                        });
        speak(parts.coordination());
        Registrar registrar = new Registrar(parts, () -> damaged(joining));
        registrar.report();
        parts.workers().start(registrar, REPORT);
        NodeTls tls = parts.tls();
        if (tls != null) {
            parts.workers().start(tls, CERTIFICATES);
        }
        parts.coordination().campaign();
        parts.workers().start(joining, JOIN);
        log.info(
                "node {} has started, incarnation {}",
                parts.identity().id(),
                parts.identity().incarnation());
    }

    /** A build that does not know what the cluster goes by does not even register. */
    private void speak(Coordination service) {
        Optional<Integer> level = service.featureLevel();
        if (level.isPresent() && !build.speaks(level.get())) {
            throw new StoreException(ErrorCode.UPGRADE_NEEDED, build.refusal(level.get()));
        }
    }

    private List<Registration.Damaged> damaged(Joining joining) {
        Joined cluster = joined;
        return cluster == null ? joining.damaged() : cluster.damaged();
    }

    /** Null until this node has joined its cluster. */
    @Nullable Joined joined() {
        return joined;
    }

    /** Steps that a worker has done; 0 where it doesn't run. */
    long steps(String worker) {
        Workers running = workers;
        return running == null
                ? 0
                : running.statuses().stream()
                        .filter(status -> status.name().equals(worker))
                        .mapToLong(WorkerStatus::steps)
                        .sum();
    }

    /** Workers whose last step failed, and why. */
    List<String> troubles() {
        Workers running = workers;
        return running == null
                ? List.of()
                : running.statuses().stream()
                        .filter(status -> status.failedInRow() > 0)
                        .map(Object::toString)
                        .toList();
    }

    /** Whether requests are served. */
    public boolean ready() {
        return health().stream().allMatch(HealthCheck::ok);
    }

    String whyNotReady() {
        return health().stream().filter(check -> !check.ok()).toList().toString();
    }

    private List<HealthCheck> health() {
        List<HealthCheck> checks = new ArrayList<>();
        Coordination service = coordination;
        checks.add(
                new HealthCheck(
                        "zookeeper",
                        HealthCheck.Bearing.NOTICE,
                        service != null && service.connected(),
                        "membership stands still while ZooKeeper is out of reach"));
        Joined cluster = joined;
        if (cluster == null) {
            checks.add(
                    new HealthCheck(
                            "cluster",
                            HealthCheck.Bearing.READY,
                            false,
                            "this node has not joined its cluster yet"));
        } else {
            checks.addAll(cluster.health());
        }
        return checks;
    }

    @Override
    public void close() {
        Workers running = workers;
        if (running != null) {
            try {
                running.stop(Clock.system().nanos() + STOP_WITHIN.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        opened.close();
    }
}
