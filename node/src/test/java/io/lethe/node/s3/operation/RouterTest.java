package io.lethe.node.s3.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the README says is served is what the router knows. */
class RouterTest {
    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z0-9]+)`");

    private static Set<String> named(String section) throws IOException {
        String text = Files.readString(Path.of("..", "README.md"));
        int from = text.indexOf("<!-- s3 " + section + " -->");
        int to = text.indexOf("<!-- end -->", from);
        assertThat(from).as("the README has its %s operations", section).isNotNegative();
        Matcher names = NAME.matcher(text.substring(from, to));
        Set<String> found = new TreeSet<>();
        while (names.find()) {
            found.add(names.group(1));
        }
        return found;
    }

    @Test
    void theReadmesTableIsTheRouters() throws IOException {
        assertThat(named("served"))
                .isEqualTo(
                        Router.all().stream()
                                .flatMap(route -> Stream.of(route.name().split(", ", -1)))
                                .collect(Collectors.toCollection(TreeSet::new)));
        assertThat(named("refused")).isEqualTo(new TreeSet<>(Router.refused().values()));
    }

    @Test
    void noTwoLinesMeanTheSame() {
        assertThat(
                        Router.all().stream()
                                .map(
                                        route ->
                                                route.about()
                                                        + route.method()
                                                        + '?'
                                                        + route.parameter())
                                .toList())
                .doesNotHaveDuplicates();
    }
}
