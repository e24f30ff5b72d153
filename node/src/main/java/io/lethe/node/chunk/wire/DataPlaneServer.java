package io.lethe.node.chunk.wire;

import io.lethe.node.model.DeviceId;
import io.lethe.node.model.StoreException;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Serves this node's devices to other nodes and to holders of tickets. Owns its connections, and
 * the port where it was given none; loops, devices and TLS contexts belong to whoever composes the
 * node. Blocking work is done by the devices' pools, everything else by the event loops.
 */
public final class DataPlaneServer implements AutoCloseable {
    /** How long closing waits for the pools to let go of streams: a sync on a slow disk. */
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    final DataPlaneServerConfig config;
    final Map<DeviceId, ServedDevice> devices;
    final TicketCheck tickets;
    final WireEnvironment environment;
    final WireCounters counters = new WireCounters();
    final BufferBudget buffers;
    final FramePool frames = new FramePool();
    final PageWarmer warmer = new PageWarmer();
    private final WireLoops loops;
    private final @Nullable TlsContexts tls;
    private final ChannelGroup connections =
            new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private @Nullable DataPort port;
    private @Nullable DataPort ownPort;
    private volatile boolean closed;

    /**
     * @param devices looked up at each request, so a concurrent map may change while it serves
     * @param tls null for plaintext
     * @throws IllegalArgumentException when it would take plaintext from the network unasked
     */
    public DataPlaneServer(
            DataPlaneServerConfig config,
            WireLoops loops,
            Map<DeviceId, ServedDevice> devices,
            TicketCheck tickets,
            WireEnvironment environment,
            @Nullable TlsContexts tls) {
        config.checkPlaintext(tls != null);
        this.config = config;
        this.loops = loops;
        this.devices = devices;
        this.tickets = tickets;
        this.environment = environment;
        this.tls = tls;
        this.buffers = new BufferBudget(config.mostBufferedBytes());
    }

    /**
     * Serves on a port of its own, which it listens on from here on.
     *
     * @throws StoreException UNAVAILABLE when the address can't be had; it names it
     */
    public synchronized void start() {
        DataPort own = DataPort.bind(config.listen(), loops);
        ownPort = own;
        start(own);
    }

    /** Serves on a port, which goes back to its owner when this server is closed. */
    public synchronized void start(DataPort taken) {
        port = taken;
        taken.serve(this::accept);
    }

    private void accept(Channel channel) {
        if (closed || counters.connections.get() >= config.mostConnections()) {
            counters.rejected(WireCounters.Rejection.CONNECTIONS);
            var _ = channel.close();
            return;
        }
        counters.connections.incrementAndGet();
        channel.closeFuture().addListener(_ -> counters.connections.decrementAndGet());
        connections.add(channel);
        if (tls != null) {
            channel.pipeline().addLast(tls.accepted(channel.alloc()));
        }
        channel.pipeline().addLast(new ServerConnection(channel, this));
    }

    /** Where it listens; with port 0 configured, the port that was picked. */
    public synchronized InetSocketAddress address() {
        if (port == null) {
            throw new IllegalStateException("the data plane has not been started");
        }
        return port.address();
    }

    public WireCounters counters() {
        return counters;
    }

    /** Bytes of the streams' buffers reserved now. */
    public long bufferedBytes() {
        return buffers.usedBytes();
    }

    boolean tls() {
        return tls != null;
    }

    boolean closed() {
        return closed;
    }

    /** A stream has let go of everything. */
    void released(long reservedBytes) {
        buffers.release(reservedBytes);
        if (counters.streams.decrementAndGet() == 0 && closed) {
            lock.lock();
            try {
                idle.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Closes every connection and waits, within bounds, until the devices are let go of. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (port != null) {
            port.serve(null);
        }
        if (ownPort != null) {
            ownPort.close();
        }
        var _ = connections.close().awaitUninterruptibly(CLOSE_NANOS, TimeUnit.NANOSECONDS);
        try {
            awaitReleased(environment.clock().nanos() + CLOSE_NANOS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        warmer.close();
    }

    private void awaitReleased(long deadlineNanos) throws InterruptedException {
        lock.lock();
        try {
            long leftNanos = deadlineNanos - environment.clock().nanos();
            while (counters.streams.get() > 0 && leftNanos > 0) {
                leftNanos = idle.awaitNanos(leftNanos);
            }
        } finally {
            lock.unlock();
        }
    }
}
