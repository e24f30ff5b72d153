package io.lethe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.lethe.fake.FakeCluster;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists of the cluster as tables and JSON, and the operator's orders. */
final class ClusterCommandsTest {
    @TempDir private Path directory = Path.of("");

    private final FakeCluster cluster = FakeCluster.start(1);
    private Shell shell = new Shell(directory);

    @BeforeEach
    void configure() {
        shell = new Shell(directory);
        shell.configure(cluster);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void expect(String golden, String... arguments) {
        assertThat(shell.run(arguments)).as(shell.err()).isZero();
        assertThat(shell.out()).isEqualTo(Shell.golden(golden));
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void statusFitsOnOnePageAndSaysWhatToDo() {
        expect("status.txt", "status", "-H");
        expect("status.json", "status", "--json");
    }

    @Test
    void nodesAreListedOverAllPages() {
        expect("nodes.txt", "nodes", "-H");
        expect("nodes.json", "nodes", "--json");
    }

    @Test
    void devicesShowTheirFaults() {
        expect("devices.txt", "devices", "-H");
        expect("devices.json", "devices", "--json", "--node", "node-0");
    }

    @Test
    void placementGroupsPartitionsAndWorkersAreListed() {
        expect("pgs.txt", "pgs");
        expect("pgs.json", "pgs", "--json");
        expect("partitions.txt", "partitions");
        expect("partitions.json", "partitions", "--json");
        expect("workers.txt", "workers");
        expect("workers.json", "workers", "--json");
    }

    @Test
    void repairsAreListedOverAllPages() {
        expect("repairs.txt", "repairs", "-H");
        expect("repairs.json", "repairs", "--json");
    }

    @Test
    void aDeviceIsAddedToANode() {
        assertThat(shell.run("device", "add", "node-0", "/mnt/d2")).as(shell.err()).isZero();
        assertThat(shell.err()).contains("added d-9; see 'lethe devices'");
        assertThat(
                        shell.run(
                                "device",
                                "add",
                                "node-0",
                                "/mnt/d2",
                                "--capacity-bytes",
                                "70",
                                "--shared-disk",
                                "--json"))
                .isZero();
        assertThat(shell.out()).contains("\"id\":\"d-9-70\"", "\"path\":\"/mnt/d2\"");
        assertThat(shell.run("device", "add", "node-7", "/mnt/d2")).isEqualTo(1);
        assertThat(shell.err()).contains("no node 'node-7'");
    }

    @Test
    void anUpgradeIsShownAndFinished() {
        assertThat(shell.run("upgrade")).as(shell.err()).isZero();
        assertThat(shell.out())
                .contains("node-0  up     127.0.0.1  0.2.0    1-2\n")
                .contains("node-1  DOWN   127.0.0.1  0.1.0    1\n")
                .contains("feature level 1 is in force\n")
                .contains("feature level 2: something new\n")
                .contains("1 of 2 nodes do not speak it yet");
        assertThat(shell.run("upgrade", "--json")).isZero();
        assertThat(shell.out())
                .contains("\"feature_level\":1,\"next_level\":2")
                .contains("\"ready\":true");
        assertThat(shell.run("upgrade", "finish")).as(shell.err()).isZero();
        assertThat(shell.err()).contains("feature level 2 is in force");
        assertThat(shell.run("upgrade", "finish")).isZero();
        assertThat(shell.err()).contains("no node speaks a higher one");
        assertThat(shell.run("upgrade")).isZero();
        assertThat(shell.out()).contains("there is nothing to finish");
    }

    @Test
    void drainingADeviceIsAskedForAndTakenBack() {
        assertThat(shell.run("device", "drain", "d-0")).isZero();
        assertThat(shell.err())
                .contains("device d-0 is leaving: 16 placement groups are on it")
                .contains("lethe repairs");
        assertThat(shell.run("devices")).isZero();
        assertThat(shell.out()).contains("LEAVING");
        assertThat(shell.run("device", "keep", "d-0", "--json")).isZero();
        assertThat(shell.out()).contains("\"id\":\"d-0\"", "\"leaving\":false");
        assertThat(shell.run("device", "drain", "d-7")).isEqualTo(1);
        assertThat(shell.err()).contains("device d-7 is unknown");
    }

    @Test
    void drainWaitsUntilNoGroupIsLeftWhereItIsTold() {
        assertThat(shell.run("device", "drain", "--wait", "d-0")).as(shell.err()).isZero();
        assertThat(shell.err())
                .containsSubsequence(
                        "16 placement groups are on it",
                        "Ctrl-C only stops watching",
                        "device d-0: 8 placement groups are on it",
                        "device d-0: 0 placement groups are on it",
                        "no placement group is left");
        assertThat(shell.run("device", "remove", "d-0")).isZero();
        assertThat(shell.err()).contains("removed d-0");
    }

    @Test
    void watchingEndsWhereSomebodyKeepsTheDevice() {
        shell.afterPauses(2, () -> assertThat(shell.runAside("device", "keep", "d-0")).isZero());
        assertThat(shell.run("device", "drain", "--wait", "d-0")).isEqualTo(6);
        assertThat(shell.err()).contains("device d-0 is not leaving any more");
    }

    @Test
    void backupsAreAskedForListedAndChecked() {
        assertThat(shell.run("backup")).as(shell.err()).isZero();
        assertThat(shell.err()).contains("lethe backups");
        assertThat(shell.run("backups", "-H")).isZero();
        assertThat(shell.out()).contains("PLACE", "/backups", "1234", "5.5");
        assertThat(shell.run("backups", "--json")).isZero();
        assertThat(shell.out().lines().toList()).hasSize(2);
        assertThat(shell.out()).contains("\"outside\":true", "\"directory_index\":42");
        assertThat(shell.run("backups", "--check", "00000000000000020000000000000001")).isZero();
        assertThat(shell.err()).contains("whole in /backups");
        assertThat(shell.run("backups", "--check", "00000000000000010000000000000001"))
                .isEqualTo(1);
        assertThat(shell.out()).contains("partition-1.rows: cut short");
        assertThat(shell.run("backups", "--check", "none")).isEqualTo(1);
    }

    @Test
    void aLostMajorityIsShownAndGivenUpOnlyWhereThatIsSaid() {
        assertThat(shell.run("partition", "recover", "partition-3")).as(shell.err()).isZero();
        assertThat(shell.out()).contains("node-0", "best", "REMOVED");
        assertThat(shell.err()).contains("by --accept-loss: what others had behind entry 90");
        assertThat(shell.run("partition", "recover", "partition-3", "--accept-loss")).isZero();
        assertThat(shell.err()).contains("ordered: what others had behind entry 90 is lost");
        assertThat(shell.run("partition", "recover", "partition-3", "--json")).isZero();
        assertThat(shell.out()).contains("\"ordered\":false", "\"last_index\":90");
        assertThat(shell.run("partition", "recover", "p")).isEqualTo(1);
    }

    @Test
    void aReplicaIsMovedAndWatched() {
        assertThat(shell.run("partition", "move", "partition-1", "--from", "node-0")).isEqualTo(2);
        assertThat(shell.run("partition", "move", "x", "--from", "node-0", "--to", "node-2"))
                .isEqualTo(1);
        assertThat(
                        shell.run(
                                "partition",
                                "move",
                                "partition-1",
                                "--from",
                                "node-0",
                                "--to",
                                "node-2"))
                .as(shell.err())
                .isZero();
        assertThat(shell.err())
                .containsSubsequence(
                        "node node-2 has applied 100 of 500 entries",
                        "partition-1 is on node node-2 now, and not on node-0");
    }

    @Test
    void aPartitionIsMergedAndWatched() {
        assertThat(shell.run("partition", "merge")).isEqualTo(2);
        assertThat(shell.run("partition", "merge", "partition-1")).isEqualTo(1);
        assertThat(shell.run("partition", "merge", "partition-2")).as(shell.err()).isZero();
        assertThat(shell.err()).contains("partition-2 is no more; partition-1 has its range");
        assertThat(shell.run("partition", "merge", "partition-2", "--json")).isZero();
        assertThat(shell.out()).contains("\"done\":true", "\"heir\":\"partition-1\"");
    }

    @Test
    void drainingANodeIsAskedForAndTakenBack() {
        assertThat(shell.run("node", "drain", "node-0", "--json")).isZero();
        assertThat(shell.out()).contains("\"id\":\"node-0\"", "\"standing\":\"LEAVING\"");
        assertThat(shell.run("node", "keep", "node-0")).isZero();
        assertThat(shell.err()).contains("node node-0 stays");
        assertThat(shell.run("node", "drain", "node-9")).isEqualTo(1);
        assertThat(shell.err()).contains("node node-9 is unknown");
    }

    @Test
    void aNodeIsRemovedOnceNothingIsLeftOnIt() {
        assertThat(shell.run("node", "remove", "node-0")).isEqualTo(6);
        assertThat(shell.err()).contains("lethe node drain");
        assertThat(shell.run("node", "drain", "--wait", "node-0")).as(shell.err()).isZero();
        assertThat(shell.err())
                .containsSubsequence(
                        "16 placement groups and 0 replicas are on it",
                        "node node-0: 0 placement groups and 0 replicas are on it",
                        "nothing is left on it");
        assertThat(shell.run("node", "remove", "node-0")).isZero();
        assertThat(shell.err()).contains("removed node-0");
    }

    @Test
    void aLostNodeIsRemovedAndWhatItHadIsMadeAnew() {
        assertThat(shell.run("node", "remove", "node-1", "--lost")).isZero();
        assertThat(shell.err()).contains("removed node-1; made anew is what it had: 16 placement");
    }

    @Test
    void aNodeTakesAnothersPlaceWhereItCan() {
        assertThat(shell.run("node", "replace", "node-1", "node-7")).isEqualTo(2);
        assertThat(shell.err()).contains("node 'node-7' has not joined");
        assertThat(shell.run("node", "replace", "node-0", "node-1")).isEqualTo(2);
        assertThat(shell.err()).contains("can't take another's place");
        assertThat(shell.run("node", "replace", "node-1", "node-0", "--lost")).isZero();
        assertThat(shell.err()).contains("removed node-1");
    }

    @Test
    void removalIsRefusedWhileGroupsNeedTheDevice() {
        assertThat(shell.run("device", "remove", "d-1")).isEqualTo(6);
        assertThat(shell.err()).contains("lethe device drain");
        assertThat(shell.run("device", "remove", "d-1", "--lost")).isZero();
        assertThat(shell.err()).contains("16 placement groups, see 'lethe repairs'");
    }

    @Test
    void reclaimingIsShownAndSet() {
        assertThat(shell.run("reclaim", "--json")).isZero();
        assertThat(shell.out()).isEqualTo("{\"reclaim\":true}\n");
        assertThat(shell.run("reclaim", "off")).isZero();
        assertThat(shell.err()).contains("reclaiming unknown chunks is off");
        assertThat(shell.run("reclaim", "perhaps")).isEqualTo(2);
    }

    @Test
    void rebalancingIsShownAndSet() {
        assertThat(shell.run("rebalance", "--json")).isZero();
        assertThat(shell.out()).isEqualTo("{\"rebalance\":true}\n");
        assertThat(shell.run("rebalance", "off")).isZero();
        assertThat(shell.err()).contains("rebalancing is off");
        assertThat(shell.run("status")).isZero();
        assertThat(shell.out()).contains("groups open, rebalancing off");
        assertThat(shell.run("rebalance", "perhaps")).isEqualTo(2);
    }

    @Test
    void keyWithoutTheOperatorsRightEndsWithFour() {
        for (String command : List.of("status", "nodes", "devices")) {
            String method =
                    switch (command) {
                        case "status" -> "GetStatus";
                        case "nodes" -> "ListNodes";
                        default -> "ListDevices";
                    };
            cluster.faults().refuseNext(method, Status.Code.PERMISSION_DENIED, "ACCESS_DENIED");
            assertThat(shell.run(command)).isEqualTo(4);
            assertThat(shell.err()).contains("ask whoever gave you the key");
        }
    }

    @Test
    void clusterThatIsAwayEndsWithFive() {
        String endpoint = cluster.endpoints().get(0);
        cluster.close();
        assertThat(shell.run("status", "--timeout", "300ms")).isEqualTo(5);
        assertThat(shell.err()).contains(endpoint).contains("what to do:");
    }
}
