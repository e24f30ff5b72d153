package io.lethe.node.http;

import io.lethe.node.base.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a door listens and what it bears.
 *
 * @param door its name in metrics and messages, e.g. {@code console}
 * @param portSetting name of the port's setting, for messages, e.g. {@code listen.consolePort}
 * @param port 0 lets the system choose
 * @param connections open at once; more are closed as they come
 * @param connectionsPerAddress of these, from one address
 * @param requests in work at once; more are answered with 503
 * @param headerBytes of all header lines of a request together
 * @param bodyBytes of a request's body
 * @param arrival how long a connection may take, idle time included, until its next request has
 *     arrived whole; it is closed afterwards
 * @param tls null for plaintext
 */
public record HttpSettings(
        String door,
        String portSetting,
        String host,
        int port,
        int connections,
        int connectionsPerAddress,
        int requests,
        int headerBytes,
        int bodyBytes,
        Duration arrival,
        @Nullable HttpTls tls) {
    /** A request line longer than this is answered with 414. */
    static final int MOST_LINE_BYTES = 4 * 1024;

    /** Where objects' names are in the line: 1,024 bytes escaped, and a query that signs. */
    static final int MOST_STREAMED_LINE_BYTES = 16 * 1024;

    public HttpSettings {
        Check.range("port", port, 0, 65_535);
        Check.range("connections", connections, 1, 1_000_000);
        Check.range("connections per address", connectionsPerAddress, 1, connections);
        Check.range("requests", requests, 1, 1_000_000);
        Check.range("header bytes", headerBytes, 256, 1024 * 1024);
        Check.range("body bytes", bodyBytes, 0, 16 * 1024 * 1024);
        Check.range("arrival millis", arrival.toMillis(), 1, Duration.ofHours(1).toMillis());
    }

    /**
     * A door for people and monitors: small requests, few connections, half a minute to send one.
     */
    public static HttpSettings small(
            String door, String portSetting, String host, int port, @Nullable HttpTls tls) {
        return new HttpSettings(
                door,
                portSetting,
                host,
                port,
                256,
                64,
                32,
                16 * 1024,
                64 * 1024,
                Duration.ofSeconds(30),
                tls);
    }

    /** A door whose bodies stream, and whose headers carry metadata and signatures. */
    public static HttpSettings streamed(
            String door,
            String portSetting,
            String host,
            int port,
            int requests,
            @Nullable HttpTls tls) {
        return new HttpSettings(
                door,
                portSetting,
                host,
                port,
                4_096,
                1_024,
                requests,
                32 * 1024,
                0,
                Duration.ofSeconds(60),
                tls);
    }

    /** The same door with other bounds on its connections. */
    public HttpSettings within(int most, int mostPerAddress, Duration longestArrival) {
        return new HttpSettings(
                door,
                portSetting,
                host,
                port,
                most,
                mostPerAddress,
                requests,
                headerBytes,
                bodyBytes,
                longestArrival,
                tls);
    }
}
