package io.lethe.node.rpc;

import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.crypto.CertificateRole;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;

/**
 * TLS on gRPC connections, mutual between nodes. A node shows its certificate at both ends and
 * checks that the other's is signed by the authority and a node's ({@link CertificateRole}; {@link
 * NodeGate} asks callers) and, as a caller, names the host that was called. A client need not show
 * one: it signs its calls ({@link Authenticator}); one that it shows must be the authority's.
 * {@link #reload} reads the files again: open connections keep what they have, new ones use the
 * new. Safe for any thread.
 */
public final class RpcTls implements RpcSecurity {
    private final Path certificate;
    private final Path key;
    private final Path authorities;
    private final AdvancedTlsX509KeyManager own = new AdvancedTlsX509KeyManager();
    private final AdvancedTlsX509TrustManager callers;
    private final AdvancedTlsX509TrustManager called;
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
            callers = trust().build();
            called = trust().setSslSocketAndEnginePeerVerifier(new NodesOnly()).build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java can't check certificates", e);
        }
        reload();
    }

    private static AdvancedTlsX509TrustManager.Builder trust() {
        return AdvancedTlsX509TrustManager.newBuilder()
                .setVerification(
                        AdvancedTlsX509TrustManager.Verification
                                .CERTIFICATE_AND_HOST_NAME_VERIFICATION);
    }

    /** Asked after the signature was checked. */
    private static final class NodesOnly
            implements AdvancedTlsX509TrustManager.SslSocketAndEnginePeerVerifier {
        @Override
        public void verifyPeerCertificate(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void verifyPeerCertificate(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        private static void check(X509Certificate[] chain) throws CertificateException {
            if (!CertificateRole.NODE.isOf(chain[0])) {
                throw new CertificateException(
                        "the certificate of "
                                + chain[0].getSubjectX500Principal()
                                + " is not a node's: it has no name lethe://node/NAME");
            }
        }
    }

    /**
     * Reads the files again; when one is bad, what was read before stays.
     *
     * @throws ConfigException when a file can't be read or used
     */
    public void reload() {
        try {
            callers.updateTrustCredentials(authorities.toFile());
            called.updateTrustCredentials(authorities.toFile());
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
                TlsChannelCredentials.newBuilder().keyManager(own).trustManager(called).build());
    }

    @Override
    public ServerCredentials server() {
        return TlsServerCredentials.newBuilder()
                .keyManager(own)
                .trustManager(callers)
                .clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
                .build();
    }

    @Override
    public NodeGate gate() {
        return gate;
    }
}
