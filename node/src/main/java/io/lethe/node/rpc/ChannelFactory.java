package io.lethe.node.rpc;

import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;

/** Opens gRPC channels to other nodes, in clear or by mutual TLS. Safe for any thread. */
public interface ChannelFactory {
    /**
     * The most bytes of a message: a page of a thousand rows, each with the largest sealed metadata
     * that listings carry, is cut below this by whoever answers.
     */
    int MOST_MESSAGE_BYTES = 32 * 1024 * 1024;

    /** Without traffic for this long a ping is sent, so that a node that is gone is noticed. */
    long KEEP_ALIVE_SECONDS = 10;

    /** After this long without an answer to a ping the connection counts as broken. */
    long KEEP_ALIVE_TIMEOUT_SECONDS = 5;

    /**
     * 1 MiB of a stream, or of a connection, may be under way: the bandwidth of 10 Gbit/s times a
     * round trip of 0.8 ms. Said outright, since finding it out costs a ping with every message.
     */
    int WINDOW_BYTES = 1024 * 1024;

    ManagedChannel open(String host, int port);

    /** In clear, for loopback. */
    static ChannelFactory plain() {
        return with(InsecureChannelCredentials.create());
    }

    /** In clear, for loopback; every call shows the proof. */
    static ChannelFactory plain(String proof) {
        Metadata headers = new Metadata();
        headers.put(NodeGate.PROOF, proof);
        ClientInterceptor showing = MetadataUtils.newAttachHeadersInterceptor(headers);
        ChannelCredentials clear = InsecureChannelCredentials.create();
        return (host, port) -> builder(host, port, clear).intercept(showing).build();
    }

    /**
     * @param credentials this node's certificate and key, and the authority that signs the others':
     *     {@link io.grpc.TlsChannelCredentials}
     */
    static ChannelFactory with(ChannelCredentials credentials) {
        return (host, port) -> builder(host, port, credentials).build();
    }

    private static NettyChannelBuilder builder(
            String host, int port, ChannelCredentials credentials) {
        return NettyChannelBuilder.forAddress(host, port, credentials)
                .maxInboundMessageSize(MOST_MESSAGE_BYTES)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .flowControlWindow(WINDOW_BYTES)
                .disableRetry()
                .directExecutor();
    }
}
