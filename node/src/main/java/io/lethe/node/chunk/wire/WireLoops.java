package io.lethe.node.chunk.wire;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of a node's data plane, shared by its server and its client: native epoll where
 * it loads, else NIO. Opened and closed by whoever composes the node, closed last.
 */
public final class WireLoops implements AutoCloseable {
    /** How long a closing group waits for its loops: nothing of ours runs longer on one. */
    private static final long CLOSE_SECONDS = 5;

    /** 2 KiB to 256 KiB, begun at 64 KiB: one full frame per read from the socket. */
    private static final int LEAST_RECEIVE_BYTES = 2 << 10;

    private static final int FIRST_RECEIVE_BYTES = 64 << 10;
    private static final int MOST_RECEIVE_BYTES = 256 << 10;

    /** Twice the data that may be in flight: passed only by a peer that doesn't read answers. */
    private static final WriteBufferWaterMark MARKS =
            new WriteBufferWaterMark(FairOutbound.MOST_IN_FLIGHT, 2 * FairOutbound.MOST_IN_FLIGHT);

    private final EventLoopGroup group;
    private final boolean nativeEpoll;

    private WireLoops(EventLoopGroup group, boolean nativeEpoll) {
        this.group = group;
        this.nativeEpoll = nativeEpoll;
    }

    /**
     * @param threads event loops; the number of cores serves a node well
     */
    public static WireLoops open(int threads) {
        return open(threads, Epoll.isAvailable());
    }

    static WireLoops open(int threads, boolean nativeEpoll) {
        IoHandlerFactory handlers =
                nativeEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new WireLoops(
                new MultiThreadIoEventLoopGroup(
                        threads, new DefaultThreadFactory("data-plane", true), handlers),
                nativeEpoll);
    }

    EventLoopGroup group() {
        return group;
    }

    Class<? extends ServerChannel> serverChannel() {
        return nativeEpoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    Class<? extends SocketChannel> clientChannel() {
        return nativeEpoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    static PooledByteBufAllocator allocator() {
        return PooledByteBufAllocator.DEFAULT;
    }

    static RecvByteBufAllocator receiveBuffers() {
        return new AdaptiveRecvByteBufAllocator(
                LEAST_RECEIVE_BYTES, FIRST_RECEIVE_BYTES, MOST_RECEIVE_BYTES);
    }

    static WriteBufferWaterMark marks() {
        return MARKS;
    }

    @Override
    public void close() {
        var _ =
                group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
