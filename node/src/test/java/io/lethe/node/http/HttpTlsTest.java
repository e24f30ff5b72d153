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
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
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
    static void makeCertificate() throws Exception {
        Path file = folder.resolve("store.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "node",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=localhost",
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
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        write("cert.pem", "CERTIFICATE", store.getCertificate("node").getEncoded());
        write("key.pem", "PRIVATE KEY", store.getKey("node", PASSWORD).getEncoded());
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
        HttpTls tls = new HttpTls(cert, folder.resolve("key.pem"), cert);
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

    @Test
    void unusableFilesSayWhichSettings() {
        HttpTls tls = new HttpTls(folder.resolve("no.pem"), folder.resolve("key.pem"), null);

        assertThatThrownBy(tls::context)
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("tls.cert", "no.pem");
    }
}
