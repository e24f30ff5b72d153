package io.lethe.node.s3.events;

import io.lethe.node.crypto.PemFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Posts events to a URL. A post carries some of them, in order, as one message of S3's; an answer
 * of 2xx means that all are taken. Redirects are not followed: what is told goes where the operator
 * said. By https the receiver shows a certificate for its host's name, by an authority that the
 * machine trusts, or by the sink's own and no other.
 *
 * <p>A receiver costs bounded time and memory whatever it does: nothing of an answer's body is
 * kept, one that is long is broken off, and an answer that has not ended in time is none.
 */
final class WebhookSink implements Sink {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);

    /** From the beginning of a post to the end of its answer. */
    static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);

    private final URI uri;
    private final String authorization;
    private final long answerWithinNanos;
    private final HttpClient client;

    /**
     * @param authorization header of every post; empty for none
     * @param authorities null: those that the machine trusts
     * @param answerWithin {@link #ANSWER_WITHIN} but for tests
     */
    WebhookSink(
            URI uri,
            String authorization,
            @Nullable SSLContext authorities,
            Duration answerWithin) {
        this.uri = uri;
        this.authorization = authorization;
        answerWithinNanos = answerWithin.toNanos();
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_WITHIN)
                        .followRedirects(HttpClient.Redirect.NEVER);
        if (authorities != null) {
            builder.sslContext(authorities);
        }
        client = builder.build();
    }

    /**
     * Trusts the authorities in a file, and no others.
     *
     * @throws IOException where it holds none
     */
    static SSLContext trusting(Path file) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int at = 0;
            for (X509Certificate one : PemFiles.chain(file)) {
                store.setCertificateEntry("authority-" + at++, one);
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " can't be trusted: " + e.getMessage(), e);
        }
    }

    @Override
    public void deliver(List<Message> messages) throws IOException, InterruptedException {
        post(
                messages.stream()
                        .map(Message::record)
                        .collect(Collectors.joining(",", "{\"Records\":[", "]}")));
    }

    @Override
    public void test(String document) throws IOException, InterruptedException {
        post(document);
    }

    private void post(String document) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        document, StandardCharsets.UTF_8));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        int status = status(request.build());
        if (status < 200 || status > 299) {
            throw new IOException(uri.getHost() + " answered " + status);
        }
    }

    /** The client's own time limit ends with the answer's headers; this one with its body. */
    private int status(HttpRequest request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<Void>> answer =
                client.sendAsync(request, _ -> new ThrownAway());
        try {
            return answer.get(answerWithinNanos, TimeUnit.NANOSECONDS).statusCode();
        } catch (TimeoutException e) {
            throw new HttpTimeoutException(uri.getHost() + " did not answer in time");
        } catch (ExecutionException e) {
            throw new IOException(uri.getHost() + " can't be told: " + e.getCause(), e);
        } finally {
            boolean _ = answer.cancel(true);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
