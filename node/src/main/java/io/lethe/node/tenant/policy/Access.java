package io.lethe.node.tenant.policy;

import io.lethe.node.tenant.policy.Principals.Match;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides requests as AWS documents it.
 *
 * <ol>
 *   <li>A statement that denies, in any of the policies, decides.
 *   <li>A public bucket whose owner restricts public access is for its own account and services.
 *   <li>Callers without an account of their own (anonymous, services, federated) need a grant of
 *       the resource's policy.
 *   <li>Within the owner's account, the account itself may do all. A resource's policy that names a
 *       user or a session, or everyone, is enough. One that names the session's role is enough but
 *       for session policies. One that names the account says only that identity policies count.
 *       Else identity policies must grant it, and session policies too where there are any.
 *   <li>A caller of another account needs both: the resource's policy must name it, its role or its
 *       account, and its own account must grant it as above. The other account itself needs no
 *       identity policy.
 * </ol>
 *
 * <p>Whatever its policy denies, a bucket's owner may read, put and delete that policy, so that
 * nobody can lock a bucket for ever. Pure; safe for any thread.
 */
public final class Access {
    private static final Set<String> OWNERS_ALWAYS =
            Set.of("s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy");

    private Access() {}

    public static Decision decide(AccessRequest request, PolicySet policies) {
        String account = request.caller().account();
        boolean owns = !account.isEmpty() && account.equals(request.ownerAccount());
        boolean ownsAsRoot = owns && request.caller() instanceof Caller.Root;
        Statement denies = denying(request, policies, ownsAsRoot);
        if (denies != null) {
            return new Decision.DeniedBy(denies.reference());
        }
        if (policies.restrictPublicBuckets()
                && !owns
                && !(request.caller() instanceof Caller.Service)
                && policies.resource().stream().anyMatch(Policy::isPublic)) {
            return new Decision.NotGranted(Decision.Missing.PUBLIC_ACCESS_BLOCK);
        }
        if (ownsAsRoot) {
            return new Decision.AllowedAsOwner(request.ownerAccount());
        }
        Grant grant = strongest(policies.resource(), request);
        return switch (request.caller()) {
            case Caller.Anonymous _, Caller.Service _, Caller.Federated _ -> byResource(grant);
            case Caller.Root _ -> byResource(grant);
            case Caller.User _, Caller.RoleSession _ ->
                    owns
                            ? inOwnAccount(request, policies, grant)
                            : inOtherAccount(request, policies, grant);
        };
    }

    /** The statement that allows, and how closely it names the caller. */
    private record Grant(@Nullable Statement statement, Match match) {
        static final Grant NONE = new Grant(null, Match.NONE);
    }

    private static @Nullable Statement denying(
            AccessRequest request, PolicySet policies, boolean ownsAsRoot) {
        boolean spared = ownsAsRoot && OWNERS_ALWAYS.contains(request.action());
        Statement found = spared ? null : firstDenying(policies.resource(), request);
        if (found == null) {
            found = firstDenying(policies.identity(), request);
        }
        return found == null ? firstDenying(policies.session(), request) : found;
    }

    private static @Nullable Statement firstDenying(List<Policy> policies, AccessRequest request) {
        for (Policy policy : policies) {
            for (Statement statement : policy.denying()) {
                if (statement.match(request) != Match.NONE) {
                    return statement;
                }
            }
        }
        return null;
    }

    private static @Nullable Statement firstAllowing(List<Policy> policies, AccessRequest request) {
        for (Policy policy : policies) {
            for (Statement statement : policy.allowing()) {
                if (statement.match(request) != Match.NONE) {
                    return statement;
                }
            }
        }
        return null;
    }

    private static Grant strongest(List<Policy> policies, AccessRequest request) {
        Grant best = Grant.NONE;
        for (Policy policy : policies) {
            for (Statement statement : policy.allowing()) {
                Match match = statement.match(request);
                if (match.compareTo(best.match()) > 0) {
                    best = new Grant(statement, match);
                }
                if (match == Match.DIRECT) {
                    return best;
                }
            }
        }
        return best;
    }

    private static Decision byResource(Grant grant) {
        return grant.statement() == null
                ? new Decision.NotGranted(Decision.Missing.RESOURCE_POLICY)
                : new Decision.AllowedBy(grant.statement().reference());
    }

    private static Decision inOwnAccount(AccessRequest request, PolicySet policies, Grant grant) {
        if (grant.match() == Match.DIRECT) {
            return byResource(grant);
        }
        Statement granting = firstAllowing(policies.identity(), request);
        if (granting == null && grant.match() == Match.ROLE) {
            granting = grant.statement();
        }
        return narrowed(request, policies, granting, granting);
    }

    private static Decision inOtherAccount(AccessRequest request, PolicySet policies, Grant grant) {
        if (grant.statement() == null) {
            return byResource(grant);
        }
        Statement own = firstAllowing(policies.identity(), request);
        return narrowed(request, policies, own, grant.statement());
    }

    /**
     * @param granting what the caller's account grants; null: nothing
     * @param decisive the statement to name if all is granted
     */
    private static Decision narrowed(
            AccessRequest request,
            PolicySet policies,
            @Nullable Statement granting,
            @Nullable Statement decisive) {
        if (granting == null || decisive == null) {
            return new Decision.NotGranted(Decision.Missing.IDENTITY_POLICY);
        }
        if (!policies.session().isEmpty() && firstAllowing(policies.session(), request) == null) {
            return new Decision.NotGranted(Decision.Missing.SESSION_POLICY);
        }
        return new Decision.AllowedBy(decisive.reference());
    }
}
