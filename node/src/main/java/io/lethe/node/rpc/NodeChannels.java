package io.lethe.node.rpc;

import io.grpc.ManagedChannel;
import io.lethe.node.base.Clock;
import io.lethe.node.model.NodeId;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * One channel per node address, opened when first asked for. Callbacks run on the channels' own
 * threads, so they must not block. Owns the channels. Safe for any thread.
 */
public final class NodeChannels implements AutoCloseable {
    /** Where a node serves gRPC. */
    public record Address(String host, int port) {}

    /**
     * A broken channel waits longer and longer before it connects again, up to two minutes; a call
     * to it ends the wait, but not more often than this.
     */
    private static final long LEAST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private record Open(ManagedChannel channel, AtomicLong retriedNanos) {}

    private final ChannelFactory factory;
    private final Function<NodeId, Optional<Address>> addresses;
    private final Clock clock;
    private final ConcurrentMap<Address, Open> open = new ConcurrentHashMap<>();

    /**
     * @param addresses where nodes are, as the directory or the bootstrap says
     */
    public NodeChannels(
            ChannelFactory factory, Function<NodeId, Optional<Address>> addresses, Clock clock) {
        this.factory = factory;
        this.addresses = addresses;
        this.clock = clock;
    }

    /** Empty when nobody knows where the node is. */
    public Optional<ManagedChannel> to(NodeId node) {
        return addresses.apply(node).map(address -> at(address).channel());
    }

    /** The one channel to an address. */
    public ManagedChannel channel(Address address) {
        return at(address).channel();
    }

    private Open at(Address address) {
        return open.computeIfAbsent(
                address,
                it -> new Open(factory.open(it.host(), it.port()), new AtomicLong(clock.nanos())));
    }

    /** The node did not answer: connect anew rather than wait. */
    public void failed(NodeId node) {
        addresses.apply(node).map(open::get).ifPresent(this::reconnect);
    }

    private void reconnect(Open broken) {
        long now = clock.nanos();
        long last = broken.retriedNanos().get();
        if (now - last >= LEAST_RETRY_NANOS && broken.retriedNanos().compareAndSet(last, now)) {
            broken.channel().resetConnectBackoff();
        }
    }

    @Override
    public void close() {
        open.values().forEach(one -> one.channel().shutdownNow());
        open.clear();
    }
}
