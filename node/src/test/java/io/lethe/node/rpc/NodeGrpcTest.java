package io.lethe.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.lethe.node.base.Clock;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.metadata.MetadataServer;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeGrpcTest {
    private static final NodeId THERE = new NodeId(new Id128(0, 1));
    private static final NodeId NOWHERE = new NodeId(new Id128(0, 2));
    private final Clock clock = Clock.system();
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final Tasks tasks = new VirtualTasks(clock, (_, e) -> faults.add(e));
    private final CountDownLatch release = new CountDownLatch(1);
    private MetadataServer served = (_, request, _) -> request;
    private Server server;
    private int port;
    private NodeChannels channels;
    private NodeGrpc grpc;

    @BeforeEach
    void start() throws IOException {
        server = serve(0);
        port = server.getPort();
        channels =
                new NodeChannels(
                        ChannelFactory.plain(),
                        node ->
                                node.equals(THERE)
                                        ? Optional.of(new NodeChannels.Address("127.0.0.1", port))
                                        : Optional.empty(),
                        clock);
        grpc = new NodeGrpc(channels, tasks);
    }

    private Server serve(int at) throws IOException {
        return NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), at))
                .addService(
                        new MetadataGrpc(
                                (group, request, deadline) ->
                                        served.handle(group, request, deadline),
                                tasks,
                                2,
                                new Metrics()))
                .directExecutor()
                .build()
                .start();
    }

    @AfterEach
    void stop() {
        release.countDown();
        channels.close();
        server.shutdownNow();
    }

    private Promise<byte[]> call(NodeId node, byte[] request, int millis) {
        return grpc.call(
                node,
                new GroupId(7),
                request,
                clock.nanos() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private byte[] await(Promise<byte[]> promise) throws InterruptedException, TimeoutException {
        return promise.await(clock.nanos() + TimeUnit.SECONDS.toNanos(20));
    }

    private void expectFailure(Promise<byte[]> promise, ErrorCode code) {
        assertThatThrownBy(() -> await(promise))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void aCallCarriesGroupBytesAndDeadline() throws Exception {
        served =
                (group, request, deadline) -> {
                    assertThat(group).isEqualTo(new GroupId(7));
                    long left = deadline - clock.nanos();
                    assertThat(left).isBetween(1L, TimeUnit.SECONDS.toNanos(10));
                    return new byte[] {request[0], 2};
                };
        assertThat(await(call(THERE, new byte[] {1}, 10_000))).containsExactly(1, 2);
        assertThat(faults).isEmpty();
    }

    @Test
    void whatIsTooMuchAtOnceIsRefused() throws Exception {
        CountDownLatch taken = new CountDownLatch(2);
        served =
                (_, request, _) -> {
                    taken.countDown();
                    release.await();
                    return request;
                };
        Promise<byte[]> first = call(THERE, new byte[1], 10_000);
        Promise<byte[]> second = call(THERE, new byte[1], 10_000);
        // Calls that wait for the connection need not be sent in their order.
        assertThat(taken.await(10, TimeUnit.SECONDS)).isTrue();
        Promise<byte[]> third = call(THERE, new byte[1], 10_000);
        expectFailure(third, ErrorCode.OVERLOADED);
        release.countDown();
        assertThat(await(first)).hasSize(1);
        assertThat(await(second)).hasSize(1);
    }

    @Test
    void anUnansweredCallHasAnUnknownOutcome() {
        served =
                (_, request, _) -> {
                    release.await();
                    return request;
                };
        expectFailure(call(THERE, new byte[1], 100), ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void aFaultOfTheServerIsAnUnknownOutcomeAndHeardThere() {
        served =
                (_, _, _) -> {
                    throw new IllegalStateException("broken");
                };
        expectFailure(call(THERE, new byte[1], 10_000), ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void aNodeThatIsNotThereCertainlyGotNothing() throws Exception {
        expectFailure(call(NOWHERE, new byte[1], 10_000), ErrorCode.UNAVAILABLE);
        server.shutdownNow();
        assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        expectFailure(call(THERE, new byte[1], 10_000), ErrorCode.UNAVAILABLE);
    }
}
