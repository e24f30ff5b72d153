package io.lethe.node.s3.access;

import io.lethe.node.model.TenantId;
import io.lethe.node.tenant.policy.Caller;
import io.lethe.node.tenant.policy.Policy;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, as far as it is proven.
 *
 * @param tenant the caller's own; empty for an anonymous one
 * @param accessKeyId empty for an anonymous caller
 * @param origin where temporary credentials came from; null for a key of its own
 * @param operator whether the key is an operator's
 * @param policies what its account lets the caller do
 * @param session what narrows that; none: nothing does
 */
public record Principal(
        Caller identity,
        Optional<TenantId> tenant,
        String accessKeyId,
        @Nullable Origin origin,
        boolean operator,
        List<Policy> policies,
        List<Policy> session) {
    /** The access key that a session came from, and when. */
    public record Origin(String accessKeyId, long issuedMillis) {}

    /** Nobody in particular. */
    public static final Principal ANYBODY =
            new Principal(
                    new Caller.Anonymous(),
                    Optional.empty(),
                    "",
                    null,
                    false,
                    List.of(),
                    List.of());

    public Principal {
        policies = List.copyOf(policies);
        session = List.copyOf(session);
    }

    public boolean isAnonymous() {
        return tenant.isEmpty();
    }

    boolean owns(Target target) {
        return tenant.isPresent() && tenant.equals(target.owner());
    }

    public boolean isSession() {
        return origin != null;
    }

    /** Whether it may do what only the account itself may: a user, by whatever credentials. */
    public boolean actsAsAccount() {
        return identity instanceof Caller.User && session.isEmpty();
    }
}
