package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command of the command line against a cluster, with {@code --json}. */
@Shared(Kind.ONE_PROCESS)
class CommandLineTest {
    private static final int FILE_BYTES = 3_000_000;

    @TempDir private Path dir;

    @Test
    void aSessionFromTheFirstBucketToTheLast(Cluster cluster) throws IOException {
        Commands lethe = new Commands(dir, cluster.clientConfig());
        byte[] bytes = new byte[FILE_BYTES];
        new Random(1).nextBytes(bytes);
        Files.write(dir.resolve("holiday.bin"), bytes);

        assertThat(lethe.succeed("mb", "photos", "--json"))
                .contains("\"type\":\"bucket\"", "\"name\":\"photos\"");
        assertThat(lethe.succeed("put", "holiday.bin", "photos/2026/holiday.bin", "--json"))
                .contains("\"key\":\"2026/holiday.bin\"", "\"size\":" + FILE_BYTES);
        assertThat(lethe.succeed("cp", "photos/2026/holiday.bin", "photos/copy", "--json"))
                .contains("\"key\":\"copy\"", "\"source_key\":\"2026/holiday.bin\"");
        assertThat(lethe.succeed("ls", "--json")).contains("\"name\":\"photos\"");
        assertThat(lethe.succeed("ls", "photos", "--json"))
                .contains("\"prefix\":\"2026/\"", "\"key\":\"copy\"");
        assertThat(lethe.succeed("ls", "-r", "photos", "--json").lines()).hasSize(2);
        assertThat(lethe.succeed("stat", "photos/2026/holiday.bin", "--json"))
                .contains("\"size\":" + FILE_BYTES, "\"sha256\":\"" + sha256(bytes));

        cluster.stop();
        cluster.startAll();

        lethe.succeed("get", "photos/2026/holiday.bin", "back.bin", "--json");
        lethe.succeed("get", "photos/copy", "copy.bin", "--json");
        assertThat(Files.readAllBytes(dir.resolve("back.bin"))).isEqualTo(bytes);
        assertThat(Files.readAllBytes(dir.resolve("copy.bin"))).isEqualTo(bytes);
        assertThat(lethe.run("rb", "photos").status()).as("not empty").isEqualTo(6);
        assertThat(lethe.succeed("rm", "photos/copy", "--json")).contains("\"key\":\"copy\"");
        lethe.succeed("rm", "-r", "photos", "--json");
        assertThat(lethe.succeed("ls", "-r", "photos", "--json")).isEmpty();
        lethe.succeed("rb", "photos", "--json");
        assertThat(lethe.run("stat", "photos").status()).as("no such bucket").isEqualTo(3);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

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
