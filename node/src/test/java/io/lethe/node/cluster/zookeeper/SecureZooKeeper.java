package io.lethe.node.cluster.zookeeper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A ZooKeeper server as an operator runs it, in a process of its own: TLS alone, and only for those
 * who show a certificate.
 */
final class SecureZooKeeper implements AutoCloseable {
    private final Process process;
    private final int port;

    /** Returns when it listens. NAME.pem and NAME.key are its own, ca.pem those it trusts. */
    SecureZooKeeper(Path dir, String name) {
        try {
            port = freePort();
            Path store = dir.resolve(name + "-store.pem");
            Files.writeString(
                    store,
                    Files.readString(dir.resolve(name + ".pem"))
                            + Files.readString(dir.resolve(name + ".key")));
            Path config = dir.resolve(name + ".cfg");
            Files.writeString(
                    config,
                    """
                    dataDir=%1$s
                    tickTime=1000
                    secureClientPort=%2$d
                    secureClientPortAddress=127.0.0.1
                    admin.enableServer=false
                    serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory
                    ssl.keyStore.location=%3$s
                    ssl.keyStore.type=PEM
                    ssl.trustStore.location=%4$s
                    ssl.trustStore.type=PEM
                    ssl.clientAuth=need
                    """
                            .formatted(
                                    dir.resolve(name + "-data"),
                                    port,
                                    store,
                                    dir.resolve("ca.pem")));
            Path logging = dir.resolve(name + "-logback.xml");
            Files.writeString(
                    logging,
                    """
                    <configuration>
                      <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
                        <encoder><pattern>%msg%n</pattern></encoder>
                      </appender>
                      <root level="INFO"><appender-ref ref="OUT"/></root>
                    </configuration>
                    """);
            process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-Xmx64m",
                                    "-XX:TieredStopAtLevel=1",
                                    "-XX:+UseSerialGC",
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-Dlogback.configurationFile=" + logging,
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    "org.apache.zookeeper.server.ZooKeeperServerMain",
                                    config.toString())
                            .redirectErrorStream(true)
                            .start();
            awaitListening();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitListening() throws IOException {
        BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            said.append(line).append('\n');
            if (line.contains("bound to port " + port)) {
                Thread.ofVirtual().start(() -> reader.lines().forEach(_ -> {}));
                return;
            }
        }
        throw new IllegalStateException("ZooKeeper did not start:\n" + said);
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        var _ = process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }
}
