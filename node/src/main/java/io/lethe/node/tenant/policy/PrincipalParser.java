package io.lethe.node.tenant.policy;

import io.lethe.node.base.codec.JsonValue;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Reads a Principal or NotPrincipal element: a star, or an object of AWS, CanonicalUser, Service
 * and Federated. An account is named by its number (12 digits, as in AWS) or its root's ARN; users,
 * roles and sessions by their ARN, in full.
 */
final class PrincipalParser {
    private static final Set<String> TYPES = Set.of("AWS", "CanonicalUser", "Service", "Federated");
    private static final int AWS_ID_DIGITS = 12;
    private static final int CANONICAL_ID_DIGITS = 64;
    private static final int ARN_PARTS = 6;

    private final Element element;
    private final boolean negated;
    private boolean everyone;
    private final Set<String> accounts = new HashSet<>();
    private final Set<String> arns = new HashSet<>();
    private final Set<String> canonicalIds = new HashSet<>();
    private final Set<String> services = new HashSet<>();
    private final Set<String> federated = new HashSet<>();

    PrincipalParser(Element element, boolean negated) {
        this.element = element;
        this.negated = negated;
    }

    Principals parse() throws MalformedPolicyException {
        if (element.value() instanceof JsonValue.Text(String text)) {
            if (!text.equals("*")) {
                throw invalid(element, text);
            }
            everyone = true;
        } else {
            Map<String, JsonValue> types = element.members(TYPES);
            if (types.isEmpty()) {
                throw element.error("Invalid principal in policy: it names nobody");
            }
            for (Map.Entry<String, JsonValue> type : types.entrySet()) {
                Element values = element.member(type.getKey(), type.getValue());
                for (Element item : values.items()) {
                    add(type.getKey(), item);
                }
            }
        }
        return new Principals(everyone, accounts, arns, canonicalIds, services, federated, negated);
    }

    private static MalformedPolicyException invalid(Element item, String text) {
        return item.error("Invalid principal in policy: " + Element.shown(text));
    }

    private void add(String type, Element item) throws MalformedPolicyException {
        String text = item.text();
        boolean valid =
                switch (type) {
                    case "AWS" -> addAws(text);
                    case "CanonicalUser" ->
                            isHex(text, CANONICAL_ID_DIGITS) && added(canonicalIds, text);
                    case "Service" -> isHost(text) && added(services, text);
                    default -> isProvider(text) && added(federated, text);
                };
        if (!valid) {
            throw invalid(item, text);
        }
    }

    private static boolean added(Set<String> set, String text) {
        set.add(text);
        return true;
    }

    private boolean addAws(String text) {
        if (text.equals("*")) {
            everyone = true;
            return true;
        }
        if (isAccount(text)) {
            return added(accounts, text);
        }
        String[] parts = text.split(":", ARN_PARTS);
        boolean arn =
                parts.length == ARN_PARTS
                        && parts[0].equals("arn")
                        && parts[1].equals("aws")
                        && parts[3].isEmpty()
                        && isAccount(parts[4])
                        && text.chars().noneMatch(c -> c == '*' || c == '?' || c <= ' ');
        if (!arn) {
            return false;
        }
        return switch (parts[2]) {
            case "iam" ->
                    parts[5].equals("root")
                            ? added(accounts, parts[4])
                            : isNamed(parts[5], "user/", "role/") && added(arns, text);
            case "sts" ->
                    isNamed(parts[5], "assumed-role/", "federated-user/") && added(arns, text);
            default -> false;
        };
    }

    private static boolean isNamed(String resource, String one, String other) {
        boolean starts = resource.startsWith(one) || resource.startsWith(other);
        return starts && !resource.endsWith("/") && !resource.contains("//");
    }

    private static boolean isAccount(String text) {
        return text.length() == AWS_ID_DIGITS && text.chars().allMatch(PrincipalParser::isDigit);
    }

    private static boolean isHex(String text, int length) {
        return text.length() == length
                && text.chars().allMatch(c -> isDigit(c) || (c >= 'a' && c <= 'f'));
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isHost(String text) {
        return text.indexOf('.') > 0
                && !text.endsWith(".")
                && text.chars()
                        .allMatch(
                                c -> isDigit(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '-');
    }

    /** An identity provider: its ARN, or its host, with a path if it has one. */
    private static boolean isProvider(String text) {
        return (text.indexOf('.') > 0 || text.startsWith("arn:aws:iam::"))
                && text.chars().noneMatch(c -> c == '*' || c == '?' || c <= ' ' || c > '~');
    }
}
