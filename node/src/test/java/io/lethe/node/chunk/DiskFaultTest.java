package io.lethe.node.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.chunk.ChunkStore.State;
import io.lethe.node.chunk.ChunkStore.Verdict;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that break, files that are cut or removed, directories that cannot be used. */
class DiskFaultTest {
    @TempDir Path temp;
    private final ManualClock clock = new ManualClock();
    private final BreakingChannel.Faults faults = new BreakingChannel.Faults();

    private Path device() {
        return temp.resolve("device");
    }

    private DiskChunkStore open() {
        return DiskFixture.open(device(), clock);
    }

    private DiskChunkStore openBreaking() {
        DiskPorts ports =
                new DiskPorts(
                        clock,
                        RandomSource.seeded(1),
                        NativeFiles.real(),
                        (file, options) ->
                                new BreakingChannel(FileChannel.open(file, options), faults),
                        DiskFixture.BUFFERS,
                        DiskFixture.ROCKS);
        return DiskChunkStore.open(DiskFixture.settings(device()), ports);
    }

    private static void flip(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= 4;
        Files.write(file, bytes, StandardOpenOption.WRITE);
    }

    @Test
    void aFlippedBitIsFoundCountedListedAndMendedByWritingAgain() throws IOException {
        try (DiskChunkStore store = open()) {
            Chunks.put(store, Chunks.key(1, 1), Chunks.bytes(1, 50_000));
            Chunks.put(store, Chunks.key(1, 2), Chunks.bytes(2, 50_000));
            flip(DiskFixture.dataFiles(device()).get(0), 4096 + 4096 + 30_000);
            assertThat(store.verify(Chunks.key(1, 1))).isEqualTo(Verdict.CORRUPT);
            assertThat(store.verify(Chunks.key(1, 1))).isEqualTo(Verdict.CORRUPT);
            assertThat(store.verify(Chunks.key(1, 2))).isEqualTo(Verdict.SOUND);
            assertThat(store.status().corruptChunks()).isEqualTo(1);
            assertThat(store.status().fault()).contains("1 chunks are damaged");
            assertThat(store.damaged(10)).containsExactly(Chunks.key(1, 1));
        }
        try (DiskChunkStore store = open()) {
            assertThat(store.status().corruptChunks()).isEqualTo(1);
            Chunks.put(store, Chunks.key(1, 1), Chunks.bytes(1, 50_000));
            assertThat(store.status().corruptChunks()).isZero();
            assertThat(store.verify(Chunks.key(1, 1))).isEqualTo(Verdict.SOUND);
            assertThat(store.status().chunks()).isEqualTo(2);
        }
    }

    private static void putAt(DiskChunkStore store, int epoch) {
        ChunkStore.Writer writer = store.create(Chunks.header(Chunks.key(1, 1), 50_000, epoch));
        writer.append(Chunks.bytes(1, 50_000), 0, 50_000);
        writer.finish();
    }

    @Test
    void aDamagedChunkIsReplacedUnderALaterEpochAndStaysSoAfterACrash() throws IOException {
        Path copy = temp.resolve("copy");
        try (DiskChunkStore store = open()) {
            putAt(store, 1);
            store.refuseBelow(Chunks.key(1, 1).pg(), 5);
            flip(DiskFixture.dataFiles(device()).get(0), 4096 + 4096 + 30_000);
            assertThat(store.verify(Chunks.key(1, 1))).isEqualTo(Verdict.CORRUPT);
            ChunkStoreContract.assertCode(ErrorCode.STALE_EPOCH, () -> putAt(store, 4));
            putAt(store, 5);
            assertThat(store.damaged(10)).isEmpty();
            DiskFixture.copyIndexFirst(device(), copy);
        }
        try (DiskChunkStore store = DiskFixture.open(copy, clock)) {
            assertThat(store.verify(Chunks.key(1, 1))).isEqualTo(Verdict.SOUND);
            assertThat(store.stat(Chunks.key(1, 1)).orElseThrow().pgEpoch()).isEqualTo(5);
            assertThat(store.status().chunks()).isEqualTo(1);
        }
    }

    @Test
    void aDamagedChunkOfADoomedSegmentIsNotReplaced() throws IOException {
        try (DiskChunkStore store = open()) {
            putAt(store, 1);
            flip(DiskFixture.dataFiles(device()).get(0), 4096 + 4096 + 30_000);
            assertThat(store.verify(Chunks.key(1, 1))).isEqualTo(Verdict.CORRUPT);
            ChunkStore.Writer late = store.create(Chunks.header(Chunks.key(1, 1), 50_000, 1));
            late.append(Chunks.bytes(1, 50_000), 0, 50_000);
            store.doom(Chunks.key(1, 1).pg(), Chunks.key(1, 1).segment());
            ChunkStoreContract.assertCode(ErrorCode.GONE, late::finish);
            ChunkStoreContract.assertCode(ErrorCode.GONE, () -> putAt(store, 1));
            store.erase(Chunks.key(1, 1));
            ChunkStoreContract.assertCode(ErrorCode.GONE, () -> putAt(store, 1));
            assertThat(store.stat(Chunks.key(1, 1))).isEmpty();
        }
    }

    @Test
    void aDamagedHeaderIsCorruptAndCanBeReplaced() throws IOException {
        try (DiskChunkStore store = open()) {
            Chunks.put(store, Chunks.key(1, 1), Chunks.bytes(1, 50_000));
            flip(DiskFixture.dataFiles(device()).get(0), 4096 + 100);
            ChunkStoreContract.assertCode(
                    ErrorCode.CORRUPT, () -> store.open(Chunks.key(1, 1), 0, 10));
            assertThat(store.damaged(10)).containsExactly(Chunks.key(1, 1));
            Chunks.put(store, Chunks.key(1, 1), Chunks.bytes(1, 50_000));
            assertThat(Chunks.read(store, Chunks.key(1, 1), 0, 50_000))
                    .isEqualTo(Chunks.bytes(1, 50_000));
            assertThat(store.openSlices()).isZero();
        }
    }

    @Test
    void theChunksOfARemovedFileAreDamagedAndWrittenAgainElsewhere() throws IOException {
        try (DiskChunkStore store = open()) {
            for (int i = 0; i < 30; i++) {
                Chunks.put(store, Chunks.key(1, i), Chunks.bytes(i, 100_000));
            }
        }
        Files.delete(DiskFixture.dataFiles(device()).get(1));
        try (DiskChunkStore store = open()) {
            assertThat(store.status().missingFiles()).isEqualTo(1);
            assertThat(store.status().fault()).contains("1 data files are missing");
            List<io.lethe.node.model.ChunkKey> lost = store.damaged(100);
            assertThat(lost).hasSizeBetween(8, 10);
            assertThat(store.status().corruptChunks()).isEqualTo(lost.size());
            ChunkStoreContract.assertCode(ErrorCode.CORRUPT, () -> store.open(lost.get(0), 0, 1));
            assertThat(store.verify(lost.get(0))).isEqualTo(Verdict.CORRUPT);
            store.delete(lost.get(0));
            for (io.lethe.node.model.ChunkKey key : lost.subList(1, lost.size())) {
                long seed = key.segment().id().low();
                Chunks.put(store, key, Chunks.bytes(seed, 100_000));
                assertThat(store.verify(key)).isEqualTo(Verdict.SOUND);
            }
            assertThat(store.maintain()).isFalse();
            assertThat(store.status().missingFiles()).isZero();
            assertThat(store.status().corruptChunks()).isZero();
            assertThat(store.status().chunks()).isEqualTo(29);
            assertThat(store.status().fault()).isNull();
        }
    }

    @Test
    void aFileRemovedOrCutUnderARunningStoreIsNoticed() throws IOException {
        try (DiskChunkStore store = open()) {
            for (int i = 0; i < 30; i++) {
                Chunks.put(store, Chunks.key(1, i), Chunks.bytes(i, 100_000));
            }
            List<Path> files = DiskFixture.dataFiles(device());
            Files.delete(files.get(0));
            try (FileChannel file = FileChannel.open(files.get(1), StandardOpenOption.WRITE)) {
                file.truncate(file.size() / 2);
            }
            assertThat(store.maintain()).isFalse();
            assertThat(store.status().missingFiles()).isEqualTo(1);
            assertThat(store.status().corruptChunks()).isBetween(12L, 18L);
            assertThat(store.status().state()).isEqualTo(State.ONLINE);
        }
    }

    @Test
    void theChunksPastATruncationAreDamagedAndTheOthersSound() throws IOException {
        try (DiskChunkStore store = open()) {
            for (int i = 0; i < 10; i++) {
                Chunks.put(store, Chunks.key(1, i), Chunks.bytes(i, 20_000));
            }
        }
        // Extents of 4,096 + 20,480 bytes after the first page; cut within the seventh.
        try (FileChannel file =
                FileChannel.open(
                        DiskFixture.dataFiles(device()).get(0), StandardOpenOption.WRITE)) {
            file.truncate(4096 + (6 * 24_576) + 10_000);
        }
        try (DiskChunkStore store = open()) {
            assertThat(store.damaged(10))
                    .containsExactly(
                            Chunks.key(1, 6), Chunks.key(1, 7), Chunks.key(1, 8), Chunks.key(1, 9));
            assertThat(Chunks.read(store, Chunks.key(1, 5), 0, 20_000)).hasSize(20_000);
            ChunkStoreContract.assertCode(
                    ErrorCode.CORRUPT, () -> store.open(Chunks.key(1, 9), 0, 1));
            ChunkStoreContract.assertCode(
                    ErrorCode.CORRUPT, () -> store.open(Chunks.key(1, 6), 0, 20_000));
            Chunks.put(store, Chunks.key(2, 1), Chunks.bytes(5, 90_000));
            assertThat(store.verify(Chunks.key(2, 1))).isEqualTo(Verdict.SOUND);
        }
    }

    @Test
    void aFailedSyncFailsTheDeviceForGood() {
        DiskChunkStore store = openBreaking();
        try (store) {
            Chunks.put(store, Chunks.key(1, 1), Chunks.bytes(1, 1_000));
            faults.syncs.set("medium error");
            ChunkStoreContract.assertCode(
                    ErrorCode.UNAVAILABLE,
                    () -> Chunks.put(store, Chunks.key(1, 2), Chunks.bytes(1, 1_000)));
            faults.syncs.set(null);
            assertThat(store.status().state()).isEqualTo(State.FAILED);
            assertThat(store.status().fault()).contains("medium error");
            ChunkStoreContract.assertCode(
                    ErrorCode.UNAVAILABLE, () -> store.open(Chunks.key(1, 1), 0, 1));
            ChunkStoreContract.assertCode(
                    ErrorCode.UNAVAILABLE, () -> store.delete(Chunks.key(1, 1)));
        }
        try (DiskChunkStore again = open()) {
            assertThat(again.verify(Chunks.key(1, 1))).isEqualTo(Verdict.SOUND);
        }
    }

    @Test
    void aFailedWriteFailsTheDeviceAndAFullDiskDoesNot() {
        try (DiskChunkStore store = openBreaking()) {
            Chunks.put(store, Chunks.key(1, 1), Chunks.bytes(1, 1_000));
            faults.writes.set("No space left on device");
            ChunkStoreContract.assertCode(
                    ErrorCode.OUT_OF_SPACE,
                    () -> Chunks.put(store, Chunks.key(1, 2), Chunks.bytes(1, 1_000)));
            assertThat(store.status().state()).isEqualTo(State.ONLINE);
            store.delete(Chunks.key(1, 1));
            faults.writes.set("Input/output error");
            ChunkStoreContract.assertCode(
                    ErrorCode.UNAVAILABLE,
                    () -> Chunks.put(store, Chunks.key(1, 2), Chunks.bytes(1, 1_000)));
            assertThat(store.status().state()).isEqualTo(State.FAILED);
            faults.writes.set(null);
        }
    }

    @Test
    void oneReadErrorIsTheChunksAndManyAreTheDevices() {
        try (DiskChunkStore store = openBreaking()) {
            Chunks.put(store, Chunks.key(1, 1), Chunks.bytes(1, 1_000));
            faults.reads.set("Input/output error");
            ChunkStoreContract.assertCode(
                    ErrorCode.CORRUPT, () -> store.open(Chunks.key(1, 1), 0, 1));
            assertThat(store.status().state()).isEqualTo(State.ONLINE);
            for (int i = 2; i < DeviceHealth.MOST_READ_ERRORS; i++) {
                assertThat(store.verify(Chunks.key(1, 1))).isEqualTo(Verdict.CORRUPT);
            }
            ChunkStoreContract.assertCode(
                    ErrorCode.UNAVAILABLE, () -> store.verify(Chunks.key(1, 1)));
            assertThat(store.status().state()).isEqualTo(State.FAILED);
            faults.reads.set(null);
        }
    }

    @Test
    void aFullDeviceRefusesChunksAndStillDeletes() {
        DiskSettings small = DiskFixture.settings(device()).withLimits(4 << 20, 1 << 20);
        try (DiskChunkStore store = DiskChunkStore.open(small, DiskFixture.ports(clock))) {
            int stored = 0;
            while (store.status().state() == State.ONLINE && stored < 100) {
                int next = stored++;
                int room = (int) Math.min(100_000, store.status().freeBytes() - 8192);
                Chunks.put(store, Chunks.key(1, next), Chunks.bytes(next, Math.max(1, room)));
            }
            assertThat(store.status().state()).isEqualTo(State.FULL);
            assertThat(stored).isBetween(29, 35);
            ChunkStoreContract.assertCode(
                    ErrorCode.OUT_OF_SPACE,
                    () -> store.create(Chunks.header(Chunks.key(2, 1), 100, 1)));
            assertThat(store.figure(DiskFigure.REFUSED_FULL)).isEqualTo(1);
            assertThat(store.verify(Chunks.key(1, 3))).isEqualTo(Verdict.SOUND);
            store.delete(Chunks.key(1, 3));
            store.delete(Chunks.key(1, 4));
            assertThat(store.status().state()).isEqualTo(State.ONLINE);
            Chunks.put(store, Chunks.key(2, 1), Chunks.bytes(1, 100_000));
        }
    }

    @Test
    void aDirectoryInUseIsRefused() {
        try (DiskChunkStore _ = open()) {
            assertThatThrownBy(this::open).hasMessageContaining("in use by another Lethe process");
        }
        open().close();
    }

    @Test
    void aDirectoryOfAnotherFormatClusterOrKindIsRefused() throws IOException {
        Id128 cluster = new Id128(5, 5);
        DiskSettings mine = DiskFixture.settings(device()).withCluster(cluster);
        DiskChunkStore first = DiskChunkStore.open(mine, DiskFixture.ports(clock));
        first.close();
        DiskSettings other = mine.withCluster(new Id128(6, 6));
        assertThatThrownBy(() -> DiskChunkStore.open(other, DiskFixture.ports(clock)))
                .hasMessageContaining("belongs to cluster " + cluster);
        try (DiskChunkStore again = DiskChunkStore.open(mine, DiskFixture.ports(clock))) {
            assertThat(again.device()).isEqualTo(first.device());
        }
        Path identity = device().resolve("device");
        String text = Files.readString(identity);
        Files.writeString(identity, text.replace("lethe-device 1", "lethe-device 2"));
        assertThatThrownBy(this::open).hasMessageContaining("lethe-device 2");
        Files.writeString(identity, text.replace("id ", "id 0"));
        assertThatThrownBy(this::open).hasMessageContaining("damaged file 'device'");
        Files.delete(identity);
        assertThatThrownBy(this::open).hasMessageContaining("no file 'device'");
    }

    @Test
    void anInterruptedThreadDoesNotTakeTheFileAway() throws Exception {
        try (DiskChunkStore store = open()) {
            Chunks.put(store, Chunks.key(1, 1), Chunks.bytes(1, 1_000));
            Thread reader =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        Thread.currentThread().interrupt();
                                        ChunkStoreContract.assertCode(
                                                ErrorCode.UNAVAILABLE,
                                                () -> store.open(Chunks.key(1, 1), 0, 1));
                                    });
            reader.join();
            assertThat(store.verify(Chunks.key(1, 1))).isEqualTo(Verdict.SOUND);
            Chunks.put(store, Chunks.key(1, 2), Chunks.bytes(1, 1_000));
            assertThat(store.status().state()).isEqualTo(State.ONLINE);
        }
    }
}
