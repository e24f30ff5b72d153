package io.lethe.node.chunk.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.Ticket;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mutated conversations and plain noise: the server never hangs, leaks or dies, and serves others
 * meanwhile.
 */
final class DataPlaneFuzzTest {
    /** Conversations per run; -Dlethe.fuzz.rounds=N for more, -Dlethe.fuzz.seed=S for others. */
    private static final int ROUNDS = Integer.getInteger("lethe.fuzz.rounds", 400);

    private static final long SEED = Long.getLong("lethe.fuzz.seed", 20_261_122L);

    @TempDir Path directory;

    private static byte[] conversation(WireFixture wire, Random random) {
        ChunkKey key = WireFixture.key(random.nextInt(6), 0);
        Ticket write = WireFixture.ticket(Ticket.Operation.WRITE, key);
        Ticket read = WireFixture.ticket(Ticket.Operation.READ, key);
        Ticket delete = WireFixture.ticket(Ticket.Operation.DELETE, key);
        Ticket inspect = WireFixture.inspect();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(RawPeer.hello());
        long id = 0;
        for (int step = 1 + random.nextInt(6); step > 0; step--) {
            id++;
            switch (random.nextInt(8)) {
                case 0, 1 -> writeBytes(wire, out, random, id, key, write);
                case 2, 3 ->
                        out.writeBytes(
                                RawPeer.opening(
                                        id,
                                        new Request.Read(
                                                read,
                                                wire.device,
                                                key,
                                                random.nextInt(100),
                                                1 + random.nextInt(60_000))));
                case 4 ->
                        out.writeBytes(
                                RawPeer.opening(
                                        id,
                                        new Request.OfChunk(
                                                FrameType.DELETE, delete, wire.device, key)));
                case 5 ->
                        out.writeBytes(
                                RawPeer.opening(
                                        id,
                                        new Request.ListChunks(
                                                inspect, wire.device, null, key, 9)));
                case 6 ->
                        out.writeBytes(
                                RawPeer.opening(
                                        id,
                                        new Request.RefuseBelow(
                                                new Ticket(
                                                        Ticket.Operation.MOVE,
                                                        key.pg(),
                                                        1 + random.nextInt(WireFixture.EPOCH),
                                                        key.segment(),
                                                        1,
                                                        1,
                                                        1,
                                                        WireFixture.GOOD_MAC),
                                                wire.device,
                                                key.pg(),
                                                1 + random.nextInt(WireFixture.EPOCH))));
                default -> out.writeBytes(RawPeer.encoded(FrameHead.of(FrameType.PING, id)));
            }
        }
        return out.toByteArray();
    }

    private static void writeBytes(
            WireFixture wire,
            ByteArrayOutputStream out,
            Random random,
            long id,
            ChunkKey key,
            Ticket ticket) {
        int length = 1 + random.nextInt(60_000);
        out.writeBytes(
                RawPeer.opening(
                        id,
                        new Request.WriteOpen(
                                ticket, wire.device, WireFixture.header(key, length, 4096))));
        out.writeBytes(RawPeer.data(id, WireFixture.bytes(1, length)));
        if (random.nextInt(4) > 0) {
            byte[] total = new Encoder().i64(length).toArray();
            out.writeBytes(RawPeer.encoded(FrameHead.of(FrameType.WRITE_FINISH, id, total)));
        } else if (random.nextBoolean()) {
            out.writeBytes(RawPeer.encoded(FrameHead.of(FrameType.CANCEL, id)));
        }
    }

    /** Flips, cuts, repeats or inserts; sometimes all of it is noise. */
    private static byte[] mutated(byte[] valid, Random random) {
        if (random.nextInt(10) == 0) {
            byte[] noise = new byte[random.nextInt(2_000)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] bytes = valid.clone();
        for (int i = random.nextInt(4); i > 0; i--) {
            int near = random.nextBoolean() ? Math.min(bytes.length, 400) : bytes.length;
            bytes[random.nextInt(near)] ^= (byte) (1 << random.nextInt(8));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = random.nextInt(bytes.length);
        int count = Math.min(random.nextInt(64), bytes.length - at);
        switch (random.nextInt(5)) {
            case 0 -> out.write(bytes, 0, at);
            case 1 -> {
                out.write(bytes, 0, at);
                out.write(bytes, at + count, bytes.length - at - count);
            }
            case 2 -> {
                out.write(bytes, 0, at + count);
                out.write(bytes, at, bytes.length - at);
            }
            default -> out.writeBytes(bytes);
        }
        return out.toByteArray();
    }

    private static void send(RawPeer raw, byte[] bytes, Random random) {
        try {
            if (random.nextBoolean()) {
                raw.send(bytes);
                return;
            }
            int cut = random.nextInt(bytes.length + 1);
            raw.send(Arrays.copyOf(bytes, cut));
            raw.send(Arrays.copyOfRange(bytes, cut, bytes.length));
        } catch (UncheckedIOException closedByServer) {
            // That is a right answer to a broken frame.
        }
    }

    @Test
    void noFramesHangLeakOrKillTheServer() {
        ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
        Queue<String> leaks = new ConcurrentLinkedQueue<>();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ByteBufUtil.setLeakListener((type, records) -> leaks.add(type + records));
        try (WireFixture wire = new WireFixture(directory)) {
            ChunkKey healthy = WireFixture.key(1_000, 0);
            byte[] bytes = WireFixture.bytes(3, 100_000);
            wire.write(healthy, bytes, 4096);
            for (int round = 0; round < ROUNDS; round++) {
                Random random = new Random(SEED + round);
                try (RawPeer raw = new RawPeer(wire.address)) {
                    send(raw, mutated(conversation(wire, random), random), random);
                    if (random.nextInt(4) == 0) {
                        raw.endOutput();
                        var _ = raw.nextOrNull();
                    }
                } catch (ProtocolViolation | Decoder.CorruptEncoding e) {
                    throw new AssertionError("the server broke the protocol, seed " + SEED, e);
                }
                if (round % 20 == 0) {
                    assertThat(wire.await(wire.read(healthy, 0, bytes.length)))
                            .as("seed %d round %d", SEED, round)
                            .isEqualTo(bytes);
                }
            }
            wire.untilQuiet();
            wire.until("connections close", () -> wire.server.counters().connections() == 1);
            assertThat(wire.faults).as("seed %d", SEED).isEmpty();
            assertThat(wire.client.counters().events(WireCounters.Event.CONNECTED)).isEqualTo(1);
            findLeaks();
            assertThat(List.copyOf(leaks)).as("leaks, seed %d", SEED).isEmpty();
        } finally {
            ByteBufUtil.setLeakListener(null);
            ResourceLeakDetector.setLevel(before);
        }
    }

    /** Leaked buffers are noticed at the allocations after a collection. */
    private static void findLeaks() {
        for (int i = 0; i < 3; i++) {
            System.gc();
            for (int n = 0; n < 200; n++) {
                PooledByteBufAllocator.DEFAULT.directBuffer(64).release();
            }
        }
    }
}
