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
    void nodesAreDrainedDeviceByDevice() {
        assertThat(shell.run("node", "drain", "node-0", "--json")).isZero();
        assertThat(shell.out()).contains("\"id\":\"d-0\"", "\"leaving\":true");
        assertThat(shell.run("node", "keep", "node-0")).isZero();
        assertThat(shell.err()).contains("device d-0 stays");
        assertThat(shell.run("node", "drain", "node-9")).isEqualTo(2);
        assertThat(shell.err()).contains("lethe nodes");
    }

    @Test
    void removalIsRefusedWhileGroupsNeedTheDevice() {
        assertThat(shell.run("device", "remove", "d-1")).isEqualTo(6);
        assertThat(shell.err()).contains("lethe device drain");
        assertThat(shell.run("device", "remove", "d-1", "--lost")).isZero();
        assertThat(shell.err()).contains("16 placement groups, see 'lethe repairs'");
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
