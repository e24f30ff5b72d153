package io.lethe.node.tenant.policy;

/**
 * Names a statement, for answers and logs.
 *
 * @param policyId the policy's Id; empty if it has none
 * @param index place in the policy, from 0
 * @param sid the statement's Sid; empty if it has none
 */
public record StatementReference(PolicyKind kind, String policyId, int index, String sid) {
    @Override
    public String toString() {
        return kind
                + (policyId.isEmpty() ? "" : " " + policyId)
                + "["
                + index
                + "]"
                + (sid.isEmpty() ? "" : " " + sid);
    }
}
