package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the command line shows of a whole cluster, with {@code --json}. */
@ExtendWith(SharedCluster.class)
class CommandLineTest {
    @TempDir private Path dir;

    @Test
    void theClusterShowsItself(Cluster cluster) {
        Commands lethe = new Commands(dir, cluster.clientConfig());
        assertThat(lethe.succeed("status", "--json"))
                .contains("\"nodes_up\":6", "\"nodes_total\":6", "\"devices_total\":6")
                .contains("\"partitions_serving\":8", "\"segments_underprotected\":0");
        assertThat(lethe.succeed("nodes", "--json").lines())
                .hasSize(Cluster.NODES)
                .allMatch(line -> line.contains("\"state\":\"UP\""));
        assertThat(lethe.succeed("devices", "--json").lines())
                .hasSize(Cluster.NODES)
                .allMatch(line -> line.contains("\"state\":\"WRITABLE\""))
                .allMatch(line -> line.contains("\"reported\":true"));
        assertThat(lethe.succeed("pgs", "--json").lines())
                .anyMatch(line -> line.contains("\"data_chunks\":4,\"parity_chunks\":2"))
                .allMatch(line -> line.contains("\"members_unavailable\":0"));
        assertThat(lethe.succeed("partitions", "--json").lines())
                .hasSize(9)
                .allMatch(line -> line.contains("\"voters_up\":5"))
                .noneMatch(line -> line.contains("\"leader\":\"\""));
        assertThat(lethe.succeed("workers", "--json").lines())
                .anyMatch(line -> line.contains("\"name\":\"reclaim\""));
    }
}
