package io.lethe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.fake.FakeCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Help, version, completion, configuration, usage. */
final class MainTest {
    @TempDir private Path directory = Path.of("");

    private Shell shell = new Shell(directory);

    @BeforeEach
    void makeShell() {
        shell = new Shell(directory);
    }

    @Test
    void helpListsEveryCommandAndExitStatus() {
        assertThat(shell.run("--help")).isZero();
        for (String command :
                List.of(
                        "mb",
                        "rb",
                        "versioning",
                        "ls",
                        "put",
                        "get",
                        "rm",
                        "cp",
                        "stat",
                        "status",
                        "nodes",
                        "devices",
                        "pgs",
                        "partitions",
                        "workers",
                        "repairs",
                        "device",
                        "rebalance",
                        "reclaim",
                        "backup",
                        "backups",
                        "upgrade",
                        "dev",
                        "node",
                        "ca",
                        "root-key",
                        "credentials",
                        "recover-directory",
                        "restore",
                        "completion",
                        "version",
                        "help")) {
            assertThat(shell.out()).contains("\n  " + command + " ");
        }
        assertThat(shell.out()).contains("Exit status:", "3  no such bucket", "130  stopped");
        assertThat(shell.run("put", "--help")).isZero();
        assertThat(shell.out()).contains("--if-absent", "--json", "--config");
        assertThat(shell.run("help", "get")).isZero();
        assertThat(shell.out()).contains("--range");
        assertThat(shell.run("device", "--help")).isZero();
        assertThat(shell.out()).contains("\n  add ", "\n  drain ", "\n  keep ", "\n  remove ");
        assertThat(shell.run("device", "drain", "--help")).isZero();
        assertThat(shell.out()).contains("--wait", "Ctrl-C only");
        assertThat(shell.run("node", "drain", "--help")).isZero();
        assertThat(shell.out()).contains("lethe nodes");
    }

    @Test
    void versionIsTold() {
        assertThat(shell.run("version")).isZero();
        assertThat(shell.out()).matches("lethe [0-9]+\\.[0-9]+\\.[0-9]+.*\n");
        String said = shell.out();
        assertThat(shell.run("--version")).isZero();
        assertThat(shell.out()).isEqualTo(said);
        assertThat(shell.run("version", "--json")).isZero();
        assertThat(shell.out()).startsWith("{\"version\":\"");
    }

    @Test
    void wrongUsageEndsWithTwoAndPointsToTheHelp() {
        assertThat(shell.run()).isEqualTo(2);
        assertThat(shell.run("put", "only-one")).isEqualTo(2);
        assertThat(shell.err()).contains("see 'lethe put --help'");
        assertThat(shell.run("statu")).isEqualTo(2);
        assertThat(shell.err()).contains("status");
        assertThat(shell.run("ls", "--nonsense")).isEqualTo(2);
        assertThat(shell.run("ls", "--limit", "0")).isEqualTo(2);
        assertThat(shell.run("ls", "--timeout", "soon")).isEqualTo(2);
        assertThat(shell.err()).contains("is not a time");
        assertThat(shell.run("get", "-j", "0", "a/b")).isEqualTo(2);
        assertThat(shell.run("stat", "/key")).isEqualTo(2);
        assertThat(shell.run("dev", "--nodes", "6")).isEqualTo(2);
        assertThat(shell.err()).contains("deploy/lethe dev --nodes 6");
        assertThat(shell.run("node", "--config", "n.yaml")).isEqualTo(2);
        assertThat(shell.err()).contains("deploy/lethe node --config n.yaml");
        assertThat(shell.run("device")).isEqualTo(2);
        assertThat(shell.err()).contains("lethe device --help");
    }

    @Test
    void missingConfigurationSaysWhatToDo() {
        assertThat(shell.run("ls")).isEqualTo(2);
        assertThat(shell.err())
                .contains("deploy/lethe dev")
                .contains("export LETHE_CONFIG=")
                .contains(".lethe/client.yaml");
        shell.environment.put("LETHE_CONFIG", "nowhere.yaml");
        assertThat(shell.run("ls", "--json")).isEqualTo(2);
        assertThat(shell.err()).startsWith("{\"error\":{\"code\":\"CONFIGURATION\"");
    }

    @Test
    void configurationIsFoundByOptionThenVariableThenHereThenHome() {
        String yaml = "endpoints: [HERE:1]\naccess_key: k\nsecret_key: s\n";
        shell.write("home/.lethe/client.yaml", yaml.replace("HERE", "home"));
        assertThat(find("").endpoints()).containsExactly("home:1");
        shell.write(".lethe/client.yaml", yaml.replace("HERE", "here"));
        assertThat(find("").endpoints()).containsExactly("here:1");
        shell.write("v.yaml", yaml.replace("HERE", "variable"));
        shell.environment.put("LETHE_CONFIG", "v.yaml");
        assertThat(find("").endpoints()).containsExactly("variable:1");
        shell.write("o.yaml", yaml.replace("HERE", "option"));
        assertThat(find("o.yaml").endpoints()).containsExactly("option:1");
    }

    private Settings find(String option) {
        return Settings.find(option, shell.surroundings());
    }

    @Test
    void configurationWithMistakesIsRefusedWithTheirNames() {
        String good = "endpoints: [localhost:1]\naccess_key: k\nsecret_key: s\n";
        for (List<String> mistake :
                List.of(
                        List.of("access_key: k\nsecret_key: s", "lacks endpoints"),
                        List.of("endpoints: [localhost:1]", "lacks access_key"),
                        List.of(good + "colour: blue", "has 'colour'"),
                        List.of(good + "secret_key_file: f", "both secret_key"),
                        List.of("- a\n- b", "name: value"),
                        List.of("a: [", "not valid YAML"),
                        List.of(good + "tls: {cert: c.pem}", "must be given together"),
                        List.of(good + "tls: {colour: c}", "has 'colour'"),
                        List.of(good + "plaintext: perhaps", "true or false"),
                        List.of(good.replace("localhost:1", "far.example:1"), "must be protected"),
                        List.of(good.replace("localhost:1", "localhost"), "host:port"),
                        List.of(
                                good.replace("access_key: k", "access_key: [k]"),
                                "single value"))) {
            Path file = shell.write("c.yaml", mistake.get(0) + "\n");
            assertThat(shell.run("ls", "--config", file.toString()))
                    .as(mistake.get(0))
                    .isEqualTo(2);
            assertThat(shell.err()).contains(mistake.get(1));
        }
    }

    @Test
    void secretComesFromAFileBesideTheConfigurationAndIsNeverShown() throws Exception {
        Path file =
                shell.write(
                        "conf/client.yaml",
                        "endpoints: localhost:1\naccess_key: k\nsecret_key_file: secret\n");
        Path unusedFile = Files.writeString(file.resolveSibling("secret"), "hidden\n");
        Settings settings = Settings.read(file);
        assertThat(settings.secretKey()).isEqualTo("hidden");
        assertThat(settings.toString()).doesNotContain("hidden");
    }

    @Test
    void completionIsAScriptThatBashAccepts() throws Exception {
        assertThat(shell.run("completion", "zsh")).isZero();
        assertThat(shell.out()).startsWith("autoload -U +X bashcompinit");
        assertThat(shell.run("completion")).isZero();
        assertThat(shell.out()).contains("complete -F _complete_lethe");
        Path script = shell.write("completion.bash", shell.out());
        String line =
                "source "
                        + script
                        + "; COMP_WORDS=(lethe st); COMP_CWORD=1; _complete_lethe; echo"
                        + " \"${COMPREPLY[@]}\"";
        Process bash = new ProcessBuilder("bash", "-c", line).redirectErrorStream(true).start();
        String said =
                new String(
                        bash.getInputStream().readAllBytes(),
                        java.nio.charset.StandardCharsets.UTF_8);
        assertThat(bash.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(said).contains("stat").contains("status").doesNotContain("error");
    }

    @Test
    void wrongSecretEndsWithFour() {
        try (FakeCluster cluster = FakeCluster.start(1)) {
            shell.write(
                    "c.yaml",
                    "endpoints: "
                            + cluster.endpoints()
                            + "\naccess_key: "
                            + FakeCluster.ACCESS_KEY
                            + "\nsecret_key: wrong\n");
            assertThat(shell.run("ls", "--config", "c.yaml")).isEqualTo(4);
            assertThat(shell.err()).contains("check the secret key");
        }
    }
}
