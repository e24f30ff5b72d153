package io.lethe.node.s3.operation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.access.Rights;
import io.lethe.node.tenant.policy.MalformedPolicyException;
import io.lethe.node.tenant.policy.PolicyKind;
import io.lethe.node.tenant.policy.PolicyParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    /** What a policy can't name, nobody could allow or deny. */
    @Test
    void everyLineAsksForRightsThatPoliciesCanName() {
        for (Router.Route route : Router.all()) {
            for (String action : List.of(route.rights().action(), route.rights().onVersion())) {
                assertThat(isNamed(route, action)).as(route.name() + ": " + action).isTrue();
            }
        }
        for (String name : SubResources.ALL) {
            for (Router.About about : Router.About.values()) {
                for (String method : Set.of("GET", "HEAD", "PUT", "POST", "DELETE")) {
                    Router.Route route;
                    try {
                        route = SubResources.of(about, method, name);
                    } catch (S3Exception e) {
                        assertThat(e.error()).isEqualTo(S3Error.NOT_IMPLEMENTED);
                        continue;
                    }
                    assertThat(isNamed(route, route.rights().action())).as(name).isTrue();
                }
            }
        }
    }

    private static boolean isNamed(Router.Route route, String action) {
        if (route.about() == Router.About.SERVICE) {
            return action.equals("s3:ListAllMyBuckets");
        }
        boolean onKeys =
                route.about() == Router.About.OBJECT
                        || route.rights().scope() == Rights.Scope.EACH_KEY;
        String policy =
                """
                {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "%s",
                  "Resource": "arn:aws:s3:::bucket%s"}]}\
                """
                        .formatted(action, onKeys ? "/*" : "");
        try {
            return PolicyParser.bucket(Bytes.utf8(policy).toArray(), "bucket").kind()
                    == PolicyKind.BUCKET;
        } catch (MalformedPolicyException e) {
            return false;
        }
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
