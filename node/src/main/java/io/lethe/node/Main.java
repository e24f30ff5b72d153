package io.lethe.node;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.config.ConfigLoader;
import io.lethe.node.base.config.Loaded;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.cluster.zookeeper.EmbeddedZooKeeper;
import io.lethe.node.model.StoreException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The server program: one node, or a development cluster. */
@Command(
        name = "lethe",
        mixinStandardHelpOptions = true,
        description = "Lethe, an object store: the server side.",
        subcommands = {
            Main.NodeCommand.class,
            Main.DevCommand.class,
            CaCommand.class,
            RootKeyCommand.class,
            CredentialsCommand.class,
            RecoverDirectoryCommand.class,
            RestoreCommand.class,
            Main.ZooKeeperCommand.class
        })
public final class Main {
    private static final Logger log = LoggerFactory.getLogger(Main.class);
    private static final PrintStream out =
            new PrintStream(
                    new java.io.FileOutputStream(java.io.FileDescriptor.out),
                    true,
                    StandardCharsets.UTF_8);

    private Main() {}

    /** Where programs print. */
    static PrintStream out() {
        return out;
    }

    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler(
                (failure, commandLine, result) -> {
                    if (failure instanceof ConfigException || failure instanceof StoreException) {
                        commandLine.getErr().println("lethe: " + failure.getMessage());
                        log.debug("the start failed", failure);
                    } else {
                        log.error("lethe failed", failure);
                        commandLine.getErr().println("lethe: " + failure);
                    }
                    return 1;
                });
        System.exit(line.execute(arguments));
    }

    static Tasks tasks() {
        return new VirtualTasks(
                Clock.system(), (thread, e) -> log.error("task {} failed", thread.getName(), e));
    }

    /** Waits for Ctrl-C or a TERM signal, then closes and lets the process end. */
    private static int serveUntilStopped(AutoCloseable served) throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        CountDownLatch stopping = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform()
                                .name("shutdown")
                                .unstarted(
                                        () -> {
                                            stopping.countDown();
                                            try {
                                                closed.await();
                                            } catch (InterruptedException e) {
                                                Thread.currentThread().interrupt();
                                            }
                                        }));
        stopping.await();
        OpenParts parts = new OpenParts();
        var _ = parts.add(served);
        try {
            parts.close();
        } finally {
            closed.countDown();
        }
        return 0;
    }

    @Command(
            name = "node",
            mixinStandardHelpOptions = true,
            description = "Runs one node until it is told to stop.")
    static final class NodeCommand implements Callable<Integer> {
        @Option(
                names = "--config",
                required = true,
                paramLabel = "FILE",
                description = "Its configuration; every key is in node/doc/configuration.md.")
        private Path config = Path.of("");

        @Override
        public Integer call() throws Exception {
            Loaded<NodeConfig> loaded =
                    ConfigLoader.load(NodeConfig.class, config, System.getenv());
            loaded.effective().forEach(value -> log.info("{}", value));
            loaded.unknownVariables()
                    .forEach(name -> log.warn("the environment's {} names no setting", name));
            return serveUntilStopped(Node.start(loaded.config()));
        }
    }

    @Command(
            name = "zookeeper",
            mixinStandardHelpOptions = true,
            hidden = true,
            description = "Runs a single ZooKeeper on loopback, for development clusters.")
    static final class ZooKeeperCommand implements Callable<Integer> {
        @Option(names = "--data", required = true)
        private Path data = Path.of("");

        @Option(names = "--port", required = true)
        private int port;

        @Override
        public Integer call() throws Exception {
            return serveUntilStopped(new EmbeddedZooKeeper(data, port));
        }
    }

    @Command(
            name = "dev",
            mixinStandardHelpOptions = true,
            description = {
                "Runs a whole cluster on this machine, for a first look and for tests.",
                "Keeps its data in DIR and goes on from there; Ctrl-C stops it."
            },
            subcommands = StartNodeCommand.class)
    static final class DevCommand implements Callable<Integer> {
        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "Where everything is kept (default: ${DEFAULT-VALUE}).")
        private Path data = Path.of(".lethe", "dev");

        @Option(names = "--nodes", description = "How many nodes (default: ${DEFAULT-VALUE}).")
        private int nodes = 6;

        @Option(
                names = "--base-port",
                description =
                        "Node i listens from this port + 10 i: S3, console, gRPC, data plane"
                                + " (default: ${DEFAULT-VALUE}).")
        private int basePort = 9000;

        @Option(names = "--processes", description = "One process for each node and for ZooKeeper.")
        private boolean processes;

        @Override
        public Integer call() throws Exception {
            DevLayout layout = new DevLayout(data, nodes, basePort);
            layout.prepare(RandomSource.secure());
            out.println("starting " + nodes + " nodes in " + layout.dir() + " …");
            AutoCloseable cluster =
                    processes
                            ? startProcesses(layout)
                            : DevCluster.start(layout, tasks(), System.getenv());
            announce(layout);
            return serveUntilStopped(cluster);
        }

        private static AutoCloseable startProcesses(DevLayout layout) throws InterruptedException {
            DevProcesses processes = new DevProcesses(layout, tasks());
            List<Process> started = new ArrayList<>();
            boolean ready = false;
            try {
                started.addAll(processes.startAll());
                ready = true;
            } finally {
                if (!ready) {
                    processes.stop(started);
                }
            }
            return () -> processes.stop(started);
        }

        private static void announce(DevLayout layout) {
            Keyring.FirstKey key =
                    Credentials.read(
                            new io.lethe.node.base.config.SecretFile(
                                    layout.dir().resolve("credentials")));
            out.println(
                    "ready: "
                            + layout.nodes()
                            + " nodes, S3 at http://127.0.0.1:"
                            + layout.port(0)
                            + ", gRPC at 127.0.0.1:"
                            + layout.rpcPort(0)
                            + ", console at http://127.0.0.1:"
                            + (layout.port(0) + 1));
            out.println("  access key " + key.accessKeyId());
            out.println("  secret     " + key.secret());
            out.println("  in another terminal:");
            out.println("    export LETHE_CONFIG=" + layout.clientConfig());
            out.println("    deploy/lethe mb photos");
            out.println("    deploy/lethe put FILE photos/FILE");
            out.println("    deploy/lethe status");
        }
    }

    @Command(
            name = "start-node",
            mixinStandardHelpOptions = true,
            description = "Starts a node of a development cluster that was stopped or killed.")
    static final class StartNodeCommand implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "I", description = "Its number, from 0.")
        private int number;

        @Option(names = "--data", required = true, paramLabel = "DIR")
        private Path data = Path.of("");

        @Option(names = "--no-wait", description = "Return at once and not when the node serves.")
        private boolean noWait;

        @Override
        public Integer call() throws Exception {
            DevProcesses processes = new DevProcesses(DevLayout.read(data), tasks());
            Process process = processes.startNode(number);
            if (!noWait) {
                processes.awaitReady(number, process);
            }
            out.println("ready: node " + number + " is process " + process.pid());
            return 0;
        }
    }
}
