package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

/**
 * Clients that people use work unmodified: each takes a tree of files there and back. The tree has
 * 1,000 small files and two large ones; with {@code --long} 10,000 and twenty.
 */
@Shared(Kind.ONE_PROCESS)
class RealClientsTest {
    private static final boolean LONG = Boolean.getBoolean("lethe.long");
    private static final int SMALL = LONG ? 10_000 : 1_000;
    private static final int LARGE = LONG ? 20 : 2;

    /** Above every client's threshold for uploads in parts. */
    private static final long LARGE_BYTES = LONG ? 64L << 20 : 24L << 20;

    @TempDir private static Path planted;
    private static Map<String, String> contents = Map.of();

    @TempDir private Path home;
    private Path back = Path.of("");

    @BeforeAll
    static void plant() {
        long seed = Long.getLong("lethe.seed", System.nanoTime());
        System.out.println("real clients: a tree of seed " + seed);
        Tree.plant(planted, seed, SMALL, LARGE, LARGE_BYTES);
        contents = Tree.contents(planted);
        assertThat(contents).hasSize(SMALL + LARGE);
    }

    @BeforeEach
    void directories() throws IOException {
        back = Files.createDirectory(home.resolve("back"));
    }

    private Tool tool(Cluster cluster) {
        return new Tool(home)
                .with("AWS_ACCESS_KEY_ID", cluster.credentials().getFirst())
                .with("AWS_SECRET_ACCESS_KEY", cluster.credentials().get(1))
                .with("AWS_DEFAULT_REGION", "us-east-1");
    }

    /** Takes the tree there and back, and says how long it took. */
    private void thereAndBack(String client, BiConsumer<Path, Path> sync) {
        long from = System.nanoTime();
        sync.accept(planted, back);
        double seconds = (System.nanoTime() - from) / 1e9;
        assertThat(Tree.contents(back)).isEqualTo(contents);
        System.out.printf(
                Locale.ROOT,
                "%s: %,d small and %d large files there and back, bit-identical, in %.1f s%n",
                client,
                SMALL,
                LARGE,
                seconds);
    }

    @Test
    void theAwsCommandLine(Cluster cluster) throws IOException {
        Tool.need("aws");
        // Without it, this version presigns by SigV2, which ended years ago.
        Files.createDirectory(home.resolve(".aws"));
        Files.writeString(
                home.resolve(".aws/config"), "[default]\ns3 =\n  signature_version = s3v4\n");
        Tool tool = tool(cluster);
        String endpoint = "--endpoint-url=" + cluster.s3(0);
        tool.run("aws", endpoint, "s3", "mb", "s3://client-aws");
        thereAndBack(
                "aws",
                (from, to) -> {
                    String there = "s3://client-aws/a b";
                    tool.run("aws", endpoint, "s3", "sync", "--quiet", from.toString(), there);
                    tool.run("aws", endpoint, "s3", "sync", "--quiet", there, to.toString());
                });
        String url =
                tool.run("aws", endpoint, "s3", "presign", "s3://client-aws/a b/large0").strip();
        tool.run("curl", "-sSf", "-o", back.resolve("large1").toString(), url);
        assertThat(Tree.contents(back).get("large1")).isEqualTo(contents.get("large0"));
        tool.run("aws", endpoint, "s3", "rb", "--force", "s3://client-aws");
    }

    @Test
    void rclone(Cluster cluster) {
        Tool.need("rclone");
        Tool tool =
                tool(cluster)
                        .with("RCLONE_CONFIG_LETHE_TYPE", "s3")
                        .with("RCLONE_CONFIG_LETHE_PROVIDER", "Other")
                        .with("RCLONE_CONFIG_LETHE_ENV_AUTH", "true")
                        .with("RCLONE_CONFIG_LETHE_REGION", "us-east-1")
                        .with("RCLONE_CONFIG_LETHE_ENDPOINT", cluster.s3(1).toString());
        tool.run("rclone", "-q", "mkdir", "lethe:client-rclone");
        thereAndBack(
                "rclone",
                (from, to) -> {
                    String there = "lethe:client-rclone/tree";
                    tool.run("rclone", "-q", "sync", from.toString(), there);
                    tool.run("rclone", "-q", "check", from.toString(), there);
                    tool.run("rclone", "-q", "sync", there, to.toString());
                });
        tool.run("rclone", "-q", "purge", "lethe:client-rclone");
    }

    @Test
    void s3cmd(Cluster cluster) throws IOException {
        Tool.need("s3cmd");
        String address = cluster.s3(2).getAuthority();
        Files.writeString(
                home.resolve(".s3cfg"),
                """
                [default]
                access_key = %s
                secret_key = %s
                host_base = %s
                host_bucket = %s
                use_https = False
                bucket_location = us-east-1
                """
                        .formatted(
                                cluster.credentials().getFirst(),
                                cluster.credentials().get(1),
                                address,
                                address));
        Tool tool = tool(cluster);
        tool.run("s3cmd", "mb", "s3://client-s3cmd");
        thereAndBack(
                "s3cmd",
                (from, to) -> {
                    tool.run("s3cmd", "-q", "sync", from + "/", "s3://client-s3cmd/tree/");
                    tool.run("s3cmd", "-q", "sync", "s3://client-s3cmd/tree/", to + "/");
                });
        assertThat(tool.run("s3cmd", "info", "s3://client-s3cmd/tree/large0"))
                .contains(String.valueOf(LARGE_BYTES));
        tool.run("s3cmd", "-q", "rb", "--recursive", "--force", "s3://client-s3cmd");
    }

    @Test
    void boto3(Cluster cluster) throws IOException {
        Tool.need("python3");
        Tool tool = tool(cluster);
        Assumptions.assumeTrue(
                Files.isDirectory(Path.of("/usr/lib/python3/dist-packages/boto3")),
                "python3-boto3 is not installed");
        Path script = home.resolve("boto.py");
        try (var in = RealClientsTest.class.getResourceAsStream("boto.py")) {
            assertThat(in).isNotNull();
            Files.copy(in, script);
        }
        assertThat(
                        tool.run(
                                "python3",
                                script.toString(),
                                cluster.s3(3).toString(),
                                planted.resolve("large0").toString()))
                .endsWith("done\n");
    }

    @Test
    void resticBacksUpAndRestores(Cluster cluster) {
        Tool.need("restic");
        Tool tool =
                tool(cluster)
                        .with("RESTIC_PASSWORD", "forget me not")
                        .with(
                                "RESTIC_REPOSITORY",
                                "s3:" + cluster.s3(4) + "/client-restic/repository");
        tool.run("restic", "init");
        thereAndBack(
                "restic",
                (from, to) -> {
                    tool.run("restic", "-q", "backup", from.toString());
                    tool.run("restic", "-q", "check", "--read-data");
                    tool.run("restic", "-q", "restore", "latest", "--target", home + "/restored");
                    move(home.resolve("restored" + from), to);
                });
        tool.run("restic", "-q", "forget", "--prune", "--keep-last", "1");
    }

    private static void move(Path from, Path to) {
        try {
            Files.delete(to);
            var _ = Files.move(from, to);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void s3fsMountsABucket(Cluster cluster) throws IOException {
        Tool.need("s3fs");
        Assumptions.assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse");
        Tool tool =
                tool(cluster)
                        .with("AWSACCESSKEYID", cluster.credentials().getFirst())
                        .with("AWSSECRETACCESSKEY", cluster.credentials().get(1));
        try (var s3 = S3Clients.sync(cluster, 5)) {
            s3.createBucket(b -> b.bucket("client-s3fs"));
        }
        Path mount = Files.createDirectory(home.resolve("mount"));
        tool.run(
                "s3fs",
                "client-s3fs",
                mount.toString(),
                "-o",
                "url=" + cluster.s3(5),
                "-o",
                "use_path_request_style",
                "-o",
                "endpoint=us-east-1");
        try {
            tool.run("cp", "-r", planted.resolve("d3").toString(), mount.toString());
            tool.run("cp", planted.resolve("large0").toString(), mount.toString());
            tool.run("mv", mount.resolve("d3").toString(), mount.resolve("moved").toString());
            assertThat(Tree.contents(mount.resolve("moved")))
                    .isEqualTo(Tree.contents(planted.resolve("d3")));
            assertThat(Tree.contents(mount).get("large0")).isEqualTo(contents.get("large0"));
            tool.run("rm", "-r", mount.resolve("moved").toString());
            assertThat(Tree.contents(mount)).containsOnlyKeys("large0");
        } finally {
            tool.run("umount", mount.toString());
        }
    }

    @Test
    void theTransferManagerOfTheAwsSdk(Cluster cluster) {
        try (S3AsyncClient s3 = S3Clients.async(cluster, 0);
                S3TransferManager manager = S3TransferManager.builder().s3Client(s3).build()) {
            var _ = s3.createBucket(b -> b.bucket("client-sdk")).join();
            thereAndBack(
                    "transfer manager",
                    (from, to) -> {
                        assertThat(
                                        manager.uploadDirectory(
                                                        u -> u.source(from).bucket("client-sdk"))
                                                .completionFuture()
                                                .join()
                                                .failedTransfers())
                                .isEmpty();
                        assertThat(
                                        manager.downloadDirectory(
                                                        d -> d.destination(to).bucket("client-sdk"))
                                                .completionFuture()
                                                .join()
                                                .failedTransfers())
                                .isEmpty();
                    });
        }
    }
}
