package io.lethe.node.chunk.wire;

import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The data plane's port, taken when a node starts, so that one that is in use ends the start. Until
 * the node has joined its cluster and a {@link DataPlaneServer} serves, connections are closed at
 * once: whoever calls goes on as if nobody listened. Owns the listening socket. Safe for any
 * thread.
 */
public final class DataPort implements AutoCloseable {
    /** Connections that may wait to be accepted. */
    private static final int BACKLOG = 256;

    /** How long closing the socket may take. */
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Channel listening;
    private final Accept accept;

    private DataPort(Channel listening, Accept accept) {
        this.listening = listening;
        this.accept = accept;
    }

    /**
     * Begins to listen.
     *
     * @param address port 0 lets the system choose one
     * @throws StoreException UNAVAILABLE when the address can't be had; it names it
     */
    public static DataPort bind(InetSocketAddress address, WireLoops loops) {
        Accept accept = new Accept();
        ChannelFuture bound =
                new ServerBootstrap()
                        .group(loops.group())
                        .channel(loops.serverChannel())
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.ALLOCATOR, WireLoops.allocator())
                        .childOption(ChannelOption.RECVBUF_ALLOCATOR, WireLoops.receiveBuffers())
                        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WireLoops.marks())
                        .childHandler(accept)
                        .bind(address)
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "the data plane can't listen on "
                            + address
                            + " ("
                            + bound.cause().getMessage()
                            + "): stop what uses the port, or set listen.dataPort",
                    bound.cause());
        }
        return new DataPort(bound.channel(), accept);
    }

    /** One for all connections, on their loops. */
    private static final class Accept extends ChannelInitializer<Channel> {
        private volatile @Nullable Consumer<Channel> server;

        @Override
        protected void initChannel(Channel channel) {
            Consumer<Channel> serving = server;
            if (serving == null) {
                var _ = channel.close();
            } else {
                serving.accept(channel);
            }
        }
    }

    /** Where it listens; with port 0 asked for, the port that was picked. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    /**
     * Hands every connection from here on to a server, on the connection's loop.
     *
     * @param server null: connections are closed again
     */
    void serve(@Nullable Consumer<Channel> server) {
        accept.server = server;
    }

    @Override
    public void close() {
        var _ = listening.close().awaitUninterruptibly(CLOSE_NANOS, TimeUnit.NANOSECONDS);
    }
}
