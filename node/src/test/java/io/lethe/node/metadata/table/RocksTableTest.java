package io.lethe.node.metadata.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.base.rocks.RocksOpener;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.model.GroupId;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RocksTableTest extends GroupTableContract {
    private static final int MOST_COPIES = 50;

    private static RocksOpener opener;
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final Metrics metrics = new Metrics();

    @BeforeAll
    static void openAll() {
        opener = new RocksOpener(RocksOpener.Limits.small());
    }

    @AfterAll
    static void closeAll() {
        opener.close();
    }

    @Override
    GroupTable open(String name) throws IOException {
        return openReal(name);
    }

    private RocksTable openReal(String name) throws IOException {
        return RocksTable.open(
                temp.resolve(name),
                new GroupId(3),
                new RocksTable.Surroundings(
                        opener, NativeFiles.real(), (_, cause) -> faults.add(cause), metrics));
    }

    /**
     * A killed process leaves what the system has: copied file by file, again where RocksDB was
     * just replacing files.
     */
    @Override
    GroupTable afterCrash(String name, String as) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                copy(temp.resolve(name), temp.resolve(as));
                return open(as);
            } catch (IOException e) {
                if (attempt == MOST_COPIES) {
                    throw e;
                }
                Folders.remove(temp.resolve(as));
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!file.getFileName().toString().equals("LOCK")) {
                    Files.copy(file, target);
                }
            }
        }
    }

    private boolean anyFileHolds(Path folder, Bytes needle) throws IOException {
        String wanted = new String(needle.toArray(), StandardCharsets.ISO_8859_1);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(wanted)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void aDestroyedKeyIsGoneFromEveryFile() throws IOException {
        Bytes doomed = grant(1).wrappedShardKey();
        apply(table, 1, new Change.WriteSlot(grant(1)), new Change.WriteSlot(grant(2)));
        table.flush();
        Path snapshot = Files.createDirectory(temp.resolve("snapshot"));
        table.saveSnapshot(snapshot);
        assertThat(anyFileHolds(temp, doomed)).isTrue();
        assertThat(anyFileHolds(snapshot, doomed)).as("a snapshot carries no keys").isFalse();
        apply(table, 2, new Change.DestroySlot(grant(1).shard()));
        assertThat(anyFileHolds(temp, doomed)).isFalse();
        assertThat(anyFileHolds(temp, grant(2).wrappedShardKey())).isTrue();
    }

    @Test
    void keysOfAnOldGenerationAndStagedKeysAreWiped() throws IOException {
        apply(table, 1, new Change.WriteSlot(grant(1)));
        Path snapshot = Files.createDirectory(temp.resolve("snapshot"));
        table.saveSnapshot(snapshot);
        try (RocksTable other = openReal("other")) {
            apply(other, 1, new Change.WriteSlot(grant(5)));
            other.importKeys(1, table.exportKeys());
            assertThat(other.keyCopies()).containsExactly("keys-1", "staged-1");
            other.loadSnapshot(snapshot, new Position(4, 2));
            assertThat(other.keyCopies()).containsExactly("keys-1", "staged-1");
        } catch (IOException e) {
            // The keys were staged for another index: the load is refused, nothing changes.
            assertThat(e).hasMessageContaining("no keys came with it");
        }
        try (RocksTable other = openReal("other")) {
            other.importKeys(4, table.exportKeys());
            other.loadSnapshot(snapshot, new Position(4, 2));
            assertThat(other.keyCopies()).containsExactly("keys-2");
            assertThat(anyFileHolds(temp.resolve("other"), grant(5).wrappedShardKey())).isFalse();
            assertThat(slot(other, 1)).isEqualTo(grant(1));
        }
    }

    @Test
    void aStartWipesStagesThatNobodyNeeds() throws IOException {
        Path folder = temp.resolve("table");
        table.importKeys(7, KeyExport.encode(List.of(grant(1))));
        Files.write(folder.resolve("staged-9"), KeyExport.encode(List.of(grant(2))));
        Files.write(folder.resolve("keys-8"), grant(3).wrappedShardKey().toArray());
        Files.createDirectories(folder.resolve("db-8"));
        table.close();
        table = open("table");
        assertThat(((RocksTable) table).keyCopies()).containsExactly("keys-1", "staged-7");
        assertThat(anyFileHolds(folder, grant(2).wrappedShardKey())).isFalse();
        assertThat(folder.resolve("keys-8")).doesNotExist();
        assertThat(folder.resolve("db-8")).doesNotExist();
        apply(table, 8, put(1, "past it"));
        table.flush();
        table.close();
        table = open("table");
        assertThat(((RocksTable) table).keyCopies()).containsExactly("keys-1");
    }

    @Test
    void aBadCopyOfASlotIsRepairedAndTwoAreReported() throws IOException {
        apply(table, 1, new Change.WriteSlot(grant(1)), new Change.WriteSlot(grant(2)));
        apply(table, 2, new Change.WriteSlot(grant(3)));
        table.flush();
        table.close();
        Path keys = temp.resolve("table").resolve("keys-1");
        flip(keys, KeyFile.offset(0, 0) + 20);
        flip(keys, KeyFile.offset(1, 1) + 20);
        flip(keys, KeyFile.offset(2, 0) + 20);
        flip(keys, KeyFile.offset(2, 1) + 20);
        table = open("table");
        assertThat(slot(table, 1)).isEqualTo(grant(1));
        assertThat(slot(table, 2)).isEqualTo(grant(2));
        assertThatThrownBy(() -> slot(table, 3)).hasMessageContaining("can't be read");
        assertThat(metrics.openMetrics())
                .contains("lethe_table_slots_repaired_total{group=\"partition-3\"} 2.0")
                .contains("lethe_table_slots_lost_total{group=\"partition-3\"} 1.0");
        table.close();
        flip(keys, KeyFile.offset(0, 1) + 20);
        table = open("table");
        assertThat(slot(table, 1)).as("repaired on disk, not just read").isEqualTo(grant(1));
    }

    private static void flip(Path file, long offset) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(offset);
            int old = open.read();
            open.seek(offset);
            open.write(old ^ 0x40);
        }
    }

    @Test
    void slotsAreSyncedBeforeRocksDbFlushesByItself() throws IOException {
        Bytes value = Bytes.wrap(new byte[1 << 20]);
        int index = 0;
        // Memtables of 32 MiB: the third can't be begun before the first is on disk.
        while (index < 110) {
            index++;
            apply(
                    table,
                    index,
                    new Change.WriteSlot(grant(index)),
                    new Change.Put(Family.CURRENT, key(index), value));
        }
        try (GroupTable crashed = afterCrash("table", "crashed")) {
            long at = crashed.applied().index();
            assertThat(at).as("RocksDB flushed by itself").isPositive();
            for (long shard = 1; shard <= at; shard++) {
                assertThat(slot(crashed, shard)).isEqualTo(grant(shard));
            }
        }
        assertThat(metrics.openMetrics())
                .as("second copies were written before the flush, too")
                .contains("lethe_table_slots_repaired_total{group=\"partition-3\"} 0.0");
        assertThat(faults).isEmpty();
    }

    @Test
    void aKeyFileThatCannotBeSyncedWhenAFlushBeginsIsAFault() throws Exception {
        KeyFile keys = KeyFile.create(temp.resolve("keys"), new GroupId(3), NativeFiles.real());
        keys.grow();
        keys.write(0, KeySlot.Live.of(grant(1).shard(), 1, grant(1).wrappedShardKey()));
        keys.close();
        try (SyncBeforeFlush listener = new SyncBeforeFlush(keys, faults::add);
                var tables =
                        opener.open(
                                temp.resolve("rows"),
                                List.of(),
                                options ->
                                        options.setAtomicFlush(true)
                                                .setListeners(List.of(listener)));
                var flush = new org.rocksdb.FlushOptions()) {
            tables.db().put(new byte[1], new byte[1]);
            tables.db().flush(flush);
            assertThat(faults).hasSize(1);
            assertThat(faults.getFirst()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void thousandsOfSlotsGrowTheFileAndFreedOnesAreUsedAgain() throws IOException {
        int count = KeyFile.CHUNK_SLOTS + 10;
        List<Change> changes = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            changes.add(new Change.WriteSlot(grant(i)));
        }
        apply(table, 1, changes.toArray(Change[]::new));
        long length = Files.size(temp.resolve("table").resolve("keys-1"));
        assertThat(slot(table, count)).isEqualTo(grant(count));
        apply(table, 2, new Change.DestroySlot(grant(5).shard()));
        table.flush();
        apply(table, 3, new Change.WriteSlot(grant(count + 1)));
        assertThat(slot(table, count + 1)).isEqualTo(grant(count + 1));
        assertThat(slot(table, 5)).isNull();
        assertThat(Files.size(temp.resolve("table").resolve("keys-1"))).isEqualTo(length);
        assertThat(((RocksTable) table).slotsInUse()).isEqualTo(count);
    }

    @Test
    void anotherGroupsKeyFileIsRefused() throws IOException {
        table.close();
        assertThatThrownBy(
                        () ->
                                RocksTable.open(
                                        temp.resolve("table"),
                                        new GroupId(4),
                                        new RocksTable.Surroundings(
                                                opener,
                                                NativeFiles.real(),
                                                (_, cause) -> faults.add(cause),
                                                metrics)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not the key file of partition-4");
        table = open("table");
    }

    @Test
    void largeValuesOfInlineLieInBlobFiles() throws IOException {
        apply(table, 1, new Change.Put(Family.INLINE, key(1), Bytes.wrap(new byte[4096])));
        table.flush();
        try (Stream<Path> files = Files.walk(temp.resolve("table"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".blob"))).hasSize(1);
        }
    }

    /** Nine of ten blobs are deleted all over the family, so no blob file is free of live ones. */
    @Test
    void deletedBlobsGiveTheirSpaceBackWithoutMoreWrites() throws Exception {
        int rows = 6_000;
        int bytes = 4_096;
        for (int i = 0; i < rows; i++) {
            apply(table, i + 1, new Change.Put(Family.INLINE, row(i), value(i, bytes)));
        }
        table.flush();
        long before = size(temp);
        assertThat(before).isGreaterThan((long) rows * bytes);
        for (int i = 0; i < rows; i++) {
            if (i % 10 != 0) {
                apply(table, rows + i + 1, new Change.Delete(Family.INLINE, row(i)));
            }
        }
        table.flush();
        Clock clock = Clock.system();
        long deadline = clock.nanos() + TimeUnit.SECONDS.toNanos(30);
        CountDownLatch never = new CountDownLatch(1);
        while (size(temp) > before / 4) {
            assertThat(clock.nanos())
                    .as("%d of %d bytes are left", size(temp), before)
                    .isLessThan(deadline);
            boolean _ = table.collectBlobs() || never.await(20, TimeUnit.MILLISECONDS);
        }
        for (int i = 0; i < rows; i += 10) {
            Bytes key = row(i);
            Bytes stored = table.read(view -> view.rows().get(Family.INLINE, key));
            assertThat(stored).isEqualTo(value(i, bytes));
        }
        assertThat(table.collectBlobs()).as("nothing is left to be collected").isFalse();
    }

    private static Bytes value(int seed, int bytes) {
        byte[] value = new byte[bytes];
        new Random(seed).nextBytes(value);
        return Bytes.wrap(value);
    }

    private static Bytes row(int number) {
        return Bytes.wrap("key-%06d".formatted(number).getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes of all files; those that go meanwhile don't count. */
    private static long size(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(Path::toFile).filter(File::isFile).mapToLong(File::length).sum();
        } catch (IOException | UncheckedIOException e) {
            return Long.MAX_VALUE;
        }
    }
}
