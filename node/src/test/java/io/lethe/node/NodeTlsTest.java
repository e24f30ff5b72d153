package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.config.SecretFile;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.crypto.CertificateAuthority;
import io.lethe.node.crypto.CertificateRole;
import io.lethe.node.crypto.PemFiles;
import io.lethe.node.http.HttpAnswer;
import io.lethe.node.http.HttpLoops;
import io.lethe.node.http.HttpServer;
import io.lethe.node.http.HttpSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeTlsTest {
    private static final Duration YEAR = Duration.ofDays(365);
    private static final RandomSource RANDOM = RandomSource.seeded(3);
    private final CertificateAuthority authority =
            CertificateAuthority.create("ca", Instant.now(), YEAR, RANDOM);
    private final KeyPair keys = CertificateAuthority.newKeys();

    @TempDir private Path dir = Path.of("");
    private int writes;

    @BeforeEach
    void write() throws Exception {
        PemFiles.replace(dir.resolve("ca.pem"), authority.certificate());
        PemFiles.create(dir.resolve("node.key"), keys.getPrivate());
        renew(YEAR);
    }

    private X509Certificate renew(Duration life) throws Exception {
        X509Certificate made =
                authority.issue(
                        CertificateRole.NODE,
                        List.of("127.0.0.1"),
                        keys.getPublic(),
                        Instant.now(),
                        life);
        PemFiles.replace(dir.resolve("node.pem"), made);
        touch();
        return made;
    }

    /** Files written within one tick of the file system's clock differ all the same. */
    private void touch() throws Exception {
        writes++;
        Files.setLastModifiedTime(
                dir.resolve("node.pem"), FileTime.fromMillis(1_000_000_000_000L + writes * 1000L));
    }

    private NodeTls open() {
        return new NodeTls(
                new NodeConfig.Tls(
                        true,
                        dir.resolve("node.pem"),
                        new SecretFile(dir.resolve("node.key")),
                        dir.resolve("ca.pem")),
                Clock.system());
    }

    /** What the door shows. */
    private X509Certificate shown(int port) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", authority.certificate());
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void aRenewedCertificateIsShownAndABadOneLeavesTheOldInUse() throws Exception {
        try (NodeTls tls = open();
                HttpLoops loops = new HttpLoops(1);
                HttpServer door =
                        HttpServer.start(
                                HttpSettings.small(
                                        "console", "x", "127.0.0.1", 0, tls.http(List.of())),
                                _ -> HttpAnswer.text(200, "hi"),
                                loops,
                                new VirtualTasks(Clock.system(), (_, _) -> {}),
                                new Metrics())) {
            tls.watch(door);
            assertThat(tls.step()).isInstanceOf(Step.Idle.class);

            X509Certificate second = renew(YEAR);
            assertThat(tls.step()).isInstanceOf(Step.Worked.class);
            assertThat(shown(door.port())).isEqualTo(second);

            PemFiles.replace(
                    dir.resolve("node.pem"),
                    authority.issue(
                            CertificateRole.NODE,
                            List.of("127.0.0.1"),
                            CertificateAuthority.newKeys().getPublic(),
                            Instant.now(),
                            YEAR));
            touch();
            assertThat(tls.step())
                    .isInstanceOfSatisfying(
                            Step.Failed.class,
                            failed -> assertThat(failed.reason()).contains("node.pem", "in use"));
            assertThat(shown(door.port())).isEqualTo(second);

            X509Certificate third = renew(YEAR);
            assertThat(tls.step()).isInstanceOf(Step.Worked.class);
            assertThat(shown(door.port())).isEqualTo(third);
        }
    }

    @Test
    void aCertificateThatRanOutIsReported() throws Exception {
        renew(Duration.ofMinutes(-5));
        try (NodeTls tls = open()) {
            assertThat(tls.step())
                    .isInstanceOfSatisfying(
                            Step.Failed.class,
                            failed -> assertThat(failed.reason()).contains("lethe ca issue"));
        }
    }

    @Test
    void aCertificateThatIsNoNodesStopsTheStart() throws Exception {
        PemFiles.replace(
                dir.resolve("node.pem"),
                authority.issue(
                        CertificateRole.ZOOKEEPER,
                        List.of("127.0.0.1"),
                        keys.getPublic(),
                        Instant.now(),
                        YEAR));
        assertThatThrownBy(this::open)
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("node.pem", "lethe://node/NAME", "--renew");
    }

    @Test
    void unusableFilesStopTheStartAndAreNamed() throws Exception {
        Files.setPosixFilePermissions(
                dir.resolve("node.key"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(this::open)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("chmod 600");
        Files.delete(dir.resolve("ca.pem"));
        Files.setPosixFilePermissions(
                dir.resolve("node.key"), PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(this::open)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("ca.pem");
    }
}
