package io.lethe.bench;

import io.lethe.system.Cluster;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The rows of the S3 door: each size, with unsigned and signed payloads. Static. */
final class S3Bench {
    private S3Bench() {}

    /** On a cluster of its own, whose S3 door speaks TLS. */
    static void runByTls(
            Path dir, List<String> launcher, Primitives primitives, long seconds, long warmUp)
            throws IOException {
        Path tls = dir.resolve("tls");
        lethe(launcher, "ca", "init", "--dir", tls.toString());
        lethe(launcher, "ca", "issue", "--dir", tls.toString(), "--name", "s3", "--host", HOST);
        Path both = tls.resolve("both.pem");
        Files.writeString(
                both,
                Files.readString(tls.resolve("s3.pem")) + Files.readString(tls.resolve("s3.key")));
        Map<String, String> environment = Map.of("LETHE_S3_CERTIFICATES", both.toString());
        try (Cluster cluster = Cluster.start(dir.resolve("by-tls"), launcher, environment)) {
            Load load = new Load(cluster, seconds, warmUp);
            run(load, primitives, tls.resolve("ca.pem"));
        }
    }

    private static final String HOST = "localhost";

    private static void lethe(List<String> launcher, String... words) throws IOException {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            if (process.waitFor() != 0) {
                throw new IllegalStateException("it failed: " + command);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * @param authority that signed the door's certificate; null for a door in clear
     */
    static void run(Load load, Primitives primitives, @Nullable Path authority) {
        Cluster cluster = load.cluster();
        List<URI> nodes = new ArrayList<>();
        for (int i = 0; i < Cluster.NODES; i++) {
            String scheme = authority == null ? "http" : "https";
            nodes.add(URI.create(scheme + "://" + HOST + ":" + cluster.s3(i).getPort()));
        }
        try (SignedHttp http = new SignedHttp(nodes, cluster.credentials(), authority)) {
            http.put("/bench-s3", new byte[0], true);
            Load.header(authority == null ? "S3" : "S3 by TLS");
            for (Bench.Row row : Bench.ROWS) {
                AtomicLong written = new AtomicLong();
                String prefix = "/bench-s3/" + row.name().replace(' ', '-') + "/";
                byte[] body = new byte[row.sizeBytes()];
                Arrays.fill(body, (byte) 7);
                for (boolean signed : new boolean[] {false, true}) {
                    Load.report(
                            row.name() + (signed ? ", signed" : ", unsigned"),
                            "PUT",
                            row.sizeBytes(),
                            primitives.of(row.inline(), true),
                            load.measureWarm(
                                    row.inFlight(),
                                    () -> {
                                        String key = prefix + written.incrementAndGet();
                                        http.put(key, body, signed);
                                    }));
                }
                AtomicLong read = new AtomicLong();
                Load.report(
                        row.name(),
                        "GET",
                        row.sizeBytes(),
                        primitives.of(row.inline(), false),
                        load.measureWarm(
                                row.inFlight(),
                                () ->
                                        http.get(
                                                prefix
                                                        + (read.incrementAndGet() % written.get()
                                                                + 1))));
            }
        }
    }
}
