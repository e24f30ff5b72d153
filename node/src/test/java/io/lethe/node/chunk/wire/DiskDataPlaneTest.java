package io.lethe.node.chunk.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.rocks.RocksOpener;
import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.chunk.DevicePool;
import io.lethe.node.chunk.DiskChunkStore;
import io.lethe.node.chunk.DiskPorts;
import io.lethe.node.chunk.DiskSettings;
import io.lethe.node.chunk.WriteBuffers;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Ticket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real device behind the server: what no fake can tell about files, slices and syncs. */
final class DiskDataPlaneTest {
    private static final int BLOCK_BYTES = 65_540;

    @TempDir Path directory;

    @Test
    void chunksOfARealDeviceAreWrittenReadVerifiedAndErased() {
        DiskSettings settings =
                DiskSettings.of(directory.resolve("device")).withLimits(256L << 20, 1 << 20);
        try (RocksOpener rocks = new RocksOpener(RocksOpener.Limits.small());
                DiskChunkStore disk =
                        DiskChunkStore.open(
                                settings, DiskPorts.real(WriteBuffers.of(64L << 20), rocks));
                WireFixture wire = new WireFixture(directory);
                DevicePool pool = new DevicePool("device", 4, 64, wire.tasks)) {
            wire.devices.put(disk.device(), new ServedDevice(disk, pool));
            int[] sizes = {1, 4_096, 100_000, 5_000_000};
            for (int i = 0; i < sizes.length; i++) {
                roundTrip(wire, disk, WireFixture.key(i, i), WireFixture.bytes(i, sizes[i]));
            }
            wire.untilQuiet();
            assertThat(disk.openSlices()).isZero();
        }
    }

    private static void roundTrip(
            WireFixture wire, DiskChunkStore disk, ChunkKey key, byte[] bytes) {
        DeviceId device = disk.device();
        ChunkPeers.Sink sink =
                wire.client.write(
                        device,
                        WireFixture.ticket(Ticket.Operation.WRITE, key),
                        WireFixture.header(key, bytes.length, BLOCK_BYTES),
                        wire.deadline());
        wire.await(sink.send(bytes, 0, bytes.length));
        wire.await(sink.finish());
        assertThat(wire.await(read(wire, device, key, bytes.length))).isEqualTo(bytes);
        assertThat(
                        wire.await(
                                wire.client.verify(
                                        device, WireFixture.inspect(), key, wire.deadline())))
                .isEqualTo(ChunkStore.Verdict.SOUND);
        Ticket delete = WireFixture.ticket(Ticket.Operation.DELETE, key);
        wire.await(wire.client.erase(device, delete, key, wire.deadline()));
        assertThat(wire.failure(read(wire, device, key, 1))).isEqualTo(ErrorCode.GONE);
    }

    private static Promise<byte[]> read(
            WireFixture wire, DeviceId device, ChunkKey key, int lengthBytes) {
        Ticket ticket = WireFixture.ticket(Ticket.Operation.READ, key);
        return wire.client.read(device, ticket, key, 0, lengthBytes, wire.deadline());
    }
}
