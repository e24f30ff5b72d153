package io.lethe.node.s3.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.StrictJson;
import io.lethe.node.metadata.command.EventRow;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import io.lethe.node.s3.events.Sink.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and webhooks, and what is written to them. */
final class SinksTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir Path folder;

    private static Message message(String key) {
        return new Message("b/" + key, "{\"k\":\"" + key + "\"}");
    }

    private static EventRow row(String event, String key, long size) {
        return new EventRow(
                new TenantId(new Id128(0, 42)),
                0x1234,
                event,
                "conf",
                "bucket",
                Bytes.utf8(key),
                7,
                false,
                size,
                size < 0 ? "" : "tag",
                1_800_000_000_000L,
                "LT\"1",
                size < 0 ? "" : "10.0.0.7",
                new WriteId(new Id128(1, 2)));
    }

    @Test
    void anEventReadsAsS3sDoes() throws Exception {
        String created = EventJson.record(row("s3:ObjectCreated:Put", "ä b/c+d", 5), "eu-1");
        assertThat(StrictJson.read(created.getBytes(StandardCharsets.UTF_8), 10_000, 10))
                .isNotNull();
        assertThat(created)
                .isEqualTo(
                        "{\"eventVersion\":\"2.1\",\"eventSource\":\"aws:s3\","
                            + "\"awsRegion\":\"eu-1\",\"eventTime\":\"2027-01-15T08:00:00.000Z\","
                            + "\"eventName\":\"ObjectCreated:Put\","
                            + "\"userIdentity\":{\"principalId\":\"LT\\\"1\"},"
                            + "\"requestParameters\":{\"principalId\":\"LT\\\"1\","
                            + "\"sourceIPAddress\":\"10.0.0.7\"},"
                            + "\"responseElements\":{\"x-amz-request-id\":"
                            + "\"00000000000000010000000000000002\"},"
                            + "\"s3\":{\"s3SchemaVersion\":\"1.0\",\"configurationId\":\"conf\","
                            + "\"bucket\":{\"name\":\"bucket\","
                            + "\"ownerIdentity\":{\"principalId\":\"000000000042\"},"
                            + "\"arn\":\"arn:aws:s3:::bucket\"},"
                            + "\"object\":{\"key\":\"%C3%A4+b/c%2Bd\",\"size\":5,\"eTag\":\"tag\","
                            + "\"versionId\":\"0000000000000007\","
                            + "\"sequencer\":\"0000000000001234\"}}}");
        String removed = EventJson.record(row("s3:LifecycleExpiration:Delete", "k", -1), "eu-1");
        assertThat(removed)
                .contains("\"2.3\"")
                .contains("\"principalId\":\"s3.amazonaws.com\"")
                .doesNotContain("LT")
                .doesNotContain("sourceIPAddress")
                .doesNotContain("size")
                .doesNotContain("eTag");
        assertThat(EventJson.test("b", 0, "r")).contains("\"Event\":\"s3:TestEvent\"");
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file);
    }

    @Test
    void aFileHasALineForEachEventAndIsRenamedWhenItIsFull() throws IOException {
        try (FileSink sink = new FileSink(folder, "n", 90)) {
            sink.deliver(List.of(message("a"), message("b")));
            assertThat(lines(folder.resolve("n.ndjson")))
                    .containsExactly(
                            "{\"Records\":[{\"k\":\"a\"}]}", "{\"Records\":[{\"k\":\"b\"}]}");
            sink.deliver(List.of(message("c"), message("d")));
            assertThat(folder.resolve("n.ndjson")).doesNotExist();
            sink.deliver(List.of(message("e")));
        }
        List<String> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                all.addAll(lines(file));
            }
        }
        assertThat(all).hasSize(5);
        assertThat(lines(folder.resolve("n.ndjson"))).hasSize(1);
    }

    @Test
    void aTornLineIsFollowedByAFreshOne() throws IOException {
        Path file = folder.resolve("n.ndjson");
        Files.writeString(file, "{\"Rec", StandardOpenOption.CREATE_NEW);
        try (FileSink sink = new FileSink(folder, "n", FileSink.MOST_BYTES)) {
            sink.deliver(List.of(message("a")));
        }
        assertThat(lines(file)).containsExactly("{\"Rec", message("a").alone());
    }

    /** A receiver that answers as it is told and keeps what came. */
    private static final class Receiver implements AutoCloseable {
        final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
        final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger status = new AtomicInteger(204);
        private final HttpServer server;

        Receiver() throws IOException {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
            server.createContext(
                    "/",
                    exchange -> {
                        bodies.add(
                                new String(
                                        exchange.getRequestBody().readAllBytes(),
                                        StandardCharsets.UTF_8));
                        authorizations.add(
                                String.valueOf(
                                        exchange.getRequestHeaders().getFirst("Authorization")));
                        exchange.getResponseHeaders().add("Location", "/elsewhere");
                        exchange.sendResponseHeaders(status.get(), -1);
                        exchange.close();
                    });
            server.start();
        }

        URI uri() {
            return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    @Test
    void aWebhookGetsEventsInOneMessageAndItsSecret() throws Exception {
        try (Receiver receiver = new Receiver();
                WebhookSink sink = new WebhookSink(receiver.uri(), "Bearer x", null, SOON)) {
            sink.deliver(List.of(message("a"), message("b")));
            assertThat(receiver.bodies)
                    .containsExactly("{\"Records\":[{\"k\":\"a\"},{\"k\":\"b\"}]}");
            assertThat(receiver.authorizations).containsExactly("Bearer x");
        }
    }

    @Test
    void whatAWebhookDoesNotTakeIsAFailureAndRedirectsAreNotFollowed() throws Exception {
        try (Receiver receiver = new Receiver();
                WebhookSink sink = new WebhookSink(receiver.uri(), "", null, SOON)) {
            for (int status : List.of(500, 302, 404)) {
                receiver.status.set(status);
                assertThatThrownBy(() -> sink.deliver(List.of(message("a"))))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("answered " + status);
            }
            assertThat(receiver.bodies).hasSize(3);
            assertThat(receiver.authorizations).containsOnly("null");
        }
    }

    @Test
    void sinksAreNamedByTheOperatorAndByArns() throws IOException {
        Path secrets = Files.createDirectory(folder.resolve("secrets"));
        Files.writeString(secrets.resolve("hook"), "Bearer y\n");
        try (Sinks sinks =
                Sinks.open(
                        List.of("log=file:" + folder, "hook=https://example.org/x"),
                        secrets,
                        "n")) {
            assertThat(sinks.names()).containsExactly("log", "hook");
            assertThat(sinks.named("arn:lethe:sqs:us-east-1:acme:log")).contains("log");
            assertThat(sinks.named("arn:aws:sns:us-east-1:1234:hook")).contains("hook");
            for (String wrong :
                    List.of(
                            "arn:aws:sqs:us-east-1:acme:other",
                            "arn:aws:s3:us-east-1:acme:log",
                            "log",
                            "arn:aws:sqs:log")) {
                assertThat(sinks.named(wrong)).as(wrong).isEmpty();
            }
        }
    }

    @Test
    void whatIsNoSinkStopsTheStart() {
        for (String wrong :
                List.of("x", "=file:/x", "a b=file:/x", "a=ftp://x", "a=/x", "a=file:/x,")) {
            List<String> twice = List.of(wrong, wrong);
            assertThatThrownBy(() -> Sinks.open(twice, null, "n"))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
