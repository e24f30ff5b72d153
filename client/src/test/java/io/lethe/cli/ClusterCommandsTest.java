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

    private void expect(String out, String... arguments) {
        assertThat(shell.run(arguments)).as(shell.err()).isZero();
        assertThat(shell.out()).isEqualTo(out);
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void statusFitsOnOnePageAndSaysWhatToDo() {
        expect(
                """
                cluster     dev (00112233445566778899aabbccddeeff)
                version     0.1.0, feature level 1
                nodes       1 of 2 up
                devices     1 of 2 writable
                directory   node-0 leads
                controller  nobody leads at the moment, epoch 3
                partitions  8 of 8 serve, 0 with all voters
                placement   4 of 16 groups open
                protection  7 segments lack chunks, the oldest for 1:05
                space       50 GiB of 200 GiB used (25%), 1.0 GiB to be reclaimed

                NODE_DOWN: node-1 has been away for 2 minutes
                  what to do: start it again
                """,
                "status", "-H");
        expect(
                "{\"cluster_id\":\"00112233445566778899aabbccddeeff\",\"name\":\"dev\",\"version\":\"0.1.0\","
                    + "\"feature_level\":1,\"nodes_up\":1,\"nodes_total\":2,\"devices_writable\":1,"
                    + "\"devices_total\":2,\"directory_leader\":\"node-0\",\"controller\":\"\","
                    + "\"controller_epoch\":3,\"partitions_healthy\":0,\"partitions_serving\":8,"
                    + "\"partitions_total\":8,\"placement_groups_open\":4,"
                    + "\"placement_groups_total\":16,\"segments_underprotected\":7,"
                    + "\"oldest_underprotected_ms\":65000,\"capacity_bytes\":214748364800,"
                    + "\"used_bytes\":53687091200,\"garbage_bytes\":1073741824,"
                    + "\"answered_by\":\"node-0\",\"warnings\":[{\"code\":\"NODE_DOWN\",\"message\":\"node-1"
                    + " has been away for 2 minutes\",\"advice\":\"start it again\"}]}\n",
                "status",
                "--json");
    }

    @Test
    void nodesAreListedOverAllPages() {
        expect(
                """
                NODE    STATE  HOST        GRPC     S3  RACK  ROLES            DEVICES    FREE     SIZE
                node-0  up     127.0.0.1  19002  19000  -     gateway,storage        1  75 GiB  100 GiB
                node-1  DOWN   127.0.0.1  19002  19000  -     gateway,storage        1  75 GiB  100 GiB
                """,
                "nodes",
                "-H");
        assertThat(shell.run("nodes", "--json")).isZero();
        assertThat(shell.out().lines())
                .hasSize(2)
                .first()
                .isEqualTo(
                        "{\"id\":\"node-0\",\"state\":\"UP\",\"host\":\"127.0.0.1\",\"s3_port\":19000,"
                            + "\"console_port\":19001,\"rpc_port\":19002,\"data_port\":19003,"
                            + "\"rack\":\"\",\"roles\":[\"gateway\",\"storage\"],\"incarnation\":5,"
                            + "\"devices\":1,\"capacity_bytes\":107374182400,"
                            + "\"free_bytes\":80530636800}");
    }

    @Test
    void devicesShowTheirFaults() {
        expect(
                """
                DEVICE  NODE    STATE          FREE     SIZE  CHUNKS  CORRUPT  MISSING  FAULT
                d-0     node-0  WRITABLE     75 GiB  100 GiB    1234        1        2  2 data files are gone; replace the device
                d-1     node-1  UNAVAILABLE     0 B  100 GiB       ?        ?        ?  its node did not answer
                """,
                "devices",
                "-H");
        expect(
                "{\"id\":\"d-0\",\"node\":\"node-0\",\"path\":\"/data/0\",\"state\":\"WRITABLE\","
                    + "\"capacity_bytes\":107374182400,\"free_bytes\":80530636800,\"chunks\":1234,\"corrupt_chunks\":1,\"missing_files\":2,\"fault\":\"2"
                    + " data files are gone; replace the"
                    + " device\",\"reported\":true,\"placement_groups\":16}\n",
                "devices",
                "--json",
                "--node",
                "node-0");
    }

    @Test
    void placementGroupsPartitionsAndWorkersAreListed() {
        expect(
                """
                PG  EPOCH  CLASS     CODE  STATE  AWAY  DEVICES
                17      2  standard  1+1   OPEN      1  d-0,d-1
                """,
                "pgs");
        expect(
                "{\"id\":\"17\",\"epoch\":2,\"storage_class\":\"standard\",\"data_chunks\":1,"
                        + "\"parity_chunks\":1,\"devices\":[\"d-0\",\"d-1\"],\"state\":\"OPEN\","
                        + "\"members_unavailable\":1}\n",
                "pgs",
                "--json");
        expect(
                """
                PARTITION  FROM  TO    LEADER  UP   VOTERS         APPLIED  ROWS
                p1         -     8000  NONE    1/2  node-0,node-1       99    12
                """,
                "partitions");
        expect(
                "{\"id\":\"p1\",\"from\":\"\",\"to\":\"8000\",\"voters\":[\"node-0\",\"node-1\"],"
                        + "\"voters_up\":1,\"learners\":[\"node-2\"],\"leader\":\"\","
                        + "\"applied_index\":99,\"rows\":12,\"map_epoch\":1}\n",
                "partitions",
                "--json");
        expect(
                """
                NODE    WORKER           STATE  STEPS  BACKLOG  LAST STEP            ERRORS  LAST ERROR
                node-0  garbage-reclaim  IDLE      41        3  2025-06-15 15:06:40       2  device d-1 is away
                """,
                "workers");
        expect(
                "{\"node\":\"node-0\",\"name\":\"garbage-reclaim\",\"state\":\"IDLE\",\"steps\":41,"
                        + "\"backlog\":3,\"last_step\":\"2025-06-15T15:06:40Z\","
                        + "\"last_error\":\"device d-1 is away\",\"errors\":2}\n",
                "workers",
                "--json");
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
