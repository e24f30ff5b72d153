package io.lethe.node.rpc;

import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.util.MutableHandlerRegistry;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.proto.internal.v1.MetadataServiceGrpc;
import io.lethe.proto.internal.v1.RaftServiceGrpc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * This node's gRPC door, for other nodes and for clients: each service stands behind the {@link
 * NodeGate} or an {@link Authenticator}, none is open to all. It listens from the start; services
 * are added as the node comes to be able to serve them. A call before that is answered
 * UNIMPLEMENTED, which nodes take as "not yet", or by {@link ServicesToCome} where a client makes
 * it. Safe for any thread.
 */
public final class RpcServer implements AutoCloseable {
    /** A client's chunk of an object and what is around it; larger messages are refused unread. */
    private static final int MOST_MESSAGE_BYTES = ChannelFactory.MOST_MESSAGE_BYTES;

    /** Header lists: credentials and ids. */
    private static final int MOST_HEADER_BYTES = 16 * 1024;

    /** Pings more often than this are an attack. */
    private static final long LEAST_PING_SECONDS = 5;

    /** Per connection: a gateway's concurrent streams. */
    private static final int MOST_STREAMS = 4_096;

    private static final long CLOSE_SECONDS = 5;

    private final MutableHandlerRegistry services = new MutableHandlerRegistry();
    private final NodeGate gate;
    private final Server server;

    /**
     * Begins to listen.
     *
     * @param idle a connection without calls is closed after this long
     * @param tasks where calls run that may wait
     * @param security of connections, and how nodes are told from clients
     * @throws StoreException UNAVAILABLE when the address can't be had
     */
    public RpcServer(String host, int port, Duration idle, Executor tasks, RpcSecurity security) {
        gate = security.gate();
        try {
            server =
                    NettyServerBuilder.forAddress(
                                    new InetSocketAddress(host, port), security.server())
                            .callExecutor(new ByService(tasks))
                            .fallbackHandlerRegistry(new ServicesToCome(services))
                            .maxInboundMessageSize(MOST_MESSAGE_BYTES)
                            .flowControlWindow(ChannelFactory.WINDOW_BYTES)
                            .maxConnectionIdle(idle.toMillis(), TimeUnit.MILLISECONDS)
                            .maxInboundMetadataSize(MOST_HEADER_BYTES)
                            .maxConcurrentCallsPerConnection(MOST_STREAMS)
                            .permitKeepAliveTime(LEAST_PING_SECONDS, TimeUnit.SECONDS)
                            .permitKeepAliveWithoutCalls(true)
                            .build()
                            .start();
        } catch (IOException e) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "gRPC can't listen on "
                            + host
                            + ":"
                            + port
                            + " ("
                            + (e.getCause() == null ? e : e.getCause()).getMessage()
                            + "): stop what uses the port, or set listen.rpcPort",
                    e);
        }
    }

    /**
     * Raft's messages and metadata calls are only handed over, which the network's own thread does
     * without another turn; everything else may wait.
     */
    private record ByService(Executor tasks) implements ServerCallExecutorSupplier {
        private static final Set<String> HANDED_OVER =
                Set.of(RaftServiceGrpc.SERVICE_NAME, MetadataServiceGrpc.SERVICE_NAME);

        @Override
        public <Q, R> Executor getExecutor(ServerCall<Q, R> call, Metadata headers) {
            String service = call.getMethodDescriptor().getServiceName();
            return HANDED_OVER.contains(String.valueOf(service))
                    ? MoreExecutors.directExecutor()
                    : tasks;
        }
    }

    public int port() {
        return server.getPort();
    }

    /** A service for other nodes, and for nobody else. */
    public void addForNodes(BindableService service) {
        var _ = services.addService(ServerInterceptors.intercept(service, gate));
    }

    /** A service for clients: behind a check of who calls. */
    public void addForClients(BindableService service, Authenticator authenticator) {
        var _ = services.addService(ServerInterceptors.intercept(service, authenticator));
    }

    @Override
    public void close() {
        server.shutdown();
        try {
            if (!server.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            server.shutdownNow();
        }
    }
}
