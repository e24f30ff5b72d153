package io.lethe.bench;

import io.lethe.system.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Runs one operation again and again, by several threads for some time, and says what it cost the
 * six node processes. One thread.
 *
 * @param seconds measured
 * @param warmUpSeconds run before, and not counted
 */
record Load(Cluster cluster, long seconds, long warmUpSeconds) {
    private static final double GIB = 1L << 30;
    private static final long TICKS_PER_SECOND = 100;

    /** What was measured; CPU is that of the servers alone. */
    record Outcome(long operations, double seconds, double cpuSeconds, long[] nanos) {
        double perSecond() {
            return operations / seconds;
        }

        double millis(double quantile) {
            return nanos.length == 0
                    ? 0
                    : nanos[(int) Math.min(nanos.length - 1, quantile * nanos.length)] / 1e6;
        }
    }

    Outcome measureWarm(int inFlight, Runnable operation) {
        var _ = measure(inFlight, warmUpSeconds, operation);
        return measure(inFlight, seconds, operation);
    }

    Outcome measure(int inFlight, long forSeconds, Runnable operation) {
        ConcurrentLinkedQueue<Long> times = new ConcurrentLinkedQueue<>();
        double cpuFrom = cpuSeconds();
        long from = System.nanoTime();
        long end = from + forSeconds * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < inFlight; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (System.nanoTime() < end) {
                                            long start = System.nanoTime();
                                            operation.run();
                                            times.add(System.nanoTime() - start);
                                        }
                                    }));
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        double took = (System.nanoTime() - from) / 1e9;
        long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
        return new Outcome(sorted.length, took, cpuSeconds() - cpuFrom, sorted);
    }

    static void header(String name) {
        System.out.printf(
                "%-20s %-3s %10s %9s %8s %8s %9s %11s %6s%n",
                name, "", "MiB/s", "ops/s", "p50 ms", "p99 ms", "CPU/GiB", "CPU/1k ops", "ratio");
    }

    /**
     * Prints a row.
     *
     * @param unavoidable CPU-seconds per GiB of the primitives that the operation stands on
     */
    static void report(
            String name, String verb, int sizeBytes, double unavoidable, Outcome outcome) {
        double bytes = (double) outcome.operations() * sizeBytes;
        double cpuPerGib = outcome.cpuSeconds() * GIB / bytes;
        System.out.printf(
                "%-20s %-3s %10.1f %9.0f %8.1f %8.1f %9.2f %11.2f %6.1f%n",
                name,
                verb,
                bytes / (1 << 20) / outcome.seconds(),
                outcome.perSecond(),
                outcome.millis(0.5),
                outcome.millis(0.99),
                cpuPerGib,
                outcome.cpuSeconds() * 1000 / outcome.operations(),
                cpuPerGib / unavoidable);
    }

    /** User and system time of the six node processes: fields 14 and 15 of their stat. */
    private double cpuSeconds() {
        long ticks = 0;
        for (int i = 0; i < Cluster.NODES; i++) {
            ticks += ticks(cluster.pid(i));
        }
        return (double) ticks / TICKS_PER_SECOND;
    }

    private static long ticks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 15);
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
