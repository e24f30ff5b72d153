package io.lethe.node.http;

import io.lethe.node.base.Check;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** The event loops of a node's HTTP doors: parsing and writing only. Owned by the composition. */
public final class HttpLoops implements AutoCloseable {
    private static final int MOST_THREADS = 64;

    /** A closing loop takes what comes within this; doors are closed before, so nothing does. */
    private static final long QUIET_MILLIS = 10;

    private static final long CLOSE_MILLIS = 5_000;

    private final EventLoopGroup group;
    private final Class<? extends ServerChannel> serverChannel;

    public HttpLoops(int threads) {
        Check.range("http loop threads", threads, 1, MOST_THREADS);
        boolean epoll = Epoll.isAvailable();
        this.group =
                new MultiThreadIoEventLoopGroup(
                        threads,
                        new DefaultThreadFactory("http", true),
                        epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        this.serverChannel = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    Class<? extends ServerChannel> serverChannel() {
        return serverChannel;
    }

    EventLoopGroup group() {
        return group;
    }

    @Override
    public void close() {
        var _ =
                group.shutdownGracefully(QUIET_MILLIS, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
                        .awaitUninterruptibly(CLOSE_MILLIS);
    }
}
