package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.client.LetheClient;
import io.lethe.client.model.DeviceStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bits flip, data files are cut short and deleted: what is read is right all the same, and the
 * chunks are made anew, so that others may be lost afterwards.
 */
class DamageTest {
    private static final int OBJECTS = 10;
    private static final long OBJECT_BYTES = 4L << 20;
    private static final Duration REPAIRED_WITHIN = Duration.ofMinutes(1);
    private static final int FLIPPED = 1;
    private static final int TRUNCATED = 3;
    private static final int DELETED = 4;

    @TempDir private Path dir;

    @Test
    void damageIsReadAroundAndTold() {
        long seed = Long.getLong("lethe.seed", System.nanoTime());
        System.out.println("damage: seed " + seed);
        try (Cluster cluster = Cluster.start(dir, Map.of("LETHE_SCRUB_PERIOD", "5s"));
                LetheClient client = cluster.client()) {
            client.buckets().create("damage");
            Map<String, Contents> objects = put(client, "first", seed);

            int chunks = DataFiles.flipBits(cluster.device(FLIPPED));
            assertThat(chunks).as("chunks with a flipped bit").isEqualTo(OBJECTS);
            repaired(cluster, client, FLIPPED, OBJECTS, "a flipped bit");
            readAll(client, objects);
            assertThat(cluster.metric(FLIPPED, "lethe_device_faults_found_total")).isPositive();

            cluster.kill(TRUNCATED);
            DataFiles.truncate(cluster.device(TRUNCATED));
            cluster.startNode(TRUNCATED);
            readAll(client, objects);
            repaired(cluster, client, TRUNCATED, 1, "a truncated file");

            cluster.kill(DELETED);
            DataFiles.delete(cluster.device(DELETED));
            cluster.startNode(DELETED);
            readAll(client, objects);
            repaired(cluster, client, DELETED, OBJECTS, "a deleted file");

            // Two of the three that never were damaged: what was repaired must serve.
            cluster.kill(0);
            cluster.kill(2);
            readAll(client, objects);
        }
    }

    private static Map<String, Contents> put(LetheClient client, String prefix, long seed) {
        Map<String, Contents> objects = new LinkedHashMap<>();
        for (int i = 0; i < OBJECTS; i++) {
            Contents contents = new Contents(seed + i, OBJECT_BYTES);
            client.objects().put("damage", prefix + "/" + i, contents.source());
            objects.put(prefix + "/" + i, contents);
        }
        return objects;
    }

    private static void readAll(LetheClient client, Map<String, Contents> objects) {
        objects.forEach(
                (key, contents) ->
                        assertThat(Contents.stored(client, "damage", key))
                                .as(key)
                                .isEqualTo(contents.sha256()));
    }

    /**
     * What was damaged is found and made anew, without anybody's doing anything.
     *
     * @param least chunks
     */
    private static void repaired(
            Cluster cluster, LetheClient client, int node, int least, String what) {
        Eventually.within(
                REPAIRED_WITHIN,
                () -> what + " is not repaired: " + device(cluster, client, node),
                () -> {
                    DeviceStatus device = device(cluster, client, node);
                    return cluster.metric(node, "lethe_object_chunks_rebuilt_total") >= least
                            && device.reported()
                            && device.corruptChunks() == 0;
                });
        System.out.printf(
                "%s: all read right; node %d has made %.0f chunks anew%n",
                what, node, cluster.metric(node, "lethe_object_chunks_rebuilt_total"));
        assertThat(cluster.metric(0, "lethe_device_corrupt_chunks")).isZero();
    }

    private static DeviceStatus device(Cluster cluster, LetheClient client, int node) {
        try {
            Path identity = cluster.dir().resolve("node-" + node).resolve("data/identity");
            String id = Files.readAllLines(identity).get(1).substring("id ".length());
            return client.cluster().devices(id).iterator().next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
