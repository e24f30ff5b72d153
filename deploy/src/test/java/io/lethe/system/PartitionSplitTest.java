package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.client.LetheClient;
import io.lethe.client.ListOptions;
import io.lethe.client.model.ListEntry;
import io.lethe.client.model.NodeStatus;
import io.lethe.client.model.PartitionStatus;
import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * A partition is split, and its halves again, while a bucket in it is written: no write fails, none
 * is lost, and listings go on over the boundaries; also with two nodes dead, whose replicas then
 * come back. In between, a replica is moved, the leader's own.
 */
@Shared(Kind.PROCESSES)
class PartitionSplitTest {
    private static final String BUCKET = "hot";
    private static final int WRITERS = 4;
    private static final int BEFORE = 300;
    private static final Duration SPLIT_WITHIN = Duration.ofMinutes(2);
    private static final Duration BACK_WITHIN = Duration.ofMinutes(3);

    @Test
    void aHotPartitionIsSplitUnderLoadWithoutAFailedWrite(Cluster cluster) {
        long seed = Long.getLong("lethe.seed", System.nanoTime());
        System.out.println("split: seed " + seed);
        try (LetheClient client = cluster.client()) {
            client.buckets().create(BUCKET);
            Writers before = Writers.start(client, BUCKET, "old", WRITERS, 40_000, seed);
            Eventually.within(
                    SPLIT_WITHIN,
                    () -> before.acknowledged().size() + " objects: " + before.failures(),
                    () -> before.acknowledged().size() > BEFORE);
            Writers load = Writers.start(client, BUCKET, "new", WRITERS, 200_000, seed + 100);
            split(client, "new/2/");
            split(client, "old/2/");
            split(client, "new/2/4");
            int count = load.acknowledged().size();
            Eventually.within(
                    SPLIT_WITHIN,
                    () -> "writes go on: " + load.failures(),
                    () -> load.acknowledged().size() > count + 20);
            before.stop();
            load.stop();
            assertThat(before.failures()).isEmpty();
            assertThat(load.failures()).isEmpty();
            check(client, before, load);
            move(client);
            cluster.kill(1);
            cluster.kill(2);
            check(client, before, load);
            cluster.startNode(1);
            cluster.startNode(2);
            Eventually.within(
                    BACK_WITHIN,
                    () -> "not all replicas are back: " + client.cluster().status().warnings(),
                    () -> Patience.with(() -> allUp(client)));
        }
    }

    private static boolean allUp(LetheClient client) {
        for (PartitionStatus one : client.cluster().partitions()) {
            if (one.votersUp() < one.voters().size()) {
                return false;
            }
        }
        return true;
    }

    private static void split(LetheClient client, String at) {
        long from = System.nanoTime();
        String child =
                Patience.with(() -> client.cluster().splitPartition("", "", BUCKET, at + "x"));
        Eventually.within(
                SPLIT_WITHIN,
                () -> child + " has no leader",
                () -> Patience.with(() -> leads(client, child)));
        System.out.printf("%s leads after %.1f s%n", child, (System.nanoTime() - from) / 1e9);
    }

    /** A replica of the newest partition goes to a node that has none of it. */
    private static void move(LetheClient client) {
        List<PartitionStatus> all = new ArrayList<>();
        client.cluster().partitions().forEach(all::add);
        PartitionStatus newest = all.getLast();
        String from = newest.leader();
        String to = "";
        for (NodeStatus node : client.cluster().nodes()) {
            to = newest.voters().contains(node.id()) ? to : node.id();
        }
        String target = to;
        long begun = System.nanoTime();
        Eventually.within(
                SPLIT_WITHIN,
                () -> newest.id() + " is not on " + target,
                () ->
                        Patience.with(
                                () ->
                                        client.cluster()
                                                .movePartition(newest.id(), from, target)
                                                .done()));
        System.out.printf("moved in %.1f s%n", (System.nanoTime() - begun) / 1e9);
        assertThat(status(client, newest.id()).voters()).contains(target).doesNotContain(from);
    }

    private static PartitionStatus status(LetheClient client, String partition) {
        for (PartitionStatus one : client.cluster().partitions()) {
            if (one.id().equals(partition)) {
                return one;
            }
        }
        throw new AssertionError("there is no " + partition);
    }

    private static boolean leads(LetheClient client, String partition) {
        for (PartitionStatus one : client.cluster().partitions()) {
            if (one.id().equals(partition)) {
                return !one.leader().isEmpty();
            }
        }
        return false;
    }

    private static void check(LetheClient client, Writers... all) {
        TreeSet<String> expected = new TreeSet<>();
        for (Writers writers : all) {
            for (Map.Entry<String, Contents> one : writers.acknowledged().entrySet()) {
                expected.add(one.getKey());
                assertThat(Contents.stored(client, BUCKET, one.getKey()))
                        .as(one.getKey())
                        .isEqualTo(one.getValue().sha256());
            }
        }
        List<String> listed = new ArrayList<>();
        for (ListEntry one : client.objects().list(BUCKET, ListOptions.ALL)) {
            listed.add(one.name());
        }
        assertThat(listed).isSorted().containsExactlyElementsOf(expected);
    }
}
