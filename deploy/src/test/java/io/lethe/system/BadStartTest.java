package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that can't run as it is configured says why, and ends before it has done anything. */
class BadStartTest {
    @TempDir private Path dir;
    private Path config = Path.of("");

    /** A device beside it must not be touched by a node that does not start. */
    @BeforeEach
    void prepare() throws IOException {
        Files.createDirectories(dir.resolve("device-0"));
        config = dir.resolve("node.yaml");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private String yaml(int consolePort, int rpcPort) throws IOException {
        return yaml(consolePort, rpcPort, 0);
    }

    private String yaml(int consolePort, int rpcPort, int dataPort) throws IOException {
        return """
        devMode: true
        node:
          data: %1$s/data
          host: 127.0.0.1
        devices:
          - path: %1$s/device-0
        listen:
          s3Port: 0
          consolePort: %2$d
          rpcPort: %3$d
          dataPort: %5$d
        zookeeper:
          connect: 127.0.0.1:%4$d
        cluster:
          name: bad-start
          expectedNodes: 6
        tls:
          enabled: false
        rootKey:
          file: %1$s/root.key
        credentials:
          file: %1$s/credentials
        """
                .formatted(dir, consolePort, rpcPort, freePort(), dataPort);
    }

    private String start(String yaml) throws IOException {
        Files.writeString(config, yaml);
        Cluster.Run run =
                Cluster.Run.of(Map.of(), Cluster.server("node", "--config", config.toString()));
        assertThat(run.status()).as(run.output()).isNotZero();
        assertThat(run.output()).contains("lethe: ").doesNotContain("\tat io.lethe");
        return run.output();
    }

    private void nothingWasDone() {
        assertThat(dir.resolve("data")).doesNotExist();
        assertThat(dir.resolve("root.key")).doesNotExist();
        assertThat(dir.resolve("device-0")).isEmptyDirectory();
    }

    @Test
    void allMistakesOfAConfigurationAreNamedAtOnce() throws IOException {
        String output = start(yaml(0, 0) + "lease: 10m\nlimitz:\n  requests: 5\n");
        assertThat(output).contains("limitz", "limits", "lease", "30s", config.toString());
        nothingWasDone();
    }

    @Test
    void tooFewDomainsForTheClassAreRefused() throws IOException {
        String yaml =
                yaml(0, 0).replace("expectedNodes: 6", "expectedNodes: 6\n  defaultClass: 8+4");
        assertThat(start(yaml)).contains("8+4", "12 nodes", "expectedNodes is 6");
        nothingWasDone();
    }

    @Test
    void anOccupiedPortIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThat(start(yaml(port, 0))).contains(String.valueOf(port));
            assertThat(start(yaml(0, port))).contains(String.valueOf(port));
            assertThat(start(yaml(0, 0, port))).contains(String.valueOf(port), "listen.dataPort");
        }
        assertThat(dir.resolve("device-0")).isEmptyDirectory();
    }

    @Test
    void aDirectoryThatIsNoneIsNamed() throws IOException {
        Files.delete(dir.resolve("device-0"));
        Files.writeString(dir.resolve("device-0"), "a file\n");
        assertThat(start(yaml(0, 0))).contains(dir.resolve("device-0").toString());
        assertThat(dir.resolve("device-0")).hasContent("a file");

        Files.writeString(dir.resolve("no-directory"), "a file\n");
        String yaml = yaml(0, 0).replace(dir + "/data", dir + "/no-directory/data");
        assertThat(start(yaml)).contains("no-directory", "node.data");
    }

    @Test
    void theLauncherRefusesAnotherJdk() throws IOException {
        Path jdk = dir.resolve("jdk-17");
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.13\"\n");
        for (String program : List.of("java", "javac")) {
            Path file = jdk.resolve("bin").resolve(program);
            Files.writeString(file, "#!/bin/sh\necho started >" + dir.resolve("ran") + "\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        Path launcher = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Cluster.Run run =
                Cluster.Run.of(
                        Map.of("LETHE_JAVA_HOME", jdk.toString()),
                        List.of(launcher.resolve("lethe").toString(), "status"));
        assertThat(run.status()).as(run.output()).isEqualTo(69);
        assertThat(run.output()).contains("JDK 17", "JDK 25", jdk.toString());
        assertThat(dir.resolve("ran")).doesNotExist();
    }
}
