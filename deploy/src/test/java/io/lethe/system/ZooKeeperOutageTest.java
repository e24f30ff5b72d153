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
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** ZooKeeper dies under load: data goes on being read and written, and nothing is lost. */
@Shared(Kind.PROCESSES)
class ZooKeeperOutageTest {
    private static final boolean LONG = Boolean.getBoolean("lethe.long");
    private static final Duration OUTAGE = Duration.ofSeconds(LONG ? 60 : 10);
    private static final int WRITERS = 4;
    private static final long MOST_BYTES = 2L << 20;
    private static final Duration STEADY_WITHIN = Duration.ofMinutes(2);

    @Test
    void dataIsReadAndWrittenWithoutZooKeeper(Cluster cluster) {
        long seed = Long.getLong("lethe.seed", System.nanoTime());
        System.out.println("ZooKeeper outage: seed " + seed);
        try (LetheClient client = cluster.client()) {
            client.buckets().create("load");
            Writers writers = Writers.start(client, "load", "w", WRITERS, MOST_BYTES, seed);
            await(writers, 20);

            cluster.killZooKeeper();
            long from = System.nanoTime();
            int before = writers.acknowledged().size();
            int read = 0;
            while (System.nanoTime() - from < OUTAGE.toNanos()) {
                read += readSome(client, writers.acknowledged());
            }
            int written = writers.acknowledged().size() - before;
            assertThat(written).as("written meanwhile").isPositive();
            assertThat(read).as("read meanwhile").isPositive();
            System.out.printf(
                    "without ZooKeeper for %d s: %d objects written, %d read%n",
                    OUTAGE.toSeconds(), written, read);

            cluster.startZooKeeper();
            await(writers, writers.acknowledged().size() + 20);
            writers.stop();
            assertThat(writers.failures()).isEmpty();
            allIsThereOnce(client, writers.acknowledged());
            membershipWorksAgain(cluster, client);
        }
    }

    private static void await(Writers writers, int acknowledged) {
        Eventually.within(
                STEADY_WITHIN,
                () -> writers.acknowledged().size() + " written, failed " + writers.failures(),
                () -> writers.acknowledged().size() >= acknowledged);
    }

    /** Any few; gives how many. */
    private static int readSome(LetheClient client, Map<String, Contents> objects) {
        List<Map.Entry<String, Contents>> some = objects.entrySet().stream().limit(10).toList();
        for (Map.Entry<String, Contents> entry : some) {
            assertThat(Contents.stored(client, "load", entry.getKey()))
                    .as(entry.getKey())
                    .isEqualTo(entry.getValue().sha256());
        }
        return some.size();
    }

    private static void allIsThereOnce(LetheClient client, Map<String, Contents> objects) {
        List<String> listed = new ArrayList<>();
        for (ListEntry entry : client.objects().list("load", ListOptions.ALL)) {
            listed.add(entry.name());
        }
        assertThat(listed).containsExactlyElementsOf(new TreeSet<>(objects.keySet()));
        objects.forEach(
                (key, contents) ->
                        assertThat(Contents.stored(client, "load", key))
                                .as(key)
                                .isEqualTo(contents.sha256()));
        System.out.println(listed.size() + " objects listed once each, and whole");
    }

    /** A node's death is noticed again, and its return, which both need ZooKeeper. */
    private static void membershipWorksAgain(Cluster cluster, LetheClient client) {
        awaitNodesUp(client, Cluster.NODES);
        cluster.kill(Cluster.NODES - 1);
        awaitNodesUp(client, Cluster.NODES - 1);
        cluster.startNode(Cluster.NODES - 1);
        awaitNodesUp(client, Cluster.NODES);
    }

    private static void awaitNodesUp(LetheClient client, int nodes) {
        Eventually.within(
                STEADY_WITHIN,
                () -> "nodes up: " + client.cluster().status(),
                () -> client.cluster().status().nodesUp() == nodes);
    }
}
