package io.lethe.node.chunk.wire;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PgId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The devices of the cluster over the data plane: one connection per node, made when first needed.
 * Any thread may call; promises are completed on event loops, so callbacks must not block.
 */
public final class DataPlaneClient implements ChunkPeers, AutoCloseable {
    /** Reports of corrupt chunks under way at once; a device that is bad all over sends no more. */
    private static final int MOST_REPORTS = 16;

    /** Time for a device to read one whole chunk again. */
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(30);

    final DataPlaneClientConfig config;
    final WireLoops loops;
    final Tasks tasks;
    final Clock clock;
    final RandomSource random;
    final WireObserver observer;
    final @Nullable TlsContexts tls;
    final WireCounters counters;

    /** Whether its requests say that they are work in the background. */
    final boolean background;

    private final DeviceDirectory directory;
    private final ConcurrentHashMap<InetSocketAddress, Peer> peers;
    private final AtomicInteger reports;
    private final AtomicBoolean closed;

    /**
     * @param random for the jitter of reconnects; used from event loops, so it must be safe there
     * @param tls null for plaintext
     */
    public DataPlaneClient(
            DataPlaneClientConfig config,
            WireLoops loops,
            Tasks tasks,
            DeviceDirectory directory,
            RandomSource random,
            WireObserver observer,
            @Nullable TlsContexts tls) {
        this.config = config;
        this.loops = loops;
        this.tasks = tasks;
        this.clock = tasks.clock();
        this.directory = directory;
        this.random = random;
        this.observer = observer;
        this.tls = tls;
        background = false;
        counters = new WireCounters();
        peers = new ConcurrentHashMap<>();
        reports = new AtomicInteger();
        closed = new AtomicBoolean();
    }

    /** The other's connections and figures, for work in the background. */
    private DataPlaneClient(DataPlaneClient other) {
        config = other.config;
        loops = other.loops;
        tasks = other.tasks;
        clock = other.clock;
        directory = other.directory;
        random = other.random;
        observer = other.observer;
        tls = other.tls;
        background = true;
        counters = other.counters;
        peers = other.peers;
        reports = other.reports;
        closed = other.closed;
    }

    @Override
    public ChunkPeers background() {
        return background ? this : new DataPlaneClient(this);
    }

    public WireCounters counters() {
        return counters;
    }

    @Override
    public Sink write(DeviceId device, Ticket ticket, ChunkHeader header, long deadlineNanos) {
        Target target = target(device);
        ClientWrite write =
                new ClientWrite(
                        this,
                        new Request.WriteOpen(ticket, device, header),
                        target.peer.loop(),
                        deadlineNanos);
        submit(target, write);
        return write;
    }

    @Override
    public Promise<byte[]> read(
            DeviceId device,
            Ticket ticket,
            ChunkKey key,
            long offset,
            int lengthBytes,
            long deadlineNanos) {
        Promise<byte[]> promise = tasks.promise();
        Request.Read read;
        try {
            read = new Request.Read(ticket, device, key, offset, lengthBytes);
        } catch (IllegalArgumentException outside) {
            promise.fail(
                    new StoreException(
                            ErrorCode.INVALID_ARGUMENT, String.valueOf(outside.getMessage())));
            return promise;
        }
        Target target = target(device);
        submit(target, new ClientRead(this, read, target.peer.loop(), deadlineNanos, promise));
        return promise;
    }

    @Override
    public Promise<Boolean> delete(
            DeviceId device, Ticket ticket, ChunkKey key, long deadlineNanos) {
        return ask(
                ofChunk(FrameType.DELETE, ticket, device, key),
                deadlineNanos,
                DataPlaneClient::done);
    }

    @Override
    public Promise<Boolean> doom(
            DeviceId device, Ticket ticket, ChunkKey anyChunk, long deadlineNanos) {
        return ask(
                ofChunk(FrameType.DOOM, ticket, device, anyChunk),
                deadlineNanos,
                DataPlaneClient::done);
    }

    @Override
    public Promise<ChunkStore.Verdict> verify(
            DeviceId device, Ticket inspect, ChunkKey key, long deadlineNanos) {
        return ask(ofChunk(FrameType.VERIFY, inspect, device, key), deadlineNanos, Reply::verdict);
    }

    @Override
    public Promise<List<ChunkStore.ChunkInfo>> unresolved(
            DeviceId device, Ticket inspect, long beforeMillis, int limit, long deadlineNanos) {
        return ask(
                new Request.Unresolved(inspect, device, beforeMillis, limit),
                deadlineNanos,
                Reply::chunks);
    }

    /** Erases one chunk; done when overwritten, read back and deleted. */
    public Promise<ChunkStore.EraseReceipt> erase(
            DeviceId device, Ticket ticket, ChunkKey key, long deadlineNanos) {
        return ask(
                ofChunk(FrameType.ERASE, ticket, device, key),
                deadlineNanos,
                in -> Reply.receipt(key, in));
    }

    /** A device's figures. */
    public Promise<ChunkStore.Status> status(DeviceId device, Ticket inspect, long deadlineNanos) {
        return ask(new Request.Status(inspect, device), deadlineNanos, Reply::status);
    }

    @Override
    public Promise<List<ChunkStore.ChunkInfo>> list(
            DeviceId device,
            Ticket inspect,
            PgId pg,
            @Nullable ChunkKey after,
            int limit,
            long deadlineNanos) {
        return ask(
                new Request.ListChunks(inspect, device, pg, after, limit),
                deadlineNanos,
                Reply::chunks);
    }

    @Override
    public Promise<Boolean> refuseBelow(
            DeviceId device, Ticket ticket, PgId pg, int epoch, long deadlineNanos) {
        return ask(
                new Request.RefuseBelow(ticket, device, pg, epoch),
                deadlineNanos,
                DataPlaneClient::done);
    }

    private static Request ofChunk(FrameType type, Ticket ticket, DeviceId device, ChunkKey key) {
        return new Request.OfChunk(type, ticket, device, key);
    }

    private static Boolean done(Decoder nothing) {
        nothing.end();
        return true;
    }

    private <T> Promise<T> ask(Request request, long deadlineNanos, Function<Decoder, T> decode) {
        Promise<T> promise = tasks.promise();
        Target target = target(request.device());
        submit(
                target,
                new ClientUnary<>(
                        this, request, target.peer.loop(), deadlineNanos, promise, decode));
        return promise;
    }

    /** Has the device look at a chunk that arrived damaged; its answer is not waited for. */
    void report(Request.Read read) {
        if (reports.incrementAndGet() > MOST_REPORTS) {
            reports.decrementAndGet();
            return;
        }
        verify(read.device(), read.ticket(), read.chunk(), clock.nanos() + REPORT_NANOS)
                .whenDone((_, _) -> reports.decrementAndGet());
    }

    /**
     * Where a call goes.
     *
     * @param refusal why it can't go at all; null when it can
     */
    private record Target(Peer peer, @Nullable StoreException refusal) {}

    private Target target(DeviceId device) {
        Optional<InetSocketAddress> address = directory.addressOf(device);
        if (address.isEmpty()) {
            return nowhere("device " + device + " is on no node that is up: try another device");
        }
        Peer known = peers.get(address.get());
        if (known != null) {
            return new Target(known, null);
        }
        if (peers.size() >= config.mostPeers()) {
            peers.values().removeIf(peer -> !peer.connected());
        }
        if (peers.size() >= config.mostPeers()) {
            return nowhere("connections to " + config.mostPeers() + " nodes are open already");
        }
        return new Target(peers.computeIfAbsent(address.get(), this::peer), null);
    }

    private Peer peer(InetSocketAddress address) {
        return new Peer(this, address, loops.group().next());
    }

    private Target nowhere(String why) {
        InetSocketAddress none = InetSocketAddress.createUnresolved("none", 0);
        return new Target(peer(none), new StoreException(ErrorCode.UNAVAILABLE, why));
    }

    private void submit(Target target, ClientCall call) {
        counters.streams.incrementAndGet();
        StoreException refusal = closed.get() ? closedFailure() : target.refusal;
        try {
            target.peer
                    .loop()
                    .execute(
                            () -> {
                                if (refusal != null) {
                                    call.fail(refusal);
                                } else {
                                    target.peer.accept(call);
                                }
                            });
        } catch (RejectedExecutionException loopsClosed) {
            call.fail(closedFailure());
        }
    }

    static StoreException closedFailure() {
        return new StoreException(
                ErrorCode.UNAVAILABLE, "this node's data plane is closed: it is shutting down");
    }

    /** Closes every connection; calls under way fail with UNAVAILABLE. */
    @Override
    public void close() {
        closed.set(true);
        for (Peer peer : peers.values()) {
            try {
                peer.loop().execute(peer::close);
            } catch (RejectedExecutionException loopsClosed) {
                return;
            }
        }
    }
}
