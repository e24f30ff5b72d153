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
                RequestContext.Builder context = RequestContext.builder();
                request.context().forEach(context::put);
                Decision decision =
                        Access.decide(
                                new AccessRequest(
                                        request.caller(),
                                        request.action(),
                                        request.resource(),
                                        request.owner(),
                                        context.build()),
                                policies);
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
