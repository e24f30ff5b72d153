package io.lethe.node.tenant.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A policy that was parsed and checked, ready to be evaluated. Made by {@link PolicyParser}.
 * Immutable; safe for any thread.
 */
public final class Policy {
    private final PolicyKind kind;
    private final String id;
    private final List<Statement> denying = new ArrayList<>();
    private final List<Statement> allowing = new ArrayList<>();
    private final Set<String> keys = new HashSet<>();
    private final boolean isPublic;

    Policy(PolicyKind kind, String id, List<Statement> statements, Set<String> keys) {
        this.kind = kind;
        this.id = id;
        for (Statement statement : statements) {
            (statement.effect() == Effect.DENY ? denying : allowing).add(statement);
        }
        this.keys.addAll(keys);
        this.isPublic =
                kind.namesPrincipals() && allowing.stream().anyMatch(PublicGrants::isPublic);
    }

    public PolicyKind kind() {
        return kind;
    }

    /** The policy's Id; empty if it has none. */
    public String id() {
        return id;
    }

    /**
     * Whether it grants anything to callers that nobody vouches for: what GetBucketPolicyStatus
     * answers, and what BlockPublicPolicy refuses.
     */
    public boolean isPublic() {
        return isPublic;
    }

    /**
     * Whether a condition or a variable uses a key that begins with {@code prefix}, as in {@code
     * s3:ExistingObjectTag/}; so what it takes to know its value need not be read for nothing.
     */
    public boolean uses(String prefix) {
        String lower = prefix.toLowerCase(Locale.ROOT);
        return keys.stream().anyMatch(key -> key.startsWith(lower));
    }

    List<Statement> denying() {
        return denying;
    }

    List<Statement> allowing() {
        return allowing;
    }
}
