package io.lethe.node.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.chunk.ChunkStore.Verdict;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Crashes of the disk store. A killed process is a copy of its directory taken while it runs; a
 * power cut is a copy whose index is older than its data (the log's unsynced tail is lost) and
 * whose data files have lost, kept or garbled what was not synced.
 */
class DiskCrashTest {
    private static final int PAGE = 4096;

    @TempDir Path temp;
    private final ManualClock clock = new ManualClock();
    private int copies;

    private Path device() {
        return temp.resolve("device");
    }

    private DiskChunkStore open() {
        return DiskFixture.open(device(), clock);
    }

    /** The directory with an index of before and data files of now. */
    private Path powerCut(Path oldIndex) {
        Path copy = temp.resolve("cut-" + copies++);
        DiskFixture.copy(device(), copy);
        DiskFixture.remove(copy.resolve("index"));
        DiskFixture.copy(oldIndex, copy.resolve("index"));
        return copy;
    }

    private Path indexNow() {
        Path copy = temp.resolve("index-" + copies++);
        DiskFixture.copy(device().resolve("index"), copy);
        return copy;
    }

    private static void assertHas(ChunkStore store, int from, int to, int length) {
        for (int i = from; i < to; i++) {
            assertThat(Chunks.read(store, Chunks.key(1, i), 0, length))
                    .as("chunk %d", i)
                    .isEqualTo(Chunks.bytes(i, length));
        }
    }

    private static void putRange(ChunkStore store, int from, int to, int length) {
        for (int i = from; i < to; i++) {
            Chunks.put(store, Chunks.key(1, i), Chunks.bytes(i, length));
        }
    }

    @Test
    void chunksThatTheIndexLostAreFoundAgain() {
        try (DiskChunkStore store = open()) {
            putRange(store, 0, 3, 9_000);
            Path index = indexNow();
            putRange(store, 3, 12, 9_000);
            try (DiskChunkStore after = DiskFixture.open(powerCut(index), clock)) {
                assertThat(after.status().chunks()).isEqualTo(12);
                assertHas(after, 0, 12, 9_000);
                assertThat(after.unresolved(Long.MAX_VALUE, 100)).hasSize(12);
                assertThat(after.figure(DiskFigure.EXTENTS_RECOVERED)).isBetween(9L, 12L);
                putRange(after, 12, 15, 9_000);
                assertHas(after, 0, 15, 9_000);
            }
        }
    }

    @Test
    void aDeleteSurvivesThePowerCutThatLosesThePutsAfterIt() {
        try (DiskChunkStore store = open()) {
            putRange(store, 0, 6, 9_000);
            store.delete(Chunks.key(1, 2));
            Path index = indexNow();
            putRange(store, 6, 8, 9_000);
            Path cut = powerCut(index);
            for (int start = 0; start < 2; start++) {
                try (DiskChunkStore after = DiskFixture.open(cut, clock)) {
                    assertThat(after.status().chunks()).isEqualTo(7);
                    ChunkStoreContract.assertCode(
                            ErrorCode.GONE, () -> after.open(Chunks.key(1, 2), 0, 1));
                    assertHas(after, 3, 8, 9_000);
                }
            }
        }
    }

    @Test
    void aDeletedChunkStaysAwayWhenItsHoleWasNotDurable() throws IOException {
        Path cut;
        try (DiskChunkStore store = open()) {
            putRange(store, 0, 4, 9_000);
            Path unpunched = temp.resolve("unpunched.dat");
            Path file = DiskFixture.dataFiles(device()).get(0);
            Files.copy(file, unpunched);
            store.delete(Chunks.key(1, 1));
            cut = powerCut(indexNow());
            Path damaged = cut.resolve("data").resolve(String.valueOf(file.getFileName()));
            Files.delete(damaged);
            Files.copy(unpunched, damaged);
        }
        for (int start = 0; start < 2; start++) {
            try (DiskChunkStore after = DiskFixture.open(cut, clock)) {
                assertThat(after.status().chunks()).isEqualTo(3);
                ChunkStoreContract.assertCode(
                        ErrorCode.GONE, () -> after.open(Chunks.key(1, 1), 0, 1));
            }
        }
    }

    @Test
    void everyTruncationOfTheTailKeepsWhatIsWhole() throws IOException {
        Path index;
        int chunks = 6;
        int length = 9_000;
        long extent = PAGE + 3 * PAGE;
        try (DiskChunkStore store = open()) {
            putRange(store, 0, 1, length);
            index = indexNow();
            putRange(store, 1, chunks, length);
            Path cut = powerCut(index);
            Path file = DiskFixture.dataFiles(cut).get(0);
            long size = Files.size(file);
            byte[] bytes = Files.readAllBytes(file);
            DiskFixture.remove(cut);
            for (long at = PAGE + extent; at <= size; at += PAGE) {
                Path one = powerCut(index);
                Files.write(
                        DiskFixture.dataFiles(one).get(0),
                        java.util.Arrays.copyOf(bytes, (int) at));
                // The last page of an extent holds the chunk's last 808 bytes.
                int whole = (int) ((at - PAGE + (3 * PAGE - length)) / extent);
                try (DiskChunkStore after = DiskFixture.open(one, clock)) {
                    assertThat(after.status().chunks()).as("cut at %d", at).isEqualTo(whole);
                    assertHas(after, 0, whole, length);
                    assertThat(after.status().corruptChunks()).isZero();
                }
                DiskFixture.remove(one);
            }
        }
    }

    @Test
    void zeroPagesAndGarbageInTheTailAreNoChunks() throws IOException {
        Path index;
        int length = 9_000;
        try (DiskChunkStore store = open()) {
            putRange(store, 0, 2, length);
            index = indexNow();
            putRange(store, 2, 8, length);
            for (long seed = 1; seed <= 12; seed++) {
                Path cut = powerCut(index);
                boolean[] hit = garble(DiskFixture.dataFiles(cut).get(0), new Random(seed), length);
                try (DiskChunkStore after = DiskFixture.open(cut, clock)) {
                    for (int i = 0; i < 8; i++) {
                        boolean there = after.stat(Chunks.key(1, i)).isPresent();
                        assertThat(there).as("seed %d chunk %d", seed, i).isEqualTo(!hit[i]);
                        if (there) {
                            assertHas(after, i, i + 1, length);
                        }
                    }
                    assertThat(after.status().corruptChunks()).isZero();
                    putRange(after, 0, 8, length);
                    assertHas(after, 0, 8, length);
                }
                DiskFixture.remove(cut);
            }
        }
    }

    /** Zeroes or overwrites random pages behind the second chunk; says which chunks it hit. */
    private static boolean[] garble(Path file, Random random, int length) throws IOException {
        boolean[] hit = new boolean[8];
        int pages = 4;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int n = 0; n < 3; n++) {
                int chunk = 2 + random.nextInt(6);
                int page = random.nextInt(pages);
                byte[] bytes = new byte[PAGE];
                if (random.nextBoolean()) {
                    random.nextBytes(bytes);
                }
                hit[chunk] = true;
                channel.write(
                        ByteBuffer.wrap(bytes),
                        PAGE + ((long) chunk * pages * PAGE) + ((long) page * PAGE));
            }
            byte[] tail = new byte[3 * PAGE + 17];
            random.nextBytes(tail);
            channel.write(ByteBuffer.wrap(tail), channel.size() + random.nextInt(PAGE));
        }
        assertThat(length).isLessThan(3 * PAGE);
        return hit;
    }

    @Test
    void chunksOfADoomedSegmentOrAnOldEpochAreNotTakenBack() {
        try (DiskChunkStore store = open()) {
            putRange(store, 0, 2, 9_000);
            Path before = indexNow();
            putRange(store, 2, 4, 9_000);
            Chunks.put(store, Chunks.key(2, 9), Chunks.bytes(9, 9_000));
            Path cut = powerCut(before);
            // Rules that became durable while the puts were lost: written into the old index.
            Path lone = temp.resolve("lone");
            DiskFixture.copy(device(), lone);
            DiskFixture.remove(lone.resolve("index"));
            DiskFixture.copy(before, lone.resolve("index"));
            for (Path file : DiskFixture.dataFiles(lone)) {
                truncate(file, PAGE + 2L * 4 * PAGE);
            }
            try (DiskChunkStore rules = DiskFixture.open(lone, clock)) {
                rules.doom(Chunks.key(1, 3).pg(), Chunks.key(1, 3).segment());
                rules.refuseBelow(Chunks.key(2, 9).pg(), 2);
            }
            DiskFixture.remove(cut.resolve("index"));
            DiskFixture.copy(lone.resolve("index"), cut.resolve("index"));
            try (DiskChunkStore after = DiskFixture.open(cut, clock)) {
                assertThat(after.stat(Chunks.key(1, 2))).isPresent();
                assertThat(after.stat(Chunks.key(1, 3))).isEmpty();
                assertThat(after.stat(Chunks.key(2, 9))).isEmpty();
            }
        }
    }

    private static void truncate(Path file, long size) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aLostIndexIsMadeAnewFromTheExtents() throws IOException {
        try (DiskChunkStore store = open()) {
            putRange(store, 0, 40, 60_000);
            for (int i = 0; i < 40; i += 4) {
                store.delete(Chunks.key(1, i));
            }
        }
        DiskFixture.remove(device().resolve("index"));
        try (DiskChunkStore store = open()) {
            assertThat(store.status().chunks()).isEqualTo(30);
            assertThat(store.indexRebuilt()).isTrue();
            assertThat(store.status().fault()).contains("index was lost");
            store.acknowledgeRebuild();
            assertHas(store, 1, 4, 60_000);
            assertThat(store.status().fault()).isNull();
        }
        Path manifest;
        try (var entries = Files.list(device().resolve("index"))) {
            manifest =
                    entries.filter(path -> path.toString().contains("MANIFEST"))
                            .findFirst()
                            .orElseThrow();
        }
        Files.write(manifest, new byte[100]);
        try (DiskChunkStore store = open()) {
            assertThat(store.status().chunks()).isEqualTo(30);
            assertThat(store.indexRebuilt()).isTrue();
            store.acknowledgeRebuild();
            assertHas(store, 37, 40, 60_000);
        }
    }

    @Test
    void aRebuiltIndexIsTrustedOnceEveryChunkWasAskedAbout() throws IOException {
        try (DiskChunkStore store = open()) {
            putRange(store, 0, 8, 60_000);
            store.resolve(
                    store.list(null, null, 8).stream().map(ChunkStore.ChunkInfo::key).toList());
            assertThat(store.unresolved(Long.MAX_VALUE, 100)).isEmpty();
        }
        DiskFixture.remove(device().resolve("index"));
        try (DiskChunkStore store = open()) {
            var _ = store.maintain();
            assertThat(store.indexRebuilt()).isTrue();
            List<ChunkStore.ChunkInfo> asked = store.unresolved(Long.MAX_VALUE, 100);
            assertThat(asked).as("chunks that were resolved before, too").hasSize(8);
            store.delete(asked.getFirst().key());
            for (int i = 1; i < 8; i++) {
                var _ = store.maintain();
                assertThat(store.indexRebuilt()).isTrue();
                store.resolve(List.of(asked.get(i).key()));
            }
            var _ = store.maintain();
            assertThat(store.indexRebuilt()).isFalse();
            assertThat(store.status().chunks()).isEqualTo(7);
        }
        try (DiskChunkStore store = open()) {
            assertThat(store.indexRebuilt()).as("also after a restart").isFalse();
        }
    }

    @Test
    void whatARebuiltIndexMayHaveForgottenIsNotServed() {
        try (DiskChunkStore store = open()) {
            putRange(store, 0, 3, 60_000);
            store.resolve(
                    store.list(null, null, 3).stream().map(ChunkStore.ChunkInfo::key).toList());
            store.doom(Chunks.key(1, 0).pg(), Chunks.key(1, 0).segment());
        }
        DiskFixture.remove(device().resolve("index"));
        try (DiskChunkStore store = open()) {
            for (int i = 0; i < 3; i++) {
                refusedToRead(store, Chunks.key(1, i));
            }
            clock.advanceMillis(1);
            putRange(store, 3, 4, 60_000);
            assertHas(store, 3, 4, 60_000);
            store.resolve(List.of(Chunks.key(1, 1)));
            store.delete(Chunks.key(1, 0));
            assertHas(store, 1, 2, 60_000);
            refusedToRead(store, Chunks.key(1, 2));
        }
        try (DiskChunkStore store = open()) {
            refusedToRead(store, Chunks.key(1, 2));
            store.resolve(List.of(Chunks.key(1, 2)));
            assertHas(store, 1, 4, 60_000);
        }
    }

    private static void refusedToRead(DiskChunkStore store, ChunkKey key) {
        assertThatThrownBy(() -> store.open(key, 0, 1).close())
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessageContaining("index was lost");
    }

    @Test
    void theSpaceOfUnfinishedChunksComesBackAfterAKill() {
        try (DiskChunkStore store = open()) {
            putRange(store, 0, 1, 9_000);
            List<ChunkStore.Writer> writers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                ChunkStore.Writer writer =
                        store.create(Chunks.header(Chunks.key(2, i), 200_000, 1));
                writer.append(Chunks.bytes(i, 150_000), 0, 150_000);
                writers.add(writer);
            }
            putRange(store, 1, 2, 9_000);
            Path killed = temp.resolve("killed");
            DiskFixture.copy(device(), killed);
            assertThat(DiskFixture.allocatedBytes(killed)).isGreaterThan(750_000);
            try (DiskChunkStore after = DiskFixture.open(killed, clock)) {
                assertThat(after.status().chunks()).isEqualTo(2);
                assertHas(after, 0, 2, 9_000);
                assertThat(DiskFixture.allocatedBytes(killed)).isLessThan(60_000);
            }
            writers.forEach(ChunkStore.Writer::abort);
        }
    }

    @Test
    void aStoreKilledUnderLoadKeepsEverythingItAcknowledged() throws Exception {
        Map<Integer, Integer> acknowledged = new ConcurrentHashMap<>();
        Map<Integer, Boolean> deleted = new ConcurrentHashMap<>();
        AtomicBoolean stop = new AtomicBoolean();
        try (DiskChunkStore store = open()) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                int base = t * 1_000_000;
                threads.add(
                        Thread.ofPlatform()
                                .start(() -> load(store, base, acknowledged, deleted, stop)));
            }
            for (int round = 1; round <= 4; round++) {
                while (acknowledged.size() < round * 40) {
                    Thread.onSpinWait();
                }
                Path killed = temp.resolve("killed-" + round);
                Map<Integer, Integer> sure;
                Map<Integer, Boolean> gone;
                deletes.writeLock().lock();
                try {
                    sure = Map.copyOf(acknowledged);
                    gone = Map.copyOf(deleted);
                    DiskFixture.copyIndexFirst(device(), killed);
                } finally {
                    deletes.writeLock().unlock();
                }
                try (DiskChunkStore after = DiskFixture.open(killed, clock)) {
                    sure.forEach(
                            (id, length) -> {
                                if (!gone.containsKey(id)) {
                                    assertHas(after, id, id + 1, length);
                                }
                            });
                    gone.keySet()
                            .forEach(id -> assertThat(after.stat(Chunks.key(1, id))).isEmpty());
                    for (ChunkStore.ChunkInfo info : after.list(null, null, 10_000)) {
                        assertThat(after.verify(info.key())).isEqualTo(Verdict.SOUND);
                    }
                    assertThat(after.status().corruptChunks()).isZero();
                }
                DiskFixture.remove(killed);
            }
            stop.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(store.figure(DiskFigure.SYNCS)).isPositive();
        }
    }

    /**
     * A copy is not one moment, unlike a kill: data files are copied after the index, so that they
     * hold at least what the index names, as they would; so deletes have to wait.
     */
    private final ReentrantReadWriteLock deletes = new ReentrantReadWriteLock();

    private void load(
            DiskChunkStore store,
            int base,
            Map<Integer, Integer> acknowledged,
            Map<Integer, Boolean> deleted,
            AtomicBoolean stop) {
        Random random = new Random(base);
        for (int id = base; id < base + 500 && !stop.get(); id++) {
            int length = 1 + random.nextInt(40_000);
            Chunks.put(store, Chunks.key(1, id), Chunks.bytes(id, length));
            acknowledged.put(id, length);
            if (random.nextInt(4) == 0) {
                deletes.readLock().lock();
                try {
                    deleted.put(id, true);
                    store.delete(Chunks.key(1, id));
                } finally {
                    deletes.readLock().unlock();
                }
            }
        }
    }

    @Test
    void theNewerOfTwoExtentsUnderOneKeyWins() throws IOException {
        ChunkKey key = Chunks.key(1, 1);
        byte[] bytes = Chunks.bytes(1, 9_000);
        try (DiskChunkStore store = open()) {
            Chunks.put(store, key, bytes);
        }
        Path file = DiskFixture.dataFiles(device()).get(0);
        byte[] damaged = Files.readAllBytes(file);
        damaged[PAGE + PAGE + 5] ^= 1;
        Files.write(file, damaged);
        try (DiskChunkStore store = open()) {
            assertThat(store.verify(key)).isEqualTo(Verdict.CORRUPT);
            Path index = indexNow();
            byte[] before = Files.readAllBytes(file);
            Chunks.put(store, key, bytes);
            Path cut = powerCut(index);
            // The hole under the replaced extent was not durable either.
            byte[] now = Files.readAllBytes(DiskFixture.dataFiles(cut).get(0));
            System.arraycopy(before, 0, now, 0, before.length);
            Files.write(DiskFixture.dataFiles(cut).get(0), now);
            try (DiskChunkStore after = DiskFixture.open(cut, clock)) {
                assertThat(after.status().chunks()).isEqualTo(1);
                assertThat(after.verify(key)).isEqualTo(Verdict.SOUND);
            }
        }
    }
}
