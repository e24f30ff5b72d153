package io.lethe.node.rpc;

import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.lethe.node.base.config.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/**
 * TLS on gRPC connections, mutual between nodes. A node shows its certificate at both ends and
 * checks that the other's is signed by the authority and, as a caller, names the host that was
 * called. A client need not show one: it signs its calls ({@link Authenticator}); one that it shows
 * must be the authority's. {@link #reload} reads the files again: open connections keep what they
 * have, new ones use the new. Safe for any thread.
 */
public final class RpcTls implements RpcSecurity {
    private final Path certificate;
    private final Path key;
    private final Path authorities;
    private final AdvancedTlsX509KeyManager own = new AdvancedTlsX509KeyManager();
    private final AdvancedTlsX509TrustManager trusted;
    private final NodeGate gate = NodeGate.byCertificate();

    /**
     * @param certificate this node's chain, PEM
     * @param key its key, PKCS#8 in PEM
     * @param authorities certificates of those who sign the nodes', PEM
     * @throws ConfigException when a file can't be read or used
     */
    public RpcTls(Path certificate, Path key, Path authorities) {
        this.certificate = certificate;
        this.key = key;
        this.authorities = authorities;
        try {
            trusted =
                    AdvancedTlsX509TrustManager.newBuilder()
                            .setVerification(
                                    AdvancedTlsX509TrustManager.Verification
                                            .CERTIFICATE_AND_HOST_NAME_VERIFICATION)
                            .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java can't check certificates", e);
        }
        reload();
    }

    /**
     * Reads the files again; when one is bad, what was read before stays.
     *
     * @throws ConfigException when a file can't be read or used
     */
    public void reload() {
        try {
            trusted.updateTrustCredentials(authorities.toFile());
            own.updateIdentityCredentials(certificate.toFile(), key.toFile());
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new ConfigException(
                    "TLS of gRPC can't use tls.cert "
                            + certificate
                            + " with tls.key "
                            + key
                            + " and tls.ca "
                            + authorities
                            + ": "
                            + e.getMessage()
                            + ". They must be readable PEM files, the key PKCS#8 without a"
                            + " password",
                    e);
        }
    }

    @Override
    public ChannelFactory channels() {
        return ChannelFactory.with(
                TlsChannelCredentials.newBuilder().keyManager(own).trustManager(trusted).build());
    }

    @Override
    public ServerCredentials server() {
        return TlsServerCredentials.newBuilder()
                .keyManager(own)
                .trustManager(trusted)
                .clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
                .build();
    }

    @Override
    public NodeGate gate() {
        return gate;
    }
}
