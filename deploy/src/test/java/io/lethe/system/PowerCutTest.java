package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.client.LetheClient;
import io.lethe.client.ListOptions;
import io.lethe.client.model.DeviceStatus;
import io.lethe.client.model.ListEntry;
import io.lethe.client.model.ObjectVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All processes die in the middle of eight writers, again and again: what was acknowledged is
 * there, whole; what is listed is whole; the space of all else comes back.
 */
class PowerCutTest {
    private static final boolean LONG = Boolean.getBoolean("lethe.long");
    private static final int ROUNDS = LONG ? 10 : 2;
    private static final int WRITERS = 8;
    private static final int ACKNOWLEDGED_BEFORE_CUT = LONG ? 120 : 30;
    private static final long MOST_BYTES = 8L << 20;

    /** As short as they may be, so that the test sees space come back. */
    private static final Map<String, String> QUICK_RECLAIM =
            Map.of(
                    "LETHE_RECLAIM_DELAY", "1s",
                    "LETHE_RECLAIM_ORPHAN_AGE", "1s",
                    "LETHE_RECLAIM_WRITE_LEASE", "10s");

    @TempDir private Path dir;

    @Test
    void acknowledgedObjectsOutliveThePowerAndNothingIsHalfThere() {
        long seed = Long.getLong("lethe.seed", System.nanoTime());
        System.out.println("power cut: seed " + seed);
        Map<String, Contents> promised = new HashMap<>();
        Map<String, Contents> tried = new HashMap<>();
        try (Cluster cluster = Cluster.start(dir, QUICK_RECLAIM)) {
            try (LetheClient client = cluster.client()) {
                var _ = Patience.with(() -> client.buckets().create("cut"));
            }
            for (int round = 0; round < ROUNDS; round++) {
                Writers writers = cutDuringWrites(cluster, round, seed + 100L * round);
                promised.putAll(writers.acknowledged());
                tried.putAll(writers.tried());
                cluster.startAll();
                try (LetheClient client = cluster.client()) {
                    int listed = check(client, promised, tried);
                    System.out.printf(
                            "round %d: %d acknowledged in all, %d under way when the power went,"
                                    + " %d listed, every one whole%n",
                            round,
                            promised.size(),
                            writers.tried().size() - writers.acknowledged().size(),
                            listed);
                }
            }
            try (LetheClient client = cluster.client()) {
                allSpaceComesBack(client);
            }
        }
    }

    private static Writers cutDuringWrites(Cluster cluster, int round, long seed) {
        Writers writers;
        try (LetheClient client = cluster.client()) {
            writers = Writers.start(client, "cut", "round-" + round, WRITERS, MOST_BYTES, seed);
            Eventually.within(
                    Duration.ofMinutes(3),
                    () -> "writers: " + writers.failures(),
                    () -> writers.acknowledged().size() >= ACKNOWLEDGED_BEFORE_CUT);
            cluster.killAll();
            writers.beginNoMore();
        }
        writers.stop();
        assertThat(writers.tried().size()).isGreaterThan(writers.acknowledged().size());
        return writers;
    }

    /** Gives how many objects are listed. */
    private static int check(
            LetheClient client, Map<String, Contents> promised, Map<String, Contents> tried) {
        Map<String, ObjectVersion> listed = Patience.with(() -> listed(client));
        assertThat(listed.keySet()).containsAll(promised.keySet());
        assertThat(tried.keySet()).containsAll(listed.keySet());
        for (Map.Entry<String, ObjectVersion> entry : listed.entrySet()) {
            String key = entry.getKey();
            Contents contents = tried.getOrDefault(key, new Contents(0, -1));
            assertThat(entry.getValue().sizeBytes()).as(key).isEqualTo(contents.sizeBytes());
            assertThat(Patience.with(() -> Contents.stored(client, "cut", key)))
                    .as(key)
                    .isEqualTo(contents.sha256());
        }
        return listed.size();
    }

    private static Map<String, ObjectVersion> listed(LetheClient client) {
        Map<String, ObjectVersion> listed = new TreeMap<>();
        for (ListEntry entry : client.objects().list("cut", ListOptions.ALL)) {
            assertThat(listed.put(entry.name(), (ObjectVersion) entry)).as(entry.name()).isNull();
        }
        return listed;
    }

    private static void allSpaceComesBack(LetheClient client) {
        long from = System.nanoTime();
        for (String key : Patience.with(() -> listed(client)).keySet()) {
            var _ = Patience.with(() -> client.objects().delete("cut", key));
        }
        Eventually.within(
                Duration.ofMinutes(3),
                () -> "chunks are left: " + Patience.with(() -> devices(client)),
                () ->
                        Patience.with(() -> devices(client)).values().stream()
                                .allMatch(device -> device.reported() && device.chunks() == 0));
        System.out.printf(
                "all space reclaimed %.1f s after everything was deleted%n",
                (System.nanoTime() - from) / 1e9);
    }

    private static Map<String, DeviceStatus> devices(LetheClient client) {
        Map<String, DeviceStatus> devices = new TreeMap<>();
        for (DeviceStatus device : client.cluster().devices("")) {
            devices.put(device.id(), device);
        }
        return devices;
    }
}
