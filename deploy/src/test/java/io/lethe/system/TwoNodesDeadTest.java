package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.client.LetheClient;
import io.lethe.client.ListOptions;
import io.lethe.client.model.ListEntry;
import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Any two of six nodes may die: what was acknowledged stays, and work goes on. */
@Shared(Kind.PROCESSES)
class TwoNodesDeadTest {
    private static final boolean LONG = Boolean.getBoolean("lethe.long");
    private static final long BIG_BYTES = LONG ? 1L << 30 : 64L << 20;

    @Test
    void anyTwoNodesMayDie(Cluster cluster) {
        long seed = Long.getLong("lethe.seed", System.nanoTime());
        Random random = new Random(seed);
        int first = random.nextInt(Cluster.NODES);
        int second = (first + 1 + random.nextInt(Cluster.NODES - 1)) % Cluster.NODES;
        System.out.println("two nodes dead: nodes " + first + " and " + second + ", seed " + seed);
        try (LetheClient client = cluster.client()) {
            client.buckets().create("big");
            Contents big = new Contents(seed, BIG_BYTES);
            long from = System.nanoTime();
            client.objects().put("big", "random", big.source());
            report("put", from);

            cluster.kill(first);
            workGoesOn(client, "one-dead", seed);
            cluster.kill(second);
            from = System.nanoTime();
            assertThat(Contents.stored(client, "big", "random")).isEqualTo(big.sha256());
            report("get with two nodes dead, bit-identical", from);
            workGoesOn(client, "two-dead", seed);

            cluster.startNode(first);
            cluster.startNode(second);
            assertThat(Contents.stored(client, "big", "random")).isEqualTo(big.sha256());
            Eventually.within(
                    Duration.ofMinutes(2),
                    () -> "segments lack chunks: " + client.cluster().status(),
                    () ->
                            client.cluster().status().nodesUp() == Cluster.NODES
                                    && client.cluster().status().segmentsUnderprotected() == 0);
        }
    }

    private static void report(String what, long fromNanos) {
        double seconds = (System.nanoTime() - fromNanos) / 1e9;
        System.out.printf(
                "%s: %d MiB in %.1f s, %.0f MiB/s%n",
                what, BIG_BYTES >> 20, seconds, (BIG_BYTES >> 20) / seconds);
    }

    private static void workGoesOn(LetheClient client, String prefix, long seed) {
        long from = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            long size = i * 700_000L;
            Contents contents = new Contents(seed + i, size);
            client.objects().put("big", prefix + "/" + i, contents.source());
            assertThat(Contents.stored(client, "big", prefix + "/" + i))
                    .isEqualTo(contents.sha256());
        }
        client.objects().delete("big", prefix + "/0");
        List<String> keys = new ArrayList<>();
        for (ListEntry entry : client.objects().list("big", ListOptions.prefix(prefix))) {
            keys.add(entry.name());
        }
        assertThat(keys)
                .containsExactly(prefix + "/1", prefix + "/2", prefix + "/3", prefix + "/4");
        System.out.printf(
                "%s: put, list, get and delete went on, %.1f s%n",
                prefix, (System.nanoTime() - from) / 1e9);
    }
}
