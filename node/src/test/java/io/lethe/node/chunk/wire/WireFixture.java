package io.lethe.node.chunk.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import io.lethe.node.model.WriteId;
import io.netty.channel.epoll.Epoll;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A server with one device, a client, and what tests ask of them. */
final class WireFixture implements AutoCloseable {
    static final Id128 CLUSTER = new Id128(1, 2);
    static final Bytes GOOD_MAC = Bytes.wrap(new byte[Ticket.MAC_BYTES]);
    static final Bytes BAD_MAC = Bytes.hex("ff".repeat(Ticket.MAC_BYTES));
    static final PgId PG = new PgId(7);
    static final int EPOCH = 3;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    final Clock clock = Clock.system();
    final Tasks tasks = new VirtualTasks(clock, (_, fault) -> this.faults.add(fault));
    final DeviceId device = new DeviceId(new Id128(3, 4));
    final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
    final FileBackedStore store;
    final ThreadPoolExecutor pool;
    final WireLoops loops;
    final Map<DeviceId, ServedDevice> devices = new ConcurrentHashMap<>();
    final @Nullable TlsContexts tls;
    DataPlaneServer server;
    DataPlaneClient client;
    volatile @Nullable InetSocketAddress address;

    WireFixture(Path directory) {
        this(directory, null, Epoll.isAvailable());
    }

    WireFixture(Path directory, @Nullable TlsContexts tls, boolean nativeEpoll) {
        this.tls = tls;
        this.store = new FileBackedStore(device, directory);
        this.pool = pool(4, 64);
        this.loops = WireLoops.open(2, nativeEpoll);
        devices.put(device, new ServedDevice(store, pool));
        server = server(serverConfig());
        client = client(clientConfig(), tls);
    }

    static ThreadPoolExecutor pool(int threads, int queue) {
        return new ThreadPoolExecutor(
                threads, threads, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(queue));
    }

    static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    static DataPlaneServerConfig serverConfig() {
        return DataPlaneServerConfig.defaults(CLUSTER, anyPort());
    }

    static DataPlaneClientConfig clientConfig() {
        return clientConfig(5_000);
    }

    /** As patient as a loaded test machine needs. */
    static DataPlaneClientConfig clientConfig(int pingMillis) {
        return new DataPlaneClientConfig(
                CLUSTER, 20_000, 20_000, 20, 1_000, 4_096, 4_096, pingMillis);
    }

    /** Starts a server, to which the client's directory points from now on. */
    DataPlaneServer server(DataPlaneServerConfig config) {
        DataPlaneServer started =
                new DataPlaneServer(
                        config,
                        loops,
                        devices,
                        WireFixture::checkMac,
                        new WireEnvironment(
                                clock, WireObserver.NONE, (_, fault) -> faults.add(fault)),
                        tls);
        started.start();
        address = started.address();
        return started;
    }

    DataPlaneClient client(DataPlaneClientConfig config, @Nullable TlsContexts clientTls) {
        return new DataPlaneClient(
                config,
                loops,
                tasks,
                wanted ->
                        wanted.equals(device) || devices.containsKey(wanted)
                                ? Optional.ofNullable(address)
                                : Optional.empty(),
                RandomSource.seeded(1),
                WireObserver.NONE,
                clientTls);
    }

    /** Puts other servers and clients in place of the ones made first. */
    void restart(DataPlaneServerConfig serverConfig, DataPlaneClientConfig clientConfig) {
        client.close();
        server.close();
        server = server(serverConfig);
        client = client(clientConfig, tls);
    }

    private static void checkMac(
            Ticket ticket, Ticket.Operation operation, DeviceId device, @Nullable ChunkKey chunk) {
        if (!ticket.mac().equals(GOOD_MAC)) {
            throw new StoreException(ErrorCode.TICKET_REFUSED, "the ticket's seal is broken");
        }
    }

    static ChunkKey key(long segment, int index) {
        return new ChunkKey(PG, new SegmentId(new Id128(9, segment)), index);
    }

    static Ticket ticket(Ticket.Operation operation, ChunkKey key) {
        return new Ticket(operation, key.pg(), EPOCH, key.segment(), 1, 1, 1, GOOD_MAC);
    }

    static Ticket inspect() {
        return ticket(
                Ticket.Operation.INSPECT,
                new ChunkKey(new PgId(0), new SegmentId(new Id128(0, 0)), 0));
    }

    static ChunkHeader header(ChunkKey key, long reserveBytes, int blockBytes) {
        return new ChunkHeader(
                key,
                EPOCH,
                new WriteId(new Id128(5, 6)),
                Bytes.wrap(new byte[ChunkHeader.OWNER_BYTES]),
                reserveBytes,
                blockBytes);
    }

    static byte[] bytes(long seed, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        RandomSource.seeded(seed).fill(bytes);
        return bytes;
    }

    long deadline() {
        return clock.nanos() + WAIT_NANOS;
    }

    long deadlineIn(int millis) {
        return clock.nanos() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    <T> T await(Promise<T> promise) {
        try {
            return promise.await(deadline());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("no answer in time", e);
        }
    }

    /** The code with which a promise fails. */
    ErrorCode failure(Promise<?> promise) {
        try {
            Object value = await(promise);
            throw new AssertionError("expected a failure, and it is done: " + value);
        } catch (StoreException failed) {
            return failed.code();
        }
    }

    ChunkPeers.Sink sink(ChunkKey key, long reserveBytes, int blockBytes) {
        return client.write(
                device,
                ticket(Ticket.Operation.WRITE, key),
                header(key, reserveBytes, blockBytes),
                deadline());
    }

    void write(ChunkKey key, byte[] bytes, int blockBytes) {
        ChunkPeers.Sink sink = sink(key, Math.max(1, bytes.length), blockBytes);
        await(sink.send(bytes, 0, bytes.length));
        await(sink.finish());
    }

    Promise<byte[]> read(ChunkKey key, long offset, int lengthBytes) {
        return client.read(
                device, ticket(Ticket.Operation.READ, key), key, offset, lengthBytes, deadline());
    }

    /** Waits until something holds that other threads bring about. */
    void until(String what, BooleanSupplier holds) {
        long deadline = deadline();
        while (!holds.getAsBoolean()) {
            assertThat(clock.nanos()).as("waiting until " + what).isLessThan(deadline);
            pause();
        }
    }

    private void pause() {
        try {
            tasks.sleep(500_000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Nothing is held once all is quiet. */
    void untilQuiet() {
        until("streams end", () -> server.counters().streams() == 0);
        until("the client's calls end", () -> client.counters().streams() == 0);
        until("buffers are given back", () -> server.bufferedBytes() == 0);
        until("writers are closed", () -> store.openWriters.get() == 0);
        until("slices are closed", () -> store.openSlices.get() == 0);
    }

    @Override
    public void close() {
        client.close();
        server.close();
        loops.close();
        pool.shutdownNow();
        store.close();
        if (tls != null) {
            tls.close();
        }
        assertThat(faults).as("faults reported").isEmpty();
    }
}
