package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.client.LetheClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bits that flip in chunks which nobody reads are found all the same, and mended. */
class ScrubTest {
    private static final int OBJECTS = 10;
    private static final long OBJECT_BYTES = 1L << 20;
    private static final int FLIPPED = 2;
    private static final Duration PERIOD = Duration.ofSeconds(20);

    /** Two passes, and a machine that does other things too. */
    private static final Duration FOUND_WITHIN = PERIOD.multipliedBy(6);

    private static final Duration MENDED_WITHIN = Duration.ofMinutes(2);

    @TempDir private Path dir;

    @Test
    void damageIsFoundAndMendedWithoutAReader() {
        long seed = Long.getLong("lethe.seed", System.nanoTime());
        System.out.println("scrub: seed " + seed);
        Map<String, String> period = Map.of("LETHE_SCRUB_PERIOD", PERIOD.toSeconds() + "s");
        try (Cluster cluster = Cluster.start(dir, period);
                LetheClient client = cluster.client()) {
            client.buckets().create("scrub");
            Map<String, Contents> objects = new LinkedHashMap<>();
            for (int i = 0; i < OBJECTS; i++) {
                Contents contents = new Contents(seed + i, OBJECT_BYTES);
                client.objects().put("scrub", "object/" + i, contents.source());
                objects.put("object/" + i, contents);
            }
            int chunks = DataFiles.flipBits(cluster.device(FLIPPED));
            assertThat(chunks).as("chunks with a flipped bit").isEqualTo(OBJECTS);
            long began = System.nanoTime();
            Eventually.within(
                    FOUND_WITHIN,
                    () -> "of " + chunks + " damaged chunks " + found(cluster) + " were found",
                    () -> found(cluster) >= chunks);
            System.out.printf(
                    "%d damaged chunks were found in %d s, nobody having read them%n",
                    chunks, Duration.ofNanos(System.nanoTime() - began).toSeconds());
            Eventually.within(
                    MENDED_WITHIN,
                    () -> damaged(cluster) + " chunks are still damaged",
                    () -> damaged(cluster) == 0);
            System.out.printf(
                    "they were mended %d s after they were damaged%n",
                    Duration.ofNanos(System.nanoTime() - began).toSeconds());
            Eventually.within(
                    FOUND_WITHIN,
                    () -> "not every node has ended a pass",
                    () -> passedEverywhere(cluster));
            objects.forEach(
                    (key, contents) ->
                            assertThat(Contents.stored(client, "scrub", key))
                                    .as(key)
                                    .isEqualTo(contents.sha256()));
        }
    }

    private static double found(Cluster cluster) {
        return cluster.metric(FLIPPED, "lethe_scrub_faults_total");
    }

    private static double damaged(Cluster cluster) {
        return cluster.metric(FLIPPED, "lethe_device_corrupt_chunks");
    }

    private static boolean passedEverywhere(Cluster cluster) {
        for (int node = 0; node < Cluster.NODES; node++) {
            if (cluster.metric(node, "lethe_scrub_last_pass_end_seconds") == 0) {
                return false;
            }
        }
        return true;
    }
}
