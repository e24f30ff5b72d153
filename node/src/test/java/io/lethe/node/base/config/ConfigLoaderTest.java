package io.lethe.node.base.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
    enum Colour {
        RED,
        DARK_BLUE
    }

    record Disk(
            @Setting(help = "Where.") Path path,
            @Setting(help = "How much.", optional = true) @Nullable ByteSize most) {}

    record Inner(
            @Setting(help = "Pause.", fallback = "5s", least = "1s", most = "1m") Duration pause,
            @Setting(help = "Colour.", fallback = "dark-blue") Colour colour) {}

    record Sample(
            @Setting(help = "Name.") String name,
            @Setting(help = "Count.", fallback = "3", least = "1", most = "9") int count,
            @Setting(help = "Tags.", fallback = "a,b") List<String> tags,
            @Setting(help = "Inner.") Inner inner,
            @Setting(help = "Disks.") List<Disk> disks,
            @Setting(help = "Big.", fallback = "64MiB") ByteSize bigSize) {
        Sample {
            if (name.equals("none") && count == 9) {
                throw new IllegalArgumentException("name none and count 9 exclude each other");
            }
        }
    }

    private static Loaded<Sample> parse(String yaml, Map<String, String> environment) {
        return ConfigLoader.parse(Sample.class, yaml, "test.yaml", environment);
    }

    private static void assertRefused(String yaml, String... parts) {
        assertThatThrownBy(() -> parse(yaml, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("test.yaml")
                .hasMessageContainingAll(parts);
    }

    @Test
    void defaultsFillWhatTheFileLeavesOut() {
        Sample sample = parse("name: x", Map.of()).config();

        assertThat(sample)
                .isEqualTo(
                        new Sample(
                                "x",
                                3,
                                List.of("a", "b"),
                                new Inner(Duration.ofSeconds(5), Colour.DARK_BLUE),
                                List.of(),
                                new ByteSize(64 << 20)));
    }

    @Test
    void everyKindOfValueIsRead() {
        Sample sample =
                parse(
                                """
                                name: "007"
                                count: 9
                                tags: [x, "y"]
                                inner:
                                  pause: 1500ms
                                  colour: red
                                disks:
                                  - path: /a
                                    most: 2TiB
                                  - path: /b
                                bigSize: 4096
                                """,
                                Map.of())
                        .config();

        assertThat(sample.name()).isEqualTo("007");
        assertThat(sample.tags()).containsExactly("x", "y");
        assertThat(sample.inner()).isEqualTo(new Inner(Duration.ofMillis(1500), Colour.RED));
        assertThat(sample.disks())
                .containsExactly(
                        new Disk(Path.of("/a"), new ByteSize(2L << 40)),
                        new Disk(Path.of("/b"), null));
        assertThat(sample.bigSize().bytes()).isEqualTo(4096);
    }

    @Test
    void theEnvironmentOverridesEveryKey() {
        Loaded<Sample> loaded =
                parse(
                        "name: x\ndisks: [{path: /a}]",
                        Map.of(
                                "LETHE_NAME", "y",
                                "LETHE_TAGS", "p, q",
                                "LETHE_INNER_PAUSE", "7s",
                                "LETHE_BIG_SIZE", "1KiB",
                                "LETHE_DISKS_0_MOST", "5GiB",
                                "LETHE_DISKS_1_PATH", "/c",
                                "LETHE_PORT_9000_TCP", "tcp://10.0.0.1:9000",
                                "PATH", "/bin"));

        Sample sample = loaded.config();
        assertThat(sample.name()).isEqualTo("y");
        assertThat(sample.tags()).containsExactly("p", "q");
        assertThat(sample.inner().pause()).isEqualTo(Duration.ofSeconds(7));
        assertThat(sample.bigSize()).isEqualTo(new ByteSize(1024));
        assertThat(sample.disks())
                .containsExactly(
                        new Disk(Path.of("/a"), new ByteSize(5L << 30)),
                        new Disk(Path.of("/c"), null));
        assertThat(loaded.unknownVariables()).containsExactly("LETHE_PORT_9000_TCP");
        assertThat(loaded.effective().stream().map(Object::toString))
                .contains(
                        "name = y (environment)",
                        "disks[0].path = /a (file)",
                        "inner.colour = dark-blue");
    }

    @Test
    void unknownKeysStopTheStartAndNameTheNearest() {
        assertRefused("name: x\ncuont: 3", "'cuont'", "line 2", "did you mean 'count'?");
        assertRefused(
                "name: x\ninner:\n  puase: 3s", "'inner.puase'", "line 3", "did you mean 'pause'?");
        assertRefused("name: x\nzebra: 3", "known here: name, count");
    }

    @Test
    void allProblemsAreReportedAtOnce() {
        assertRefused(
                "count: 12\nbigSize: lots\ninner: {pause: 2m, colour: green}",
                "5 problems",
                "name is missing",
                "LETHE_NAME",
                "count (line 1): is 12, and must be at most 9",
                "'lots' is no size",
                "inner.pause (line 3): is 2m, and must be at most 1m",
                "'green' is none of red, dark-blue");
    }

    @Test
    void checksBetweenValuesNameThem() {
        assertRefused("name: none\ncount: 9", "name none and count 9 exclude each other");
    }

    @Test
    void wrongShapesAreRefused() {
        assertRefused("- a", "must hold keys and values");
        assertRefused("name: [a]", "must be a single plain value");
        assertRefused("name:", "name (line 1) has no value");
        assertRefused("name: x\ntags: a", "tags (line 2) must be a list");
        assertRefused("name: x\ninner: 3", "inner (line 2) must hold keys and values");
        assertRefused("name: x\nname: y", "twice");
        assertRefused("name: !!java.net.URL [\"http://a\"]", "no valid YAML");
        assertRefused("name: !secret x", "single plain value");
        assertRefused("name: x\n---\nname: y", "no valid YAML");
        assertRefused("name: 'x", "no valid YAML");
    }

    @Test
    void hostileDocumentsAreBounded() {
        assertRefused("a: &a [x]\nb: *a\n", "no valid YAML");
        assertRefused("&a [*a]", "no valid YAML");
        assertRefused("[".repeat(5_000), "no valid YAML");
        assertRefused("name: " + "x".repeat(5_000), "longer than 4096");
        assertRefused("name: " + "x".repeat(300_000), "no valid YAML");
        assertRefused("name: x\ntags: [" + "a,".repeat(1_500) + "]", "more than 1024");
    }

    @Test
    void randomDamageEndsInAConfigOrAConfigException() {
        String good = "name: x\ncount: 4\ntags: [a, b]\ninner: {pause: 2s}\ndisks:\n - path: /a\n";
        for (long seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            StringBuilder damaged = new StringBuilder(good);
            for (int i = random.nextInt(4); i >= 0; i--) {
                damaged.setCharAt(
                        random.nextInt(damaged.length()), (char) (9 + random.nextInt(118)));
            }
            try {
                parse(damaged.toString(), Map.of());
            } catch (ConfigException e) {
                assertThat(e.getMessage()).as("seed %d", seed).contains("test.yaml");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ":\n" + damaged, e);
            }
        }
    }

    @Test
    void aMissingFileSaysSo(@TempDir Path folder) {
        assertThatThrownBy(
                        () -> ConfigLoader.load(Sample.class, folder.resolve("no.yaml"), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no.yaml")
                .hasMessageContaining("check path and rights");
    }

    @Test
    void secretsAreReadFromFilesThatOnlyTheirOwnerMayRead(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("key"), "secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        SecretFile secret = new SecretFile(file);
        assertThat(secret.read(6)).asString().isEqualTo("secret");
        assertThatThrownBy(() -> secret.read(5)).hasMessageContaining("longer than 5 bytes");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw----r--"));
        assertThatThrownBy(() -> secret.read(6)).hasMessageContaining("chmod 600");
    }

    @Test
    void sizesAndDurationsAreWrittenAsTheyAreRead() {
        for (String size : List.of("0B", "1B", "1023B", "16KiB", "64MiB", "3GiB", "2048TiB")) {
            assertThat(ByteSize.parse(size)).hasToString(size);
        }
        for (String duration : List.of("0s", "1ms", "250ms", "5s", "90s", "5m", "1h", "7d")) {
            assertThat(Durations.format(Durations.parse(duration))).isEqualTo(duration);
        }
        assertThatThrownBy(() -> ByteSize.parse("99999999TiB")).hasMessageContaining("8 EiB");
        assertThatThrownBy(() -> Durations.parse("-5s")).hasMessageContaining("no duration");
    }
}
