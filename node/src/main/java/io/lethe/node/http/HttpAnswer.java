package io.lethe.node.http;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import java.util.Map;

/**
 * An answer with a body in memory.
 *
 * @param headers beyond content type and length, which are set anyway
 */
public record HttpAnswer(int status, String contentType, Bytes body, Map<String, String> headers) {
    private static final String PLAIN = "text/plain; charset=utf-8";

    public HttpAnswer {
        Check.range("status", status, 200, 599);
        headers = Map.copyOf(headers);
    }

    public static HttpAnswer of(int status, String contentType, String body) {
        return new HttpAnswer(status, contentType, Bytes.utf8(body), Map.of());
    }

    /** A line of plain text. */
    public static HttpAnswer text(int status, String line) {
        return of(status, PLAIN, line + "\n");
    }
}
