package io.lethe.node.chunk;

import io.lethe.node.base.rocks.RocksOpener;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures one device: large chunks by one and two writers, small ones by 32, reads of small ones.
 * Run by hand; the argument is a directory on the disk in question.
 */
final class ChunkStoreBench {
    private static final int LARGE_BYTES = 64 << 20;
    private static final int SMALL_BYTES = 16 << 10;
    private static final int STEP_BYTES = 65_540;

    private final DiskChunkStore store;
    private final AtomicInteger next = new AtomicInteger();
    private final PrintStream out = System.out;

    private ChunkStoreBench(DiskChunkStore store) {
        this.store = store;
    }

    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(args[0]), "bench");
        try (RocksOpener rocks = new RocksOpener(RocksOpener.Limits.small());
                DiskChunkStore store =
                        DiskChunkStore.open(
                                DiskSettings.of(directory),
                                DiskPorts.real(WriteBuffers.of(64L << 20), rocks))) {
            new ChunkStoreBench(store).run();
        } finally {
            DiskFixture.remove(directory);
        }
    }

    private void run() throws Exception {
        for (int round = 0; round < 3; round++) {
            write("64 MiB chunks, 1 writer", 1, 8, LARGE_BYTES);
            write("64 MiB chunks, 2 writers", 2, 8, LARGE_BYTES);
            write("16 KiB chunks, 32 writers", 32, 8_000, SMALL_BYTES);
            read();
        }
    }

    private void write(String what, int threads, int chunks, int length) throws Exception {
        byte[] bytes = Chunks.bytes(length, length);
        long syncs = store.figure(DiskFigure.SYNCS);
        int first = next.get();
        long cpu = cpuNanos();
        long begun = System.nanoTime();
        together(threads, chunks, id -> put(id, bytes));
        double seconds = (System.nanoTime() - begun) / 1e9;
        long mib = ((long) chunks * length) >> 20;
        out.printf(
                Locale.ROOT,
                "%-26s %7.0f MiB/s %8.0f chunks/s %6d syncs, %.2f CPU-s/GiB%n",
                what,
                mib / seconds,
                chunks / seconds,
                store.figure(DiskFigure.SYNCS) - syncs,
                (cpuNanos() - cpu) / 1e9 / mib * 1024);
        if (length == LARGE_BYTES) {
            for (int id = first; id < first + chunks; id++) {
                store.delete(Chunks.key(1, id));
            }
        }
    }

    private void put(int id, byte[] bytes) {
        ChunkHeader plain = Chunks.header(Chunks.key(1, id), bytes.length, 1);
        ChunkHeader header =
                new ChunkHeader(
                        plain.key(), 1, plain.write(), plain.owner(), bytes.length, STEP_BYTES);
        ChunkStore.Writer writer = store.create(header);
        for (int at = 0; at < bytes.length; at += STEP_BYTES) {
            writer.append(bytes, at, Math.min(STEP_BYTES, bytes.length - at));
        }
        writer.finish();
    }

    private void read() throws Exception {
        int last = next.get();
        long begun = System.nanoTime();
        together(
                4,
                40_000,
                id -> {
                    int chunk = last - 1 - id % 8_000;
                    if (Chunks.read(store, Chunks.key(1, chunk), 0, SMALL_BYTES).length == 0) {
                        throw new IllegalStateException("nothing read");
                    }
                });
        double seconds = (System.nanoTime() - begun) / 1e9;
        out.printf(Locale.ROOT, "16 KiB reads, 4 readers    %8.0f chunks/s%n", 40_000 / seconds);
        next.set(last);
    }

    private interface Work {
        void run(int id);
    }

    private void together(int threads, int count, Work work) throws Exception {
        int end = next.get() + count;
        List<Thread> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            running.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        int id = next.getAndIncrement();
                                        while (id < end) {
                                            work.run(id);
                                            id = next.getAndIncrement();
                                        }
                                    }));
        }
        for (Thread thread : running) {
            thread.join();
        }
        next.set(end);
    }

    private static long cpuNanos() {
        var system = java.lang.management.ManagementFactory.getOperatingSystemMXBean();
        return system instanceof com.sun.management.OperatingSystemMXBean here
                ? here.getProcessCpuTime()
                : 0;
    }
}
