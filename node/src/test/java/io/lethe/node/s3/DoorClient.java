package io.lethe.node.s3;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.http.HttpLoops;
import io.lethe.node.http.HttpServer;
import io.lethe.node.http.HttpSettings;
import io.lethe.node.metadata.Directory;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.Id128;
import io.lethe.node.object.MemoryBudget;
import io.lethe.node.object.ObjectWorld;
import io.lethe.node.s3.events.Notifications;
import io.lethe.node.s3.events.Sinks;
import io.lethe.node.s3.logging.AccessLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A door over an {@link ObjectWorld}, and a client that signs for its one tenant by code of its
 * own. One request to a connection.
 */
final class DoorClient implements AutoCloseable {
    private static final String SECRET = "secret";
    static final int DOCUMENT_BYTES = 1 << 20;
    static final String WEBSITES = "site.example.com";
    private static final int TIMEOUT_MILLIS = 20_000;

    /** For tests of answers that begin before they are known. */
    static final Duration NO_PATIENCE = Duration.ofMillis(20);

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final ObjectWorld world;
    private final String region;
    private final HttpLoops loops = new HttpLoops(1);
    private final HttpServer server;

    /** What is done once an answer begins. */
    Runnable atFirstByte = () -> {};

    /** For the bodies of long documents; {@link #DOCUMENT_BYTES}. */
    final MemoryBudget documents;

    DoorClient(ObjectWorld world, String region) {
        this(world, region, Sinks.of(Map.of()));
    }

    DoorClient(ObjectWorld world, String region, Sinks sinks) {
        this(world, region, sinks, S3Settings.PATIENCE);
    }

    /**
     * @param patience what is not answered in so long begins to be
     */
    DoorClient(ObjectWorld world, String region, Sinks sinks, Duration patience) {
        this.world = world;
        this.region = region;
        documents = new MemoryBudget(world.tasks, DOCUMENT_BYTES);
        Directory directory = world.ports.directory();
        BucketSettings settings = new BucketSettings(directory, 1 << 20);
        S3Ports ports =
                new S3Ports(
                        world.objects,
                        world.buckets,
                        settings,
                        new Notifications(settings, sinks, (_, _) -> true),
                        new AccessLog(directory, settings),
                        new Credentials(),
                        new CopiedTenants(directory),
                        world.tasks,
                        world.ports.random(),
                        documents,
                        new S3Settings(
                                region,
                                List.of("s3.example.com"),
                                List.of(WEBSITES),
                                Duration.ofSeconds(20),
                                patience));
        server =
                HttpServer.start(
                        new HttpSettings(
                                "s3",
                                "listen.s3Port",
                                "127.0.0.1",
                                0,
                                16,
                                16,
                                16,
                                8192,
                                0,
                                Duration.ofSeconds(20),
                                null),
                        new S3Door(ports),
                        loops,
                        world.tasks,
                        new Metrics());
    }

    @Override
    public void close() {
        server.close();
        loops.close();
    }

    private static final class Credentials implements S3Credentials {
        @Override
        public Optional<AccessKeyRecord> find(String accessKeyId) {
            return Optional.of(
                    new AccessKeyRecord(
                            accessKeyId,
                            ObjectWorld.CALLER.tenant(),
                            new Id128(1, 1),
                            Bytes.EMPTY,
                            false));
        }

        @Override
        public String secret(AccessKeyRecord key) {
            return SECRET;
        }

        @Override
        public Bytes sealSession(AccessKeyRecord parent, byte[] session) {
            throw new AssertionError("no sessions here");
        }

        @Override
        public byte[] openSession(AccessKeyRecord parent, Bytes sealed) {
            throw new AssertionError("no sessions here");
        }
    }

    /**
     * What came back.
     *
     * @param head status line and headers
     */
    record Answer(int status, String head, String body) {
        /** Empty where there is none. */
        String header(String name) {
            return head.lines()
                    .filter(line -> line.regionMatches(true, 0, name + ':', 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    /**
     * Sends one signed request.
     *
     * @param target as it is sent; of an absolute one the host is signed
     */
    Answer send(String method, String target, String body, String... headers) throws IOException {
        int start = target.startsWith("http://") ? target.indexOf('/', "http://".length()) : 0;
        String host = start == 0 ? "127.0.0.1" : target.substring("http://".length(), start);
        Map<String, String> all = new TreeMap<>();
        all.put("host", host);
        all.put("x-amz-date", TIME.format(Instant.ofEpochMilli(world.metadata.millis())));
        all.put("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        String signature = authorization(method, target.substring(start), all);
        // An origin server goes by the host of an absolute target, not by the header.
        all.put("host", start == 0 ? host : "elsewhere");
        all.put("authorization", signature);
        return exchange(method + ' ' + target, all, body);
    }

    /** Sends one request that nobody signs; {@code headers} may name the host. */
    Answer sendUnsigned(String method, String target, String body, String... headers)
            throws IOException {
        Map<String, String> all = new TreeMap<>();
        all.put("host", "127.0.0.1");
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        return exchange(method + ' ' + target, all, body);
    }

    /**
     * @param all may have a length that is not the body's
     */
    private Answer exchange(String line, Map<String, String> all, String body) throws IOException {
        StringBuilder request = new StringBuilder(line + " HTTP/1.1\r\n");
        all.putIfAbsent("content-length", Integer.toString(body.length()));
        all.put("connection", "close");
        all.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream()
                    .write((request + "\r\n" + body).getBytes(StandardCharsets.ISO_8859_1));
            byte[] first = socket.getInputStream().readNBytes(1);
            atFirstByte.run();
            byte[] rest = socket.getInputStream().readAllBytes();
            String answer =
                    new String(first, StandardCharsets.ISO_8859_1)
                            + new String(rest, StandardCharsets.ISO_8859_1);
            int end = answer.indexOf("\r\n\r\n");
            return new Answer(
                    Integer.parseInt(answer.substring(9, 12)),
                    answer.substring(0, end),
                    answer.substring(end + 4));
        }
    }

    private String authorization(String method, String target, Map<String, String> headers) {
        String time = headers.getOrDefault("x-amz-date", "");
        String scope = time.substring(0, 8) + '/' + region + "/s3/aws4_request";
        String names = String.join(";", headers.keySet());
        int question = target.indexOf('?');
        StringBuilder canonical =
                new StringBuilder(method)
                        .append('\n')
                        .append(question < 0 ? target : target.substring(0, question))
                        .append('\n')
                        .append(question < 0 ? "" : query(target.substring(question + 1)))
                        .append('\n');
        headers.forEach((name, value) -> canonical.append(name + ':' + value + '\n'));
        canonical.append('\n' + names + "\nUNSIGNED-PAYLOAD");
        byte[] key =
                hmac(("AWS4" + SECRET).getBytes(StandardCharsets.US_ASCII), scope.substring(0, 8));
        key = hmac(hmac(hmac(key, region), "s3"), "aws4_request");
        String signed =
                String.join("\n", "AWS4-HMAC-SHA256", time, scope, sha256(canonical.toString()));
        return "AWS4-HMAC-SHA256 Credential=AK/"
                + scope
                + ",SignedHeaders="
                + names
                + ",Signature="
                + HexFormat.of().formatHex(hmac(key, signed));
    }

    private static String query(String sent) {
        return String.join(
                "&",
                Arrays.stream(sent.split("&", -1))
                        .map(pair -> pair.contains("=") ? pair : pair + '=')
                        .sorted()
                        .toList());
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
