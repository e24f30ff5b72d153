package io.lethe.node.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.chunk.ChunkStore.EraseReceipt;
import io.lethe.node.chunk.ChunkStore.Slice;
import io.lethe.node.chunk.ChunkStore.Verdict;
import io.lethe.node.model.ErrorCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Space that comes back, bytes that are overwritten, deletes that are forgotten. */
class DiskReclaimTest {
    @TempDir Path temp;
    private final ManualClock clock = new ManualClock();

    private Path device() {
        return temp.resolve("device");
    }

    private DiskChunkStore open() {
        return DiskFixture.open(device(), clock);
    }

    /** A file system without holes, on which erasing proves nothing. */
    private record Plain(NativeFiles real) implements NativeFiles {
        @Override
        public boolean punchHole(Path file, long offset, long lengthBytes) {
            return false;
        }

        @Override
        public DirectFile openDirect(Path file) throws IOException {
            return real.openDirect(file);
        }

        @Override
        public InPlace inPlace(Path directory) {
            return new InPlace("plain", "plain is not known to overwrite in place");
        }
    }

    private DiskChunkStore openPlain() {
        DiskPorts ports =
                new DiskPorts(
                        clock,
                        RandomSource.seeded(3),
                        new Plain(NativeFiles.real()),
                        FileChannel::open,
                        DiskFixture.BUFFERS,
                        DiskFixture.ROCKS);
        return DiskChunkStore.open(DiskFixture.settings(device()), ports);
    }

    private static void fill(ChunkStore store, int from, int to) {
        for (int i = from; i < to; i++) {
            Chunks.put(store, Chunks.key(1, i), Chunks.bytes(i, 100_000));
        }
    }

    private static boolean contains(Path device, byte[] needle) throws IOException {
        String wanted = new String(needle, java.nio.charset.StandardCharsets.ISO_8859_1);
        for (Path file : DiskFixture.dataFiles(device)) {
            byte[] bytes = Files.readAllBytes(file);
            if (new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).contains(wanted)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void deletedChunksGiveTheirSpaceBackAndDeadFilesGo() {
        try (DiskChunkStore store = open()) {
            fill(store, 0, 30);
            long full = DiskFixture.allocatedBytes(device());
            for (int i = 0; i < 30; i += 2) {
                store.delete(Chunks.key(1, i));
            }
            Assumptions.assumeTrue(store.figure(DiskFigure.HOLES_PUNCHED) > 0, "no holes here");
            assertThat(DiskFixture.allocatedBytes(device())).isLessThan(full * 6 / 10);
            int files = DiskFixture.dataFiles(device()).size();
            for (int i = 1; i < 30; i += 2) {
                store.delete(Chunks.key(1, i));
            }
            assertThat(store.maintain()).isFalse();
            assertThat(DiskFixture.dataFiles(device())).hasSize(1);
            assertThat(store.figure(DiskFigure.FILES_REMOVED)).isEqualTo(files - 1);
            assertThat(store.status().storedBytes()).isZero();
        }
        open().close();
    }

    @Test
    void aReservedRangeThatWasNotUsedIsUsedByTheNext() {
        try (DiskChunkStore store = open()) {
            for (int i = 0; i < 50; i++) {
                ChunkStore.Writer writer =
                        store.create(Chunks.header(Chunks.key(1, i), 500_000, 1));
                writer.append(Chunks.bytes(i, 1_000), 0, 1_000);
                writer.finish();
                store.create(Chunks.header(Chunks.key(2, i), 500_000, 1)).abort();
            }
            assertThat(DiskFixture.dataFiles(device())).hasSize(1);
        }
    }

    @Test
    void aHoleWaitsForTheLastReader() {
        try (DiskChunkStore store = open()) {
            fill(store, 0, 1);
            Slice first = store.open(Chunks.key(1, 0), 0, 100_000);
            Slice second = store.open(Chunks.key(1, 0), 50_000, 10);
            store.delete(Chunks.key(1, 0));
            first.close();
            assertThat(store.maintain()).isFalse();
            assertThat(Chunks.bytesOf(second)).isNotEmpty();
            long before = store.figure(DiskFigure.HOLES_PUNCHED);
            second.close();
            assertThat(store.openSlices()).isZero();
            assertThat(store.maintain()).isFalse();
            assertThat(store.figure(DiskFigure.HOLES_PUNCHED)).isGreaterThan(before);
        }
    }

    @Test
    void erasedBytesAreOverwrittenReadBackAndPunched() throws IOException {
        byte[] needle = java.util.Arrays.copyOfRange(Chunks.bytes(1, 100_000), 50_000, 50_032);
        try (DiskChunkStore store = open()) {
            fill(store, 0, 3);
            assertThat(contains(device(), needle)).isTrue();
            EraseReceipt receipt = store.erase(Chunks.key(1, 1));
            assertThat(receipt.overwrittenBytes()).isEqualTo(4096 + 102_400);
            assertThat(receipt.readBack()).isEqualTo(store.eraseRefusal() == null);
            assertThat(contains(device(), needle)).isFalse();
            assertThat(store.verify(Chunks.key(1, 0))).isEqualTo(Verdict.SOUND);
            assertThat(store.verify(Chunks.key(1, 2))).isEqualTo(Verdict.SOUND);
        }
    }

    @Test
    void aChunkDeletedUnderAReaderCanStillBeErased() throws IOException {
        byte[] needle = java.util.Arrays.copyOfRange(Chunks.bytes(0, 100_000), 50_000, 50_032);
        try (DiskChunkStore store = open()) {
            fill(store, 0, 1);
            Slice slice = store.open(Chunks.key(1, 0), 0, 100_000);
            store.delete(Chunks.key(1, 0));
            assertThat(contains(device(), needle)).isTrue();
            assertThat(store.erase(Chunks.key(1, 0)).overwrittenBytes()).isPositive();
            assertThat(contains(device(), needle)).isFalse();
            slice.close();
            assertThat(store.maintain()).isFalse();
            assertThat(store.erase(Chunks.key(1, 0)).overwrittenBytes()).isZero();
        }
    }

    @Test
    void anEraseCutByACrashIsFinishedAtTheNextStart() throws IOException {
        byte[] needle = java.util.Arrays.copyOfRange(Chunks.bytes(1, 100_000), 50_000, 50_032);
        Path killed = temp.resolve("killed");
        try (DiskChunkStore store = open()) {
            fill(store, 0, 3);
            Path data = temp.resolve("data-before");
            DiskFixture.copy(device().resolve("data"), data);
            var _ = store.erase(Chunks.key(1, 1));
            DiskFixture.copy(device(), killed);
            DiskFixture.remove(killed.resolve("data"));
            DiskFixture.copy(data, killed.resolve("data"));
        }
        assertThat(contains(killed, needle)).isTrue();
        try (DiskChunkStore after = DiskFixture.open(killed, clock)) {
            assertThat(contains(killed, needle)).isFalse();
            assertThat(after.status().chunks()).isEqualTo(2);
        }
    }

    @Test
    void whereErasingProvesNothingTheReceiptSaysSo() {
        try (DiskChunkStore store = openPlain()) {
            fill(store, 0, 1);
            EraseReceipt receipt = store.erase(Chunks.key(1, 0));
            assertThat(receipt.overwrittenBytes()).isPositive();
            assertThat(receipt.readBack()).isFalse();
            assertThat(store.eraseRefusal()).contains("plain");
        }
    }

    @Test
    void withoutHolesMostlyDeadFilesAreCopiedForwardAndRemoved() {
        try (DiskChunkStore store = openPlain()) {
            fill(store, 0, 40);
            int files = DiskFixture.dataFiles(device()).size();
            for (int i = 0; i < 40; i++) {
                if (i % 5 != 0) {
                    store.delete(Chunks.key(1, i));
                }
            }
            for (int i = 0; i < 20 && store.maintain(); i++) {
                assertThat(store.status().chunks()).isEqualTo(8);
            }
            assertThat(store.figure(DiskFigure.EXTENTS_MOVED)).isPositive();
            assertThat(DiskFixture.dataFiles(device()).size()).isLessThan(files - 1);
            for (int i = 0; i < 40; i += 5) {
                assertThat(store.verify(Chunks.key(1, i))).isEqualTo(Verdict.SOUND);
                assertThat(Chunks.read(store, Chunks.key(1, i), 0, 100_000))
                        .isEqualTo(Chunks.bytes(i, 100_000));
            }
        }
        Path killed = temp.resolve("killed");
        DiskFixture.copy(device(), killed);
        DiskFixture.remove(killed.resolve("index"));
        try (DiskChunkStore after = DiskFixture.open(killed, clock)) {
            assertThat(after.status().chunks()).isEqualTo(8);
        }
    }

    @Test
    void withoutHolesADeletedChunkStaysAwayAfterAKill() {
        Path killed = temp.resolve("killed");
        try (DiskChunkStore store = openPlain()) {
            fill(store, 0, 3);
            store.delete(Chunks.key(1, 1));
            DiskFixture.copy(device(), killed);
        }
        DiskFixture.remove(killed.resolve("index"));
        try (DiskChunkStore after = DiskFixture.open(killed, clock)) {
            assertThat(after.status().chunks()).isEqualTo(2);
        }
    }

    @Test
    void deletesAreForgottenByAgeAndByNumber() {
        DiskSettings settings = DiskFixture.settings(device()).withGone(10_000, 5);
        try (DiskChunkStore store = DiskChunkStore.open(settings, DiskFixture.ports(clock))) {
            fill(store, 0, 8);
            for (int i = 0; i < 8; i++) {
                store.delete(Chunks.key(1, i));
                clock.advanceMillis(1_000);
            }
            assertThat(store.maintain()).isFalse();
            assertThat(store.rememberedDeletes()).isEqualTo(5);
            ChunkStoreContract.assertCode(
                    ErrorCode.NO_SUCH_CHUNK, () -> store.open(Chunks.key(1, 2), 0, 1));
            ChunkStoreContract.assertCode(ErrorCode.GONE, () -> store.open(Chunks.key(1, 3), 0, 1));
            clock.advanceMillis(60_000);
            assertThat(store.maintain()).isFalse();
            assertThat(store.rememberedDeletes()).isZero();
            ChunkStoreContract.assertCode(
                    ErrorCode.NO_SUCH_CHUNK, () -> store.open(Chunks.key(1, 7), 0, 1));
        }
    }
}
