package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.lethe.client.LetheClient;
import io.lethe.client.LetheException;
import io.lethe.client.Tls;
import io.lethe.proto.internal.v1.MetadataCall;
import io.lethe.proto.internal.v1.MetadataServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes as an operator sets them up, not in dev mode: authority, certificate and root keys
 * made by the command line, TLS at every door and to ZooKeeper.
 */
class TlsClusterTest {
    private static final int NODES = 3;
    private static final String HOST = "s3.example.com";
    private static final Duration READY_WITHIN = Duration.ofMinutes(3);

    @TempDir private static Path dir;
    private static final List<Process> PROCESSES = new ArrayList<>();
    private static final List<Integer> PORTS = new ArrayList<>();
    private static String accessKey = "";
    private static String secretKey = "";

    @BeforeAll
    static void startNodes() throws Exception {
        lethe("ca", "init", "--dir", dir.resolve("tls").toString());
        lethe("ca", "issue", "--dir", dir + "/tls", "--host", "127.0.0.1", "--name", "node");
        lethe("ca", "init", "--dir", dir.resolve("other").toString());
        lethe("root-key", "create", dir.resolve("root.key").toString());
        lethe("credentials", "create", dir.resolve("credentials").toString());
        List<String> credentials = Files.readAllLines(dir.resolve("credentials"));
        accessKey = credentials.get(0).replace("access_key: ", "");
        secretKey = credentials.get(1).replace("secret_key: ", "");
        makeCertificateOfHost();
        for (int i = 0; i <= 3 * NODES + 1; i++) {
            PORTS.add(0);
        }
        PORTS.replaceAll(_ -> freePort());
        startZooKeeper(PORTS.get(3 * NODES));
        for (int i = 0; i < NODES; i++) {
            Files.createDirectories(dir.resolve("device-" + i));
            Path config = dir.resolve("node-" + i + ".yaml");
            Files.writeString(config, yaml(i));
            start(Cluster.server("node", "--config", config.toString()));
        }
        writeClientYaml();
        SSLContext trust = trusting(dir.resolve("tls/ca.pem"));
        try (HttpClient http = HttpClient.newBuilder().sslContext(trust).build()) {
            for (int i = 0; i < NODES; i++) {
                URI health = URI.create("https://127.0.0.1:" + consolePort(i) + "/health");
                Eventually.within(READY_WITHIN, TlsClusterTest::logs, () -> serves(http, health));
            }
        }
    }

    /** For the S3 door under a host name of its own. */
    private static void makeCertificateOfHost() throws IOException {
        lethe("ca", "issue", "--dir", dir + "/tls", "--host", HOST, "--name", "host");
        Files.writeString(
                dir.resolve("host.pem"),
                Files.readString(dir.resolve("tls/host.pem"))
                        + Files.readString(dir.resolve("tls/host.key")));
    }

    @AfterAll
    static void stopNodes() {
        PROCESSES.forEach(Process::destroyForcibly);
        PROCESSES.forEach(process -> process.onExit().orTimeout(30, TimeUnit.SECONDS).join());
    }

    private static void lethe(String... arguments) {
        Cluster.Run run = Cluster.Run.of(Map.of(), Cluster.server(arguments));
        assertThat(run.status()).as(run.output()).isZero();
    }

    private static void start(List<String> command) throws IOException {
        PROCESSES.add(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(dir.resolve("log-" + PROCESSES.size()).toFile())
                        .start());
    }

    /** An ensemble of one, which speaks to holders of a certificate only. */
    private static void startZooKeeper(int port) throws IOException {
        List<String> issue = List.of("ca", "issue", "--dir", dir + "/tls", "--host", "127.0.0.1");
        List<String> forZooKeeper = new ArrayList<>(issue);
        forZooKeeper.addAll(List.of("--name", "zk", "--role", "zookeeper"));
        lethe(forZooKeeper.toArray(String[]::new));
        Path store = dir.resolve("zk.pem");
        Files.writeString(
                store,
                Files.readString(dir.resolve("tls/zk.pem"))
                        + Files.readString(dir.resolve("tls/zk.key")));
        Path config = dir.resolve("zoo.cfg");
        Files.writeString(
                config,
                """
                dataDir=%1$s/zookeeper
                tickTime=1000
                secureClientPort=%2$d
                secureClientPortAddress=127.0.0.1
                admin.enableServer=false
                serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory
                ssl.keyStore.location=%3$s
                ssl.keyStore.type=PEM
                ssl.trustStore.location=%1$s/tls/ca.pem
                ssl.trustStore.type=PEM
                ssl.clientAuth=need
                """
                        .formatted(dir, port, store));
        start(Cluster.java("org.apache.zookeeper.server.ZooKeeperServerMain", config.toString()));
    }

    private static int freePort() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int consolePort(int node) {
        return PORTS.get(3 * node);
    }

    private static int rpcPort(int node) {
        return PORTS.get(3 * node + 1);
    }

    private static int dataPort(int node) {
        return PORTS.get(3 * node + 2);
    }

    private static String yaml(int node) {
        return """
        node:
          data: %1$s/data-%2$d
          host: 127.0.0.1
        devices:
          - path: %1$s/device-%2$d
        listen:
          s3Port: %7$d
          consolePort: %3$d
          rpcPort: %4$d
          dataPort: %5$d
        zookeeper:
          connect: 127.0.0.1:%6$d
        cluster:
          name: guarded
          expectedNodes: 3
          partitions: 2
        tls:
          cert: %1$s/tls/node.pem
          key: %1$s/tls/node.key
          ca: %1$s/tls/ca.pem
        s3:
          certificates: [%1$s/host.pem]
        rootKey:
          file: %1$s/root.key
        credentials:
          file: %1$s/credentials
        """
                .formatted(
                        dir,
                        node,
                        consolePort(node),
                        rpcPort(node),
                        dataPort(node),
                        PORTS.get(3 * NODES),
                        node == 0 ? s3Port() : 0);
    }

    /** Node 0's. */
    private static int s3Port() {
        return PORTS.get(3 * NODES + 1);
    }

    private static void writeClientYaml() throws IOException {
        Files.writeString(
                dir.resolve("client.yaml"),
                """
                endpoints: [127.0.0.1:%d, 127.0.0.1:%d]
                access_key: %s
                secret_key: %s
                tls:
                  ca: tls/ca.pem
                """
                        .formatted(rpcPort(0), rpcPort(1), accessKey, secretKey));
    }

    private static boolean serves(HttpClient http, URI health) {
        for (Process process : PROCESSES) {
            if (!process.isAlive()) {
                throw new IllegalStateException(
                        "a node ended with status " + process.exitValue() + "\n" + logs());
            }
        }
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(5)).build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String logs() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < PROCESSES.size(); i++) {
            try {
                List<String> lines = Files.readAllLines(dir.resolve("log-" + i));
                text.append("== log-").append(i).append('\n');
                lines.subList(Math.max(0, lines.size() - 30), lines.size())
                        .forEach(line -> text.append(line).append('\n'));
            } catch (IOException e) {
                text.append(e);
            }
        }
        return text.toString();
    }

    private static SSLContext trusting(Path authority) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", certificate(authority));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static X509Certificate certificate(Path file) throws Exception {
        try (var in = Files.newInputStream(file)) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static LetheClient.Builder client() {
        return LetheClient.builder()
                .endpoints(List.of("127.0.0.1:" + rpcPort(0)))
                .credentials(accessKey, secretKey);
    }

    @Test
    void objectsAreKeptByTheCommandLine() throws IOException {
        byte[] bytes = new byte[5_000_000];
        new Random(5).nextBytes(bytes);
        Files.write(dir.resolve("in"), bytes);
        Commands lethe = new Commands(dir, dir.resolve("client.yaml"));
        lethe.succeed("mb", "photos");
        lethe.succeed("put", "in", "photos/in");
        lethe.succeed("get", "photos/in", "out");
        assertThat(Files.readAllBytes(dir.resolve("out"))).isEqualTo(bytes);
        assertThat(lethe.succeed("devices", "--json").lines())
                .hasSize(NODES)
                .allMatch(line -> line.contains("\"reported\":true"));
    }

    @Test
    void aClientTrustsOnlyItsAuthorityAndNeverSpeaksInClear() {
        try (LetheClient good = client().tls(Tls.trusting(dir.resolve("tls/ca.pem"))).build()) {
            assertThat(good.cluster().status().name()).isEqualTo("guarded");
        }
        try (LetheClient other = client().tls(Tls.trusting(dir.resolve("other/ca.pem"))).build()) {
            assertThatThrownBy(() -> other.cluster().status()).isInstanceOf(LetheException.class);
        }
        try (LetheClient clear = client().build()) {
            assertThatThrownBy(() -> clear.cluster().status()).isInstanceOf(LetheException.class);
        }
    }

    @Test
    void theS3DoorShowsTheCertificateOfTheHostThatIsNamed() throws Exception {
        for (String host : List.of("", HOST)) {
            // A context of its own, so that no session is resumed.
            SSLContext context = trusting(dir.resolve("tls/ca.pem"));
            try (SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", s3Port())) {
                socket.setSoTimeout(30_000);
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setServerNames(
                        host.isEmpty() ? List.of() : List.of(new SNIHostName(host)));
                socket.setSSLParameters(parameters);
                socket.getOutputStream()
                        .write(
                                ("GET / HTTP/1.1\r\nhost: "
                                                + HOST
                                                + "\r\nconnection: close\r\n\r\n")
                                        .getBytes(StandardCharsets.US_ASCII));
                String answer =
                        new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answer).startsWith("HTTP/1.1 403").contains("AccessDenied");
                assertThat(socket.getSession().getPeerCertificates()[0])
                        .isEqualTo(
                                certificate(
                                        dir.resolve(
                                                host.isEmpty() ? "tls/node.pem" : "tls/host.pem")));
            }
        }
    }

    private static Status callAsNode(TlsChannelCredentials.Builder credentials) throws IOException {
        ChannelCredentials ready =
                credentials.trustManager(dir.resolve("tls/ca.pem").toFile()).build();
        ManagedChannel channel =
                Grpc.newChannelBuilderForAddress("127.0.0.1", rpcPort(0), ready).build();
        try {
            var _ =
                    MetadataServiceGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(30, TimeUnit.SECONDS)
                            .call(MetadataCall.getDefaultInstance());
            return Status.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void nodesServicesAreForHoldersOfANodesCertificate() throws IOException {
        Status refused = callAsNode(TlsChannelCredentials.newBuilder());
        assertThat(refused.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(refused.getDescription()).contains("shows no certificate");

        Status noNode =
                callAsNode(
                        TlsChannelCredentials.newBuilder()
                                .keyManager(
                                        dir.resolve("tls/zk.pem").toFile(),
                                        dir.resolve("tls/zk.key").toFile()));
        assertThat(noNode.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(noNode.getDescription()).contains("not a node's");

        Status served =
                callAsNode(
                        TlsChannelCredentials.newBuilder()
                                .keyManager(
                                        dir.resolve("tls/node.pem").toFile(),
                                        dir.resolve("tls/node.key").toFile()));
        assertThat(served).isEqualTo(Status.OK);
    }

    @Test
    void theDataPlaneShowsItsCertificateAndHangsUpOnWhoHasNone() throws Exception {
        SSLContext context = trusting(dir.resolve("tls/ca.pem"));
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", dataPort(0))) {
            socket.setSoTimeout(30_000);
            socket.startHandshake();
            assertThat(socket.getSession().getPeerCertificates()[0])
                    .isEqualTo(certificate(dir.resolve("tls/node.pem")));
            // In TLS 1.3 the server's refusal comes after the client's last message.
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("certificate");
        }
    }
}
