package io.lethe.node.rpc;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.lethe.node.base.Clock;
import io.lethe.node.metadata.raft.RaftAddress;
import io.lethe.node.metadata.raft.RaftTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Raft messages over gRPC: one stream to each node that is called ({@link RaftLink}), one from each
 * that calls ({@link RaftStreams}). Owns the streams and one thread for time-outs; channels and
 * server belong to the node, which gives them mutual TLS. Safe for any thread.
 */
public final class RaftGrpcTransport implements RaftTransport {
    /**
     * A broken channel waits longer and longer before it connects again, up to two minutes; this is
     * how often a call may end the wait.
     */
    private static final long LEAST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final RaftAddress self;
    private final Function<RaftAddress, ManagedChannel> channels;
    private final Clock clock;
    private final RaftStreams incoming = new RaftStreams();
    private final Map<RaftAddress, RaftLink> links = new ConcurrentHashMap<>();
    private final Map<RaftAddress, Long> retriedNanos = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer;
    private volatile boolean closed;

    /**
     * @param self as others address this node
     * @param channels one channel per node, the same each time; their messages may have {@link
     *     RaftTransport#MOST_PAYLOAD_BYTES} and a little more
     */
    public RaftGrpcTransport(
            RaftAddress self, Function<RaftAddress, ManagedChannel> channels, Clock clock) {
        this.self = self;
        this.channels = channels;
        this.clock = clock;
        ScheduledThreadPoolExecutor pool =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().name("raft-rpc-timeout").daemon().factory());
        pool.setRemoveOnCancelPolicy(true);
        this.timer = pool;
    }

    /** To be bound to the node's gRPC server. */
    public BindableService service() {
        return incoming;
    }

    @Override
    public void serve(Service service) {
        incoming.serve(service);
    }

    @Override
    public void call(RaftAddress to, Message request, long timeoutNanos, Callback callback) {
        if (closed) {
            callback.failed(Failure.DISCONNECTED, "the transport is closed");
            return;
        }
        link(to).call(request, timeoutNanos, callback);
    }

    private RaftLink link(RaftAddress to) {
        RaftLink present = links.get(to);
        if (present != null && present.isOpen()) {
            return present;
        }
        return links.compute(
                to, (address, old) -> old != null && old.isOpen() ? old : connect(address));
    }

    private RaftLink connect(RaftAddress to) {
        ManagedChannel channel = channels.apply(to);
        long now = clock.nanos();
        Long last = retriedNanos.get(to);
        if (last == null || now - last >= LEAST_RETRY_NANOS) {
            retriedNanos.put(to, now);
            channel.resetConnectBackoff();
        }
        return new RaftLink(self, to, channel, timer);
    }

    @Override
    public void disconnect(RaftAddress to) {
        RaftLink link = links.remove(to);
        if (link != null) {
            link.end("disconnected");
        }
    }

    @Override
    public void close() {
        closed = true;
        List<RaftLink> open = new ArrayList<>(links.values());
        links.clear();
        open.forEach(link -> link.end("the transport is closed"));
        incoming.close();
        timer.shutdownNow();
    }
}
