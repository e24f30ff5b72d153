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
 * fault is told by the node's metrics and by the list of devices.
 */
class DamageTest {
    private static final int OBJECTS = 10;
    private static final long OBJECT_BYTES = 4L << 20;
    private static final Duration TOLD_WITHIN = Duration.ofMinutes(1);
    private static final int FLIPPED = 1;
    private static final int TRUNCATED = 3;
    private static final int DELETED = 4;

    @TempDir private Path dir;

    @Test
    void damageIsReadAroundAndTold() {
        long seed = Long.getLong("lethe.seed", System.nanoTime());
        System.out.println("damage: seed " + seed);
        try (Cluster cluster = Cluster.start(dir, Map.of());
                LetheClient client = cluster.client()) {
            client.buckets().create("damage");
            Map<String, Contents> objects = put(client, "first", seed);

            int chunks = DataFiles.flipBits(cluster.device(FLIPPED));
            assertThat(chunks).as("chunks with a flipped bit").isEqualTo(OBJECTS);
            readAll(client, objects);
            told(cluster, client, FLIPPED, "lethe_device_corrupt_chunks", "a flipped bit");
            assertThat(cluster.metric(FLIPPED, "lethe_device_faults_found_total")).isPositive();

            // The bits as they were, so that the next faults are alone.
            int mended = DataFiles.flipBits(cluster.device(FLIPPED));
            assertThat(mended).isEqualTo(OBJECTS);
            objects.keySet().forEach(key -> client.objects().delete("damage", key));
            objects = put(client, "second", seed + OBJECTS);

            cluster.kill(TRUNCATED);
            DataFiles.truncate(cluster.device(TRUNCATED));
            cluster.startNode(TRUNCATED);
            readAll(client, objects);
            told(cluster, client, TRUNCATED, "lethe_device_corrupt_chunks", "a truncated file");

            cluster.kill(DELETED);
            DataFiles.delete(cluster.device(DELETED));
            cluster.startNode(DELETED);
            readAll(client, objects);
            told(cluster, client, DELETED, "lethe_device_missing_files", "a deleted file");
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

    /** The gauge and the list of devices both tell of a fault on this node, and on no other. */
    private static void told(
            Cluster cluster, LetheClient client, int node, String gauge, String what) {
        Eventually.within(
                TOLD_WITHIN,
                () -> what + " is not told: " + device(cluster, client, node),
                () -> {
                    DeviceStatus device = device(cluster, client, node);
                    return cluster.metric(node, gauge) > 0
                            && device.corruptChunks() + device.missingFiles() > 0;
                });
        DeviceStatus device = device(cluster, client, node);
        System.out.printf(
                "%s: all read right; node %d tells of %d corrupt chunks, %d missing files, '%s'%n",
                what, node, device.corruptChunks(), device.missingFiles(), device.fault());
        assertThat(cluster.metric(0, "lethe_device_corrupt_chunks")).isZero();
        assertThat(cluster.metric(0, "lethe_device_missing_files")).isZero();
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
