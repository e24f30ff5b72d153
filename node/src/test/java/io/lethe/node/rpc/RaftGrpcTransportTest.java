package io.lethe.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.metadata.raft.EpochKeyWrap;
import io.lethe.node.metadata.raft.RaftAddress;
import io.lethe.node.metadata.raft.RaftHost;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.RaftSettings;
import io.lethe.node.metadata.raft.RaftTransport;
import io.lethe.node.metadata.raft.RaftTransport.Failure;
import io.lethe.node.metadata.raft.RaftTransport.Message;
import io.lethe.node.metadata.raft.ReplicaSpec;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.metadata.raft.ReplicatedLog.ProposeResult;
import io.lethe.node.metadata.raft.ReplicatedState;
import io.lethe.node.model.GroupId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The transport over real connections on the loopback interface. */
final class RaftGrpcTransportTest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    @TempDir Path dir;
    private final Clock clock = Clock.system();
    private final List<Runnable> closing = new ArrayList<>();
    private final Map<RaftAddress, ManagedChannel> channels = new ConcurrentHashMap<>();

    @AfterEach
    void close() {
        closing.reversed().forEach(Runnable::run);
        channels.values().forEach(ManagedChannel::shutdownNow);
    }

    private ManagedChannel channel(RaftAddress to) {
        return channels.computeIfAbsent(
                to,
                address ->
                        NettyChannelBuilder.forAddress(address.host(), address.port())
                                .usePlaintext()
                                .maxInboundMessageSize(RaftTransport.MOST_PAYLOAD_BYTES + 1024)
                                .build());
    }

    private record Node(RaftAddress address, RaftGrpcTransport transport, Server server) {}

    private Node node() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        RaftAddress address = new RaftAddress(loopback.getHostAddress(), freePort());
        RaftGrpcTransport transport = new RaftGrpcTransport(address, this::channel, clock);
        Server server =
                NettyServerBuilder.forAddress(new InetSocketAddress(loopback, address.port()))
                        .maxInboundMessageSize(RaftTransport.MOST_PAYLOAD_BYTES + 1024)
                        .addService(transport.service())
                        .build()
                        .start();
        closing.add(
                () -> {
                    transport.close();
                    server.shutdownNow();
                });
        return new Node(address, transport, server);
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Message message(int number) {
        return new Message("g", 3, new byte[] {(byte) (number >> 8), (byte) number});
    }

    /** Notes what becomes of a call. */
    private record Notes(BlockingQueue<String> queue, String name)
            implements RaftTransport.Callback {
        @Override
        public void reply(Message reply) {
            queue.add(name + " replied " + reply.type());
        }

        @Override
        public void failed(Failure failure, String reason) {
            queue.add(name + ' ' + failure);
        }
    }

    /** Answers requests, and notes them and the ends of sessions in order. */
    private static final class Recorder implements RaftTransport.Service {
        final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        volatile boolean answering = true;

        @Override
        public void handle(
                RaftTransport.Session session, Message request, RaftTransport.Responder responder) {
            seen.add((request.payload()[0] & 0xff) << 8 | (request.payload()[1] & 0xff));
            if (answering) {
                responder.reply(new Message(request.group(), 4, request.payload()));
            }
        }

        @Override
        public void closed(RaftTransport.Session session) {
            seen.add("closed " + session.remote());
        }
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T found = queue.poll(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
        assertThat(found).as("something in time").isNotNull();
        return found;
    }

    @Test
    void requestsArriveInOrderAndAreAnswered() throws Exception {
        Node from = node();
        Node to = node();
        Recorder recorder = new Recorder();
        to.transport().serve(recorder);
        BlockingQueue<String> results = new LinkedBlockingQueue<>();
        for (int i = 0; i < 1000; i++) {
            from.transport()
                    .call(to.address(), message(i), PATIENCE_NANOS, new Notes(results, "c"));
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(next(recorder.seen)).isEqualTo(i);
            assertThat(next(results)).isEqualTo("c replied 4");
        }
    }

    @Test
    void aCallWithoutAnAnswerTimesOut() throws Exception {
        Node from = node();
        Node to = node();
        Recorder recorder = new Recorder();
        recorder.answering = false;
        to.transport().serve(recorder);
        BlockingQueue<String> results = new LinkedBlockingQueue<>();
        from.transport()
                .call(
                        to.address(),
                        message(1),
                        TimeUnit.MILLISECONDS.toNanos(100),
                        new Notes(results, "c"));
        assertThat(next(results)).isEqualTo("c TIMEOUT");
    }

    @Test
    void anUnreachableNodeFailsTheCall() throws Exception {
        Node from = node();
        BlockingQueue<String> results = new LinkedBlockingQueue<>();
        from.transport()
                .call(
                        new RaftAddress("127.0.0.1", freePort()),
                        message(1),
                        PATIENCE_NANOS,
                        new Notes(results, "c"));
        assertThat(next(results)).isEqualTo("c DISCONNECTED");
    }

    @Test
    void aSessionEndsBeforeTheNextOneBegins() throws Exception {
        Node from = node();
        Node to = node();
        Recorder recorder = new Recorder();
        to.transport().serve(recorder);
        BlockingQueue<String> results = new LinkedBlockingQueue<>();
        for (int round = 0; round < 20; round++) {
            from.transport()
                    .call(to.address(), message(round), PATIENCE_NANOS, new Notes(results, "c"));
            assertThat(next(recorder.seen)).isEqualTo(round);
            from.transport().disconnect(to.address());
            assertThat(next(results)).startsWith("c ");
            from.transport()
                    .call(to.address(), message(999), PATIENCE_NANOS, new Notes(results, "d"));
            assertThat(next(recorder.seen)).isEqualTo("closed " + from.address());
            assertThat(next(recorder.seen)).isEqualTo(999);
            assertThat(next(results)).isEqualTo("d replied 4");
        }
    }

    @Test
    void callsGoThroughAgainAfterTheOtherNodeRestarted() throws Exception {
        Node from = node();
        Node to = node();
        to.transport().serve(new Recorder());
        BlockingQueue<String> results = new LinkedBlockingQueue<>();
        from.transport().call(to.address(), message(1), PATIENCE_NANOS, new Notes(results, "c"));
        assertThat(next(results)).isEqualTo("c replied 4");
        to.transport().close();
        to.server().shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        RaftGrpcTransport again = new RaftGrpcTransport(to.address(), this::channel, clock);
        again.serve(new Recorder());
        Server server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(to.address().host(), to.address().port()))
                        .addService(again.service())
                        .build()
                        .start();
        closing.add(
                () -> {
                    again.close();
                    server.shutdownNow();
                });
        String last = "";
        long deadline = clock.nanos() + PATIENCE_NANOS;
        while (!last.equals("c replied 4") && deadline - clock.nanos() > 0) {
            from.transport()
                    .call(to.address(), message(2), PATIENCE_NANOS, new Notes(results, "c"));
            last = next(results);
        }
        assertThat(last).isEqualTo("c replied 4");
    }

    @Test
    void threeReplicasAgreeOverRealConnections() throws Exception {
        List<Node> nodes = List.of(node(), node(), node());
        List<RaftPeer> voters =
                nodes.stream()
                        .map(n -> new RaftPeer(n.address().host(), n.address().port(), 0))
                        .toList();
        List<ReplicatedLog> logs = new ArrayList<>();
        List<Counting> states = new ArrayList<>();
        for (Node node : nodes) {
            RaftHost host =
                    RaftHost.start(
                            RaftSettings.of(
                                    dir.resolve("n" + node.address().port()), node.address()),
                            new RaftHost.Environment(
                                    node.transport(),
                                    new VirtualTasks(clock, (thread, failure) -> {}),
                                    RandomSource.secure(),
                                    new OpenWrap(),
                                    (component, cause) -> {}));
            closing.add(host::close);
            Counting state = new Counting();
            states.add(state);
            logs.add(host.open(new ReplicaSpec(new GroupId(1), 0, true, voters, List.of()), state));
        }
        int applied = 0;
        long deadline = clock.nanos() + PATIENCE_NANOS;
        while (applied < 50) {
            for (ReplicatedLog log : logs) {
                ProposeResult result = log.propose(new byte[400]).await(deadline);
                applied += result instanceof ProposeResult.Applied ? 1 : 0;
            }
        }
        for (int i = 0; i < 3; i++) {
            assertThat(logs.get(i).readIndex(deadline).await(deadline))
                    .isInstanceOf(ReplicatedLog.ReadResult.Ready.class);
            assertThat(states.get(i).count).isGreaterThanOrEqualTo(50);
        }
    }

    /** For a test key is enough. */
    private static final class OpenWrap implements EpochKeyWrap {
        @Override
        public byte[] wrap(byte[] key) {
            return key.clone();
        }

        @Override
        public byte[] unwrap(byte[] wrapped) {
            return wrapped.clone();
        }
    }

    private static final class Counting implements ReplicatedState {
        private volatile long index;
        private volatile long lastTerm;
        volatile int count;

        @Override
        public synchronized byte[] apply(long at, long term, byte[] command) {
            count = count + 1;
            lastTerm = term;
            index = at;
            return new byte[0];
        }

        @Override
        public long appliedIndex() {
            return index;
        }

        @Override
        public long appliedTerm() {
            return lastTerm;
        }

        @Override
        public void saveSnapshot(Path target) {
            // Nothing to keep.
        }

        @Override
        public void loadSnapshot(Path source, long at, long term) {
            index = at;
        }
    }
}
