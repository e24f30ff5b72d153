package io.lethe.node.tenant.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random policies: the compiled form decides as the naive reading of their text does. */
class AccessOracleTest {
    private static final long SEED = 20_261_122;
    private static final int ROUNDS = 1_500;
    private static final int REQUESTS = 5;

    /** How keys begin that are not known. */
    private static final List<String> UNKNOWN =
            List.of("aws:PrincipalTag/", "aws:TagKeys", "s3:max", "aws:username", "aws:S");

    /** So that nobody's body is read for nothing, and nobody is refused who might be allowed. */
    @Test
    void whatIsDeniedWithoutSomeKeysIsDeniedWithAnyValuesOfThem() throws Exception {
        int early = 0;
        int late = 0;
        for (int round = 0; round < ROUNDS; round++) {
            RandomPolicies random = new RandomPolicies(SEED + round);
            Random choice = new Random(SEED - round);
            PolicySet policies =
                    new PolicySet(
                            parsed(PolicyKind.IDENTITY, texts(random, choice.nextInt(3))),
                            parsed(PolicyKind.BUCKET, List.of(random.policy(true))),
                            List.of(),
                            false);
            for (int i = 0; i < REQUESTS; i++) {
                NaiveAccess.Request request = random.request();
                String unknown = UNKNOWN.get(choice.nextInt(UNKNOWN.size()));
                boolean may = decide(request, policies, unknown).isAllowed();
                Decision decision = decide(request, policies, "");
                assertThat(may || !decision.isAllowed())
                        .as("seed %d: %s without %s", SEED + round, request, unknown)
                        .isTrue();
                early += may ? 0 : 1;
                late += decision.isAllowed() ? 0 : 1;
            }
        }
        assertThat(early).isBetween(late / 2, late - 1);
    }

    private static Decision decide(
            NaiveAccess.Request request, PolicySet policies, String unknown) {
        RequestContext.Builder context = RequestContext.builder().unknown(unknown);
        request.context().forEach(context::put);
        return Access.decide(
                new AccessRequest(
                        request.caller(),
                        request.action(),
                        request.resource(),
                        request.owner(),
                        context.build()),
                policies);
    }

    @Test
    void compiledPoliciesDecideAsTheirTextSays() throws Exception {
        int allowed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            RandomPolicies random = new RandomPolicies(SEED + round);
            Random choice = new Random(SEED - round);
            List<String> identity = texts(random, choice.nextInt(3));
            List<String> session = texts(random, choice.nextInt(4) == 0 ? 1 : 0);
            String bucket = choice.nextInt(3) == 0 ? null : random.policy(true);
            NaiveAccess.Texts texts = new NaiveAccess.Texts(identity, bucket, session);
            PolicySet policies =
                    new PolicySet(
                            parsed(PolicyKind.IDENTITY, identity),
                            bucket == null ? List.of() : parsed(PolicyKind.BUCKET, List.of(bucket)),
                            parsed(PolicyKind.SESSION, session),
                            false);
            for (int i = 0; i < REQUESTS; i++) {
                NaiveAccess.Request request = random.request();
                Decision decision = decide(request, policies, "");
                boolean expected = NaiveAccess.isAllowed(request, texts);
                assertThat(decision.isAllowed())
                        .as("seed %d: %s under %s is %s", SEED + round, request, texts, decision)
                        .isEqualTo(expected);
                allowed += expected ? 1 : 0;
            }
        }
        assertThat(allowed).isBetween(ROUNDS * REQUESTS / 10, ROUNDS * REQUESTS * 9 / 10);
    }

    private static List<String> texts(RandomPolicies random, int count) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(random.policy(false));
        }
        return texts;
    }

    private static List<Policy> parsed(PolicyKind kind, List<String> texts)
            throws MalformedPolicyException {
        List<Policy> policies = new ArrayList<>();
        for (String text : texts) {
            policies.add(PolicyTable.parse(kind, text, "b"));
        }
        return policies;
    }
}
