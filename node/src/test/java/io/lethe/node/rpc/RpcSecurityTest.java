package io.lethe.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.StreamObserver;
import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.crypto.CertificateAuthority;
import io.lethe.node.crypto.CertificateRole;
import io.lethe.node.crypto.PemFiles;
import io.lethe.node.crypto.RootKeyFile;
import io.lethe.node.metadata.raft.RaftAddress;
import io.lethe.proto.internal.v1.MetadataCall;
import io.lethe.proto.internal.v1.MetadataServiceGrpc;
import io.lethe.proto.internal.v1.RaftFrame;
import io.lethe.proto.internal.v1.RaftServiceGrpc;
import io.lethe.proto.v1.ClusterServiceGrpc;
import io.lethe.proto.v1.GetStatusRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who reaches the services that are for nodes, over real connections. */
class RpcSecurityTest {
    private static final RandomSource RANDOM = RandomSource.seeded(7);
    private static final Duration YEAR = Duration.ofDays(365);

    @TempDir private Path dir = Path.of("");
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        channels.forEach(ManagedChannel::shutdownNow);
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
        executor.shutdownNow();
    }

    private static Instant now() {
        return Instant.now();
    }

    private CertificateAuthority authority(String name) {
        CertificateAuthority made = CertificateAuthority.create(name, now(), YEAR, RANDOM);
        PemFiles.replace(dir.resolve(name + ".pem"), made.certificate());
        return made;
    }

    /** Writes NAME.pem and NAME.key. */
    private void issue(CertificateAuthority authority, String name, String host) {
        issue(authority, CertificateRole.NODE, name, host);
    }

    private void issue(
            CertificateAuthority authority, CertificateRole role, String name, String host) {
        KeyPair keys = CertificateAuthority.newKeys();
        PemFiles.create(dir.resolve(name + ".key"), keys.getPrivate());
        PemFiles.replace(
                dir.resolve(name + ".pem"),
                authority.issue(role, List.of(host), keys.getPublic(), now(), YEAR));
    }

    private RpcTls tls(String name, String authority) {
        return new RpcTls(
                dir.resolve(name + ".pem"),
                dir.resolve(name + ".key"),
                dir.resolve(authority + ".pem"));
    }

    private int serve(RpcSecurity security) {
        RpcServer server = new RpcServer("127.0.0.1", 0, Duration.ofMinutes(1), executor, security);
        opened.add(server);
        VirtualTasks tasks = new VirtualTasks(Clock.system(), (_, _) -> {});
        server.addForNodes(new MetadataGrpc((_, request, _) -> request, tasks, 10, new Metrics()));
        RaftGrpcTransport raft =
                new RaftGrpcTransport(
                        new RaftAddress("127.0.0.1", server.port()),
                        _ -> channel(security.channels(), "127.0.0.1", 1),
                        Clock.system());
        opened.add(raft::close);
        server.addForNodes(raft.service());
        return server.port();
    }

    private ManagedChannel channel(ChannelFactory factory, String host, int port) {
        ManagedChannel channel = factory.open(host, port);
        channels.add(channel);
        return channel;
    }

    private ManagedChannel channel(ChannelFactory factory, int port) {
        return channel(factory, "127.0.0.1", port);
    }

    /** OK, or why a call to a node's service failed. */
    private static Status call(ManagedChannel channel) {
        try {
            var answer =
                    MetadataServiceGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(10, TimeUnit.SECONDS)
                            .call(
                                    MetadataCall.newBuilder()
                                            .setPayload(ByteString.copyFromUtf8("hi"))
                                            .build());
            assertThat(answer.getPayload().toStringUtf8()).isEqualTo("hi");
            return Status.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        }
    }

    private static Status exchange(ManagedChannel channel) {
        CompletableFuture<Status> ended = new CompletableFuture<>();
        StreamObserver<RaftFrame> requests =
                RaftServiceGrpc.newStub(channel)
                        .withDeadlineAfter(10, TimeUnit.SECONDS)
                        .exchange(
                                new StreamObserver<>() {
                                    @Override
                                    public void onNext(RaftFrame frame) {
                                        ended.complete(Status.OK);
                                    }

                                    @Override
                                    public void onError(Throwable failure) {
                                        ended.complete(Status.fromThrowable(failure));
                                    }

                                    @Override
                                    public void onCompleted() {
                                        ended.complete(Status.OK);
                                    }
                                });
        requests.onNext(RaftFrame.newBuilder().setSender("127.0.0.1:1").build());
        return ended.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private ChannelCredentials clientOf(String authority) throws IOException {
        return TlsChannelCredentials.newBuilder()
                .trustManager(dir.resolve(authority + ".pem").toFile())
                .build();
    }

    @Test
    void aCertificateOfTheAuthorityOpensNodesServices() {
        CertificateAuthority ca = authority("ca");
        issue(ca, "one", "127.0.0.1");
        issue(ca, "two", "n2.example.org");
        int port = serve(tls("one", "ca"));

        assertThat(call(channel(tls("two", "ca").channels(), port))).isEqualTo(Status.OK);
        assertThat(exchange(channel(tls("two", "ca").channels(), port)).getDescription())
                .isEqualTo("this node holds no replicas");
    }

    @Test
    void aClientWithoutACertificateReachesNoServiceOfNodes() throws Exception {
        issue(authority("ca"), "one", "127.0.0.1");
        int port = serve(tls("one", "ca"));

        ManagedChannel client = channel(ChannelFactory.with(clientOf("ca")), port);
        for (Status status : List.of(call(client), exchange(client))) {
            assertThat(status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(status.getDescription()).contains("shows no certificate");
        }
    }

    @Test
    void aCertificateOfTheAuthorityThatIsNoNodesOpensNothingAndIsNotCalled() {
        CertificateAuthority ca = authority("ca");
        issue(ca, "one", "127.0.0.1");
        issue(ca, CertificateRole.ZOOKEEPER, "zk", "127.0.0.1");
        int port = serve(tls("one", "ca"));

        ManagedChannel asked = channel(tls("zk", "ca").channels(), port);
        for (Status status : List.of(call(asked), exchange(asked))) {
            assertThat(status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(status.getDescription()).contains("not a node's");
        }
        int pretended = serve(tls("zk", "ca"));
        assertThat(call(channel(tls("one", "ca").channels(), pretended)).getCode())
                .isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void neitherEndTrustsAnotherAuthority() throws Exception {
        issue(authority("ca"), "one", "127.0.0.1");
        issue(authority("other"), "stranger", "127.0.0.1");
        int port = serve(tls("one", "ca"));

        // The caller does not trust the server; then the server does not trust the caller.
        assertThat(call(channel(tls("stranger", "other").channels(), port)).getCode())
                .isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(call(channel(tls("stranger", "ca").channels(), port)).getCode())
                .isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(call(channel(ChannelFactory.with(clientOf("other")), port)).getCode())
                .isEqualTo(Status.Code.UNAVAILABLE);
        ManagedChannel clear =
                channel(ChannelFactory.with(InsecureChannelCredentials.create()), port);
        assertThat(call(clear).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void aServerMustNameTheHostThatIsCalled() {
        CertificateAuthority ca = authority("ca");
        issue(ca, "one", "n1.example.org");
        int port = serve(tls("one", "ca"));

        assertThat(call(channel(tls("one", "ca").channels(), port)).getCode())
                .isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void newConnectionsUseWhatWasReadAnew() throws Exception {
        issue(authority("ca"), "one", "127.0.0.1");
        RpcTls security = tls("one", "ca");
        int port = serve(security);
        assertThat(call(channel(security.channels(), port))).isEqualTo(Status.OK);

        CertificateAuthority next = authority("ca");
        Files.delete(dir.resolve("one.key"));
        issue(next, "one", "127.0.0.1");
        RpcTls fresh = tls("one", "ca");
        assertThat(call(channel(fresh.channels(), port)).getCode())
                .isEqualTo(Status.Code.UNAVAILABLE);
        security.reload();
        assertThat(call(channel(fresh.channels(), port))).isEqualTo(Status.OK);
    }

    @Test
    void inClearTheRootKeysOpenNodesServicesAndNothingElseDoes() {
        Path old = dir.resolve("old");
        Path rotated = dir.resolve("rotated");
        Path foreign = dir.resolve("foreign");
        RootKeyFile.create(old, RANDOM);
        RootKeyFile.create(foreign, RANDOM);
        copy(old, rotated);
        RootKeyFile.addKey(rotated, RANDOM);
        RpcSecurity before = plain(old);
        RpcSecurity after = plain(rotated);
        int port = serve(before);

        assertThat(call(channel(before.channels(), port))).isEqualTo(Status.OK);
        assertThat(call(channel(after.channels(), port))).isEqualTo(Status.OK);
        assertThat(call(channel(before.channels(), serve(after)))).isEqualTo(Status.OK);
        for (ChannelFactory other : List.of(plain(foreign).channels(), ChannelFactory.plain())) {
            ManagedChannel channel = channel(other, port);
            for (Status status : List.of(call(channel), exchange(channel))) {
                assertThat(status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
                assertThat(status.getDescription()).contains("rootKey.file");
            }
        }
    }

    /** As gRPC has it, nobody would ever answer it: clients must go to another node instead. */
    @Test
    void whatANodeDoesNotServeYetIsUnavailable() {
        Path keys = dir.resolve("keys");
        RootKeyFile.create(keys, RANDOM);
        RpcSecurity security = plain(keys);
        ManagedChannel channel = channel(security.channels(), serve(security));
        assertThatThrownBy(
                        () ->
                                ClusterServiceGrpc.newBlockingStub(channel)
                                        .withDeadlineAfter(10, TimeUnit.SECONDS)
                                        .getStatus(GetStatusRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> {
                            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                            assertThat(e.getTrailers())
                                    .asString()
                                    .contains("lethe-error-code=UNAVAILABLE");
                        });
    }

    private static RpcSecurity plain(Path rootKeys) {
        return RpcSecurity.plain(RootKeyFile.load(rootKeys).proofs());
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
