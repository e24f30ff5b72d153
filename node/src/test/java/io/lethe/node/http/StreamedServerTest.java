package io.lethe.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Clock;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.VirtualTasks;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bodies stream both ways, in bounded memory, whatever the other side does. */
class StreamedServerTest {
    private static final HttpLoops loops = new HttpLoops(1);
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Metrics metrics = new Metrics();
    private final VirtualTasks tasks = new VirtualTasks(Clock.system(), (_, _) -> {});
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private final HttpServer server = start(Duration.ofSeconds(30));

    @AfterAll
    static void closeLoops() {
        loops.close();
    }

    @AfterEach
    void close() {
        release.countDown();
        server.close();
    }

    private HttpServer start(Duration arrival) {
        return HttpServer.start(
                new HttpSettings(
                        "s3", "listen.s3Port", "127.0.0.1", 0, 64, 64, 2, 8192, 0, arrival, null),
                new Service(),
                loops,
                tasks,
                metrics);
    }

    /** Does what the path says. */
    private final class Service implements HttpService {
        @Override
        public void serve(HttpExchange exchange) throws InterruptedException {
            switch (exchange.head().target()) {
                case "/echo" -> echo(exchange);
                case "/count" -> count(exchange);
                case "/deaf" -> exchange.answer(403, List.of(), bytes("no"));
                case "/wait" -> {
                    events.add("waits");
                    release.await();
                    exchange.answer(200, List.of(), bytes("waited"));
                }
                case "/half" -> {
                    exchange.begin(200, List.of(), 100);
                    exchange.write(new byte[50], 0, 50);
                    throw new IllegalStateException("half way");
                }
                case "/host?q" ->
                        exchange.answer(
                                200,
                                List.of(),
                                bytes("at " + exchange.head().header("host").orElse("-")));
                case "/header" ->
                        exchange.answer(
                                200,
                                List.of(new RequestHead.Header("x-answer", "a\r\nb")),
                                bytes("no"));
                case "/throws" -> throw new IllegalStateException("secret");
                case "/endless" -> endless(exchange);
                default -> exchange.answer(404, List.of(), bytes(exchange.head().method()));
            }
        }

        private void echo(HttpExchange exchange) throws InterruptedException {
            byte[] buffer = new byte[10_000];
            int count = exchange.read(buffer, 0, buffer.length);
            exchange.begin(
                    200,
                    List.of(new RequestHead.Header("x-answer", "echo")),
                    exchange.head().bodyBytes());
            while (count >= 0) {
                exchange.write(buffer, 0, count);
                count = exchange.read(buffer, 0, buffer.length);
            }
            exchange.end();
        }

        private void count(HttpExchange exchange) throws InterruptedException {
            long sum = 0;
            byte[] buffer = new byte[10_000];
            try {
                for (int count = exchange.read(buffer, 0, buffer.length);
                        count >= 0;
                        count = exchange.read(buffer, 0, buffer.length)) {
                    sum += count;
                }
            } catch (BodyBroken e) {
                events.add(e.why() + " after " + sum);
                throw e;
            }
            exchange.answer(200, List.of(), bytes(Long.toString(sum)));
        }

        private void endless(HttpExchange exchange) throws InterruptedException {
            exchange.begin(200, List.of(), HttpExchange.CHUNKED);
            byte[] buffer = new byte[100_000];
            try {
                for (long sent = 0; ; sent += buffer.length) {
                    exchange.write(buffer, 0, buffer.length);
                    if (sent > 100_000_000) {
                        events.add("nobody stopped it");
                        break;
                    }
                }
            } catch (BodyBroken e) {
                events.add(e.why().name());
                throw e;
            }
        }

        @Override
        public HttpAnswer refusal(int status, String why) {
            return HttpAnswer.text(status, why);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    /** Everything that comes until the server closes. */
    private static String drain(Socket socket) throws IOException {
        try (InputStream in = socket.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (SocketException e) {
            return "reset";
        }
    }

    private String raw(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(bytes(request));
            return drain(socket);
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    @Test
    void aLongBodyComesBackAsItWentOnOneConnection() throws Exception {
        byte[] body = new byte[5_000_000];
        new Random(1).nextBytes(body);
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int round = 0; round < 3; round++) {
                HttpResponse<byte[]> answer =
                        client.send(
                                HttpRequest.newBuilder(uri("/echo"))
                                        .expectContinue(round == 1)
                                        .PUT(HttpRequest.BodyPublishers.ofByteArray(body))
                                        .build(),
                                HttpResponse.BodyHandlers.ofByteArray());
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.headers().firstValue("x-answer")).contains("echo");
                assertThat(Arrays.equals(answer.body(), body)).isTrue();
            }
        }
    }

    @Test
    void anAbsoluteTargetIsServedAndItsHostCounts() throws IOException {
        assertThat(
                        raw(
                                lines(
                                        "GET http://b.example.org:80/host?q HTTP/1.1",
                                        "host: other",
                                        "connection: close",
                                        "",
                                        "")))
                .startsWith("HTTP/1.1 200")
                .endsWith("at b.example.org:80");
        assertThat(raw(lines("GET http://b/host?q HTTP/1.0", "", ""))).endsWith("at b");
        assertThat(raw(lines("GET /host?q HTTP/1.1", "host: a", "connection: close", "", "")))
                .endsWith("at a");
    }

    @Test
    void aTargetWithoutAHostAndARequestOfTwoHostsAreRefused() throws IOException {
        assertThat(raw(lines("GET http:///host?q HTTP/1.1", "host: a", "", "")))
                .startsWith("HTTP/1.1 400")
                .contains("the request's target is malformed");
        assertThat(raw(lines("GET /host?q HTTP/1.1", "host: a", "Host: b", "", "")))
                .startsWith("HTTP/1.1 400")
                .contains("the request names two hosts");
    }

    @Test
    void aBodyOfUnknownLengthIsReadToItsEnd() throws IOException {
        String head =
                lines(
                        "PUT /count HTTP/1.1",
                        "host: a",
                        "transfer-encoding: chunked",
                        "connection: close",
                        "");
        assertThat(raw(head + lines("5", "hello", "3;x=y", "you", "0", "")))
                .startsWith("HTTP/1.1 200")
                .endsWith("\r\n\r\n8");
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        String answers =
                raw(
                        "PUT /count HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc"
                                + "GET /nothing HTTP/1.1\r\nhost: a\r\n\r\n"
                                + "HEAD /nothing HTTP/1.1\r\nhost: a\r\n\r\n"
                                + "PUT /count HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n"
                                + "connection: close\r\n\r\nabcde");
        assertThat(answers)
                .containsSubsequence(
                        "200 OK", "\r\n\r\n3", "404", "\r\n\r\nGET", "404", "200 OK", "\r\n\r\n5");
    }

    @Test
    void theSenderIsAskedToContinueOnlyWhenItsBodyIsWanted() throws IOException {
        String head = "HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n";
        try (Socket socket = connect()) {
            socket.getOutputStream().write(bytes("PUT /count " + head));
            InputStream in = socket.getInputStream();
            byte[] first = in.readNBytes(25);
            assertThat(new String(first, StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            socket.getOutputStream().write(bytes("abc"));
            assertThat(new String(in.readNBytes(15), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 200 OK");
        }
        assertThat(raw("PUT /deaf " + head))
                .startsWith("HTTP/1.1 403")
                .containsIgnoringCase("connection: close")
                .endsWith("no");
    }

    @Test
    void aRefusedUploadGetsItsAnswerWhetherItIsReadOnOrNot() throws IOException {
        String answers =
                raw(
                        "PUT /deaf HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n0123456789"
                                + "PUT /count HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n"
                                + "connection: close\r\n\r\na");
        assertThat(answers).containsSubsequence("403", "200 OK", "\r\n\r\n1");
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(bytes("PUT /deaf HTTP/1.1\r\nhost: a\r\ncontent-length: 9000000\r\n\r\n"));
            out.write(new byte[100_000]);
            assertThat(drain(socket)).startsWith("HTTP/1.1 403").endsWith("no");
        }
    }

    @Test
    void aSenderThatGoesAwayBreaksTheBody() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write(bytes("PUT /count HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nabc"));
        }
        assertThat(events.poll(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("GONE after 3");
    }

    @Test
    void aBodyThatStopsOrTricklesIsGivenUp() throws Exception {
        try (HttpServer impatient = start(Duration.ofMillis(300));
                Socket stopped = new Socket(InetAddress.getLoopbackAddress(), impatient.port())) {
            byte[] head = bytes("PUT /count HTTP/1.1\r\nhost: a\r\ncontent-length: 900\r\n\r\nab");
            stopped.getOutputStream().write(head);
            assertThat(events.poll(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS))
                    .isEqualTo("STALLED after 2");
            String event = null;
            try (Socket trickling =
                    new Socket(InetAddress.getLoopbackAddress(), impatient.port())) {
                trickling.getOutputStream().write(head);
                for (int sent = 0; sent < 890 && event == null; sent++) {
                    trickling.getOutputStream().write('x');
                    event = events.poll(20, TimeUnit.MILLISECONDS);
                }
            } catch (SocketException closed) {
                event = events.poll(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            }
            assertThat(event).startsWith("STALLED after ");
        }
    }

    @Test
    void aReceiverThatGoesAwayStopsTheAnswer() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(bytes("GET /endless HTTP/1.1\r\nhost: a\r\n\r\n"));
            assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
        }
        assertThat(events.poll(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("GONE");
    }

    @Test
    void aServiceThatFailsSaysNothingOfWhyAndAHalfAnswerIsNotTakenForWhole() throws IOException {
        assertThat(raw("GET /throws HTTP/1.1\r\nhost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 500")
                .doesNotContain("secret");
        String half = raw("GET /half HTTP/1.1\r\nhost: a\r\n\r\n");
        assertThat(half).startsWith("HTTP/1.1 200").contains("content-length: 100");
        assertThat(half.substring(half.indexOf("\r\n\r\n") + 4)).hasSizeLessThan(100);
    }

    @Test
    void anAnswerWithWhatIsNoHeaderIsAnErrorAndNotSilence() throws IOException {
        assertThat(raw("GET /header HTTP/1.1\r\nhost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 500")
                .doesNotContain("x-answer");
    }

    @Test
    void malformedLongAndAmbiguousRequestsAreRefused() throws IOException {
        assertThat(raw("GET /\0 \0\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 414");
        assertThat(raw("GET / HTTP/1.1\r\na: " + "x".repeat(10_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
        assertThat(
                        raw(
                                lines(
                                        "PUT /count HTTP/1.1",
                                        "content-length: 3",
                                        "content-length: 4",
                                        "",
                                        "abcd")))
                .startsWith("HTTP/1.1 400");
        assertThat(raw(lines("PUT /count HTTP/1.1", "transfer-encoding: chunked", "", "zz", "abc")))
                .doesNotContain("200");
        assertThat(events.poll()).isEqualTo("MALFORMED after 0");
    }

    @Test
    void requestsPastTheBoundAreToldToWait() throws Exception {
        try (Socket one = connect();
                Socket two = connect()) {
            for (Socket socket : List.of(one, two)) {
                socket.getOutputStream().write(bytes("GET /wait HTTP/1.1\r\nhost: a\r\n\r\n"));
                assertThat(events.poll(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("waits");
            }
            assertThat(raw("GET /wait HTTP/1.1\r\nhost: a\r\n\r\n")).startsWith("HTTP/1.1 503");
            release.countDown();
            assertThat(one.getInputStream().readNBytes(15)).isEqualTo(bytes("HTTP/1.1 200 OK"));
        }
    }

    @Test
    void garbageNeverHangsTheServer() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] garbage = new byte[random.nextInt(300)];
            random.nextBytes(garbage);
            byte[] start = bytes(i % 2 == 0 ? "PUT /count HTTP/1.1\r\n" : "");
            try (Socket socket = connect()) {
                socket.getOutputStream().write(start);
                socket.getOutputStream().write(garbage);
                socket.shutdownOutput();
            }
        }
        assertThat(raw("GET /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"))
                .as("seed %s", seed)
                .startsWith("HTTP/1.1 404");
    }
}
