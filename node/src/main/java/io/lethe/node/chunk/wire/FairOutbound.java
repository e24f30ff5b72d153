package io.lethe.node.chunk.wire;

import io.lethe.node.base.Clock;
import io.netty.channel.ChannelFuture;
import java.util.ArrayDeque;

/**
 * Shares one connection among the streams that have data to send: one frame each in turn, and no
 * more than {@link #MOST_IN_FLIGHT} bytes handed to the transport, so that a frame of a newcomer
 * waits for at most that much. Frames without a body don't pass here. Event loop only.
 */
final class FairOutbound {
    /** 1 MiB: four full frames, about 1 ms of a 10 Gbit/s link, and more than a socket's buffer. */
    static final int MOST_IN_FLIGHT = 1 << 20;

    /** A stream with frames to send. */
    abstract static class Source {
        private boolean queued;

        /** Writes one frame and tells {@link #sent}; true when another is ready already. */
        abstract boolean writeFrame();
    }

    private final Clock clock;
    private final ArrayDeque<Source> ring = new ArrayDeque<>();
    private int inFlightBytes;
    private long progressNanos;

    FairOutbound(Clock clock) {
        this.clock = clock;
    }

    /** {@code source} has a frame to send; harmless when it is known already. */
    void ready(Source source) {
        if (!source.queued) {
            source.queued = true;
            ring.add(source);
        }
        pump();
    }

    /** {@code source} has nothing to send any more. */
    void remove(Source source) {
        if (source.queued) {
            source.queued = false;
            ring.remove(source);
        }
    }

    /** A frame was handed to the transport, which answers by {@code taken}. */
    void sent(int bytes, ChannelFuture taken) {
        if (inFlightBytes == 0) {
            progressNanos = clock.nanos();
        }
        inFlightBytes += bytes;
        taken.addListener(
                done -> {
                    inFlightBytes -= bytes;
                    progressNanos = clock.nanos();
                    if (done.isSuccess()) {
                        pump();
                    }
                });
    }

    /** Whether bytes are under way and the peer has taken none for {@code nanos}. */
    boolean stalled(long nanos) {
        return inFlightBytes > 0 && clock.nanos() - progressNanos >= nanos;
    }

    private void pump() {
        while (inFlightBytes < MOST_IN_FLIGHT) {
            Source next = ring.poll();
            if (next == null) {
                return;
            }
            next.queued = false;
            if (next.writeFrame() && !next.queued) {
                next.queued = true;
                ring.add(next);
            }
        }
    }
}
