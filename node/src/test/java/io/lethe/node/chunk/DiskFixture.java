package io.lethe.node.chunk;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.base.rocks.RocksOpener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Opens disk stores for tests, and breaks their directories. */
final class DiskFixture {
    /** One for all tests of the process: it may only be closed after the last table. */
    static final RocksOpener ROCKS = new RocksOpener(RocksOpener.Limits.small());

    /** Two, so that tests also write chunks that find none. */
    static final WriteBuffers BUFFERS = WriteBuffers.of(2L * WriteBuffers.BUFFER_BYTES);

    static final long FILE_BYTES = 1 << 20;

    private DiskFixture() {}

    static DiskPorts ports(ManualClock clock) {
        return new DiskPorts(
                clock,
                RandomSource.seeded(42),
                NativeFiles.real(),
                FileChannel::open,
                BUFFERS,
                ROCKS);
    }

    static DiskSettings settings(Path directory) {
        return DiskSettings.of(directory)
                .withFiles(FILE_BYTES, 256 << 10)
                .withLimits(64 << 20, 1 << 20)
                .withEraseWaitNanos(0);
    }

    static DiskChunkStore open(Path directory, ManualClock clock) {
        return DiskChunkStore.open(settings(directory), ports(clock));
    }

    /** A copy as a killed process would leave it: everything that was written, no clean end. */
    static void copy(Path from, Path to) {
        try (Stream<Path> entries = Files.walk(from)) {
            for (Path entry : entries.toList()) {
                Path target = to.resolve(from.relativize(entry).toString());
                if (Files.isDirectory(entry)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(entry, target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A copy of a running store: the index first, so that the data is at least as new. */
    static void copyIndexFirst(Path from, Path to) {
        copy(from.resolve("index"), to.resolve("index"));
        copy(from.resolve("data"), to.resolve("data"));
        try {
            var _ = Files.copy(from.resolve("device"), to.resolve("device"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void remove(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> entries = Files.walk(directory)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> dataFiles(Path directory) {
        try (Stream<Path> entries = Files.list(directory.resolve("data"))) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes that the file system has given to the data files. */
    static long allocatedBytes(Path directory) {
        long sum = 0;
        for (Path file : dataFiles(directory)) {
            try {
                sum += 512L * (Long) blocks(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return sum;
    }

    private static Object blocks(Path file) throws IOException {
        Process stat =
                new ProcessBuilder("stat", "-c", "%b", file.toString())
                        .redirectErrorStream(true)
                        .start();
        return Long.parseLong(
                new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim());
    }
}
