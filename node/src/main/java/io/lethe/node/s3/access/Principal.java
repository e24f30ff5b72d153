package io.lethe.node.s3.access;

import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.object.Asker;
import io.lethe.node.tenant.policy.Caller;
import io.lethe.node.tenant.policy.Policy;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, as far as it is proven.
 *
 * @param member of the caller's own tenant; empty for an anonymous one
 * @param accessKeyId empty for an anonymous caller
 * @param origin where temporary credentials came from; null for a key of its own
 * @param operator whether the key is an operator's
 * @param policies what its account lets the caller do
 * @param session what narrows that; none: nothing does
 */
public record Principal(
        Caller identity,
        Optional<Member> member,
        String accessKeyId,
        @Nullable Origin origin,
        boolean operator,
        List<Policy> policies,
        List<Policy> session) {
    /**
     * A user of a tenant.
     *
     * @param admin may do all that the account itself may
     */
    public record Member(TenantId tenant, Id128 user, boolean admin) {}

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

    /** The caller's own; empty for an anonymous one. */
    public Optional<TenantId> tenant() {
        return member.map(Member::tenant);
    }

    /** Who asks, to those on whose behalf nothing is decided any more. */
    public Asker asker() {
        return member.<Asker>map(one -> new Asker.User(one.tenant(), one.user()))
                .orElseGet(Asker.Anybody::new);
    }

    public boolean isAnonymous() {
        return member.isEmpty();
    }

    boolean owns(Target target) {
        return member.isPresent() && tenant().equals(target.owner());
    }

    public boolean isSession() {
        return origin != null;
    }

    /** Whether it may do what only the account itself may: an admin, by whatever credentials. */
    public boolean actsAsAccount() {
        return identity instanceof Caller.User
                && session.isEmpty()
                && member.filter(Member::admin).isPresent();
    }
}
