package io.lethe.node.chunk.wire;

import io.lethe.node.base.Clock;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One address and the one connection to it. All state belongs to its event loop.
 *
 * <pre>
 * idle ─ a call ─► connecting ─ greeted ─► up
 * connecting ─ refused, timed out, lost ─► backing off; all that wait fail at once
 * backing off ─ a call before the pause is over ─► fails at once; after it ─► connecting
 * up ─ lost ─► idle
 * </pre>
 */
final class Peer {
    private final DataPlaneClient client;
    private final InetSocketAddress address;
    private final EventLoop loop;
    private final Clock clock;
    private final ArrayDeque<ClientCall> waiting = new ArrayDeque<>();
    private @Nullable ClientConnection up;
    private @Nullable Channel connecting;
    private int failures;
    private long retryNanos;
    private String lastFailure = "";
    private boolean closed;
    private volatile boolean connected;

    Peer(DataPlaneClient client, InetSocketAddress address, EventLoop loop) {
        this.client = client;
        this.address = address;
        this.loop = loop;
        this.clock = client.clock;
        this.retryNanos = clock.nanos();
    }

    InetSocketAddress address() {
        return address;
    }

    EventLoop loop() {
        return loop;
    }

    /** Whether it holds a connection, or is getting one; any thread. */
    boolean connected() {
        return connected;
    }

    /** Sends a call, now or as soon as the connection is up; loop only. */
    void accept(ClientCall call) {
        if (!call.arm()) {
            return;
        }
        if (closed) {
            call.fail(DataPlaneClient.closedFailure());
        } else if (up != null) {
            up.begin(call);
        } else if (connecting == null && clock.nanos() - retryNanos < 0) {
            call.fail(unreachable());
        } else {
            queue(call);
        }
    }

    private void queue(ClientCall call) {
        waiting.removeIf(ClientCall::over);
        if (waiting.size() >= client.config.mostWaiting()) {
            client.counters.rejected(WireCounters.Rejection.WAITING);
            call.fail(
                    new StoreException(
                            ErrorCode.OVERLOADED,
                            "too many requests wait for a connection to " + address));
            return;
        }
        waiting.add(call);
        if (connecting == null) {
            connect();
        }
    }

    private void connect() {
        connected = true;
        ChannelFuture attempt =
                new Bootstrap()
                        .group(loop)
                        .channel(client.loops.clientChannel())
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, client.config.connectMillis())
                        .option(ChannelOption.ALLOCATOR, WireLoops.allocator())
                        .option(ChannelOption.RECVBUF_ALLOCATOR, WireLoops.receiveBuffers())
                        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WireLoops.marks())
                        .handler(new Dialled())
                        .connect(address);
        connecting = attempt.channel();
        attempt.addListener(
                done -> {
                    if (!done.isSuccess()) {
                        failed(String.valueOf(done.cause().getMessage()));
                    }
                });
    }

    private final class Dialled extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            TlsContexts tls = client.tls;
            if (tls != null) {
                channel.pipeline().addLast(tls.dialled(channel.alloc(), address));
            }
            channel.pipeline().addLast(new ClientConnection(channel, Peer.this, client));
        }
    }

    /** The node has answered HELLO. */
    void greeted(ClientConnection connection) {
        up = connection;
        connecting = null;
        failures = 0;
        client.counters.connections.incrementAndGet();
        for (ClientCall call = waiting.poll(); call != null; call = waiting.poll()) {
            if (!call.over()) {
                connection.begin(call);
            }
        }
    }

    /** A connection has closed, greeted or not. */
    void lost(ClientConnection connection, String why) {
        if (up == connection) {
            up = null;
            connected = false;
            client.counters.connections.decrementAndGet();
            retryNanos = clock.nanos();
        } else if (connection.channel.equals(connecting)) {
            failed(why);
        }
    }

    private void failed(String why) {
        connecting = null;
        connected = false;
        client.counters.happened(WireCounters.Event.CONNECT_FAILURE);
        lastFailure = why;
        int doublings = Math.min(failures, 20);
        failures++;
        long most = client.config.mostBackoffMillis();
        long pause = Math.min(most, (long) client.config.leastBackoffMillis() << doublings);
        // Half of the pause is random, so that a node that comes back is not dialled by all at
        // once.
        long jittered = pause / 2 + client.random.nextInt((int) pause / 2 + 1);
        retryNanos = clock.nanos() + TimeUnit.MILLISECONDS.toNanos(jittered);
        for (ClientCall call = waiting.poll(); call != null; call = waiting.poll()) {
            call.fail(unreachable());
        }
    }

    private StoreException unreachable() {
        return new StoreException(
                ErrorCode.UNAVAILABLE,
                "the node at "
                        + address
                        + " can't be reached ("
                        + lastFailure
                        + "): try another device");
    }

    /** Fails what waits and closes the connection; loop only. */
    void close() {
        closed = true;
        lastFailure = "this node's data plane is closing";
        if (connecting != null) {
            var _ = connecting.close();
        }
        if (up != null) {
            var _ = up.channel.close();
        }
        for (ClientCall call = waiting.poll(); call != null; call = waiting.poll()) {
            call.fail(DataPlaneClient.closedFailure());
        }
    }
}
