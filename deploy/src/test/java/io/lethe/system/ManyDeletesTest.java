package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.client.LetheClient;
import io.lethe.client.Source;
import io.lethe.client.model.DeviceStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;

/**
 * Small objects that are deleted by the thousands give their space back, chunks and blob files, and
 * other requests hardly notice.
 */
class ManyDeletesTest {
    private static final int OBJECTS = Boolean.getBoolean("lethe.long") ? 1_000_000 : 50_000;

    /** Nine of ten are inline. */
    private static final int INLINE_BYTES = 2 << 10;

    private static final int CHUNKED_EVERY = 10;
    private static final int CHUNKED_BYTES = 20 << 10;
    private static final int CHUNKS = 6;

    private static final int WRITERS = 32;
    private static final int DELETERS = 2;
    private static final int AT_ONCE = 1_000;

    private static final int FOREGROUND = 4;
    private static final int FOREGROUND_BYTES = 64 << 10;

    /** Measured before anything is deleted. */
    private static final int FOREGROUND_CALLS = 5_000;

    /** Waits shorter than this are scheduling: of two cores, twelve threads want one each. */
    private static final double LEAST_WAIT_SECONDS = 0.002;

    /** Both delays, which nobody waits for in a test; they are five and ten minutes otherwise. */
    private static final Map<String, String> QUICK =
            Map.of("LETHE_RECLAIM_DELAY", "1s", "LETHE_RAFT_SNAPSHOT_INTERVAL", "10s");

    @TempDir private Path dir;

    @Test
    void aMillionInTenMinutesAndRequestsDoNotWaitTwiceAsLong() throws Exception {
        try (Cluster cluster = Cluster.startInOne(dir, QUICK);
                LetheClient client = cluster.client();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var _ = Patience.with(() -> client.buckets().create("many"));
            var _ = Patience.with(() -> client.buckets().create("others"));
            store(client, threads);
            long blobs = blobBytes();
            assertThat(blobs).isGreaterThan((long) OBJECTS / CHUNKED_EVERY * 9 * INLINE_BYTES);

            AtomicBoolean over = new AtomicBoolean();
            List<Future<?>> foreground = new ArrayList<>();
            for (int i = 0; i < FOREGROUND; i++) {
                String key = "foreground-" + i;
                foreground.add(threads.submit(() -> use(client, key, over)));
            }
            Waits atFirst = Waits.of(cluster);
            Eventually.within(
                    Duration.ofMinutes(2),
                    () -> "the foreground does nothing",
                    () -> Waits.of(cluster).count() - atFirst.count() > FOREGROUND_CALLS);
            Waits before = Waits.of(cluster);
            long from = System.nanoTime();
            delete(cluster, threads);
            double deleted = (System.nanoTime() - from) / 1e9;
            Eventually.within(
                    Duration.ofMinutes(OBJECTS / 50_000 + 3),
                    () -> chunks(client) + " chunks are left, and blobs of " + blobBytes(),
                    () -> chunks(client) <= mostInForeground() && blobBytes() < blobs / 10);
            double back = (System.nanoTime() - from) / 1e9;
            Waits after = Waits.of(cluster);
            over.set(true);
            for (Future<?> one : foreground) {
                one.get();
            }
            double quiet = before.since(atFirst);
            double busy = after.since(before);
            System.out.printf(
                    Locale.ROOT,
                    "%d small objects: deleted in %.1f s, their space back after %.1f s"
                            + " (%.0f in 10 minutes)%n"
                            + "foreground requests waited %.2f ms before and %.2f ms meanwhile%n",
                    OBJECTS,
                    deleted,
                    back,
                    OBJECTS / back * 600,
                    quiet * 1e3,
                    busy * 1e3);
            assertThat(busy).isLessThanOrEqualTo(2 * Math.max(quiet, LEAST_WAIT_SECONDS));
        }
    }

    private static void store(LetheClient client, ExecutorService threads) throws Exception {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(
                    threads.submit(
                            () -> {
                                for (int n = next.getAndIncrement();
                                        n < OBJECTS;
                                        n = next.getAndIncrement()) {
                                    byte[] body = new byte[size(n)];
                                    new Random(n).nextBytes(body);
                                    String key = key(n);
                                    var _ =
                                            Patience.with(
                                                    () ->
                                                            client.objects()
                                                                    .put(
                                                                            "many",
                                                                            key,
                                                                            Source.bytes(body)));
                                }
                            }));
        }
        for (Future<?> writer : writers) {
            writer.get();
        }
    }

    private static int size(int number) {
        return number % CHUNKED_EVERY == 0 ? CHUNKED_BYTES : INLINE_BYTES;
    }

    private static String key(int number) {
        return "object-%07d".formatted(number);
    }

    private static void use(LetheClient client, String key, AtomicBoolean over) {
        byte[] body = new byte[FOREGROUND_BYTES];
        while (!over.get()) {
            var _ = Patience.with(() -> client.objects().put("others", key, Source.bytes(body)));
            var _ = Patience.with(() -> Contents.stored(client, "others", key));
        }
    }

    private static void delete(Cluster cluster, ExecutorService threads) throws Exception {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> deleters = new ArrayList<>();
        for (int i = 0; i < DELETERS; i++) {
            int node = i;
            deleters.add(
                    threads.submit(
                            () -> {
                                try (S3Client s3 = S3Clients.sync(cluster, node)) {
                                    for (int first = next.getAndAdd(AT_ONCE);
                                            first < OBJECTS;
                                            first = next.getAndAdd(AT_ONCE)) {
                                        delete(s3, first);
                                    }
                                }
                            }));
        }
        for (Future<?> deleter : deleters) {
            deleter.get();
        }
    }

    private static void delete(S3Client s3, int first) {
        List<ObjectIdentifier> keys =
                IntStream.range(first, Math.min(OBJECTS, first + AT_ONCE))
                        .mapToObj(n -> ObjectIdentifier.builder().key(key(n)).build())
                        .toList();
        assertThat(
                        s3.deleteObjects(
                                        d ->
                                                d.bucket("many")
                                                        .delete(l -> l.objects(keys).quiet(true)))
                                .errors())
                .isEmpty();
    }

    /** The foreground's objects, and what of theirs was just replaced. */
    private static long mostInForeground() {
        return (long) OBJECTS / CHUNKED_EVERY * CHUNKS / 20;
    }

    private static long chunks(LetheClient client) {
        return Patience.with(
                () -> {
                    long chunks = 0;
                    for (DeviceStatus device : client.cluster().devices("")) {
                        chunks += device.reported() ? device.chunks() : OBJECTS;
                    }
                    return chunks;
                });
    }

    /** Of all replicas' blob files, each counted once, in how many snapshots it may be. */
    private long blobBytes() {
        Map<Object, Long> sizes = new HashMap<>();
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".blob")).toList()) {
                sizes.put(Files.getAttribute(file, "unix:ino"), Files.size(file));
            }
        } catch (NoSuchFileException e) {
            return Long.MAX_VALUE; // It changes just now; we are asked again.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (UncheckedIOException e) {
            return Long.MAX_VALUE;
        }
        return sizes.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * How long requests waited for threads of devices and of tables, over all nodes.
     *
     * @param seconds in all
     */
    private record Waits(double seconds, double count) {
        static Waits of(Cluster cluster) {
            double seconds = 0;
            double count = 0;
            for (int node = 0; node < Cluster.NODES; node++) {
                for (String name :
                        List.of("lethe_device_wait_seconds", "lethe_table_wait_seconds")) {
                    seconds += cluster.metric(node, name + "_sum");
                    count += cluster.metric(node, name + "_count");
                }
            }
            return new Waits(seconds, count);
        }

        /** Mean seconds of those since then. */
        double since(Waits earlier) {
            return (seconds - earlier.seconds) / Math.max(1, count - earlier.count);
        }
    }
}
