package io.lethe.node.http;

import io.lethe.node.base.metrics.Metrics;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.group.ChannelGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts connections, in all and per address, and closes those past the bounds before a byte of
 * them is read. Shared by all connections of a door; safe for any thread.
 */
@ChannelHandler.Sharable
final class Admission extends ChannelInboundHandlerAdapter {
    private final HttpSettings settings;
    private final ChannelGroup channels;
    private final AtomicInteger open = new AtomicInteger();
    private final Map<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();
    private final HttpFigures figures;

    Admission(HttpSettings settings, ChannelGroup channels, Metrics metrics) {
        this.settings = settings;
        this.channels = channels;
        this.figures = new HttpFigures(settings.door(), metrics, open::get);
    }

    HttpFigures figures() {
        return figures;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        InetAddress address = address(context.channel());
        int all = open.incrementAndGet();
        int same = byAddress.merge(address, 1, Integer::sum);
        context.channel().closeFuture().addListener(_ -> forget(address));
        if (all > settings.connections()) {
            figures.rejected("connections");
            var _ = context.close();
        } else if (same > settings.connectionsPerAddress()) {
            figures.rejected("connections per address");
            var _ = context.close();
        } else {
            channels.add(context.channel());
            context.fireChannelActive();
        }
    }

    private void forget(InetAddress address) {
        open.decrementAndGet();
        byAddress.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
    }

    static InetAddress address(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress remote
                ? remote.getAddress()
                : InetAddress.getLoopbackAddress();
    }
}
