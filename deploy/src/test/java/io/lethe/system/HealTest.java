package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.client.LetheClient;
import io.lethe.client.LetheException;
import io.lethe.client.model.DeviceStatus;
import io.lethe.client.model.PlacementGroupStatus;
import io.lethe.client.model.RepairStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bits flip, data files are cut short and deleted, and a node comes back with its device empty:
 * what is read is right all the same, everything is made anew without anybody's doing anything, and
 * in the end all is read from nothing but what was made anew.
 *
 * <p>How long an empty device takes is compared with a copy of what it had: of its files, which are
 * not in the page cache, to another folder of the same disk, synced. It counts from the first move
 * to it until no group lacks a member, as clients see it. The long form has 1 GiB on the device, or
 * as many as {@code lethe.heal.gib} says.
 */
class HealTest {
    private static final boolean LONG = Boolean.getBoolean("lethe.long");
    private static final int DAMAGED = 10;
    private static final long DAMAGED_BYTES = 4L << 20;
    private static final long OBJECT_BYTES = 64L << 20;
    private static final int OBJECTS = LONG ? 64 * Integer.getInteger("lethe.heal.gib", 1) : 4;
    private static final int SMALL = 200;
    private static final Duration REPAIRED_WITHIN = Duration.ofMinutes(2);
    private static final Duration WHOLE_WITHIN = Duration.ofMinutes(LONG ? 20 : 5);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int FLIPPED = 1;
    private static final int EMPTIED = 2;
    private static final int TRUNCATED = 3;
    private static final int DELETED = 4;

    /** A scrub reads a device of the long form in a minute: a repair's rate is not its own. */
    private static final Map<String, String> SETTINGS =
            Map.of("LETHE_SCRUB_PERIOD", LONG ? "60s" : "5s", "LETHE_REPAIR_AFTER", "2s");

    @TempDir private Path dir;
    private final Map<String, Contents> objects = new LinkedHashMap<>();

    @Test
    void allThatIsDamagedOrLostIsMadeAnew() throws IOException {
        long seed = Long.getLong("lethe.seed", System.nanoTime());
        System.out.println("heal: seed " + seed);
        try (Cluster cluster = Cluster.start(dir, SETTINGS);
                LetheClient client = cluster.client()) {
            client.buckets().create("heal");
            for (int i = 0; i < DAMAGED; i++) {
                put(client, "damaged-" + i, new Contents(seed - i, DAMAGED_BYTES));
            }
            flip(cluster, client);
            Eventually.within(
                    REPAIRED_WITHIN,
                    () -> "not every node has read all that it has",
                    () -> passedEverywhere(cluster));
            truncateAndDelete(cluster, client);
            for (int i = 0; i < OBJECTS + SMALL; i++) {
                long size = i < OBJECTS ? OBJECT_BYTES : 20_000 + 100L * i;
                put(client, "key-" + i, new Contents(seed + i, size));
            }
            empty(cluster, client);
            // The two that never were damaged or lost.
            cluster.kill(0);
            cluster.kill(5);
            readAll(client);
        }
    }

    private void put(LetheClient client, String key, Contents contents) {
        client.objects().put("heal", key, contents.source());
        objects.put(key, contents);
    }

    private void readAll(LetheClient client) {
        objects.forEach(
                (key, contents) ->
                        assertThat(Contents.stored(client, "heal", key))
                                .as(key)
                                .isEqualTo(contents.sha256()));
    }

    private void flip(Cluster cluster, LetheClient client) {
        int chunks = DataFiles.flipBits(cluster.device(FLIPPED));
        assertThat(chunks).as("chunks with a flipped bit").isEqualTo(DAMAGED);
        repaired(cluster, client, FLIPPED, DAMAGED, "a flipped bit");
        assertThat(cluster.metric(FLIPPED, "lethe_scrub_faults_total"))
                .as("found although nobody had read them")
                .isGreaterThanOrEqualTo(DAMAGED);
        readAll(client);
    }

    private static boolean passedEverywhere(Cluster cluster) {
        for (int node = 0; node < Cluster.NODES; node++) {
            if (cluster.metric(node, "lethe_scrub_last_pass_end_seconds") == 0) {
                return false;
            }
        }
        return true;
    }

    /** Two of six at once, which is as many as 4+2 allows for. */
    private void truncateAndDelete(Cluster cluster, LetheClient client) {
        cluster.kill(TRUNCATED);
        cluster.kill(DELETED);
        DataFiles.truncate(cluster.device(TRUNCATED));
        DataFiles.delete(cluster.device(DELETED));
        CompletableFuture.allOf(
                        CompletableFuture.runAsync(() -> cluster.startNode(TRUNCATED)),
                        CompletableFuture.runAsync(() -> cluster.startNode(DELETED)))
                .join();
        readAll(client);
        repaired(cluster, client, TRUNCATED, 1, "a truncated file");
        repaired(cluster, client, DELETED, DAMAGED, "a deleted file");
    }

    /**
     * What was damaged is found and made anew, without anybody's doing anything.
     *
     * @param least chunks
     */
    private static void repaired(
            Cluster cluster, LetheClient client, int node, int least, String what) {
        long from = System.nanoTime();
        String id = nodeId(cluster, node);
        Eventually.within(
                REPAIRED_WITHIN,
                () -> what + " is not repaired: " + client.cluster().devices(id),
                () -> {
                    DeviceStatus now = client.cluster().devices(id).iterator().next();
                    return cluster.metric(node, "lethe_object_chunks_rebuilt_total") >= least
                            && now.reported()
                            && now.corruptChunks() == 0;
                });
        System.out.printf(
                "%s: node %d has made %.0f chunks anew, in %.1f s%n",
                what,
                node,
                cluster.metric(node, "lethe_object_chunks_rebuilt_total"),
                seconds(from));
        assertThat(cluster.metric(0, "lethe_device_corrupt_chunks")).isZero();
    }

    private static String nodeId(Cluster cluster, int node) {
        try {
            Path identity = cluster.dir().resolve("node-" + node).resolve("data/identity");
            return Files.readAllLines(identity).get(1).substring("id ".length());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void empty(Cluster cluster, LetheClient client) throws IOException {
        Set<String> before =
                StreamSupport.stream(client.cluster().devices("").spliterator(), false)
                        .map(DeviceStatus::id)
                        .collect(Collectors.toSet());
        Path device = cluster.device(EMPTIED);
        cluster.kill(EMPTIED);
        long bytes = 0;
        for (Path file : files(device)) {
            bytes += Files.size(file);
        }
        double copied = copy(device, dir.resolve("copy"));
        remove(dir.resolve("copy"));
        remove(device);
        long from = System.nanoTime();
        CompletableFuture<Long> firstMove =
                CompletableFuture.supplyAsync(() -> firstMove(client, before));
        cluster.startNode(EMPTIED);
        // Until the controller has noticed that the old device is gone, nothing is lacking: a node
        // that is back at once was never away.
        long began = firstMove.orTimeout(WHOLE_WITHIN.toSeconds(), TimeUnit.SECONDS).join();
        Eventually.within(
                WHOLE_WITHIN,
                () -> "groups are not whole: " + thin(client),
                () -> thin(client).isEmpty());
        double whole = seconds(from);
        double healed = seconds(began);
        System.out.printf(
                "a device of %d MiB was made anew in %.1f s, a copy of its files takes %.1f s:"
                        + " %.1f times as long; whole %.1f s after its node's start%n",
                bytes >> 20, healed, copied, healed / copied, whole);
    }

    private static double seconds(long fromNanos) {
        return (System.nanoTime() - fromNanos) / 1e9;
    }

    /** When a chunk first goes over to a device that was not there before. */
    private static long firstMove(LetheClient client, Set<String> before) {
        while (true) {
            try {
                for (RepairStatus one : client.cluster().repairs()) {
                    if (!one.to().isEmpty() && !before.contains(one.to())) {
                        return System.nanoTime();
                    }
                }
            } catch (LetheException e) {
                // A node that is starting does not know the call yet: another one is asked next.
                System.out.println("asked again: " + e.getMessage());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static <T> List<T> list(Iterable<T> pages) {
        return StreamSupport.stream(pages.spliterator(), false).toList();
    }

    /** Groups with members away, or the answer that none could be given. */
    private static List<String> thin(LetheClient client) {
        return Patience.with(
                () ->
                        list(client.cluster().placementGroups()).stream()
                                .filter(one -> one.membersUnavailable() > 0)
                                .map(PlacementGroupStatus::id)
                                .toList());
    }

    private static List<Path> files(Path device) {
        try (Stream<Path> all = Files.walk(device)) {
            return all.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Seconds that a plain copy takes, with everything synced. */
    private static double copy(Path from, Path to) throws IOException {
        long began = System.nanoTime();
        for (Path file : files(from)) {
            Path target = to.resolve(from.relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
        return seconds(began);
    }

    /** All that is in a folder. */
    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!one.equals(folder)) {
                    Files.delete(one);
                }
            }
        }
    }
}
