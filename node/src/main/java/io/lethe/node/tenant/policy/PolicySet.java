package io.lethe.node.tenant.policy;

import java.util.List;

/**
 * All policies that bear on a request.
 *
 * @param identity of the user and its groups, or of the role
 * @param resource of the bucket (its policy, and what its ACL grants, if that is written as one) or
 *     the trust policy of a role
 * @param session narrow a role's session: an action needs a grant in one of them; none: not
 *     narrowed
 * @param restrictPublicBuckets the setting of Block Public Access, of bucket or account
 */
public record PolicySet(
        List<Policy> identity,
        List<Policy> resource,
        List<Policy> session,
        boolean restrictPublicBuckets) {
    public PolicySet {
        identity = ofKind(identity, PolicyKind.IDENTITY, PolicyKind.IDENTITY);
        resource = ofKind(resource, PolicyKind.BUCKET, PolicyKind.TRUST);
        session = ofKind(session, PolicyKind.SESSION, PolicyKind.IDENTITY);
    }

    /** The managed policies of a session are ordinary identity policies. */
    private static List<Policy> ofKind(List<Policy> policies, PolicyKind kind, PolicyKind other) {
        for (Policy policy : policies) {
            if (policy.kind() != kind && policy.kind() != other) {
                throw new IllegalArgumentException(
                        "a policy of kind " + policy.kind() + " stands where " + kind + " belongs");
            }
        }
        return List.copyOf(policies);
    }
}
