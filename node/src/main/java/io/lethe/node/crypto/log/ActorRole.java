package io.lethe.node.crypto.log;

import io.lethe.node.base.Check;
import java.util.Map;

/**
 * In which role somebody acted; who it was stands nowhere in the log. A number that a later version
 * gave is carried through.
 *
 * @param number never used for another role
 */
public record ActorRole(int number) {
    /** The cluster by itself: a clock ran out, a rule applied. */
    public static final ActorRole CLUSTER = new ActorRole(1);

    public static final ActorRole OPERATOR = new ActorRole(2);
    public static final ActorRole COMPLIANCE_OFFICER = new ActorRole(3);
    public static final ActorRole COMPLIANCE_APPROVER = new ActorRole(4);
    public static final ActorRole TENANT_ADMIN = new ActorRole(5);
    public static final ActorRole USER = new ActorRole(6);

    private static final Map<Integer, String> NAMES =
            Map.of(
                    CLUSTER.number, "cluster",
                    OPERATOR.number, "operator",
                    COMPLIANCE_OFFICER.number, "compliance officer",
                    COMPLIANCE_APPROVER.number, "compliance approver",
                    TENANT_ADMIN.number, "tenant admin",
                    USER.number, "user");

    public ActorRole {
        Check.range("role", number, 0, 0xff);
    }

    @Override
    public String toString() {
        return NAMES.getOrDefault(number, "role " + number);
    }
}
