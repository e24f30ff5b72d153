package io.lethe.node.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Clock;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.VirtualTasks;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpServerTest {
    private static final HttpLoops loops = new HttpLoops(1);
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Metrics metrics = new Metrics();
    private final VirtualTasks tasks = new VirtualTasks(Clock.system(), (_, _) -> {});
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer server = start(settings(8, Duration.ofSeconds(30)));

    @AfterAll
    static void closeLoops() {
        loops.close();
    }

    @BeforeEach
    void serverListens() {
        assertThat(server.port()).isPositive();
    }

    @AfterEach
    void close() {
        release.countDown();
        client.close();
        server.close();
    }

    private static HttpSettings settings(int connections, Duration arrival) {
        return new HttpSettings(
                "console",
                "listen.consolePort",
                "127.0.0.1",
                0,
                connections,
                Math.min(4, connections),
                1,
                1024,
                2048,
                arrival,
                null);
    }

    private HttpServer start(HttpSettings settings) {
        HttpRoutes routes =
                new HttpRoutes(
                        Map.of(
                                "/hello",
                                        question -> HttpAnswer.text(200, "hi " + question.query()),
                                "/broken",
                                        _ -> {
                                            throw new IllegalStateException("secret detail");
                                        },
                                "/slow",
                                        _ -> {
                                            entered.countDown();
                                            awaitRelease();
                                            return HttpAnswer.text(200, "late");
                                        }));
        return HttpServer.start(
                settings,
                question ->
                        question.method().equals("POST")
                                ? HttpAnswer.text(200, "got " + question.body().length())
                                : routes.answer(question),
                loops,
                tasks,
                metrics);
    }

    private void awaitRelease() {
        try {
            assertThat(release.await(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    /** Sends bytes, half-closes, and reads until the server closes. */
    private String talk(String bytes) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            return readAll(socket);
        }
    }

    private static String readAll(Socket socket) throws IOException {
        try {
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException e) {
            return "";
        }
    }

    @Test
    void questionsAreAnsweredOverAndOverOnOneConnection() throws Exception {
        for (int i = 0; i < 5; i++) {
            HttpResponse<String> answer = get("/hello?a=" + i + "&b=%2F");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("a=[" + i + "]", "b=[/]");
            assertThat(answer.headers().firstValue("x-content-type-options")).hasValue("nosniff");
        }
        assertThat(metrics.openMetrics())
                .contains("lethe_http_connections{door=\"console\"} 1.0")
                .contains("lethe_http_answers_total{door=\"console\",status=\"200\"} 5.0");
    }

    @Test
    void pipelinedQuestionsAreAnsweredInOrder() throws IOException {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            all.append("GET /hello?n=").append(i).append(" HTTP/1.1\r\nhost: x\r\n");
            all.append(i == 19 ? "connection: close\r\n\r\n" : "\r\n");
        }
        String answers = talk(all.toString());

        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            places.add(answers.indexOf("n=[" + i + "]"));
        }
        assertThat(places).isSorted().doesNotContain(-1);
    }

    @Test
    void unknownPathsAndMethodsSaySo() throws Exception {
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
        assertThat(get("/nothing").body()).contains("/hello");
        HttpResponse<String> answer =
                client.send(
                        HttpRequest.newBuilder(
                                        URI.create("http://127.0.0.1:" + server.port() + "/hello"))
                                .DELETE()
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).hasValue("GET, HEAD");
    }

    @Test
    void aHeadAnswerHasALengthAndNoBody() throws IOException {
        String answer = talk("HEAD /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");

        assertThat(answer).contains("content-length: 6").endsWith("\r\n\r\n");
    }

    @Test
    void aFailingHandlerAnswersWithoutItsText() throws Exception {
        HttpResponse<String> answer = get("/broken");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).doesNotContain("secret");
        assertThat(get("/hello").statusCode()).isEqualTo(200);
    }

    @Test
    void tooLongLinesHeadersAndBodiesAreRefused() throws IOException {
        assertThat(talk("GET /" + "x".repeat(5_000) + " HTTP/1.1\r\n\r\n")).contains(" 414 ");
        assertThat(talk("GET /hello HTTP/1.1\r\nx: " + "y".repeat(2_000) + "\r\n\r\n"))
                .contains(" 431 ");
        assertThat(talk("POST / HTTP/1.1\r\ncontent-length: 4096\r\n\r\n")).contains(" 413 ");
        assertThat(
                        talk(
                                "POST / HTTP/1.1\r\nconnection: close\r\ncontent-length: 3\r\n\r\n"
                                        + "abc"))
                .contains("got 3");
        assertThat(talk("garbage\r\n\r\n")).contains(" 400 ");
    }

    @Test
    void requestsPastTheBoundAreShed() throws Exception {
        Thread slow =
                Thread.startVirtualThread(
                        () -> {
                            try {
                                assertThat(get("/slow").body()).contains("late");
                            } catch (IOException | InterruptedException e) {
                                throw new AssertionError(e);
                            }
                        });
        assertThat(entered.await(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        HttpResponse<String> answer = get("/hello");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("1");
        release.countDown();
        slow.join();
        assertThat(get("/hello").statusCode()).isEqualTo(200);
    }

    @Test
    void connectionsPastTheBoundOfTheirAddressAreClosed() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                sockets.add(connect());
            }
            assertThat(talk("GET /hello HTTP/1.1\r\nconnection: close\r\n\r\n")).isEmpty();
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        assertThat(metrics.openMetrics()).contains("bound=\"connections per address\"");
    }

    @Test
    void whoSendsTooSlowlyIsClosed() throws IOException {
        server.close();
        server = start(settings(8, Duration.ofMillis(200)));
        try (Socket socket = connect()) {
            socket.getOutputStream().write("GET /hel".getBytes(StandardCharsets.US_ASCII));
            assertThat(readAll(socket)).isEmpty();
        }
        assertThat(metrics.openMetrics()).contains("bound=\"arrival\"");
    }

    @Test
    void anOccupiedPortSaysWhichSettingToChange() {
        HttpSettings same =
                HttpSettings.small(
                        "console", "listen.consolePort", "127.0.0.1", server.port(), null);

        assertThatThrownBy(() -> start(same))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(
                        "127.0.0.1:" + server.port(),
                        "another program listens there",
                        "listen.consolePort");
    }

    @Test
    void aForeignAddressSaysSo() {
        HttpSettings foreign =
                HttpSettings.small("console", "listen.consolePort", "192.0.2.1", 0, null);

        assertThatThrownBy(() -> start(foreign))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no such address");
    }

    @Test
    void randomBytesNeverHangOrBreakTheServer() throws Exception {
        String good = "GET /hello HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n";
        for (long seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            StringBuilder bytes = new StringBuilder(good);
            for (int i = random.nextInt(6); i >= 0; i--) {
                bytes.setCharAt(random.nextInt(bytes.length()), (char) random.nextInt(256));
            }
            try (Socket socket = connect()) {
                socket.getOutputStream()
                        .write(bytes.toString().getBytes(StandardCharsets.ISO_8859_1));
                socket.shutdownOutput();
                readAll(socket);
            } catch (IOException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(get("/hello").statusCode()).isEqualTo(200);
    }
}
