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
import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code deploy/bench}: PUT and GET of four sizes against six processes on this machine, by gRPC
 * and by S3 (unsigned and signed payloads, in clear and by TLS), with the servers' CPU per GiB and
 * per 1,000 operations, and its ratio to the unavoidable primitives of the same run. Each row is
 * measured after a warm-up of its own, since six processes compile their code on the same cores;
 * how fast 4 KiB PUTs were in the first minute is measured before.
 *
 * <p>The client shares the cores, so rates are those of the whole machine; CPU counts the servers
 * alone.
 */
public final class Bench {
    /**
     * A size that is measured.
     *
     * @param inFlight operations at once
     */
    record Row(String name, int sizeBytes, int inFlight, boolean inline) {}

    static final List<Row> ROWS =
            List.of(
                    new Row("64 MiB", 64 << 20, 2, false),
                    new Row("1 MiB", 1 << 20, 8, false),
                    new Row("64 KiB", 64 << 10, 16, false),
                    new Row("4 KiB", 4 << 10, 32, true));

    private final Cluster cluster;
    private final LetheClient client;
    private final Primitives primitives;
    private final Load load;

    private Bench(Cluster cluster, LetheClient client, Primitives primitives, Load load) {
        this.cluster = cluster;
        this.client = client;
        this.primitives = primitives;
        this.load = load;
    }

    /**
     * Arguments: {@code --s3} for the rows of that door alone; seconds for each row, 10 if absent;
     * of warm-up before it, 60 if absent.
     */
    public static void main(String[] words) throws IOException {
        boolean s3Only = words.length > 0 && words[0].equals("--s3");
        String[] arguments = s3Only ? Arrays.copyOfRange(words, 1, words.length) : words;
        long seconds = arguments.length == 0 ? 10 : Long.parseLong(arguments[0]);
        long warmUp = arguments.length < 2 ? 60 : Long.parseLong(arguments[1]);
        Path dir = Files.createTempDirectory("lethe-bench");
        Primitives primitives = Primitives.measure(dir);
        System.out.println("primitives, CPU-seconds per GiB: " + primitives);
        List<String> launcher = List.of(Path.of("deploy", "lethe").toAbsolutePath().toString());
        try (Cluster cluster = Cluster.start(dir.resolve("cluster"), launcher, Map.of());
                LetheClient client = cluster.client()) {
            Load load = new Load(cluster, seconds, warmUp);
            if (!s3Only) {
                new Bench(cluster, client, primitives, load).run();
            }
            S3Bench.run(load, primitives, null);
        }
        S3Bench.runByTls(dir, launcher, primitives, seconds, warmUp);
    }

    private void run() {
        client.buckets().create("bench");
        double atFirst = firstMinute();
        primitives.terms().forEach(System.out::println);
        System.out.println("each row after a warm-up of " + load.warmUpSeconds() + " s");
        Load.header("gRPC");
        for (Row row : ROWS) {
            byte[] body = new byte[row.sizeBytes()];
            Arrays.fill(body, (byte) 7);
            AtomicLong written = new AtomicLong();
            String prefix = row.name().replace(' ', '-') + "/";
            Load.Outcome put =
                    load.measureWarm(
                            row.inFlight(),
                            () -> {
                                String key = prefix + written.incrementAndGet();
                                var _ = client.objects().put("bench", key, Source.bytes(body));
                            });
            Load.report(row.name(), "PUT", row.sizeBytes(), primitives.of(row.inline(), true), put);
            if (row.inline()) {
                System.out.printf(
                        "4 KiB PUT in the first minute: %.0f %% of this rate%n",
                        100 * atFirst / put.perSecond());
            }
            AtomicLong read = new AtomicLong();
            Load.report(
                    row.name(),
                    "GET",
                    row.sizeBytes(),
                    primitives.of(row.inline(), false),
                    load.measureWarm(
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
            Load.Outcome outcome =
                    load.measure(
                            32,
                            Math.min(10, load.seconds()),
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
}
