package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.config.ConfigLoader;
import io.lethe.node.model.NodeRecord.Role;
import io.lethe.node.model.Scheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeConfigTest {
    private static final String LEAST =
            """
            node: {data: /d/node, host: 127.0.0.1}
            devices: [{path: /d/a}]
            zookeeper: {connect: "127.0.0.1:2181"}
            cluster: {name: test}
            tls: {cert: /t/node.pem, key: /t/node.key, ca: /t/ca.pem}
            rootKey: {file: /k/root}
            credentials: {file: /k/operator}
            """;

    private static NodeConfig load(String... variables) {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return ConfigLoader.parse(NodeConfig.class, LEAST, "node.yaml", environment).config();
    }

    private static void assertRefused(String part, String... variables) {
        assertThatThrownBy(() -> load(variables))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(part);
    }

    @Test
    void aSmallFileIsEnough() {
        NodeConfig config = load();

        assertThat(config.node().roleSet())
                .containsExactlyInAnyOrder(Role.GATEWAY, Role.METADATA, Role.STORAGE);
        assertThat(config.listen().dataPort()).isEqualTo(9003);
        assertThat(config.cluster().scheme()).isEmpty();
        assertThat(config.write().grace()).isEqualTo(Duration.ofMillis(250));
        assertThat(config.inline().mostBytes().bytes()).isEqualTo(16 * 1024);
        assertThat(config.reclaim().delay()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.lease()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.devMode()).isFalse();
    }

    @Test
    void plaintextIsForDevModeAndDevModeForLoopback() {
        assertRefused("`lethe ca` makes them", "LETHE_TLS_ENABLED", "false");
        assertThat(load("LETHE_TLS_ENABLED", "false", "LETHE_DEV_MODE", "true").devMode()).isTrue();
        for (String open : new String[] {"0.0.0.0", "10.0.0.1", "127.0.0.1.evil.org"}) {
            assertRefused(
                    "listen.host is " + open + "; use 127.0.0.1, or turn devMode off",
                    "LETHE_LISTEN_HOST",
                    open,
                    "LETHE_DEV_MODE",
                    "true");
        }
        assertRefused(
                "node.host is n1.example.org",
                "LETHE_NODE_HOST",
                "n1.example.org",
                "LETHE_DEV_MODE",
                "true");
        assertThat(load("LETHE_LISTEN_HOST", "::1", "LETHE_DEV_MODE", "true").listen().host())
                .isEqualTo("::1");
    }

    @Test
    void zooKeeperIsSpokenToInClearOnLoopbackOnly() {
        String[] clear = {"LETHE_TLS_ENABLED", "false", "LETHE_DEV_MODE", "true"};
        for (String open : new String[] {"zk1:2181", "127.0.0.1:2181, 10.0.0.1:2181/lethe"}) {
            assertRefused(
                    "zookeeper.connect is " + (open.startsWith("zk1") ? "zk1" : "10.0.0.1"),
                    clear[0],
                    clear[1],
                    clear[2],
                    clear[3],
                    "LETHE_ZOOKEEPER_CONNECT",
                    open);
        }
        assertThat(load("LETHE_ZOOKEEPER_CONNECT", "zk1:2281/lethe").zookeeper().hosts())
                .containsExactly("zk1");
    }

    @Test
    void tlsNeedsItsThreeFilesAndThenAnyAddressIsServed() {
        String without = LEAST.replace("cert: /t/node.pem, ", "");
        assertThatThrownBy(
                        () -> ConfigLoader.parse(NodeConfig.class, without, "node.yaml", Map.of()))
                .hasMessageContaining("cert, key and ca must be given");
        NodeConfig config =
                load("LETHE_LISTEN_HOST", "0.0.0.0", "LETHE_NODE_HOST", "n1.example.org");
        assertThat(config.listen().host()).isEqualTo("0.0.0.0");
    }

    @Test
    void portsMustDiffer() {
        assertRefused("port 9002 is given to two doors", "LETHE_LISTEN_S3_PORT", "9002");
        assertThat(load("LETHE_LISTEN_S3_PORT", "0", "LETHE_LISTEN_RPC_PORT", "0").listen())
                .isNotNull();
    }

    @Test
    void devicesAndTheStorageRoleBelongTogether() {
        assertRefused("node.roles lacks storage", "LETHE_NODE_ROLES", "gateway");
        assertRefused("roles is empty", "LETHE_NODE_ROLES", "");
        assertRefused("lies in devices[0].path", "LETHE_DEVICES_1_PATH", "/d/x/../a/b");
    }

    @Test
    void theDefaultClassMustFitTheDomains() {
        assertRefused("needs 6 nodes", "LETHE_CLUSTER_DEFAULT_CLASS", "4+2");
        assertRefused("such as 4+2", "LETHE_CLUSTER_DEFAULT_CLASS", "raid5");
        assertRefused("k is 40", "LETHE_CLUSTER_DEFAULT_CLASS", "40+2");
        NodeConfig config =
                load("LETHE_CLUSTER_DEFAULT_CLASS", "4+2", "LETHE_CLUSTER_EXPECTED_NODES", "6");
        assertThat(config.cluster().scheme()).contains(new Scheme(4, 2, Scheme.DEFAULT_CELL_BYTES));
    }

    @Test
    void spaceOutlivesReadersTickets() {
        assertRefused("must be at least 60s", "LETHE_RECLAIM_DELAY", "10s");
        assertThat(load("LETHE_RECLAIM_DELAY", "2s", "LETHE_DEV_MODE", "true").reclaim().delay())
                .isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void theDocumentedTableMatchesTheCode() throws IOException {
        Path page = Path.of("doc/configuration.md");
        String text = Files.readString(page);
        String begin = "<!-- table -->\n";
        String end = "<!-- end -->";
        String wanted =
                text.substring(0, text.indexOf(begin) + begin.length())
                        + ConfigLoader.table(NodeConfig.class)
                        + text.substring(text.indexOf(end));
        if (Boolean.getBoolean("lethe.update")) {
            Files.writeString(page, wanted);
            return;
        }
        assertThat(text).as("run with -Dlethe.update=true to write it again").isEqualTo(wanted);
    }

    @Test
    void theDocumentedExampleLoads() throws IOException {
        String text = Files.readString(Path.of("doc/configuration.md"));
        int begin = text.indexOf("```yaml\n") + "```yaml\n".length();
        String example = text.substring(begin, text.indexOf("```", begin));

        NodeConfig config =
                ConfigLoader.parse(NodeConfig.class, example, "example", Map.of()).config();
        assertThat(config.devices()).hasSize(2);
    }
}
