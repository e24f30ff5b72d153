package io.lethe.fake;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/** Gateways over one store, each with faults of its own. */
public final class FakeCluster implements AutoCloseable {
    /** The access key that is known. */
    public static final String ACCESS_KEY = "AKFAKE00000000000000";

    /** Its secret. */
    public static final String SECRET_KEY = "fake-secret";

    private final List<Server> servers = new ArrayList<>();
    private final List<Faults> faults = new ArrayList<>();

    private FakeCluster() {}

    /** Starts so many gateways on free ports of this machine. */
    public static FakeCluster start(int gateways) {
        return start(gateways, builder -> {});
    }

    /** Starts one gateway with TLS that asks for a certificate of this authority. */
    public static FakeCluster startTls(Path certificate, Path key, Path authority)
            throws SSLException {
        SslContext context =
                GrpcSslContexts.forServer(certificate.toFile(), key.toFile())
                        .trustManager(authority.toFile())
                        .clientAuth(ClientAuth.REQUIRE)
                        .build();
        return start(
                1,
                builder -> {
                    NettyServerBuilder unusedSame = builder.sslContext(context);
                });
    }

    private static FakeCluster start(int gateways, Consumer<NettyServerBuilder> protection) {
        FakeCluster cluster = new FakeCluster();
        FakeStore store = new FakeStore();
        try {
            for (int i = 0; i < gateways; i++) {
                Faults its = new Faults();
                FakeAuthentication authentication =
                        new FakeAuthentication(
                                ACCESS_KEY, SECRET_KEY, System::currentTimeMillis, its);
                NettyServerBuilder builder =
                        NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                protection.accept(builder);
                for (BindableService service :
                        List.of(
                                new FakeBuckets(store, its),
                                new FakeObjects(store, its),
                                new FakeClusterState(its),
                                new FakeBackups(its))) {
                    ServerServiceDefinition raw =
                            ServerInterceptors.useInputStreamMessages(service.bindService());
                    builder.addService(ServerInterceptors.intercept(raw, authentication));
                }
                cluster.faults.add(its);
                cluster.servers.add(builder.build().start());
            }
        } catch (IOException e) {
            cluster.close();
            throw new UncheckedIOException(e);
        }
        return cluster;
    }

    public List<String> endpoints() {
        return servers.stream().map(server -> "127.0.0.1:" + server.getPort()).toList();
    }

    public int port(int gateway) {
        return servers.get(gateway).getPort();
    }

    /** Of the first gateway. */
    public Faults faults() {
        return faults.get(0);
    }

    public Faults faults(int gateway) {
        return faults.get(gateway);
    }

    /** Kills a gateway: its connections break. */
    public void kill(int gateway) {
        servers.get(gateway).shutdownNow();
    }

    @Override
    public void close() {
        servers.forEach(Server::shutdownNow);
    }
}
