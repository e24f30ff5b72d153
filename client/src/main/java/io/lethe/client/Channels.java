package io.lethe.client;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Makes channels to endpoints. */
final class Channels {
    /** A host that does not answer at all is given up well before an attempt is. */
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    /** Notices a peer that vanished without a word within 40 s, only while calls are open. */
    private static final long KEEP_ALIVE_SECONDS = 30;

    private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 10;

    /** A page of 1000 rows with keys of 1 KiB, and as much again for their other fields. */
    private static final int MOST_MESSAGE_BYTES = 8 * 1024 * 1024;

    private static final int MOST_PORT = 65_535;
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|::1|0:0:0:0:0:0:0:1");

    private Channels() {}

    /** Host and port of an endpoint. */
    private record Address(String host, int port) {
        static Address parse(String text) {
            int colon = text.lastIndexOf(':');
            String host = colon < 0 ? "" : text.substring(0, colon);
            String port = colon < 0 ? "" : text.substring(colon + 1);
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            } else if (host.indexOf(':') >= 0) {
                host = "";
            }
            if (host.isEmpty()
                    || !port.matches("[0-9]{1,5}")
                    || Integer.parseInt(port) < 1
                    || Integer.parseInt(port) > MOST_PORT) {
                throw new IllegalArgumentException(
                        "the endpoint is '"
                                + text
                                + "', and must be host:port, such as"
                                + " 127.0.0.1:9002 or [::1]:9002");
            }
            return new Address(host, Integer.parseInt(port));
        }
    }

    /**
     * Makes the channel when it is first needed.
     *
     * @param tls empty: plaintext, which only loopback or {@code plaintextAnywhere} allows
     * @throws IllegalArgumentException where the endpoint is malformed or would be unprotected
     */
    static Supplier<ManagedChannel> connector(
            String endpoint, Optional<SslContext> tls, boolean plaintextAnywhere) {
        Address address = Address.parse(endpoint);
        if (tls.isEmpty() && !plaintextAnywhere && !LOOPBACK.matcher(address.host()).matches()) {
            throw new IllegalArgumentException(
                    endpoint
                            + " is not on this machine, so its connection must be protected: set"
                            + " TLS, or say that plaintext is wanted");
        }
        return () -> {
            NettyChannelBuilder builder =
                    NettyChannelBuilder.forAddress(address.host(), address.port())
                            .disableRetry()
                            .withOption(
                                    ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                            .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                            .maxInboundMessageSize(MOST_MESSAGE_BYTES)
                            .userAgent("lethe-java");
            return tls.map(builder::sslContext).orElseGet(builder::usePlaintext).build();
        };
    }

    /** Reads the certificate files. */
    static SslContext context(Tls tls) {
        try {
            SslContextBuilder builder = GrpcSslContexts.forClient();
            tls.authorities().map(Path::toFile).ifPresent(builder::trustManager);
            if (tls.certificate().isPresent() && tls.privateKey().isPresent()) {
                builder.keyManager(
                        tls.certificate().get().toFile(), tls.privateKey().get().toFile());
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the TLS files cannot be used (PEM certificates and a PKCS#8 key are wanted): "
                            + e.getMessage(),
                    e);
        }
    }
}
