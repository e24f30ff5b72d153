package io.lethe.node.chunk.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link ChunkPeers} promises, of a client and a server over one kind of connection. */
abstract class ChunkPeersContract {
    @TempDir Path directory;
    WireFixture wire;

    abstract WireFixture open(Path directory);

    @BeforeEach
    void open() {
        wire = open(directory);
    }

    @AfterEach
    void nothingIsLeftOver() {
        wire.untilQuiet();
        wire.close();
    }

    @Test
    void aWrittenChunkIsReadBack() {
        int[] sizes = {1, 15, 16, 4096, 65_540, 262_144, 262_160, 262_161, 3_000_000};
        for (int i = 0; i < sizes.length; i++) {
            byte[] bytes = WireFixture.bytes(i, sizes[i]);
            ChunkKey key = WireFixture.key(i, 0);
            wire.write(key, bytes, 65_540);
            assertThat(wire.await(wire.read(key, 0, bytes.length)))
                    .as("size %d", sizes[i])
                    .isEqualTo(bytes);
        }
    }

    @Test
    void anyRangeIsCutFromItsBlocks() {
        long seed = 42;
        Random random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            int length = 1 + random.nextInt(round % 4 == 0 ? 900_000 : 40_000);
            int block = 16 + random.nextInt(70_000);
            block = Math.max(block, length / 10_000 + 16);
            byte[] bytes = WireFixture.bytes(seed + round, length);
            ChunkKey key = WireFixture.key(round, 1);
            wire.write(key, bytes, block);
            int from = random.nextInt(length);
            int count = 1 + random.nextInt(length - from);
            assertThat(wire.await(wire.read(key, from, count)))
                    .as(
                            "seed %d round %d: %d at %d of %d by %d",
                            seed, round, count, from, length, block)
                    .isEqualTo(Arrays.copyOfRange(bytes, from, from + count));
        }
    }

    @Test
    void manyChunksMoveAtOnce() {
        byte[] bytes = WireFixture.bytes(1, 400_000);
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            ChunkKey key = WireFixture.key(100 + i, 0);
            writers.add(Thread.startVirtualThread(() -> wire.write(key, bytes, 4096)));
        }
        writers.forEach(ChunkPeersContract::join);
        List<Promise<byte[]>> reads = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            reads.add(wire.read(WireFixture.key(100 + i, 0), 0, bytes.length));
        }
        reads.forEach(read -> assertThat(wire.await(read)).isEqualTo(bytes));
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aChunkSentInTinyPiecesArrivesWhole() {
        byte[] bytes = WireFixture.bytes(5, 3_000);
        ChunkKey key = WireFixture.key(1, 0);
        ChunkPeers.Sink sink = wire.sink(key, bytes.length, 512);
        for (int at = 0; at < bytes.length; at += 7) {
            wire.await(sink.send(bytes, at, Math.min(7, bytes.length - at)));
        }
        wire.await(sink.finish());
        assertThat(wire.await(wire.read(key, 0, bytes.length))).isEqualTo(bytes);
    }

    @Test
    void bytesPastTheEndAreAnInvalidArgument() {
        ChunkKey key = WireFixture.key(1, 0);
        wire.write(key, WireFixture.bytes(1, 1000), 256);
        assertThat(wire.failure(wire.read(key, 900, 101))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(wire.failure(wire.read(key, 5000, 1))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(wire.failure(wire.read(key, -1, 1))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(wire.failure(wire.read(key, 0, 0))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void absentAndDeletedChunksAreToldApart() {
        ChunkKey key = WireFixture.key(1, 0);
        assertThat(wire.failure(wire.read(key, 0, 1))).isEqualTo(ErrorCode.NO_SUCH_CHUNK);
        wire.write(key, WireFixture.bytes(1, 1000), 256);
        Ticket delete = WireFixture.ticket(Ticket.Operation.DELETE, key);
        wire.await(wire.client.delete(wire.device, delete, key, wire.deadline()));
        assertThat(wire.failure(wire.read(key, 0, 1))).isEqualTo(ErrorCode.GONE);
        wire.await(wire.client.delete(wire.device, delete, key, wire.deadline()));
    }

    @Test
    void theSameBytesAgainAreARetryAndOthersAConflict() {
        ChunkKey key = WireFixture.key(1, 0);
        byte[] bytes = WireFixture.bytes(1, 1000);
        wire.write(key, bytes, 256);
        wire.write(key, bytes, 256);
        bytes[500]++;
        ChunkPeers.Sink sink = wire.sink(key, bytes.length, 256);
        wire.await(sink.send(bytes, 0, bytes.length));
        assertThat(wire.failure(sink.finish())).isEqualTo(ErrorCode.CHUNK_CONFLICT);
    }

    @Test
    void aDoomedSegmentIsRefused() {
        ChunkKey key = WireFixture.key(1, 0);
        wire.write(key, WireFixture.bytes(1, 1000), 256);
        Ticket doom = WireFixture.ticket(Ticket.Operation.DELETE, key);
        wire.await(wire.client.doom(wire.device, doom, key, wire.deadline()));
        assertThat(wire.failure(wire.read(key, 0, 1))).isEqualTo(ErrorCode.GONE);
        assertThat(wire.failure(wire.sink(key, 100, 16).finish())).isEqualTo(ErrorCode.GONE);
    }

    @Test
    void aWriteBelowTheFloorAndToAFullDeviceIsRefused() {
        ChunkKey key = WireFixture.key(1, 0);
        wire.store.full = true;
        assertThat(wire.failure(wire.sink(key, 100, 16).finish()))
                .isEqualTo(ErrorCode.OUT_OF_SPACE);
        wire.store.refuseBelow(WireFixture.PG, WireFixture.EPOCH + 1);
        assertThat(wire.failure(wire.sink(key, 100, 16).finish())).isEqualTo(ErrorCode.STALE_EPOCH);
    }

    private static Ticket move(int epoch, Bytes mac) {
        SegmentId none = new SegmentId(new Id128(0, 0));
        return new Ticket(Ticket.Operation.MOVE, WireFixture.PG, epoch, none, 1, 1, 1, mac);
    }

    @Test
    void aGroupsOlderEpochsAreClosedByAMoversTicketOnly() {
        ChunkKey key = WireFixture.key(1, 0);
        int floor = WireFixture.EPOCH + 1;
        List<Ticket> wrong =
                List.of(
                        WireFixture.inspect(),
                        WireFixture.ticket(Ticket.Operation.WRITE, key),
                        WireFixture.ticket(Ticket.Operation.DELETE, key),
                        move(floor - 1, WireFixture.GOOD_MAC),
                        move(floor, WireFixture.BAD_MAC));
        for (Ticket ticket : wrong) {
            assertThat(wire.failure(refuseBelow(ticket, WireFixture.PG, floor)))
                    .isEqualTo(ErrorCode.TICKET_REFUSED);
        }
        Ticket good = move(floor, WireFixture.GOOD_MAC);
        assertThat(wire.failure(refuseBelow(good, new PgId(8), floor)))
                .isEqualTo(ErrorCode.TICKET_REFUSED);
        wire.write(key, WireFixture.bytes(1, 100), 16);
        assertThat(wire.await(refuseBelow(good, WireFixture.PG, floor))).isTrue();
        assertThat(wire.failure(wire.sink(WireFixture.key(2, 0), 100, 16).finish()))
                .isEqualTo(ErrorCode.STALE_EPOCH);
        assertThat(wire.await(wire.read(key, 0, 100))).hasSize(100);
    }

    private Promise<Boolean> refuseBelow(Ticket ticket, PgId pg, int epoch) {
        return wire.client.refuseBelow(wire.device, ticket, pg, epoch, wire.deadline());
    }

    @Test
    void verifyTellsSoundAndMissing() {
        ChunkKey key = WireFixture.key(1, 0);
        Ticket inspect = WireFixture.inspect();
        assertThat(wire.await(wire.client.verify(wire.device, inspect, key, wire.deadline())))
                .isEqualTo(ChunkStore.Verdict.MISSING);
        wire.write(key, WireFixture.bytes(1, 1000), 256);
        assertThat(wire.await(wire.client.verify(wire.device, inspect, key, wire.deadline())))
                .isEqualTo(ChunkStore.Verdict.SOUND);
    }

    @Test
    void workInTheBackgroundIsDoneByItsOwnPoolAndOverTheSameConnection() {
        AtomicInteger tasks = new AtomicInteger();
        AtomicLong moved = new AtomicLong();
        wire.devices.put(
                wire.device,
                new ServedDevice(
                        wire.store,
                        wire.pool,
                        (count, work, _) -> {
                            tasks.incrementAndGet();
                            moved.addAndGet(count);
                            wire.pool.execute(work);
                        },
                        () -> false));
        ChunkKey key = WireFixture.key(1, 0);
        byte[] bytes = WireFixture.bytes(1, 300_000);
        wire.write(key, bytes, 4096);
        assertThat(wire.await(wire.read(key, 0, 300_000))).isEqualTo(bytes);
        assertThat(tasks.get()).isZero();
        ChunkPeers background = wire.client.background();
        Ticket read = WireFixture.ticket(Ticket.Operation.READ, key);
        assertThat(wire.await(background.read(wire.device, read, key, 0, 300_000, wire.deadline())))
                .isEqualTo(bytes);
        int readTasks = tasks.get();
        assertThat(readTasks).isPositive();
        assertThat(moved.getAndSet(0)).as("bytes read").isEqualTo(300_000);
        ChunkPeers.Sink sink =
                background.write(
                        wire.device,
                        WireFixture.ticket(Ticket.Operation.WRITE, WireFixture.key(2, 0)),
                        WireFixture.header(WireFixture.key(2, 0), 100, 16),
                        wire.deadline());
        wire.await(sink.send(bytes, 0, 100));
        wire.await(sink.finish());
        assertThat(moved.get()).as("bytes written").isEqualTo(100);
        assertThat(tasks.get()).isGreaterThan(readTasks);
        assertThat(wire.client.counters().events(WireCounters.Event.CONNECTED)).isEqualTo(1);
        assertThat(background.background()).isSameAs(background);
    }

    @Test
    void anAbortedChunkLeavesNothing() {
        ChunkKey key = WireFixture.key(1, 0);
        ChunkPeers.Sink sink = wire.sink(key, 10_000, 256);
        wire.await(sink.send(WireFixture.bytes(1, 5000), 0, 5000));
        wire.until("the writer is open", () -> wire.store.openWriters.get() == 1);
        sink.abort();
        wire.until("the writer is closed", () -> wire.store.aborted.get() == 1);
        assertThat(wire.failure(sink.finish())).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(wire.failure(wire.read(key, 0, 1))).isEqualTo(ErrorCode.NO_SUCH_CHUNK);
    }

    @Test
    void abortAfterFinishIsHarmless() {
        ChunkKey key = WireFixture.key(1, 0);
        ChunkPeers.Sink sink = wire.sink(key, 100, 16);
        wire.await(sink.send(WireFixture.bytes(1, 100), 0, 100));
        wire.await(sink.finish());
        sink.abort();
        assertThat(wire.await(wire.read(key, 0, 100))).hasSize(100);
    }

    @Test
    void moreThanReservedIsAnInvalidArgument() {
        ChunkPeers.Sink sink = wire.sink(WireFixture.key(1, 0), 100, 16);
        assertThat(wire.failure(sink.send(new byte[101], 0, 101)))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        sink.abort();
    }

    @Test
    void aWrongTicketIsRefused() {
        ChunkKey key = WireFixture.key(1, 0);
        wire.write(key, WireFixture.bytes(1, 100), 16);
        Ticket good = WireFixture.ticket(Ticket.Operation.READ, key);
        Ticket forged =
                new Ticket(
                        good.operation(),
                        good.pg(),
                        good.pgEpoch(),
                        good.segment(),
                        good.expiryMillis(),
                        1,
                        1,
                        WireFixture.BAD_MAC);
        Ticket ofOther = WireFixture.ticket(Ticket.Operation.READ, WireFixture.key(2, 0));
        Ticket toWrite = WireFixture.ticket(Ticket.Operation.WRITE, key);
        for (Ticket bad : List.of(forged, ofOther, toWrite)) {
            assertThat(wire.failure(wire.client.read(wire.device, bad, key, 0, 1, wire.deadline())))
                    .isEqualTo(ErrorCode.TICKET_REFUSED);
        }
        ChunkHeader header = WireFixture.header(key, 100, 16);
        assertThat(
                        wire.failure(
                                wire.client
                                        .write(wire.device, good, header, wire.deadline())
                                        .finish()))
                .isEqualTo(ErrorCode.TICKET_REFUSED);
        assertThat(wire.server.counters().rejections(WireCounters.Rejection.TICKET)).isEqualTo(4);
    }

    @Test
    void inventoriesStatusAndErasureTravel() {
        for (int i = 0; i < 5; i++) {
            wire.write(WireFixture.key(i, 0), WireFixture.bytes(i, 100), 16);
        }
        Ticket inspect = WireFixture.inspect();
        assertThat(
                        wire.await(
                                wire.client.unresolved(
                                        wire.device, inspect, 250, 2, wire.deadline())))
                .isEqualTo(wire.store.unresolved(250, 2))
                .hasSize(2);
        assertThat(
                        wire.await(
                                wire.client.list(
                                        wire.device,
                                        inspect,
                                        WireFixture.PG,
                                        WireFixture.key(1, 0),
                                        100,
                                        wire.deadline())))
                .isEqualTo(wire.store.list(null, WireFixture.key(1, 0), 100))
                .hasSize(3);
        PgId other = new PgId(WireFixture.PG.value() + 1);
        assertThat(
                        wire.await(
                                wire.client.list(
                                        wire.device, inspect, other, null, 100, wire.deadline())))
                .isEmpty();
        assertThat(wire.await(wire.client.status(wire.device, inspect, wire.deadline())))
                .isEqualTo(wire.store.status());
        ChunkKey key = WireFixture.key(2, 0);
        Ticket delete = WireFixture.ticket(Ticket.Operation.DELETE, key);
        assertThat(wire.await(wire.client.erase(wire.device, delete, key, wire.deadline())))
                .isEqualTo(new ChunkStore.EraseReceipt(key, 100, true));
    }

    @Test
    void aDeviceThatIsNowhereIsUnavailable() {
        DeviceId other = new DeviceId(new Id128(8, 8));
        ChunkKey key = WireFixture.key(1, 0);
        Ticket read = WireFixture.ticket(Ticket.Operation.READ, key);
        assertThat(wire.failure(wire.client.read(other, read, key, 0, 1, wire.deadline())))
                .isEqualTo(ErrorCode.UNAVAILABLE);
        Ticket write = WireFixture.ticket(Ticket.Operation.WRITE, key);
        ChunkPeers.Sink sink =
                wire.client.write(other, write, WireFixture.header(key, 10, 16), wire.deadline());
        assertThat(wire.failure(sink.send(new byte[1], 0, 1))).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(wire.failure(sink.finish())).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void aDamagedBlockIsCorruptAndReported() {
        ChunkKey key = WireFixture.key(1, 0);
        wire.write(key, WireFixture.bytes(1, 500_000), 4096);
        wire.store.wrongCrcs = true;
        assertThat(wire.failure(wire.read(key, 1000, 400_000))).isEqualTo(ErrorCode.CORRUPT);
        wire.until("the device was told", () -> wire.store.verified.get() == 1);
        wire.store.wrongCrcs = false;
        assertThat(wire.await(wire.read(key, 0, 500_000))).hasSize(500_000);
    }

    @Test
    void aTruncatedFileIsCorruptAndTheConnectionLives() throws Exception {
        ChunkKey key = WireFixture.key(1, 0);
        ChunkKey small = WireFixture.key(2, 0);
        wire.write(key, WireFixture.bytes(1, 500_000), 4096);
        wire.write(small, WireFixture.bytes(1, 5_000), 4096);
        wire.store.file().truncate(400_000);
        assertThat(wire.failure(wire.read(key, 0, 500_000))).isEqualTo(ErrorCode.CORRUPT);
        assertThat(wire.failure(wire.read(small, 0, 5_000))).isEqualTo(ErrorCode.CORRUPT);
        assertThat(wire.await(wire.read(key, 0, 300_000))).hasSize(300_000);
        assertThat(wire.client.counters().events(WireCounters.Event.CONNECTED)).isEqualTo(1);
    }

    @Test
    void aPassedDeadlineIsUnavailable() {
        ChunkKey key = WireFixture.key(1, 0);
        Ticket read = WireFixture.ticket(Ticket.Operation.READ, key);
        assertThat(
                        wire.failure(
                                wire.client.read(
                                        wire.device, read, key, 0, 1, wire.clock.nanos() - 1)))
                .isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void aFailureKeepsItsMessage() {
        ChunkKey key = WireFixture.key(1, 0);
        try {
            wire.await(wire.read(key, 0, 1));
        } catch (StoreException failure) {
            assertThat(failure).hasMessageContaining("no such chunk").hasMessageContaining("READ");
        }
    }
}
