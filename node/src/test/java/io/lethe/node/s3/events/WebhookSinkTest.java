package io.lethe.node.s3.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.lethe.node.base.RandomSource;
import io.lethe.node.crypto.CertificateAuthority;
import io.lethe.node.crypto.CertificateRole;
import io.lethe.node.crypto.PemFiles;
import io.lethe.node.s3.events.Sink.Message;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks by TLS, and receivers that mean no good. */
final class WebhookSinkTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final List<Message> ONE = List.of(new Message("a--b/k", "{\"k\":1}"));

    @TempDir Path folder;

    private final RandomSource random = RandomSource.seeded(1);

    private CertificateAuthority authority(String name) {
        return CertificateAuthority.create(name, Instant.now(), Duration.ofDays(1), random);
    }

    /** Receives by TLS, for a host name. */
    private static final class Receiver implements AutoCloseable {
        final List<String> heard = Collections.synchronizedList(new ArrayList<>());
        private final HttpsServer server;

        Receiver(CertificateAuthority by, String host) throws Exception {
            KeyPair keys = CertificateAuthority.newKeys();
            Certificate certificate =
                    by.issue(
                            CertificateRole.ZOOKEEPER,
                            List.of(host),
                            keys.getPublic(),
                            Instant.now(),
                            Duration.ofHours(1));
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("r", keys.getPrivate(), new char[0], new Certificate[] {certificate});
            KeyManagerFactory managers =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            server =
                    HttpsServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
            server.setHttpsConfigurator(new HttpsConfigurator(context));
            server.createContext(
                    "/",
                    exchange -> {
                        heard.add(
                                exchange.getRequestHeaders().getFirst("Authorization")
                                        + ' '
                                        + exchange.getRequestHeaders().getFirst("Content-Type")
                                        + ' '
                                        + new String(
                                                exchange.getRequestBody().readAllBytes(),
                                                StandardCharsets.UTF_8));
                        exchange.sendResponseHeaders(200, -1);
                        exchange.close();
                    });
            server.start();
        }

        URI uri() {
            return URI.create("https://127.0.0.1:" + server.getAddress().getPort() + "/hook");
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    private SSLContext trusting(CertificateAuthority... authorities) throws IOException {
        Path file = folder.resolve("authority.pem");
        PemFiles.replace(file, authorities[0].certificate());
        return WebhookSink.trusting(file);
    }

    @Test
    void aReceiverOfTheSinksOwnAuthorityIsToldWithTheSecret() throws Exception {
        CertificateAuthority own = authority("own");
        try (Receiver receiver = new Receiver(own, "127.0.0.1");
                WebhookSink sink =
                        new WebhookSink(receiver.uri(), "Bearer s", trusting(own), LONG)) {
            sink.deliver(ONE);
            sink.test("{}");
            assertThat(receiver.heard)
                    .containsExactly(
                            "Bearer s application/json {\"Records\":[{\"k\":1}]}",
                            "Bearer s application/json {}");
        }
    }

    @Test
    void anotherHostsCertificateAndAnotherAuthoritysAreRefusedBeforeAnythingIsSaid()
            throws Exception {
        CertificateAuthority own = authority("own");
        try (Receiver host = new Receiver(own, "127.0.0.2");
                Receiver stranger = new Receiver(authority("own"), "127.0.0.1")) {
            for (Receiver one : List.of(host, stranger)) {
                try (WebhookSink sink =
                        new WebhookSink(one.uri(), "Bearer s", trusting(own), LONG)) {
                    assertThatThrownBy(() -> sink.deliver(ONE))
                            .isInstanceOf(IOException.class)
                            .hasStackTraceContaining(SSLHandshakeException.class.getName());
                }
                assertThat(one.heard).isEmpty();
            }
            try (WebhookSink machine = new WebhookSink(host.uri(), "", null, LONG)) {
                assertThatThrownBy(() -> machine.deliver(ONE)).isInstanceOf(IOException.class);
            }
            assertThat(host.heard).isEmpty();
        }
    }

    @Test
    void theAuthorityOfASinkComesFromTheFolderOfSecrets() throws Exception {
        CertificateAuthority own = authority("own");
        PemFiles.replace(folder.resolve("hook.pem"), own.certificate());
        java.nio.file.Files.writeString(folder.resolve("hook"), "Bearer f\n");
        try (Receiver receiver = new Receiver(own, "127.0.0.1");
                Sinks sinks = Sinks.open(List.of("hook=" + receiver.uri()), folder, "n")) {
            sinks.get("hook").orElseThrow().deliver(ONE);
            assertThat(receiver.heard).singleElement().asString().startsWith("Bearer f ");
        }
    }

    /** Reads a request's head and answers with whatever bytes it likes, for as long as it likes. */
    private static final class Crook implements AutoCloseable {
        interface Answer {
            void write(OutputStream out) throws IOException, InterruptedException;
        }

        final AtomicLong requests = new AtomicLong();
        final CountDownLatch left = new CountDownLatch(1);
        private final ServerSocket server;
        private final Answer answer;

        Crook(Answer answer) throws IOException {
            this.answer = answer;
            server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
            var _ = Thread.ofVirtual().start(this::accept);
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = server.accept();
                    var _ = Thread.ofVirtual().start(() -> serve(socket));
                }
            } catch (IOException e) {
                // The test is over.
            }
        }

        private void serve(Socket socket) {
            try (socket) {
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.ISO_8859_1));
                while (!String.valueOf(in.readLine()).isEmpty()) {
                    // The next header.
                }
                requests.incrementAndGet();
                answer.write(socket.getOutputStream());
            } catch (IOException | InterruptedException e) {
                left.countDown();
            }
        }

        URI uri() {
            return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/");
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static void never() throws InterruptedException {
        boolean _ = new CountDownLatch(1).await(1, TimeUnit.MINUTES);
    }

    @Test
    void anAnswerThatNeverComesOrNeverEndsIsNoneInBoundedTime() throws Exception {
        List<Crook.Answer> slow =
                List.of(
                        _ -> never(),
                        out -> {
                            say(out, "HTTP/1.1 200 OK\r\nX: ");
                            never();
                        },
                        out -> {
                            say(out, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1");
                            never();
                        },
                        out -> {
                            say(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n");
                            never();
                        });
        for (Crook.Answer answer : slow) {
            try (Crook crook = new Crook(answer);
                    WebhookSink sink = new WebhookSink(crook.uri(), "", null, SHORT)) {
                long before = System.nanoTime();
                assertThatThrownBy(() -> sink.deliver(ONE))
                        .isInstanceOf(HttpTimeoutException.class);
                assertThat(Duration.ofNanos(System.nanoTime() - before))
                        .isLessThan(Duration.ofSeconds(10));
            }
        }
    }

    @Test
    void anEndlessBodyIsBrokenOffAndItsStatusCounts() throws Exception {
        for (String status : List.of("200 OK", "503 No")) {
            try (Crook crook =
                            new Crook(
                                    out -> {
                                        say(out, "HTTP/1.1 " + status + "\r\n\r\n");
                                        byte[] block = new byte[64 * 1024];
                                        while (true) {
                                            out.write(block);
                                        }
                                    });
                    WebhookSink sink = new WebhookSink(crook.uri(), "", null, LONG)) {
                if (status.startsWith("200")) {
                    sink.deliver(ONE);
                } else {
                    assertThatThrownBy(() -> sink.deliver(ONE)).hasMessageContaining("503");
                }
                assertThat(crook.left.await(20, TimeUnit.SECONDS))
                        .as("the connection is closed")
                        .isTrue();
            }
        }
    }

    @Test
    void anAnswerThatIsNoneOrHasEndlessHeadersIsAFailure() throws Exception {
        List<Crook.Answer> nonsense =
                List.of(
                        out -> say(out, "what?\r\n\r\n"),
                        _ -> {},
                        out -> {
                            say(out, "HTTP/1.1 200 OK\r\n");
                            while (true) {
                                say(out, "X: " + "y".repeat(8_000) + "\r\n");
                            }
                        },
                        out -> {
                            while (true) {
                                say(out, "HTTP/1.1 103 Early\r\n\r\n");
                            }
                        });
        for (Crook.Answer answer : nonsense) {
            try (Crook crook = new Crook(answer);
                    WebhookSink sink =
                            new WebhookSink(crook.uri(), "", null, Duration.ofSeconds(2))) {
                assertThatThrownBy(() -> sink.deliver(ONE)).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void aRedirectIsAFailureAndNobodyElseIsAsked() throws Exception {
        try (Crook elsewhere = new Crook(out -> say(out, "HTTP/1.1 200 OK\r\n\r\n"));
                Crook crook =
                        new Crook(
                                out ->
                                        say(
                                                out,
                                                "HTTP/1.1 307 T\r\nLocation: "
                                                        + elsewhere.uri()
                                                        + "\r\nContent-Length: 0\r\n\r\n"));
                WebhookSink sink = new WebhookSink(crook.uri(), "Bearer s", null, LONG)) {
            assertThatThrownBy(() -> sink.deliver(ONE)).hasMessageContaining("answered 307");
            assertThat(elsewhere.requests.get()).isZero();
        }
    }
}
