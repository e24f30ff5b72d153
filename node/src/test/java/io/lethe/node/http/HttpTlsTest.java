package io.lethe.node.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Clock;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.VirtualTasks;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpTlsTest {
    private static final char[] PASSWORD = "password".toCharArray();

    private static final String REQUEST = "GET / HTTP/1.1\r\nconnection: close\r\n\r\n";

    @TempDir private static Path folder = Path.of("");
    private static KeyStore store = emptyStore();

    private static KeyStore emptyStore() {
        try {
            return KeyStore.getInstance("PKCS12");
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The JDK's keytool is the only maker of certificates that is always there. */
    @BeforeAll
    static void makeCertificates() throws Exception {
        Path file = folder.resolve("store.p12");
        makeCertificate(file, "node", "localhost");
        makeCertificate(file, "hosts", "s3.example.com", "*.s3.example.com");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        write("cert.pem", "CERTIFICATE", store.getCertificate("node").getEncoded());
        write("key.pem", "PRIVATE KEY", store.getKey("node", PASSWORD).getEncoded());
        write("hosts.pem", "CERTIFICATE", store.getCertificate("hosts").getEncoded());
        write("hosts.key", "PRIVATE KEY", store.getKey("hosts", PASSWORD).getEncoded());
        Files.writeString(
                folder.resolve("hosts.pem"),
                Files.readString(folder.resolve("hosts.key")),
                StandardOpenOption.APPEND);
    }

    private static void makeCertificate(Path file, String alias, String... hosts) throws Exception {
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                alias,
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=" + hosts[0],
                                "-ext",
                                "san=dns:" + String.join(",dns:", hosts),
                                "-keystore",
                                file.toString(),
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                new String(PASSWORD))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("keytool.log").toFile())
                        .start();
        assertThat(keytool.waitFor()).isZero();
    }

    private static void write(String name, String kind, byte[] content) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        Files.writeString(
                folder.resolve(name),
                "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }

    /** The first line of the answer, over a connection with or without a certificate of ours. */
    private static String ask(int port, boolean withCertificate) throws Exception {
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                withCertificate ? keys.getKeyManagers() : null, trust.getTrustManagers(), null);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return answer.lines().findFirst().orElse("");
        }
    }

    @Test
    void onlyCallersWithACertificateAreServedWhereClientsAreNamed() throws Exception {
        Path cert = folder.resolve("cert.pem");
        HttpTls tls = new HttpTls(cert, folder.resolve("key.pem"), cert, List.of());
        try (HttpLoops loops = new HttpLoops(1);
                HttpServer server =
                        HttpServer.start(
                                HttpSettings.small("console", "x", "127.0.0.1", 0, tls),
                                _ -> HttpAnswer.text(200, "hi"),
                                loops,
                                new VirtualTasks(Clock.system(), (_, _) -> {}),
                                new Metrics())) {
            assertThat(ask(server.port(), true)).isEqualTo("HTTP/1.1 200 OK");
            assertThatThrownBy(() -> ask(server.port(), false)).isInstanceOf(IOException.class);
        }
    }

    /** The host that the certificate is for, which a client sees that names this one, or none. */
    private static String seen(int port, @Nullable String host) throws Exception {
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(host == null ? List.of() : List.of(new SNIHostName(host)));
            socket.setSSLParameters(parameters);
            socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 200 OK");
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName();
        }
    }

    @Test
    void aHostThatIsNamedChoosesItsCertificate() throws Exception {
        HttpTls tls =
                new HttpTls(
                        folder.resolve("cert.pem"),
                        folder.resolve("key.pem"),
                        null,
                        List.of(folder.resolve("hosts.pem")));
        try (HttpLoops loops = new HttpLoops(1);
                HttpServer server =
                        HttpServer.start(
                                HttpSettings.small("s3", "x", "127.0.0.1", 0, tls),
                                _ -> HttpAnswer.text(200, "hi"),
                                loops,
                                new VirtualTasks(Clock.system(), (_, _) -> {}),
                                new Metrics())) {
            int port = server.port();
            assertThat(seen(port, null)).isEqualTo("CN=localhost");
            assertThat(seen(port, "elsewhere.example.com")).isEqualTo("CN=localhost");
            assertThat(seen(port, "S3.example.com")).isEqualTo("CN=s3.example.com");
            assertThat(seen(port, "bucket.s3.example.com")).isEqualTo("CN=s3.example.com");
            assertThat(seen(port, "a.bucket.s3.example.com")).isEqualTo("CN=localhost");
        }
    }

    @Test
    void certificatesForHostsThatMakeNoSenseSaySo() {
        Path cert = folder.resolve("cert.pem");
        Path hosts = folder.resolve("hosts.pem");
        HttpTls none = new HttpTls(cert, folder.resolve("key.pem"), null, List.of(cert));
        HttpTls twice = new HttpTls(cert, folder.resolve("key.pem"), null, List.of(hosts, hosts));

        assertThatThrownBy(() -> TlsHosts.read(none))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("s3.certificates", "cert.pem", "key");
        assertThatThrownBy(() -> TlsHosts.read(twice))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("s3.certificates", "s3.example.com");
    }

    @Test
    void unusableFilesSayWhichSettings() {
        HttpTls tls =
                new HttpTls(folder.resolve("no.pem"), folder.resolve("key.pem"), null, List.of());

        assertThatThrownBy(tls::context)
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("tls.cert", "no.pem");
    }
}
