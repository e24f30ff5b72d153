package io.lethe.node.cluster.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.crypto.CertificateAuthority;
import io.lethe.node.crypto.CertificateRole;
import io.lethe.node.crypto.PemFiles;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a ZooKeeper of its own process, which asks for certificates. */
class ZooKeeperTlsTest {
    private static final RandomSource RANDOM = RandomSource.seeded(11);
    private static final Duration YEAR = Duration.ofDays(365);
    private static final int SESSION_MILLIS = 6_000;

    /** A refused client tries again once a second. */
    private static final int REFUSED_AFTER_MILLIS = 1_500;

    private static final int SERVED_WITHIN_MILLIS = 20_000;

    @TempDir private static Path dir;
    private static SecureZooKeeper server;

    @BeforeAll
    static void start() {
        CertificateAuthority ca = authority("ca");
        issue(ca, CertificateRole.ZOOKEEPER, "zk", "127.0.0.1");
        issue(ca, "node", "n1.example.org");
        issue(authority("other"), "stranger", "127.0.0.1");
        server = new SecureZooKeeper(dir, "zk");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static CertificateAuthority authority(String name) {
        CertificateAuthority made = CertificateAuthority.create(name, Instant.now(), YEAR, RANDOM);
        PemFiles.replace(dir.resolve(name + ".pem"), made.certificate());
        return made;
    }

    private static void issue(CertificateAuthority authority, String name, String host) {
        issue(authority, CertificateRole.NODE, name, host);
    }

    private static void issue(
            CertificateAuthority authority, CertificateRole role, String name, String host) {
        KeyPair keys = CertificateAuthority.newKeys();
        PemFiles.create(dir.resolve(name + ".key"), keys.getPrivate());
        PemFiles.replace(
                dir.resolve(name + ".pem"),
                authority.issue(role, List.of(host), keys.getPublic(), Instant.now(), YEAR));
    }

    private static ZooKeeperTls tls(String name, String authority) {
        return new ZooKeeperTls(
                dir.resolve(name + ".pem"),
                dir.resolve(name + ".key"),
                dir.resolve(authority + ".pem"),
                dir.resolve(name + ".p12"),
                RANDOM);
    }

    private static ZooKeeperCoordination connect(
            String host, @Nullable ZooKeeperTls tls, int withinMillis) {
        return new ZooKeeperCoordination(
                host + ":" + server.port(),
                "guarded",
                new NodeId(new Id128(1, 2)),
                SESSION_MILLIS,
                tls,
                withinMillis,
                false);
    }

    private static void refused(String host, @Nullable ZooKeeperTls tls, String part) {
        assertThatThrownBy(() -> connect(host, tls, REFUSED_AFTER_MILLIS).close())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("can't be reached")
                .hasMessageContaining(part);
    }

    @Test
    void aNodeConnectsByItsCertificateAndItsCopyOpensNothing() throws Exception {
        Path store = dir.resolve("node.p12");
        try (ZooKeeperTls tls = tls("node", "ca")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(store)))
                    .isEqualTo("rw-------");
            KeyStore stored = KeyStore.getInstance("PKCS12");
            try (var in = Files.newInputStream(store)) {
                assertThatThrownBy(() -> stored.load(in, new char[0]))
                        .isInstanceOf(IOException.class);
            }
            try (ZooKeeperCoordination coordination =
                    connect("127.0.0.1", tls, SERVED_WITHIN_MILLIS)) {
                assertThat(coordination.connected()).isTrue();
            }
        }
        assertThat(store).doesNotExist();
    }

    @Test
    void whoSpeaksInClearOrIsOfAnotherAuthorityIsRefused() {
        refused("127.0.0.1", null, "zookeeper.connect");
        try (ZooKeeperTls tls = tls("stranger", "ca")) {
            refused("127.0.0.1", tls, "secureClientPort");
        }
    }

    @Test
    void aServerOfAnotherAuthorityOrHostIsLeft() {
        try (ZooKeeperTls tls = tls("node", "other")) {
            refused("127.0.0.1", tls, "secureClientPort");
        }
        try (ZooKeeperTls tls = tls("node", "ca")) {
            refused("localhost", tls, "for these hosts");
        }
    }

    @Test
    void theServerEndsAHandshakeWithoutACertificate() throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", PemFiles.certificate(dir.resolve("ca.pem")));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port())) {
            socket.setSoTimeout(20_000);
            assertThatThrownBy(
                            () -> {
                                socket.startHandshake();
                                // In TLS 1.3 the refusal comes after the client's last message.
                                socket.getOutputStream()
                                        .write("ruok".getBytes(StandardCharsets.US_ASCII));
                                if (socket.getInputStream().read() < 0) {
                                    throw new IOException("hung up");
                                }
                            })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void theNextConnectionShowsTheRenewedCertificate() throws Exception {
        Files.copy(dir.resolve("stranger.pem"), dir.resolve("renewed.pem"));
        Files.copy(dir.resolve("stranger.key"), dir.resolve("renewed.key"));
        try (ZooKeeperTls tls = tls("renewed", "ca")) {
            refused("127.0.0.1", tls, "secureClientPort");
            Files.delete(dir.resolve("renewed.pem"));
            assertThatThrownBy(tls::reload)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("renewed.pem");
            Files.copy(dir.resolve("node.pem"), dir.resolve("renewed.pem"));
            Files.delete(dir.resolve("renewed.key"));
            Files.copy(dir.resolve("node.key"), dir.resolve("renewed.key"));
            tls.reload();
            try (ZooKeeperCoordination coordination =
                    connect("127.0.0.1", tls, SERVED_WITHIN_MILLIS)) {
                assertThat(coordination.connected()).isTrue();
            }
        }
    }
}
