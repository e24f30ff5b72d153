package io.lethe.node.s3.events;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Posts events to a URL. A post carries some of them, in order, as one message of S3's; an answer
 * of 2xx means that all are taken. Redirects are not followed: what is told goes where the operator
 * said.
 */
final class WebhookSink implements Sink {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);

    private final URI uri;
    private final String authorization;
    private final HttpClient client;

    /**
     * @param authorization header of every post; empty for none
     */
    WebhookSink(URI uri, String authorization) {
        this.uri = uri;
        this.authorization = authorization;
        client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_WITHIN)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
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
                        .timeout(ANSWER_WITHIN)
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        document, StandardCharsets.UTF_8));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        HttpResponse<Void> answer =
                client.send(request.build(), HttpResponse.BodyHandlers.discarding());
        int status = answer.statusCode();
        if (status < 200 || status > 299) {
            throw new IOException(uri.getHost() + " answered " + status);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
