package io.lethe.node;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.config.SecretFile;
import io.lethe.node.crypto.RootKeyFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The files of a development cluster, made once and kept:
 *
 * <pre>
 * DIR/dev            its size and first port: node count, a space, the port
 * DIR/root.key       root key, shared by all nodes
 * DIR/credentials    the operator's access key
 * DIR/client.yaml    for the command line: LETHE_CONFIG=DIR/client.yaml
 * DIR/zookeeper/     its data
 * DIR/node-I/        node.yaml, pid, log, data/, device-0/
 * </pre>
 *
 * Node i listens on port base + 10 i (S3), + 1 (console), + 2 (gRPC), + 3 (data plane); ZooKeeper
 * on base + 4.
 */
record DevLayout(Path dir, int nodes, int basePort) {
    private static final int PORTS_PER_NODE = 10;

    DevLayout {
        if (nodes < 1 || nodes > 50) {
            throw new ConfigException("--nodes is " + nodes + ", and must be from 1 to 50");
        }
        if (basePort < 1024 || basePort + nodes * PORTS_PER_NODE > 65_000) {
            throw new ConfigException(
                    "--base-port is "
                            + basePort
                            + ", and must be from 1024 to "
                            + (65_000 - nodes * PORTS_PER_NODE));
        }
        dir = dir.toAbsolutePath().normalize();
    }

    /** The cluster that is in {@code dir}. */
    static DevLayout read(Path dir) {
        try {
            String shape = Files.readString(dir.resolve("dev"), StandardCharsets.US_ASCII).strip();
            int space = shape.indexOf(' ');
            return new DevLayout(
                    dir,
                    Integer.parseInt(shape.substring(0, space)),
                    Integer.parseInt(shape.substring(space + 1)));
        } catch (IOException | RuntimeException e) {
            throw new ConfigException(
                    "there is no development cluster in "
                            + dir
                            + "; start one with 'lethe dev --processes --data "
                            + dir
                            + "'");
        }
    }

    /** Makes what is not there yet; refuses a directory that holds a cluster of another shape. */
    void prepare(RandomSource random) {
        try {
            Files.createDirectories(dir);
            Path shape = dir.resolve("dev");
            if (Files.exists(shape)) {
                DevLayout there = read(dir);
                if (there.nodes != nodes || there.basePort != basePort) {
                    throw new ConfigException(
                            dir
                                    + " holds a cluster of "
                                    + there.nodes
                                    + " nodes from port "
                                    + there.basePort
                                    + "; use --nodes "
                                    + there.nodes
                                    + " --base-port "
                                    + there.basePort
                                    + ", or another --data");
                }
            } else {
                RootKeyFile.create(dir.resolve("root.key"), random);
                Credentials.create(dir.resolve("credentials"), random);
                for (int i = 0; i < nodes; i++) {
                    Files.createDirectories(nodeDir(i).resolve("device-0"));
                    Files.writeString(nodeConfig(i), nodeYaml(i), StandardCharsets.UTF_8);
                }
                writeClientYaml();
                Files.writeString(shape, nodes + " " + basePort + "\n", StandardCharsets.US_ASCII);
            }
        } catch (IOException e) {
            throw new ConfigException(
                    "the development cluster can't be made in "
                            + dir
                            + ": "
                            + e
                            + "; choose another"
                            + " --data");
        }
    }

    private void writeClientYaml() throws IOException {
        Keyring.FirstKey key = Credentials.read(new SecretFile(dir.resolve("credentials")));
        StringBuilder endpoints = new StringBuilder();
        for (int i = 0; i < nodes; i++) {
            endpoints.append(i == 0 ? "" : ", ").append("127.0.0.1:").append(rpcPort(i));
        }
        Path file = dir.resolve("client.yaml");
        Files.deleteIfExists(file);
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                file,
                "endpoints: ["
                        + endpoints
                        + "]\naccess_key: "
                        + key.accessKeyId()
                        + "\nsecret_key: "
                        + key.secret()
                        + "\n",
                StandardCharsets.UTF_8);
    }

    private String nodeYaml(int i) {
        return """
        # A node of a development cluster; see node/doc/configuration.md.
        devMode: true
        node:
          data: "%1$s/data"
          host: 127.0.0.1
        devices:
          - path: "%1$s/device-0"
        listen:
          host: 127.0.0.1
          s3Port: %2$d
          consolePort: %3$d
          rpcPort: %4$d
          dataPort: %5$d
        zookeeper:
          connect: 127.0.0.1:%6$d
          sessionTimeout: 6s
        cluster:
          name: dev
          expectedNodes: %7$d
        tls:
          enabled: false
        rootKey:
          file: "%8$s"
        credentials:
          file: "%9$s"
        """
                .formatted(
                        nodeDir(i),
                        port(i),
                        port(i) + 1,
                        rpcPort(i),
                        port(i) + 3,
                        zookeeperPort(),
                        nodes,
                        dir.resolve("root.key"),
                        dir.resolve("credentials"));
    }

    Path nodeDir(int i) {
        if (i < 0 || i >= nodes) {
            throw new ConfigException(
                    "there is no node " + i + "; nodes are numbered from 0 to " + (nodes - 1));
        }
        return dir.resolve("node-" + i);
    }

    Path nodeConfig(int i) {
        return nodeDir(i).resolve("node.yaml");
    }

    int port(int i) {
        return basePort + PORTS_PER_NODE * i;
    }

    int rpcPort(int i) {
        return port(i) + 2;
    }

    int zookeeperPort() {
        return basePort + 4;
    }

    Path clientConfig() {
        return dir.resolve("client.yaml");
    }
}
