package io.lethe.node.tenant.policy;

import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.UserRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The identity policies of users, parsed once for those who asked last. Safe for any thread.
 *
 * <p>A policy that this build can't read allows nothing, and what it may deny is not known: then
 * nothing is allowed at all.
 */
public final class UserPolicies {
    /** Some kilobytes each. */
    private static final int MOST_KEPT = 10_000;

    private record Key(TenantId tenant, Id128 user) {}

    private record Parsed(Map<String, String> texts, List<Policy> policies) {}

    private static final String NOTHING =
            """
            {"Version": "2012-10-17",
             "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}\
            """;

    private final Map<Key, Parsed> kept =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, Parsed> eldest) {
                    return size() > MOST_KEPT;
                }
            };

    public List<Policy> of(UserRecord user) {
        Key key = new Key(user.tenant(), user.id());
        synchronized (kept) {
            Parsed known = kept.get(key);
            if (known != null && known.texts().equals(user.policies())) {
                return known.policies();
            }
        }
        List<Policy> policies = parsed(user.policies().values());
        synchronized (kept) {
            kept.put(key, new Parsed(user.policies(), List.copyOf(policies)));
        }
        return policies;
    }

    private static List<Policy> parsed(Collection<String> texts) {
        List<Policy> policies = new ArrayList<>();
        try {
            for (String text : texts) {
                policies.add(parsed(text));
            }
            return policies;
        } catch (MalformedPolicyException e) {
            return nothing();
        }
    }

    private static List<Policy> nothing() {
        try {
            return List.of(parsed(NOTHING));
        } catch (MalformedPolicyException e) {
            throw new IllegalStateException("the built-in policy is malformed", e);
        }
    }

    private static Policy parsed(String json) throws MalformedPolicyException {
        return PolicyParser.identity(json.getBytes(StandardCharsets.UTF_8));
    }
}
