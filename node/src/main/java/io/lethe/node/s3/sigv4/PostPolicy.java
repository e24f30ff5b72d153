package io.lethe.node.s3.sigv4;

import io.lethe.node.s3.HttpDates;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a browser's POST form may say: every field must be allowed by a condition, every condition
 * must hold, and it ends. Immutable.
 *
 * @param endMillis since 1970
 */
public record PostPolicy(long endMillis, List<Condition> conditions) {
    /** Of the base64 text: the form's fields have 20 KB together. */
    static final int MOST_CHARS = 20 * 1024;

    private static final int MOST_CONDITIONS = 100;

    /** Fields that no condition needs to name. */
    private static final Set<String> FREE =
            Set.of("policy", "x-amz-signature", "file", "awsaccesskeyid", "signature");

    /** One of a policy's conditions; fields by lower-case name. */
    public sealed interface Condition {
        record Equal(String field, String value) implements Condition {}

        record StartsWith(String field, String prefix) implements Condition {}

        record Length(long leastBytes, long mostBytes) implements Condition {}
    }

    public PostPolicy {
        conditions = List.copyOf(conditions);
    }

    /**
     * @param base64 the form's field as sent
     * @throws S3Exception InvalidPolicyDocument
     */
    public static PostPolicy parse(String base64) {
        if (base64.length() > MOST_CHARS) {
            throw invalid("the policy is longer than " + MOST_CHARS + " characters.");
        }
        String text;
        try {
            byte[] json = Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
            text = new String(json, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid("Invalid base64.");
        }
        Optional<Object> root = PolicyJson.read(text);
        if (root.isEmpty() || !(root.get() instanceof Map<?, ?> policy)) {
            throw invalid("Invalid JSON.");
        }
        if (!Set.of("expiration", "conditions").containsAll(policy.keySet())) {
            throw invalid("Unexpected: only 'expiration' and 'conditions' are known.");
        }
        if (!(policy.get("expiration") instanceof String expiration)) {
            throw invalid("Policy missing expiration.");
        }
        long endMillis =
                HttpDates.parseIso(expiration)
                        .orElseThrow(() -> invalid("Invalid 'expiration' value."));
        if (!(policy.get("conditions") instanceof List<?> list)) {
            throw invalid("Policy missing conditions.");
        }
        if (list.size() > MOST_CONDITIONS) {
            throw invalid("more than " + MOST_CONDITIONS + " conditions.");
        }
        List<Condition> conditions = new ArrayList<>();
        for (Object item : list) {
            read(item, conditions);
        }
        return new PostPolicy(endMillis, conditions);
    }

    private static S3Exception invalid(String fault) {
        return S3Error.INVALID_POLICY_DOCUMENT.because("Invalid Policy: " + fault);
    }

    private static void read(Object item, List<Condition> into) {
        if (item instanceof Map<?, ?> map && !map.isEmpty()) {
            for (var entry : map.entrySet()) {
                if (!(entry.getKey() instanceof String name)
                        || !(entry.getValue() instanceof String value)) {
                    throw invalid("Invalid Simple-Condition: value must be a string.");
                }
                into.add(new Condition.Equal(name.toLowerCase(Locale.ROOT), value));
            }
            return;
        }
        if (!(item instanceof List<?> list)
                || list.size() != 3
                || !(list.get(0) instanceof String operator)
                || !(list.get(1) instanceof String first)
                || !(list.get(2) instanceof String second)) {
            throw invalid("Invalid Condition: it must be an object or a list of three.");
        }
        into.add(condition(operator.toLowerCase(Locale.ROOT), first, second));
    }

    private static Condition condition(String operator, String first, String second) {
        return switch (operator) {
            case "eq" -> new Condition.Equal(field(first), second);
            case "starts-with" -> new Condition.StartsWith(field(first), second);
            case "content-length-range" ->
                    new Condition.Length(lengthBytes(first), lengthBytes(second));
            default -> throw invalid("Invalid Condition: unknown operation '" + operator + "'.");
        };
    }

    private static String field(String name) {
        if (!name.startsWith("$") || name.length() == 1) {
            throw invalid("Invalid Condition: a field's name must begin with '$'.");
        }
        return name.substring(1).toLowerCase(Locale.ROOT);
    }

    private static long lengthBytes(String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw invalid("Invalid content-length-range: it must have two lengths.");
        }
        return Long.parseLong(text);
    }

    /**
     * Checks everything but the file's length, which is known last.
     *
     * @param fields by lower-case name, {@code ${filename}} already put in
     * @throws S3Exception AccessDenied
     */
    public void check(Map<String, String> fields, String bucket, long nowMillis) {
        if (nowMillis > endMillis) {
            throw refused("Policy expired.");
        }
        Set<String> named = new HashSet<>(FREE);
        for (Condition condition : conditions) {
            switch (condition) {
                case Condition.Equal(String field, String wanted) -> {
                    named.add(field);
                    if (!value(fields, bucket, field).equals(wanted)) {
                        throw failed("eq", field, wanted);
                    }
                }
                case Condition.StartsWith(String field, String prefix) -> {
                    named.add(field);
                    if (!startsWith(field, value(fields, bucket, field), prefix)) {
                        throw failed("starts-with", field, prefix);
                    }
                }
                case Condition.Length _ -> {
                    // checkLength
                }
            }
        }
        for (String field : fields.keySet()) {
            if (!named.contains(field) && !field.startsWith("x-ignore-")) {
                throw refused("Extra input fields: " + field);
            }
        }
    }

    private static String value(Map<String, String> fields, String bucket, String field) {
        return field.equals("bucket") ? bucket : fields.getOrDefault(field, "");
    }

    /** A content type may be a list; each of it must begin so. */
    private static boolean startsWith(String field, String value, String prefix) {
        if (!field.equals("content-type")) {
            return value.startsWith(prefix);
        }
        for (String one : value.split(",", -1)) {
            if (!one.strip().startsWith(prefix)) {
                return false;
            }
        }
        return true;
    }

    private static S3Exception failed(String operator, String field, String wanted) {
        return refused(
                "Policy Condition failed: [\""
                        + operator
                        + "\", \"$"
                        + field
                        + "\", \""
                        + wanted
                        + "\"]");
    }

    private static S3Exception refused(String why) {
        return S3Error.ACCESS_DENIED.because("Invalid according to Policy: " + why);
    }

    /** The longest file that is allowed: what may be read before the upload is given up. */
    public long mostBytes() {
        long most = Long.MAX_VALUE;
        for (Condition condition : conditions) {
            if (condition instanceof Condition.Length(long _, long bytes)) {
                most = Math.min(most, bytes);
            }
        }
        return most;
    }

    /**
     * @throws S3Exception EntityTooSmall, EntityTooLarge
     */
    public void checkLength(long fileBytes) {
        for (Condition condition : conditions) {
            if (condition instanceof Condition.Length(long least, long most)) {
                if (fileBytes < least) {
                    throw S3Error.ENTITY_TOO_SMALL
                            .exception()
                            .with("ProposedSize", Long.toString(fileBytes))
                            .with("MinSizeAllowed", Long.toString(least));
                }
                if (fileBytes > most) {
                    throw S3Error.ENTITY_TOO_LARGE
                            .exception()
                            .with("ProposedSize", Long.toString(fileBytes))
                            .with("MaxSizeAllowed", Long.toString(most));
                }
            }
        }
    }
}
