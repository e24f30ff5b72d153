package io.lethe.node.chunk.wire;

import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;

/**
 * The TLS contexts made from {@link TlsSettings}, by OpenSSL. {@link #reload} reads the files
 * again; connections that are open keep what they have, new ones use the new. Safe for any thread.
 */
public final class TlsContexts implements AutoCloseable {
    /** A peer that can't finish a handshake in 5 s is no use to a 250 ms hedge. */
    private static final long HANDSHAKE_MILLIS = 5_000;

    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final TlsSettings settings;
    private SslContext server;
    private SslContext client;

    /**
     * @throws StoreException INVALID_ARGUMENT when a file can't be read or used; it names them
     */
    public TlsContexts(TlsSettings settings) {
        this.settings = settings;
        this.server = forServer(settings);
        this.client = forClient(settings);
    }

    /**
     * Reads the files again; when one is bad, the old contexts stay.
     *
     * @throws StoreException INVALID_ARGUMENT when a file can't be read or used
     */
    public synchronized void reload() {
        SslContext newServer = forServer(settings);
        SslContext newClient = forClient(settings);
        close();
        server = newServer;
        client = newClient;
    }

    synchronized SslHandler accepted(ByteBufAllocator allocator) {
        return bounded(server.newHandler(allocator));
    }

    synchronized SslHandler dialled(ByteBufAllocator allocator, InetSocketAddress address) {
        return bounded(client.newHandler(allocator, address.getHostString(), address.getPort()));
    }

    /** Lets go of the contexts; handshaken connections go on. */
    @Override
    public synchronized void close() {
        ReferenceCountUtil.release(server);
        ReferenceCountUtil.release(client);
    }

    private static SslHandler bounded(SslHandler handler) {
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
        return handler;
    }

    private static SslContext forServer(TlsSettings settings) {
        try {
            return SslContextBuilder.forServer(
                            settings.certificateChain().toFile(), settings.privateKey().toFile())
                    .trustManager(PeerTrust.of(settings.authorities(), settings.peers()))
                    .clientAuth(ClientAuth.REQUIRE)
                    .sslProvider(SslProvider.OPENSSL_REFCNT)
                    .protocols(PROTOCOLS)
                    .build();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException bad) {
            throw unusable(settings, bad);
        }
    }

    private static SslContext forClient(TlsSettings settings) {
        try {
            return SslContextBuilder.forClient()
                    .keyManager(
                            settings.certificateChain().toFile(), settings.privateKey().toFile())
                    .trustManager(PeerTrust.of(settings.authorities(), settings.peers()))
                    .endpointIdentificationAlgorithm(settings.checkHostNames() ? "HTTPS" : null)
                    .sslProvider(SslProvider.OPENSSL_REFCNT)
                    .protocols(PROTOCOLS)
                    .build();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException bad) {
            throw unusable(settings, bad);
        }
    }

    private static StoreException unusable(TlsSettings settings, Exception cause) {
        return new StoreException(
                ErrorCode.INVALID_ARGUMENT,
                "TLS for the data plane can't be set up from "
                        + settings.certificateChain()
                        + ", "
                        + settings.privateKey()
                        + " and "
                        + settings.authorities()
                        + ": "
                        + cause.getMessage()
                        + ". They must be readable PEM files, the key PKCS#8 without a password",
                cause);
    }
}
