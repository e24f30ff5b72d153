package io.lethe.node;

import io.lethe.node.http.HttpAnswer;
import io.lethe.node.http.HttpExchange;
import io.lethe.node.http.HttpService;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Holds the S3 port from the start on, so that a taken one is known at once; asks for patience
 * until this node has joined its cluster. Safe for any thread.
 */
final class S3Front implements HttpService {
    private final AtomicReference<@Nullable HttpService> door = new AtomicReference<>();

    void open(HttpService joined) {
        door.set(joined);
    }

    @Override
    public void serve(HttpExchange exchange) throws InterruptedException {
        HttpService open = door.get();
        if (open == null) {
            HttpAnswer answer = refusal(503, "this node has not joined its cluster yet");
            exchange.answer(answer.status(), java.util.List.of(), answer.body().unsafeArray());
        } else {
            open.serve(exchange);
        }
    }

    @Override
    public HttpAnswer refusal(int status, String why) {
        HttpService open = door.get();
        return open == null ? HttpAnswer.text(status, why) : open.refusal(status, why);
    }
}
