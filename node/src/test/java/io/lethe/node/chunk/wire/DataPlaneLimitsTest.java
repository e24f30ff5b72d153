package io.lethe.node.chunk.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Back-pressure, deadlines, cancels, lost peers, and what happens at each limit. */
final class DataPlaneLimitsTest {
    @TempDir Path directory;
    private WireFixture wire;
    private final CountDownLatch gate = new CountDownLatch(1);

    @BeforeEach
    void open() {
        wire = new WireFixture(directory);
    }

    @AfterEach
    void nothingIsLeftOver() {
        gate.countDown();
        wire.untilQuiet();
        wire.close();
    }

    private void pass() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static DataPlaneServerConfig limits(
            int connections, int streamsEach, int streams, long buffered) {
        return new DataPlaneServerConfig(
                WireFixture.CLUSTER,
                WireFixture.anyPort(),
                false,
                connections,
                streamsEach,
                streams,
                DataPlaneServerConfig.LEAST_WINDOW,
                buffered,
                5_000);
    }

    private static DataPlaneServerConfig serverPings(int pingMillis) {
        return new DataPlaneServerConfig(
                WireFixture.CLUSTER,
                WireFixture.anyPort(),
                false,
                256,
                1_024,
                4_096,
                768 << 10,
                96L << 20,
                pingMillis);
    }

    @Test
    void aSlowDeviceHoldsUpOnlyItsOwnStreamAndLittleMemory() {
        DeviceId slow = new DeviceId(new Id128(7, 7));
        FileBackedStore slowStore = new FileBackedStore(slow, directory);
        ThreadPoolExecutor slowPool = WireFixture.pool(1, 8);
        wire.devices.put(slow, new ServedDevice(slowStore, slowPool));
        slowStore.beforeAppend = this::pass;
        ChunkKey key = WireFixture.key(1, 0);
        int length = 20 << 20;
        ChunkPeers.Sink stuck =
                wire.client.write(
                        slow,
                        WireFixture.ticket(Ticket.Operation.WRITE, key),
                        WireFixture.header(key, length, 65_540),
                        wire.deadline());
        byte[] bytes = WireFixture.bytes(1, length);
        Promise<Boolean> taken = stuck.send(bytes, 0, length);
        wire.until("the device holds it up", () -> wire.server.counters().queueDepth() == 1);

        byte[] other = WireFixture.bytes(2, 5 << 20);
        wire.write(WireFixture.key(2, 0), other, 65_540);
        assertThat(wire.await(wire.read(WireFixture.key(2, 0), 0, other.length))).isEqualTo(other);

        assertThat(taken.isDone()).isFalse();
        assertThat(wire.server.bufferedBytes()).isLessThanOrEqualTo(768 << 10);
        assertThat(wire.server.counters().bytesIn())
                .isLessThan((768 << 10) + other.length + (64 << 10));
        gate.countDown();
        wire.await(taken);
        wire.await(stuck.finish());
        wire.until("the slow device is let go of", () -> slowStore.openWriters.get() == 0);
        assertThat(slowStore.appendedBytes.get()).isEqualTo(length);
        slowPool.shutdown();
        slowStore.close();
    }

    @Test
    void aReadThatWaitsForItsDeviceLetsOthersPass() {
        ChunkKey key = WireFixture.key(1, 0);
        byte[] bytes = WireFixture.bytes(1, 2 << 20);
        wire.write(key, bytes, 65_540);
        AtomicInteger calls = new AtomicInteger();
        wire.store.beforeOpen =
                () -> {
                    if (calls.incrementAndGet() == 1) {
                        pass();
                    }
                };
        Promise<byte[]> first = wire.read(key, 0, bytes.length);
        wire.until("the first read is at the device", () -> calls.get() == 1);
        assertThat(wire.await(wire.read(key, 0, bytes.length))).isEqualTo(bytes);
        assertThat(first.isDone()).isFalse();
        gate.countDown();
        assertThat(wire.await(first)).isEqualTo(bytes);
    }

    @Test
    void aDeadlineEndsBothSides() {
        ChunkKey key = WireFixture.key(1, 0);
        wire.write(key, WireFixture.bytes(1, 1000), 256);
        AtomicInteger calls = new AtomicInteger();
        wire.store.beforeOpen =
                () -> {
                    calls.incrementAndGet();
                    pass();
                };
        Ticket ticket = WireFixture.ticket(Ticket.Operation.READ, key);
        Promise<byte[]> read =
                wire.client.read(wire.device, ticket, key, 0, 10, wire.deadlineIn(2_000));
        wire.until("the read is at the device", () -> calls.get() == 1);
        assertThat(wire.failure(read)).isEqualTo(ErrorCode.UNAVAILABLE);
        long passed =
                wire.client.counters().events(WireCounters.Event.DEADLINE)
                        + wire.server.counters().events(WireCounters.Event.DEADLINE);
        assertThat(passed).as("whichever side was first").isPositive();
        assertThat(wire.server.counters().streams())
                .as("a stuck device still counts against the limits")
                .isEqualTo(1);
        gate.countDown();
    }

    @Test
    void theServerEnforcesADeadlineByItself() {
        ChunkKey key = WireFixture.key(1, 0);
        Request.WriteOpen open =
                new Request.WriteOpen(
                        WireFixture.ticket(Ticket.Operation.WRITE, key),
                        wire.device,
                        WireFixture.header(key, 1000, 256));
        try (RawPeer raw = new RawPeer(wire.address)) {
            raw.send(RawPeer.hello());
            assertThat(raw.next().type()).isEqualTo(FrameType.OK);
            raw.send(RawPeer.encoded(new FrameHead(FrameType.WRITE_OPEN, 1, 50, 0, open.fields())));
            FrameHead answer = raw.next();
            assertThat(Reply.error(answer.fields()).code()).isEqualTo(ErrorCode.DEADLINE);
        }
    }

    @Test
    void aCancelStopsTheServer() {
        ChunkKey key = WireFixture.key(1, 0);
        AtomicInteger calls = new AtomicInteger();
        wire.store.beforeAppend =
                () -> {
                    calls.incrementAndGet();
                    pass();
                };
        ChunkPeers.Sink sink = wire.sink(key, 10 << 20, 65_540);
        Promise<Boolean> taken = sink.send(WireFixture.bytes(1, 10 << 20), 0, 10 << 20);
        // Not only queued for the device: a cancel that overtakes the opening leaves no writer.
        wire.until("the device holds it up", () -> calls.get() == 1);
        sink.abort();
        assertThat(wire.failure(taken)).isEqualTo(ErrorCode.UNAVAILABLE);
        gate.countDown();
        wire.until("the writer is closed", () -> wire.store.aborted.get() == 1);
        assertThat(wire.server.counters().events(WireCounters.Event.CANCEL)).isEqualTo(1);
    }

    @Test
    void aLostClientsChunksAreDropped() {
        ChunkPeers.Sink sink = wire.sink(WireFixture.key(1, 0), 1 << 20, 4096);
        wire.await(sink.send(WireFixture.bytes(1, 1000), 0, 1000));
        wire.until("the chunk has begun", () -> wire.store.openWriters.get() == 1);
        wire.client.close();
        wire.until("the writer is closed", () -> wire.store.aborted.get() == 1);
        assertThat(wire.failure(sink.finish())).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void aLostServerFailsWhatIsUnderWayAndIsFoundAgain() {
        wire.store.beforeFinish = this::pass;
        ChunkKey key = WireFixture.key(1, 0);
        ChunkPeers.Sink sink = wire.sink(key, 1000, 256);
        wire.await(sink.send(WireFixture.bytes(1, 1000), 0, 1000));
        Promise<Boolean> finish = sink.finish();
        wire.until("the device holds it up", () -> wire.server.counters().queueDepth() == 1);
        gate.countDown();
        wire.server.close();
        try {
            wire.await(finish);
        } catch (io.lethe.node.model.StoreException lost) {
            assertThat(lost.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        }
        assertThat(wire.failure(wire.read(key, 0, 1))).isEqualTo(ErrorCode.UNAVAILABLE);
        wire.server = wire.server(DataPlaneServerConfig.defaults(WireFixture.CLUSTER, same()));
        wire.until(
                "the client is back",
                () -> {
                    Promise<byte[]> read = wire.read(WireFixture.key(9, 0), 0, 1);
                    return wire.failure(read) == ErrorCode.NO_SUCH_CHUNK;
                });
    }

    private InetSocketAddress same() {
        InetSocketAddress address = wire.address;
        return address == null ? WireFixture.anyPort() : address;
    }

    @Test
    void aRefusedConnectionFailsAtOnceAndIsNotTriedInAStorm() {
        wire.server.close();
        long start = wire.clock.nanos();
        for (int i = 0; i < 200; i++) {
            assertThat(wire.failure(wire.read(WireFixture.key(1, 0), 0, 1)))
                    .isEqualTo(ErrorCode.UNAVAILABLE);
        }
        assertThat(wire.clock.nanos() - start).isLessThan(60_000_000_000L);
        assertThat(wire.client.counters().events(WireCounters.Event.CONNECT_FAILURE))
                .isBetween(1L, 100L);
    }

    @Test
    void aFullPoolIsOverloaded() {
        wire.store.beforeOpen = this::pass;
        List<Promise<byte[]>> reads = new ArrayList<>();
        for (int i = 0; i < 4 + 64; i++) {
            reads.add(wire.read(WireFixture.key(1, 0), 0, 1));
        }
        wire.until("the pool is full", () -> wire.server.counters().queueDepth() == 68);
        assertThat(wire.failure(wire.read(WireFixture.key(1, 0), 0, 1)))
                .isEqualTo(ErrorCode.OVERLOADED);
        assertThat(wire.server.counters().rejections(WireCounters.Rejection.DEVICE_POOL))
                .isEqualTo(1);
        gate.countDown();
        reads.forEach(read -> assertThat(wire.failure(read)).isEqualTo(ErrorCode.NO_SUCH_CHUNK));
    }

    @Test
    void aWriteThatHasBegunWaitsForAFullPool() {
        ChunkPeers.Sink sink = wire.sink(WireFixture.key(2, 0), 1000, 256);
        wire.await(sink.send(WireFixture.bytes(1, 500), 0, 500));
        wire.until("the first half is there", () -> wire.store.appendedBytes.get() == 500);
        wire.store.beforeOpen = this::pass;
        List<Promise<byte[]>> reads = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            reads.add(wire.read(WireFixture.key(1, 0), 0, 1));
        }
        wire.until(
                "the pool is full",
                () ->
                        wire.server.counters().rejections(WireCounters.Rejection.DEVICE_POOL) > 0
                                && wire.server.counters().queueDepth() >= 67);
        wire.await(sink.send(WireFixture.bytes(2, 500), 0, 500));
        Promise<Boolean> finish = sink.finish();
        gate.countDown();
        wire.await(finish);
        reads.forEach(
                read ->
                        assertThat(wire.failure(read))
                                .isIn(ErrorCode.NO_SUCH_CHUNK, ErrorCode.OVERLOADED));
    }

    @Test
    void whatIsUnderWayEndsWhenTheNodeLetsGoOfTheDevice() {
        DeviceId device = new DeviceId(new Id128(7, 8));
        FileBackedStore store = new FileBackedStore(device, directory);
        ThreadPoolExecutor pool = WireFixture.pool(1, 8);
        Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
        wire.devices.put(
                device,
                new ServedDevice(
                        store, pool, (_, _, dropped) -> waiting.add(dropped), pool::isShutdown));
        ChunkPeers.Sink begun = sink(wire.client, device, 1);
        wire.await(begun.send(WireFixture.bytes(1, 500), 0, 500));
        wire.until("the first half is there", () -> store.appendedBytes.get() == 500);
        wire.until("the pool is idle", () -> wire.server.counters().queueDepth() == 0);
        ChunkPeers.Sink queued = sink(wire.client.background(), device, 2);
        wire.until("one waits for its turn", () -> !waiting.isEmpty());
        pool.shutdown();
        waiting.forEach(Runnable::run);
        for (ChunkPeers.Sink sink : List.of(begun, queued, sink(wire.client, device, 3))) {
            assertThatThrownBy(() -> wire.await(sink.finish()))
                    .hasMessageContaining("let go of the device")
                    .extracting(e -> ((StoreException) e).code())
                    .isEqualTo(ErrorCode.UNAVAILABLE);
        }
        wire.until("streams end", () -> wire.server.counters().streams() == 0);
        assertThat(wire.server.bufferedBytes()).isZero();
        assertThat(wire.server.counters().queueDepth()).isZero();
        store.close();
    }

    private ChunkPeers.Sink sink(ChunkPeers client, DeviceId device, int segment) {
        ChunkKey key = WireFixture.key(segment, 0);
        return client.write(
                device,
                WireFixture.ticket(Ticket.Operation.WRITE, key),
                WireFixture.header(key, 1_000, 256),
                wire.deadline());
    }

    @Test
    void tooManyStreamsAreOverloaded() {
        wire.restart(limits(256, 3, 2, 64 << 20), WireFixture.clientConfig());
        wire.store.beforeOpen = this::pass;
        Promise<byte[]> one = wire.read(WireFixture.key(1, 0), 0, 1);
        Promise<byte[]> two = wire.read(WireFixture.key(1, 0), 0, 1);
        wire.until("both are at the device", () -> wire.server.counters().queueDepth() == 2);
        assertThat(wire.failure(wire.read(WireFixture.key(1, 0), 0, 1)))
                .isEqualTo(ErrorCode.OVERLOADED);
        assertThat(wire.server.counters().rejections(WireCounters.Rejection.STREAMS)).isEqualTo(1);
        gate.countDown();
        assertThat(wire.failure(one)).isEqualTo(ErrorCode.NO_SUCH_CHUNK);
        assertThat(wire.failure(two)).isEqualTo(ErrorCode.NO_SUCH_CHUNK);
    }

    @Test
    void writesPastTheBufferBudgetAreOverloadedAndTheNextFit() {
        wire.restart(
                limits(256, 100, 100, DataPlaneServerConfig.LEAST_WINDOW),
                WireFixture.clientConfig());
        ChunkPeers.Sink one = wire.sink(WireFixture.key(1, 0), 1 << 20, 65_540);
        wire.until("it is admitted", () -> wire.server.bufferedBytes() > 0);
        ChunkPeers.Sink two = wire.sink(WireFixture.key(2, 0), 1 << 20, 65_540);
        assertThat(wire.failure(two.finish())).isEqualTo(ErrorCode.OVERLOADED);
        wire.await(one.finish());
        wire.until("the buffers are free", () -> wire.server.bufferedBytes() == 0);
        wire.write(WireFixture.key(3, 0), WireFixture.bytes(1, 2 << 20), 65_540);
    }

    @Test
    void tooManyConnectionsAreClosed() {
        wire.restart(limits(1, 100, 100, 64 << 20), WireFixture.clientConfig());
        try (RawPeer first = new RawPeer(wire.address)) {
            first.send(RawPeer.hello());
            assertThat(first.next().type()).isEqualTo(FrameType.OK);
            assertThat(wire.failure(wire.read(WireFixture.key(1, 0), 0, 1)))
                    .isEqualTo(ErrorCode.UNAVAILABLE);
        }
        assertThat(wire.server.counters().rejections(WireCounters.Rejection.CONNECTIONS))
                .isEqualTo(1);
    }

    @Test
    void aSilentClientIsDropped() {
        wire.restart(serverPings(50), WireFixture.clientConfig());
        try (RawPeer raw = new RawPeer(wire.address)) {
            raw.send(RawPeer.hello());
            assertThat(raw.closedByServer()).isTrue();
        }
        assertThat(wire.server.counters().events(WireCounters.Event.SILENT_PEER)).isEqualTo(1);
    }

    @Test
    void aClientThatNeverGreetsIsDropped() {
        wire.restart(serverPings(50), WireFixture.clientConfig());
        try (RawPeer raw = new RawPeer(wire.address)) {
            assertThat(raw.closedByServer()).isTrue();
        }
    }

    @Test
    void idlePeersThatAnswerStayConnected() {
        wire.restart(serverPings(250), WireFixture.clientConfig(250));
        assertThat(wire.failure(wire.read(WireFixture.key(1, 0), 0, 1)))
                .isEqualTo(ErrorCode.NO_SUCH_CHUNK);
        long out = wire.server.counters().bytesOut();
        wire.until("several pings went", () -> wire.server.counters().bytesOut() > out + 3 * 28);
        assertThat(wire.client.counters().connections()).isEqualTo(1);
        assertThat(wire.client.counters().events(WireCounters.Event.SILENT_PEER)).isZero();
    }

    @Test
    void aClientThatTakesNoDataHoldsLittleAndIsDropped() {
        ChunkKey key = WireFixture.key(1, 0);
        int length = 16 << 20;
        wire.write(key, WireFixture.bytes(1, length), 65_540);
        wire.restart(serverPings(250), WireFixture.clientConfig());
        Ticket ticket = WireFixture.ticket(Ticket.Operation.READ, key);
        try (RawPeer raw = new RawPeer(wire.address)) {
            raw.send(RawPeer.hello());
            for (int id = 1; id <= 8; id++) {
                raw.send(
                        RawPeer.opening(id, new Request.Read(ticket, wire.device, key, 0, length)));
            }
            wire.until("slices are open", () -> wire.store.openSlices.get() == 8);
            wire.until(
                    "the client is dropped",
                    () -> wire.server.counters().events(WireCounters.Event.SILENT_PEER) == 1);
        }
        assertThat(wire.server.counters().bytesOut()).isLessThan(length / 2);
    }

    @Test
    void breachesOfTheProtocolCloseTheConnection() {
        ChunkKey key = WireFixture.key(1, 0);
        Request.WriteOpen open =
                new Request.WriteOpen(
                        WireFixture.ticket(Ticket.Operation.WRITE, key),
                        wire.device,
                        WireFixture.header(key, 10_000_000, 256));
        byte[] opening = RawPeer.opening(1, open);
        byte[] most = new byte[FrameHead.MOST_BODY];
        List<byte[][]> breaches = new ArrayList<>();
        breaches.add(new byte[][] {RawPeer.hello()});
        breaches.add(new byte[][] {opening, opening});
        breaches.add(new byte[][] {RawPeer.encoded(FrameHead.of(FrameType.OK, 1))});
        byte[] data = RawPeer.data(1, most);
        breaches.add(new byte[][] {opening, data, data, data, data, data, data, data, data, data});
        wire.store.beforeAppend = this::pass;
        for (byte[][] breach : breaches) {
            try (RawPeer raw = new RawPeer(wire.address)) {
                raw.send(RawPeer.hello());
                for (byte[] bytes : breach) {
                    try {
                        raw.send(bytes);
                    } catch (java.io.UncheckedIOException closed) {
                        break;
                    }
                }
                assertThat(raw.closedByServer()).isTrue();
            }
        }
        assertThat(wire.server.counters().events(WireCounters.Event.VIOLATION))
                .isEqualTo(breaches.size());
    }

    @Test
    void aRequestThatOnlyANewerBuildKnowsIsAnsweredAndTheConnectionLives() {
        Request status =
                new Request.Status(
                        WireFixture.ticket(Ticket.Operation.INSPECT, WireFixture.key(1, 0)),
                        wire.device);
        byte[] unknown = RawPeer.opening(1, status);
        unknown[7] = 0x4e;
        unknown[8] = 0x55;
        try (RawPeer raw = new RawPeer(wire.address)) {
            raw.send(RawPeer.hello()).send(unknown).send(RawPeer.opening(2, status));
            assertThat(raw.next().type()).isEqualTo(FrameType.OK);
            FrameHead refused = raw.next();
            assertThat(refused.requestId()).isEqualTo(1);
            assertThat(Reply.error(refused.fields()).code()).isEqualTo(ErrorCode.NOT_IMPLEMENTED);
            FrameHead answered = raw.next();
            assertThat(answered.requestId()).isEqualTo(2);
        }
    }

    @Test
    void aClientOfAnotherClusterIsToldSo() {
        Hello other = new Hello(FrameHead.VERSION, new Id128(6, 6), 0, 0, 0);
        try (RawPeer raw = new RawPeer(wire.address)) {
            raw.send(RawPeer.encoded(FrameHead.of(FrameType.HELLO, 0, other.fields())));
            FrameHead answer = raw.next();
            assertThat(Reply.error(answer.fields())).hasMessageContaining("belongs to cluster");
            assertThat(raw.closedByServer()).isTrue();
        }
    }

    @Test
    void plaintextBeyondLoopbackMustBeAskedFor() {
        DataPlaneServerConfig everywhere =
                DataPlaneServerConfig.defaults(WireFixture.CLUSTER, new InetSocketAddress(0));
        assertThatThrownBy(() -> wire.server(everywhere))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("without TLS");
    }

    @Test
    void anOccupiedPortIsNamed() {
        DataPlaneServerConfig taken = DataPlaneServerConfig.defaults(WireFixture.CLUSTER, same());
        assertThatThrownBy(() -> wire.server(taken)).hasMessageContaining("can't listen on");
    }
}
