package io.lethe.node.http;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * A request without its body.
 *
 * @param method as sent
 * @param target as sent: raw path and query, without the host of an absolute one
 * @param headers as sent, in order; the host is that of an absolute target where there is one
 * @param bodyBytes as declared; -1 for a body of unknown length, 0 for none
 * @param tlsVersion as in {@code 1.3}; empty for what came in clear
 */
public record RequestHead(
        String method,
        String target,
        List<Header> headers,
        long bodyBytes,
        InetAddress remote,
        String tlsVersion) {
    /** One header line. */
    public record Header(String name, String value) {}

    public RequestHead {
        headers = List.copyOf(headers);
    }

    /** Whether it came through TLS. */
    public boolean secure() {
        return !tlsVersion.isEmpty();
    }

    /** The first value of a header. */
    public Optional<String> header(String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst();
    }
}
