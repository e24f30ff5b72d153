package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.client.ErrorCode;
import io.lethe.client.LetheClient;
import io.lethe.client.LetheException;
import io.lethe.client.model.DeviceStatus;
import io.lethe.client.model.UpgradeStatus;
import io.lethe.client.model.Versioning;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Six nodes of the build before this one go over to this one by one under load, one goes back, all
 * go back, and over for good. All along requests are served, and at the end every acknowledged
 * write is there, also without any two nodes. Only with {@code --long}, since the other build is
 * built first.
 */
@EnabledIfSystemProperty(named = "lethe.long", matches = "true")
class RollingUpgradeTest {
    private static final int CLIENTS = 4;

    /**
     * A restart is none of those absences after which others take over, however busy it is here.
     */
    private static final Map<String, String> PATIENCE =
            Map.of(
                    "LETHE_REPAIR_AFTER", "2m",
                    "LETHE_RAFT_REPLACE_AFTER", "5m",
                    "LETHE_SCRUB_PERIOD", "10m",
                    "LETHE_REPAIR_CHECK_EVERY", "5m");

    private static final int LEAST_PUTS = 30;

    /** A node that comes back, and all that it has missed. */
    private static final Duration WHOLE_WITHIN = Duration.ofMinutes(4);

    @TempDir private Path dir;

    /** From a node's stop until it serves again. */
    private Duration longestRestart = Duration.ZERO;

    private final SplittableRandom random =
            new SplittableRandom(Long.getLong("lethe.seed", System.nanoTime()));

    @Test
    void aClusterIsServedWhileItGoesOverToThisBuildAndBackAndOver() {
        List<String> before = PreviousBuild.server();
        System.out.println("previous build: " + PreviousBuild.commit());
        try (FaultBed bed = FaultBed.start(dir, 0, before, PATIENCE);
                LetheClient client = bed.client()) {
            List<S3Client> s3 = bed.s3();
            client.buckets().create(MixedLoad.PLAIN);
            client.buckets().create(MixedLoad.VERSIONED, "", Versioning.ENABLED);
            MixedLoad load = new MixedLoad(client, s3);
            Redundancy redundancy = new Redundancy(bed, client);
            load.start(CLIENTS, random.nextLong());
            Eventually.within(WHOLE_WITHIN, load::summary, () -> load.count("put") >= LEAST_PUTS);
            int level = client.cluster().upgrade().featureLevel();
            try (Pulse pulse = new Pulse(client)) {
                for (NodeProcess node : bed.running()) {
                    restart(bed, redundancy, List.of(node), Cluster.server());
                    if (node.number == 0) {
                        notYet(client, level + 1);
                        restart(bed, redundancy, List.of(node), before);
                        restart(bed, redundancy, List.of(node), Cluster.server());
                    }
                }
                System.out.println("all over: " + client.cluster().upgrade());
                restartByTwo(bed, redundancy, before);
                System.out.println("all back: " + client.cluster().upgrade());
                notYet(client, level + 1);
                restartByTwo(bed, redundancy, Cluster.server());
                UpgradeStatus ready = Patience.with(() -> client.cluster().upgrade());
                assertThat(ready.ready()).as(ready.toString()).isTrue();
                assertThat(Patience.with(() -> client.cluster().finishUpgrade(level + 1)))
                        .isEqualTo(level + 1);
                finished(client, bed, before, level + 1);
                System.out.println(
                        "longest pause: "
                                + pulse.longest().toMillis()
                                + " ms; longest restart: "
                                + longestRestart.toMillis()
                                + " ms");
                assertThat(pulse.longest())
                        .as("what no restart explains")
                        .isLessThan(longestRestart);
            }
            load.stop();
            System.out.println(load.summary());
            assertThat(load.violations()).isEmpty();
            // What was written while one was away lacks its chunk: two more would be too many.
            awaitWhole(bed, redundancy);
            List<NodeProcess> left = bed.running();
            left.get(random.nextInt(3)).kill();
            left.get(3 + random.nextInt(3)).kill();
            assertThat(load.readAll(random.nextLong())).isEmpty();
            s3.forEach(S3Client::close);
        }
    }

    /** As many at once as the code bears. */
    private void restartByTwo(FaultBed bed, Redundancy redundancy, List<String> program) {
        List<NodeProcess> nodes = bed.running();
        for (int i = 0; i < nodes.size(); i += 2) {
            restart(bed, redundancy, nodes.subList(i, i + 2), program);
        }
    }

    private static void awaitWhole(FaultBed bed, Redundancy redundancy) {
        Eventually.within(
                WHOLE_WITHIN,
                () -> redundancy.lacking() + "\n" + bed.logs(),
                () -> redundancy.lacking().isEmpty());
    }

    /** As the README says: next is whoever comes after all is whole again. */
    private void restart(
            FaultBed bed, Redundancy redundancy, List<NodeProcess> nodes, List<String> program) {
        long from = System.nanoTime();
        for (NodeProcess node : nodes) {
            node.stop();
            node.runs(program);
            node.start();
        }
        Eventually.within(
                WHOLE_WITHIN, bed::logs, () -> nodes.stream().allMatch(NodeProcess::serves));
        Duration restart = Duration.ofNanos(System.nanoTime() - from);
        longestRestart = restart.compareTo(longestRestart) > 0 ? restart : longestRestart;
        awaitWhole(bed, redundancy);
        System.out.printf(
                "nodes %s run %s: whole after %.1f s%n",
                nodes.stream().map(node -> node.number).toList(),
                program.equals(Cluster.server()) ? "this build" : "the one before",
                (System.nanoTime() - from) / 1e9);
    }

    private static void notYet(LetheClient client, int level) {
        assertThat(client.cluster().upgrade().ready()).isFalse();
        Assertions.assertThatExceptionOfType(LetheException.class)
                .isThrownBy(() -> client.cluster().finishUpgrade(level))
                .matches(refused -> refused.code() == ErrorCode.UPGRADE_NEEDED);
    }

    /** What the level brings comes, and a node can't go back. */
    private static void finished(LetheClient client, FaultBed bed, List<String> before, int level) {
        assertThat(client.cluster().upgrade().featureLevel()).isEqualTo(level);
        NodeProcess node = bed.running().getLast();
        String id = node.id();
        node.stop();
        node.runs(before);
        node.start();
        Eventually.within(WHOLE_WITHIN, () -> "it does not end: " + node.log(20), node::hasEnded);
        assertThat(node.log(20)).contains("feature level " + level, "start a newer build");
        Eventually.within(
                WHOLE_WITHIN,
                () -> "where its device lies is not known",
                () -> {
                    for (DeviceStatus device : client.cluster().devices(id)) {
                        if (!device.path().equals(node.device().toString())) {
                            return false;
                        }
                    }
                    return true;
                });
        node.runs(Cluster.server());
        node.start();
        Eventually.within(WHOLE_WITHIN, () -> node.log(20), node::serves);
    }
}
