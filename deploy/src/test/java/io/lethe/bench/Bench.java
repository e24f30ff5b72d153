package io.lethe.bench;

import io.lethe.client.LetheClient;
import io.lethe.client.ObjectStream;
import io.lethe.client.Source;
import io.lethe.system.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code deploy/bench}: PUT and GET of four sizes against six processes on this machine, with the
 * servers' CPU per GiB and per 1,000 operations, and its ratio to the unavoidable primitives of the
 * same run. Each row is measured after a warm-up of its own, since six processes compile their code
 * on the same cores; how fast 4 KiB PUTs were in the first minute is measured before.
 *
 * <p>The client shares the cores, so rates are those of the whole machine; CPU counts the servers
 * alone.
 */
public final class Bench {
    private static final double GIB = 1L << 30;
    private static final long TICKS_PER_SECOND = 100;

    private record Row(String name, int sizeBytes, int inFlight, boolean inline) {}

    private static final List<Row> ROWS =
            List.of(
                    new Row("64 MiB", 64 << 20, 2, false),
                    new Row("1 MiB", 1 << 20, 8, false),
                    new Row("64 KiB", 64 << 10, 16, false),
                    new Row("4 KiB", 4 << 10, 32, true));

    private final Cluster cluster;
    private final LetheClient client;
    private final Primitives primitives;
    private final long secondsPerRow;
    private final long warmUpSeconds;

    private Bench(
            Cluster cluster,
            LetheClient client,
            Primitives primitives,
            long secondsPerRow,
            long warmUpSeconds) {
        this.cluster = cluster;
        this.client = client;
        this.primitives = primitives;
        this.secondsPerRow = secondsPerRow;
        this.warmUpSeconds = warmUpSeconds;
    }

    /** Arguments: seconds for each row, 10 if absent; of warm-up before it, 60 if absent. */
    public static void main(String[] arguments) throws IOException {
        long seconds = arguments.length == 0 ? 10 : Long.parseLong(arguments[0]);
        long warmUp = arguments.length < 2 ? 60 : Long.parseLong(arguments[1]);
        Path dir = Files.createTempDirectory("lethe-bench");
        Primitives primitives = Primitives.measure(dir);
        System.out.println("primitives, CPU-seconds per GiB: " + primitives);
        List<String> launcher = List.of(Path.of("deploy", "lethe").toAbsolutePath().toString());
        try (Cluster cluster = Cluster.start(dir.resolve("cluster"), launcher, Map.of());
                LetheClient client = cluster.client()) {
            new Bench(cluster, client, primitives, seconds, warmUp).run();
        }
    }

    private void run() {
        client.buckets().create("bench");
        double atFirst = firstMinute();
        primitives.terms().forEach(System.out::println);
        System.out.println("each row after a warm-up of " + warmUpSeconds + " s");
        System.out.printf(
                "%-7s %-3s %10s %9s %8s %8s %9s %11s %6s%n",
                "size", "", "MiB/s", "ops/s", "p50 ms", "p99 ms", "CPU/GiB", "CPU/1k ops", "ratio");
        for (Row row : ROWS) {
            byte[] body = new byte[row.sizeBytes()];
            Arrays.fill(body, (byte) 7);
            AtomicLong written = new AtomicLong();
            String prefix = row.name().replace(' ', '-') + "/";
            Outcome put =
                    measureWarm(
                            row.inFlight(),
                            () -> {
                                String key = prefix + written.incrementAndGet();
                                var _ = client.objects().put("bench", key, Source.bytes(body));
                            });
            report(row, "PUT", row.inline() ? primitives.putInline() : primitives.put42(), put);
            if (row.inline()) {
                System.out.printf(
                        "4 KiB PUT in the first minute: %.0f %% of this rate%n",
                        100 * atFirst / put.perSecond());
            }
            AtomicLong read = new AtomicLong();
            report(
                    row,
                    "GET",
                    row.inline() ? primitives.getInline() : primitives.get42(),
                    measureWarm(
                            row.inFlight(),
                            () -> drain(prefix + (read.incrementAndGet() % written.get() + 1))));
        }
        for (int i = 0; i < Cluster.NODES; i++) {
            System.out.printf(
                    "node %d: heap used %.0f MiB, resident %.0f MiB%n",
                    i,
                    cluster.metric(i, "jvm_memory_bytes_used") / (1 << 20),
                    cluster.metric(i, "process_resident_memory_bytes") / (1 << 20));
        }
    }

    /** The rate of 4 KiB PUTs in steps of ten seconds right after the start; gives the last. */
    private double firstMinute() {
        byte[] body = new byte[4 << 10];
        List<String> rates = new ArrayList<>();
        double last = 0;
        AtomicLong next = new AtomicLong();
        for (int step = 0; step < 6; step++) {
            Outcome outcome =
                    measure(
                            32,
                            Math.min(10, secondsPerRow),
                            () -> {
                                String key = "first/" + next.incrementAndGet();
                                var _ = client.objects().put("bench", key, Source.bytes(body));
                            });
            last = outcome.perSecond();
            rates.add("%.0f".formatted(last));
        }
        System.out.println("4 KiB PUT/s in the first steps after the start: " + rates);
        return last;
    }

    private void drain(String key) {
        try (ObjectStream stream = client.objects().open("bench", key)) {
            byte[] buffer = new byte[64 << 10];
            int count = stream.read(buffer);
            while (count >= 0) {
                count = stream.read(buffer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Outcome(long operations, double seconds, double cpuSeconds, long[] nanos) {
        double perSecond() {
            return operations / seconds;
        }

        double millis(double quantile) {
            return nanos.length == 0
                    ? 0
                    : nanos[(int) Math.min(nanos.length - 1, quantile * nanos.length)] / 1e6;
        }
    }

    private Outcome measureWarm(int inFlight, Runnable operation) {
        var _ = measure(inFlight, warmUpSeconds, operation);
        return measure(inFlight, secondsPerRow, operation);
    }

    private Outcome measure(int inFlight, long seconds, Runnable operation) {
        ConcurrentLinkedQueue<Long> times = new ConcurrentLinkedQueue<>();
        double cpuFrom = cpuSeconds();
        long from = System.nanoTime();
        long end = from + seconds * 1_000_000_000L;
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

    private void report(Row row, String verb, double unavoidable, Outcome outcome) {
        double bytes = (double) outcome.operations() * row.sizeBytes();
        double cpuPerGib = outcome.cpuSeconds() * GIB / bytes;
        System.out.printf(
                "%-7s %-3s %10.1f %9.0f %8.1f %8.1f %9.2f %11.2f %6.1f%n",
                row.name(),
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
