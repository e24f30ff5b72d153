package io.lethe.node.http;

import io.lethe.node.base.config.ConfigException;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Files of a door's certificate.
 *
 * @param certificate chain, PEM
 * @param key private key, PEM (PKCS#8)
 * @param clients when given, only callers with a certificate of these authorities are served
 * @param more files, each with a chain and its key, for clients that name a host that it is for
 */
public record HttpTls(Path certificate, Path key, @Nullable Path clients, List<Path> more) {
    static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    public HttpTls {
        more = List.copyOf(more);
    }

    /**
     * @throws ConfigException when a file is missing or makes no sense
     */
    SslContext context() {
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                            .protocols(PROTOCOLS);
            if (clients != null) {
                builder.trustManager(clients.toFile()).clientAuth(ClientAuth.REQUIRE);
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new ConfigException(
                    "cannot use tls.cert "
                            + certificate
                            + " with tls.key "
                            + key
                            + (clients == null ? "" : " and tls.ca " + clients)
                            + ": "
                            + e.getMessage(),
                    e);
        }
    }
}
