package io.lethe.node.tenant.policy;

import java.util.List;
import java.util.Set;

/**
 * What "public" means, by the rules of S3 Block Public Access: a grant is public unless its
 * principals are all fixed, or a condition holds it to fixed values (no wildcard, no variable) of a
 * key that says where the request comes from. Networks count if they are no wider than /8 (IPv4) or
 * /32 (IPv6).
 */
final class PublicGrants {
    private static final String SOURCE_IP = "aws:sourceip";
    private static final String USER_ID = "aws:userid";
    private static final String ACCESS_POINT = "s3:dataaccesspointarn";
    private static final int LEAST_BITS_V4 = 8;
    private static final int LEAST_BITS_V6 = 32;

    private static final Set<String> KEYS =
            Set.of(
                    "aws:principalaccount",
                    "aws:principalarn",
                    "aws:principalorgid",
                    "aws:principalorgpaths",
                    "aws:principalservicename",
                    "aws:sourceaccount",
                    "aws:sourcearn",
                    "aws:sourceowner",
                    "aws:sourcevpc",
                    "aws:sourcevpce",
                    "s3:dataaccesspointaccount",
                    "s3:x-amz-server-side-encryption-aws-kms-key-id");

    private PublicGrants() {}

    /**
     * @param grant a statement with effect Allow
     */
    static boolean isPublic(Statement grant) {
        Principals principals = grant.principals();
        boolean named = principals != null && principals.isFixed();
        return !named && grant.conditions().stream().noneMatch(PublicGrants::holdsToFixed);
    }

    private static boolean holdsToFixed(Condition condition) {
        if (!condition.needsMatch()) {
            return false;
        }
        return switch (condition.values()) {
            case ConditionValues.Networks networks ->
                    condition.key().equals(SOURCE_IP)
                            && networks.ranges().stream().allMatch(PublicGrants::isNarrow);
            case ConditionValues.Texts texts -> isFixed(condition.key(), texts.templates());
            case ConditionValues.Arns arns ->
                    isFixed(
                            condition.key(),
                            arns.templates().stream().map(ArnTemplate::all).toList());
            default -> false;
        };
    }

    private static boolean isNarrow(IpRange range) {
        return range.bits() >= (range.base().isV4() ? LEAST_BITS_V4 : LEAST_BITS_V6);
    }

    private static boolean isFixed(String key, List<Template> values) {
        return switch (key) {
            // A session's id is AROLEID:name, and names of sessions can be chosen freely.
            case USER_ID ->
                    values.stream()
                            .allMatch(value -> value.isFixed() && !value.text().contains(":"));
            case ACCESS_POINT -> values.stream().allMatch(PublicGrants::hasFixedAccount);
            default -> KEYS.contains(key) && values.stream().allMatch(Template::isFixed);
        };
    }

    /** {@code arn:aws:s3:region:account:accesspoint/*}: only the name may be open. */
    private static boolean hasFixedAccount(Template arn) {
        String[] parts = arn.text().split(":", 6);
        if (parts.length < 6) {
            return false;
        }
        for (int i = 0; i < 5; i++) {
            if (parts[i].chars().anyMatch(c -> "*?$".indexOf(c) >= 0)) {
                return false;
            }
        }
        return !parts[4].isEmpty();
    }
}
