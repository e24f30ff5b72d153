package io.lethe.node.http;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fixed paths and who answers them, for GET and HEAD; anything else is 404 or 405. Immutable once
 * built.
 */
public final class HttpRoutes implements HttpHandler {
    private final Map<String, HttpHandler> handlers;

    public HttpRoutes(Map<String, HttpHandler> handlers) {
        this.handlers = new TreeMap<>(handlers);
    }

    public List<String> paths() {
        return List.copyOf(handlers.keySet());
    }

    @Override
    public HttpAnswer answer(HttpQuestion question) {
        HttpHandler handler = handlers.get(question.path());
        if (handler == null) {
            return HttpAnswer.text(
                    404, "nothing is here; try one of " + String.join(", ", handlers.keySet()));
        }
        if (!question.method().equals("GET") && !question.method().equals("HEAD")) {
            HttpAnswer refusal = HttpAnswer.text(405, "only GET and HEAD are answered here");
            return new HttpAnswer(
                    405, refusal.contentType(), refusal.body(), Map.of("allow", "GET, HEAD"));
        }
        return handler.answer(question);
    }
}
