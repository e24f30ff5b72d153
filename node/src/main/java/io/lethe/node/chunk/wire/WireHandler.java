package io.lethe.node.chunk.wire;

import io.lethe.node.base.Clock;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.model.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both ends of a connection do alike: cut frames, answer PING, notice a silent or stuck peer,
 * close on a violation, gather flushes. All state belongs to the channel's event loop.
 *
 * <p>A side that heard nothing for one ping interval sends PING, and closes after two. It also
 * closes when it has data under way and the peer took none for two intervals.
 */
abstract class WireHandler extends ChannelInboundHandlerAdapter implements FrameReader.Listener {
    private static final Logger log = LoggerFactory.getLogger(WireHandler.class);

    final Channel channel;
    final Clock clock;
    final WireCounters counters;
    final FairOutbound outbound;
    private final long pingNanos;
    private final FrameReader frames = new FrameReader(this);
    private @Nullable ScheduledFuture<?> ticks;
    private long heardNanos;
    private boolean deaf;
    private boolean flushQueued;

    WireHandler(Channel channel, Clock clock, WireCounters counters, long pingNanos) {
        this.channel = channel;
        this.clock = clock;
        this.counters = counters;
        this.pingNanos = pingNanos;
        this.outbound = new FairOutbound(clock);
    }

    /** The connection is up; called once. */
    abstract void onOpen();

    /** All frames of one read from the socket have been handed over. */
    void onReadComplete() {}

    /** The connection is gone; called once, also when it never came up. */
    abstract void onClosed();

    @Override
    public final void channelActive(ChannelHandlerContext context) {
        heardNanos = clock.nanos();
        ticks =
                channel.eventLoop()
                        .scheduleWithFixedDelay(
                                this::tick, pingNanos, pingNanos, TimeUnit.NANOSECONDS);
        onOpen();
    }

    @Override
    public final void channelInactive(ChannelHandlerContext context) {
        deaf = true;
        if (ticks != null) {
            var _ = ticks.cancel(false);
        }
        onClosed();
    }

    @Override
    public final void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (!deaf) {
                heardNanos = clock.nanos();
                counters.in(in.readableBytes());
                frames.feed(in);
            }
        } catch (ProtocolViolation | Decoder.CorruptEncoding | IllegalArgumentException violation) {
            violated(String.valueOf(violation.getMessage()));
        } finally {
            in.release();
        }
    }

    @Override
    public final void channelReadComplete(ChannelHandlerContext context) {
        onReadComplete();
    }

    @Override
    public final void channelWritabilityChanged(ChannelHandlerContext context) {
        onWritability();
    }

    /** Whether nothing more is read: violated, failed or closed. */
    final boolean deaf() {
        return deaf;
    }

    /** The transport's queue has passed one of its marks. */
    void onWritability() {}

    @Override
    public final void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        deaf = true;
        if (tlsFault(cause)) {
            counters.happened(WireCounters.Event.TLS_FAILURE);
            log.info("TLS with {} failed: {}", channel.remoteAddress(), cause.getMessage());
        } else if (!(cause instanceof IOException)) {
            log.error("closing the connection to {}", channel.remoteAddress(), cause);
        }
        var _ = channel.close();
    }

    private static boolean tlsFault(Throwable cause) {
        return cause instanceof SSLException || cause.getCause() instanceof SSLException;
    }

    /** Tells the peer why, and closes. */
    final void violated(String why) {
        if (deaf) {
            return;
        }
        deaf = true;
        counters.happened(WireCounters.Event.VIOLATION);
        log.warn("closing the connection to {}: {}", channel.remoteAddress(), why);
        channel.config().setAutoRead(false);
        byte[] fields = Reply.error(ErrorCode.INVALID_ARGUMENT, why);
        write(FrameHead.of(FrameType.ERROR, 0, fields)).addListener(ChannelFutureListener.CLOSE);
    }

    /** Writes a frame without a body; it is flushed when the loop has done its other work. */
    final ChannelFuture write(FrameHead head) {
        counters.out(head.headBytes());
        ChannelFuture written = channel.write(head.encode(channel.alloc()));
        flushSoon();
        return written;
    }

    /** Writes a data frame; {@code body} is a buffer or file region of the head's body length. */
    final ChannelFuture write(FrameHead head, Object body) {
        counters.out(head.headBytes() + head.bodyBytes());
        var _ = channel.write(head.encode(channel.alloc()));
        ChannelFuture written = channel.write(body);
        written.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        outbound.sent(head.headBytes() + head.bodyBytes(), written);
        flushSoon();
        return written;
    }

    private void flushSoon() {
        if (!flushQueued) {
            flushQueued = true;
            if (!toLoop(this::flush)) {
                flush();
            }
        }
    }

    private void flush() {
        flushQueued = false;
        channel.flush();
    }

    /** Runs {@code body} on the event loop; false when the loop has been shut down. */
    final boolean toLoop(Runnable body) {
        try {
            channel.eventLoop().execute(body);
            return true;
        } catch (RejectedExecutionException closing) {
            return false;
        }
    }

    /** Runs {@code body} on the event loop after a time. */
    final ScheduledFuture<?> later(long nanos, Runnable body) {
        return channel.eventLoop().schedule(body, nanos, TimeUnit.NANOSECONDS);
    }

    private void tick() {
        long silentNanos = clock.nanos() - heardNanos;
        if (silentNanos >= 2 * pingNanos || outbound.stalled(2 * pingNanos)) {
            counters.happened(WireCounters.Event.SILENT_PEER);
            log.info("closing the connection to {}: it is stuck", channel.remoteAddress());
            var _ = channel.close();
        } else if (silentNanos >= pingNanos - pingNanos / 8) {
            var _ = write(FrameHead.of(FrameType.PING, 0));
        }
    }
}
