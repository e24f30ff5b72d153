package io.lethe.node.s3.access;

import io.lethe.node.model.TenantId;
import io.lethe.node.tenant.policy.Caller;
import io.lethe.node.tenant.policy.Policy;
import java.util.List;
import java.util.Optional;

/**
 * Who asks, as far as it is proven.
 *
 * @param tenant the caller's own; empty for an anonymous one
 * @param accessKeyId empty for an anonymous caller
 * @param operator whether the key is an operator's
 * @param policies what its account lets the caller do
 * @param session what narrows that; none: nothing does
 */
public record Principal(
        Caller identity,
        Optional<TenantId> tenant,
        String accessKeyId,
        boolean operator,
        List<Policy> policies,
        List<Policy> session) {
    /** Nobody in particular. */
    public static final Principal ANYBODY =
            new Principal(
                    new Caller.Anonymous(), Optional.empty(), "", false, List.of(), List.of());

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

    /** Whether it may do what only the account itself may: a user's own key, not a session's. */
    boolean actsAsAccount() {
        return identity instanceof Caller.User;
    }
}
