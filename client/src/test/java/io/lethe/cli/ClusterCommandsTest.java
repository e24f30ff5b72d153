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

/** status, nodes, devices, pgs, partitions, workers: tables and JSON. */
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
