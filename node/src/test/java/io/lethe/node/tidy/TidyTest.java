package io.lethe.node.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the house, over all of node, client and deploy. */
class TidyTest {
    private static final Set<String> TOP_LEVEL =
            Set.of("pom.xml", "proto", "node", "client", "deploy", "README.md", "LICENSE");

    /** Words are put together here, so that this file does not find itself. */
    private static final Pattern LEFTOVER =
            Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX|HA" + "CK)\\b|\\bfor " + "now\\b");

    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<![\\w./}])/(ro" + "ot|wo" + "rk|ho" + "me/\\w+|Us" + "ers)/\\w");

    private static final Repository repository = Repository.here();
    private static List<JavaSource> sources = List.of();

    @BeforeAll
    static void parse() throws IOException {
        sources = JavaSource.parseFiles(repository.root(), repository.javaFiles());
    }

    private static void assertNone(Function<JavaSource, List<String>> rule) {
        assertThat(sources).hasSizeGreaterThan(50);
        assertThat(sources.stream().map(rule).flatMap(List::stream)).isEmpty();
    }

    @Test
    void bannedCallsAreNotMade() {
        assertNone(BannedCalls::in);
    }

    @Test
    void filesMethodsAndNamesKeepTheirShape() {
        assertNone(Shapes::in);
    }

    @Test
    void everyTestClassTests() {
        assertNone(Shapes::inTests);
    }

    @Test
    void everyPackageSaysWhatItIsForAndWhereToStart() throws IOException {
        Set<Path> folders = new TreeSet<>();
        for (Path file : repository.javaFiles()) {
            if (repository.name(file).contains("/src/main/")) {
                folders.add(file.getParent());
            }
        }
        List<String> found = new ArrayList<>();
        for (Path folder : folders) {
            Path page = folder.resolve("package-info.java");
            String text = Files.exists(page) ? Files.readString(page) : "";
            String flat = text.replaceAll("\\s*\\*?\\s+", " ");
            if (!text.contains("@NullMarked") || !flat.contains("Start reading at")) {
                found.add(
                        repository.name(page)
                                + " must have a purpose, 'Start reading at', and @NullMarked");
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void nothingIsLeftOverAndNoPathOfAMachineIsWrittenDown() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : repository.textFiles()) {
            List<String> lines = Files.readString(file).lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                if (LEFTOVER.matcher(lines.get(i)).find()
                        || MACHINE_PATH.matcher(lines.get(i)).find()) {
                    found.add(repository.name(file) + ":" + (i + 1) + " " + lines.get(i).strip());
                }
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void theTopLevelHoldsOnlyWhatItShould() throws IOException {
        try (Stream<Path> entries = Files.list(repository.root())) {
            assertThat(entries.map(entry -> entry.getFileName().toString()))
                    .filteredOn(name -> !name.startsWith(".") && !name.equals("target"))
                    .isSubsetOf(TOP_LEVEL)
                    .contains("pom.xml", "README.md", "LICENSE");
        }
    }
}
