package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.client.LetheClient;
import io.lethe.client.LetheException;
import io.lethe.client.model.BackupStatus;
import io.lethe.client.model.ClusterWarning;
import io.lethe.client.model.PartitionStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Metadata that is lost for good, and the commands that bring a cluster back: README's steps. Part
 * of {@code --long} only; {@code RestoreTest} and {@code DirectoryRecoveryTest} of the node always
 * try what the commands do.
 */
@EnabledIfSystemProperty(named = "lethe.long", matches = "true")
class SetbackTest {
    private static final Duration WITHIN = Duration.ofMinutes(2);

    /** Above and below what lies inline. */
    private static final List<Integer> SIZES = List.of(900, 100_000, 5_000_000);

    @TempDir private Path temp;
    private final Map<String, Contents> objects = new HashMap<>();
    private Map<String, String> environment = Map.of();

    private Cluster start() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("backups"));
        environment =
                Map.of(
                        "LETHE_BACKUP_FOLDER", folder.toString(),
                        "LETHE_BACKUP_IN_STORE", "false",
                        "LETHE_CLUSTER_PARTITIONS", "2");
        return Cluster.start(temp.resolve("cluster"), environment);
    }

    private void put(LetheClient client, String prefix) {
        for (int size : SIZES) {
            String key = prefix + size;
            Contents contents = new Contents(key.hashCode(), size);
            Patience.with(() -> client.objects().put("kept", key, contents.source()));
            objects.put(key, contents);
        }
    }

    private void allAreRead(LetheClient client) {
        objects.forEach(
                (key, contents) ->
                        assertThat(Patience.with(() -> Contents.stored(client, "kept", key)))
                                .as(key)
                                .isEqualTo(contents.sha256()));
    }

    private static void empty(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!one.equals(folder)) {
                    Files.delete(one);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that a node knows but for what is on its device. */
    private static void loseData(Cluster cluster, int node) {
        empty(cluster.dir().resolve("node-" + node).resolve("data"));
    }

    private Cluster.Run run(Cluster cluster, String... arguments) {
        Path config = cluster.dir().resolve("node-0").resolve("node.yaml");
        List<String> command =
                Stream.concat(
                                Stream.of(arguments[0], "--config", config.toString()),
                                Stream.of(arguments).skip(1))
                        .toList();
        return Cluster.Run.of(environment, Cluster.server(command.toArray(String[]::new)));
    }

    /** Until the coordination service has noticed that the nodes are dead. */
    private void succeeds(Cluster cluster, String... arguments) {
        Cluster.Run[] last = new Cluster.Run[1];
        Eventually.within(
                WITHIN,
                () -> last[0].output(),
                () -> {
                    last[0] = run(cluster, arguments);
                    return last[0].status() == 0;
                });
    }

    private static boolean warnsOf(LetheClient client, String code) {
        return client.cluster().status().warnings().stream()
                .map(ClusterWarning::code)
                .anyMatch(code::equals);
    }

    @Test
    void aClusterThatLostAllItsMetadataComesBackFromABackup() throws IOException {
        try (Cluster cluster = start()) {
            try (LetheClient client = cluster.client()) {
                Patience.with(() -> client.buckets().create("kept"));
                put(client, "before-");
                Instant asked = client.backups().start();
                Eventually.within(
                        WITHIN,
                        () -> "no backup is complete",
                        () ->
                                client.backups().list().backups().stream()
                                        .map(BackupStatus::began)
                                        .anyMatch(began -> !began.isBefore(asked)));
            }
            cluster.killAll();
            empty(cluster.dir().resolve("zookeeper"));
            for (int i = 0; i < Cluster.NODES; i++) {
                loseData(cluster, i);
            }
            cluster.startZooKeeper();
            String from = temp.resolve("backups").toString();
            Cluster.Run shown = run(cluster, "restore", "--from", from);
            assertThat(shown.output()).contains("whole", "--accept-gap");
            assertThat(cluster.dir().resolve("node-0/data/tables")).doesNotExist();
            succeeds(cluster, "restore", "--from", from, "--accept-gap");
            cluster.killZooKeeper();
            cluster.startAll();
            try (LetheClient client = cluster.client()) {
                allAreRead(client);
                assertThat(client.cluster().status().reclaim()).isFalse();
                assertThat(warnsOf(client, "CLUSTER_RESTORED")).isTrue();
                put(client, "after-");
                client.cluster().setReclaim(true);
                allAreRead(client);
            }
        }
    }

    @Test
    void directoryAndPartitionsThatLostTheirMajoritiesGoOnFromOneCopy() throws IOException {
        try (Cluster cluster = start()) {
            try (LetheClient client = cluster.client()) {
                Patience.with(() -> client.buckets().create("kept"));
                put(client, "before-");
            }
            cluster.killAll();
            for (int i = 2; i < Cluster.NODES; i++) {
                loseData(cluster, i);
            }
            cluster.startZooKeeper();
            Cluster.Run shown = run(cluster, "recover-directory");
            assertThat(shown.output()).contains("index");
            succeeds(cluster, "recover-directory", "--accept-loss");
            cluster.killZooKeeper();
            cluster.startAll();
            try (LetheClient client = cluster.client()) {
                assertThat(warnsOf(client, "DIRECTORY_RECOVERED")).isTrue();
                for (PartitionStatus one : client.cluster().partitions()) {
                    if (one.id().equals("directory")) {
                        continue;
                    }
                    Eventually.within(
                            WITHIN,
                            () -> one.id() + " is not recovered",
                            () -> recovered(client, one));
                }
                allAreRead(client);
                put(client, "after-");
                allAreRead(client);
            }
        }
    }

    private static boolean recovered(LetheClient client, PartitionStatus partition) {
        try {
            var _ = client.cluster().recoverPartition(partition.id(), "", true);
            return true;
        } catch (LetheException e) {
            System.out.println(partition.id() + ": " + e.getMessage());
            return false;
        }
    }
}
