package io.lethe.node.http;

import io.lethe.node.base.Bytes;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request that has arrived whole.
 *
 * @param method as sent, e.g. {@code GET}
 * @param path decoded, without the query; begins with a slash
 * @param query decoded parameters
 * @param headers by lower-case name
 * @param remote who asks
 */
public record HttpQuestion(
        String method,
        String path,
        Map<String, List<String>> query,
        Map<String, List<String>> headers,
        Bytes body,
        InetAddress remote) {
    public HttpQuestion {
        query = Map.copyOf(query);
        headers = Map.copyOf(headers);
    }

    /** The first value of a header. */
    public Optional<String> header(String name) {
        List<String> values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
        return values.stream().findFirst();
    }
}
