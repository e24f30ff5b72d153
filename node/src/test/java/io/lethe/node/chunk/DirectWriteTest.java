package io.lethe.node.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.model.ChunkKey;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** New chunks are written in whole pages past the page cache, and through it where that fails. */
class DirectWriteTest {
    private static final int BUFFER = WriteBuffers.BUFFER_BYTES;
    private static final int PAGE = ExtentFormat.PAGE_BYTES;

    @TempDir Path temp;
    private final ManualClock clock = new ManualClock();
    private final AtomicBoolean direct = new AtomicBoolean();

    private DiskChunkStore open(Path device, WriteBuffers buffers, boolean supported) {
        DiskPorts ports =
                new DiskPorts(
                        clock,
                        RandomSource.seeded(42),
                        NativeFiles.real(),
                        (file, options) -> {
                            if (Arrays.asList(options).contains(NativeFiles.DIRECT)) {
                                if (!supported) {
                                    throw new UnsupportedOperationException("no direct writes");
                                }
                                direct.set(true);
                            }
                            return FileChannel.open(file, options);
                        },
                        buffers,
                        DiskFixture.ROCKS);
        return DiskChunkStore.open(
                DiskFixture.settings(device).withFiles(4L * BUFFER, 256 << 10), ports);
    }

    /** Around pages and buffers, with the head's page and without. */
    private static Set<Integer> lengths() {
        Set<Integer> lengths = new TreeSet<>();
        for (int edge : new int[] {0, PAGE, BUFFER - PAGE, BUFFER, 2 * BUFFER}) {
            for (int off : new int[] {-1, 0, 1}) {
                if (edge + off >= 0) {
                    lengths.add(edge + off);
                }
            }
        }
        return lengths;
    }

    private void everyLengthSurvivesAKill(WriteBuffers buffers, boolean supported) {
        Path device = temp.resolve("device");
        Path killed = temp.resolve("killed");
        try (DiskChunkStore store = open(device, buffers, supported)) {
            for (int length : lengths()) {
                Chunks.put(store, Chunks.key(1, length), Chunks.bytes(length, length));
            }
            assertWhole(store);
            DiskFixture.copyIndexFirst(device, killed);
        }
        try (DiskChunkStore store = open(killed, buffers, supported)) {
            assertWhole(store);
        }
    }

    private static void assertWhole(DiskChunkStore store) {
        for (int length : lengths()) {
            ChunkKey key = Chunks.key(1, length);
            assertThat(store.verify(key))
                    .as("%s bytes", length)
                    .isEqualTo(ChunkStore.Verdict.SOUND);
            if (length > 0) {
                assertThat(Chunks.read(store, key, 0, length))
                        .as("%s bytes", length)
                        .isEqualTo(Chunks.bytes(length, length));
            }
        }
        assertThat(store.status().chunks()).isEqualTo(lengths().size());
    }

    @Test
    void chunksOfEveryLengthGoPastThePageCache() {
        everyLengthSurvivesAKill(WriteBuffers.of(4L * BUFFER), true);
        assertThat(direct).as("opened past the page cache").isTrue();
    }

    @Test
    void aFileSystemThatCannotIsWrittenThroughThePageCache() {
        everyLengthSurvivesAKill(WriteBuffers.of(4L * BUFFER), false);
    }

    @Test
    void chunksThatFindNoBufferAreWrittenThroughThePageCache() {
        everyLengthSurvivesAKill(WriteBuffers.of(0), true);
    }

    @Test
    void aCheckReadsWhatIsOnTheDiskAndNotWhatMemoryHasOfIt() {
        BreakingChannel.Faults faults = new BreakingChannel.Faults();
        DiskPorts plain = DiskFixture.ports(clock);
        DiskPorts ports =
                new DiskPorts(
                        clock,
                        plain.random(),
                        plain.natives(),
                        (file, options) -> {
                            FileChannel opened = FileChannel.open(file, options);
                            Set<OpenOption> all = Set.of(options);
                            boolean checks =
                                    all.contains(NativeFiles.DIRECT)
                                            && all.contains(StandardOpenOption.READ);
                            return checks ? new BreakingChannel(opened, faults) : opened;
                        },
                        WriteBuffers.of(4L * BUFFER),
                        plain.rocks());
        try (DiskChunkStore store =
                DiskChunkStore.open(DiskFixture.settings(temp.resolve("device")), ports)) {
            ChunkKey key = Chunks.key(1, 1);
            Chunks.put(store, key, Chunks.bytes(1, 50_000));
            assertThat(store.verify(key)).isEqualTo(ChunkStore.Verdict.SOUND);
            faults.reads.set("Input/output error");
            assertThat(Chunks.read(store, key, 0, 50_000)).isEqualTo(Chunks.bytes(1, 50_000));
            assertThat(store.verify(key)).isEqualTo(ChunkStore.Verdict.CORRUPT);
        }
    }

    @Test
    void aChunkThatIsGivenUpBeforeItsFirstPagesWereFullTouchesNoDisk() {
        try (DiskChunkStore store =
                open(temp.resolve("device"), WriteBuffers.of(4L * BUFFER), true)) {
            Chunks.put(store, Chunks.key(1, 1), new byte[100]);
            ChunkStore.Writer writer = store.create(Chunks.header(Chunks.key(1, 2), 100_000, 1));
            writer.append(Chunks.bytes(1, 50_000), 0, 50_000);
            Path file = DiskFixture.dataFiles(temp.resolve("device")).getFirst();
            assertThat(file).hasSize(3L * PAGE);
            writer.abort();
            assertThat(file).hasSize(3L * PAGE);
        }
    }

    @Test
    void buffersAreBoundedAlignedAndUsedAgain() {
        WriteBuffers buffers = WriteBuffers.of(2L * BUFFER + 1);
        ByteBuffer first = Objects.requireNonNull(buffers.take());
        ByteBuffer second = buffers.take();
        assertThat(second).isNotNull().isNotSameAs(first);
        assertThat(buffers.take()).isNull();
        assertThat(first.capacity()).isEqualTo(BUFFER);
        assertThat(first.alignmentOffset(0, PAGE)).isZero();
        buffers.give(first.position(7));
        ByteBuffer again = buffers.take();
        assertThat(again).isSameAs(first);
        assertThat(first.remaining()).isEqualTo(BUFFER);
        assertThat(buffers.take()).isNull();
    }
}
