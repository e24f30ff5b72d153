package io.lethe.node.rpc;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.lethe.node.crypto.CertificateRole;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Lets only nodes of this cluster call the services that are for nodes: an access key, an
 * operator's too, opens none of them. A node is whoever shows, on a TLS connection, a certificate
 * of a node that the cluster's authority signed (the handshake has checked it), or, on a plaintext
 * one, which loopback alone has, a proof that it holds the root keys. Refused before the first
 * message is read. Safe for any thread.
 */
public final class NodeGate implements ServerInterceptor {
    /** On plaintext connections: one of the proofs of {@code crypto.RootKeyFile}. */
    static final Metadata.Key<String> PROOF =
            Metadata.Key.of("lethe-node-proof", Metadata.ASCII_STRING_MARSHALLER);

    private final List<byte[]> proofs;

    private NodeGate(List<byte[]> proofs) {
        this.proofs = proofs;
    }

    static NodeGate byCertificate() {
        return new NodeGate(List.of());
    }

    static NodeGate byProof(List<String> proofs) {
        return new NodeGate(
                proofs.stream().map(proof -> proof.getBytes(StandardCharsets.US_ASCII)).toList());
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        String refusal =
                proofs.isEmpty()
                        ? refusal(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION))
                        : refusal(headers.get(PROOF));
        if (refusal == null) {
            return next.startCall(call, headers);
        }
        call.close(
                Status.UNAUTHENTICATED.withDescription(
                        "this service is for the cluster's nodes, and the caller " + refusal),
                new Metadata());
        return new ServerCall.Listener<>() {};
    }

    /** Null when the caller is a node. */
    private static @Nullable String refusal(@Nullable SSLSession session) {
        Certificate shown = shown(session);
        if (shown == null) {
            return "shows no certificate of its authority; compare tls.ca of both";
        }
        return shown instanceof X509Certificate known && CertificateRole.NODE.isOf(known)
                ? null
                : "shows a certificate that is not a node's: it has no name lethe://node/NAME;"
                        + " nodes get theirs by lethe ca issue";
    }

    private @Nullable String refusal(@Nullable String proof) {
        return isProof(proof)
                ? null
                : "does not show that it holds the cluster's root keys; give all nodes the same"
                        + " rootKey.file";
    }

    private static @Nullable Certificate shown(@Nullable SSLSession session) {
        if (session == null) {
            return null;
        }
        try {
            return session.getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException none) {
            return null;
        }
    }

    private boolean isProof(@Nullable String shown) {
        if (shown == null) {
            return false;
        }
        byte[] bytes = shown.getBytes(StandardCharsets.US_ASCII);
        boolean same = false;
        for (byte[] proof : proofs) {
            same |= MessageDigest.isEqual(proof, bytes);
        }
        return same;
    }
}
