package io.lethe.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sends S3 requests with signature version 4 at the least cost, by the nodes in turn: a real SDK
 * would take more of the shared cores than the nodes. Safe for any thread.
 */
final class SignedHttp implements AutoCloseable {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final String SIGNED_HEADERS = "host;x-amz-content-sha256;x-amz-date";
    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";

    private final List<URI> nodes;
    private final List<String> credentials;
    private final HttpClient http;
    private final AtomicInteger next = new AtomicInteger();

    /** Bodies are few and constant: what they hash to is computed once. */
    private final Map<Integer, String> hashes = new ConcurrentHashMap<>();

    /**
     * @param authority that is trusted; null where the nodes speak in clear
     */
    SignedHttp(List<URI> nodes, List<String> credentials, @Nullable Path authority) {
        this.nodes = List.copyOf(nodes);
        this.credentials = List.copyOf(credentials);
        HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
        http = (authority == null ? builder : builder.sslContext(trusting(authority))).build();
    }

    private static SSLContext trusting(Path authority) {
        try (InputStream in = Files.newInputStream(authority)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    void put(String path, byte[] body, boolean signed) {
        String hash = signed ? hashes.computeIfAbsent(body.length, _ -> sha256(body)) : UNSIGNED;
        send("PUT", path, hash, HttpRequest.BodyPublishers.ofByteArray(body));
    }

    void get(String path) {
        send("GET", path, UNSIGNED, HttpRequest.BodyPublishers.noBody());
    }

    private void send(
            String method, String path, String hash, HttpRequest.BodyPublisher publisher) {
        URI node = nodes.get(Math.floorMod(next.getAndIncrement(), nodes.size()));
        String date = STAMP.format(Instant.now());
        String scope = date.substring(0, 8) + "/us-east-1/s3/aws4_request";
        String canonical =
                String.join(
                        "\n",
                        method,
                        path,
                        "",
                        "host:" + node.getAuthority(),
                        "x-amz-content-sha256:" + hash,
                        "x-amz-date:" + date,
                        "",
                        SIGNED_HEADERS,
                        hash);
        String toSign = String.join("\n", "AWS4-HMAC-SHA256", date, scope, sha256(utf8(canonical)));
        byte[] key = utf8("AWS4" + credentials.get(1));
        for (String part : scope.split("/", -1)) {
            key = hmac(key, part);
        }
        HttpRequest request =
                HttpRequest.newBuilder(node.resolve(path))
                        .header("x-amz-date", date)
                        .header("x-amz-content-sha256", hash)
                        .header(
                                "authorization",
                                "AWS4-HMAC-SHA256 Credential="
                                        + credentials.getFirst()
                                        + "/"
                                        + scope
                                        + ", SignedHeaders="
                                        + SIGNED_HEADERS
                                        + ", Signature="
                                        + HexFormat.of().formatHex(hmac(key, toSign)))
                        .method(method, publisher)
                        .build();
        try {
            HttpResponse<InputStream> answer =
                    http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = answer.body()) {
                if (answer.statusCode() != 200) {
                    throw new IllegalStateException(
                            new String(in.readAllBytes(), StandardCharsets.UTF_8));
                }
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(utf8(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
