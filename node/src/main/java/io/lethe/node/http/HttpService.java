package io.lethe.node.http;

/**
 * Serves requests whose bodies stream, each in a task of its own, so it may block. Whatever leaves
 * {@link #serve} becomes status 500, or a broken connection where the answer had begun.
 */
public interface HttpService {
    void serve(HttpExchange exchange) throws InterruptedException;

    /** The answer to what never becomes an exchange: malformed, too long, too many. */
    HttpAnswer refusal(int status, String why);
}
