package io.lethe.node.tenant.policy;

import io.lethe.node.base.codec.JsonValue;
import io.lethe.node.base.codec.StrictJson;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The same rules once more, straight from the policies' text at every request and without anything
 * compiled: slow, and independent of what it judges. Knows the operators that {@link
 * RandomPolicies} writes.
 */
final class NaiveAccess {
    /** The texts that bear on a request. */
    record Texts(List<String> identity, @Nullable String bucket, List<String> session) {}

    /** The request as plain values; keys in lower case. */
    record Request(
            Caller caller,
            String action,
            String resource,
            String owner,
            Map<String, List<String>> context) {}

    private final Request request;
    private final Texts texts;

    private NaiveAccess(Request request, Texts texts) {
        this.request = request;
        this.texts = texts;
    }

    static boolean isAllowed(Request request, Texts texts) throws StrictJson.MalformedException {
        return new NaiveAccess(request, texts).decide();
    }

    private boolean decide() throws StrictJson.MalformedException {
        List<String> all = new ArrayList<>(texts.identity());
        all.addAll(texts.session());
        if (texts.bucket() != null) {
            all.add(texts.bucket());
        }
        for (String text : all) {
            if (any(text, "Deny", _ -> true)) {
                return false;
            }
        }
        String bucket = texts.bucket() == null ? "{\"Statement\":[]}" : texts.bucket();
        boolean same = request.caller().account().equals(request.owner());
        if (request.caller() instanceof Caller.Root && same) {
            return true;
        }
        boolean byBucket = any(bucket, "Allow", _ -> true);
        if (request.caller() instanceof Caller.Anonymous
                || request.caller() instanceof Caller.Root) {
            return byBucket;
        }
        boolean byIdentity = false;
        for (String text : texts.identity()) {
            byIdentity |= any(text, "Allow", _ -> true);
        }
        boolean bySession = texts.session().isEmpty();
        for (String text : texts.session()) {
            bySession |= any(text, "Allow", _ -> true);
        }
        if (!same) {
            return byBucket && byIdentity && bySession;
        }
        String arn = request.caller().arn();
        boolean direct = any(bucket, "Allow", names -> names.contains("*") || names.contains(arn));
        boolean byRole =
                request.caller() instanceof Caller.RoleSession session
                        && any(bucket, "Allow", names -> names.contains(session.roleArn()));
        return direct || ((byRole || byIdentity) && bySession);
    }

    /** Whether a statement of this effect, whose principals are such, is about the request. */
    private boolean any(String text, String effect, Predicate<List<String>> principals)
            throws StrictJson.MalformedException {
        JsonValue root = StrictJson.read(text.getBytes(StandardCharsets.UTF_8), 1 << 20, 20);
        for (JsonValue item : list(member(root, "Statement"))) {
            if (text(member(item, "Effect")).equals(effect)
                    && isAbout(item)
                    && (principals(item).isEmpty() || principals.test(principals(item)))) {
                return true;
            }
        }
        return false;
    }

    private boolean isAbout(JsonValue statement) {
        String action = request.action().toLowerCase(Locale.ROOT);
        boolean acts =
                listed(
                                statement,
                                "Action",
                                (name, _) -> glob(name.toLowerCase(Locale.ROOT), action))
                        && listed(
                                statement,
                                "Resource",
                                (name, _) -> globOf(name, request.resource()));
        return acts && isNamed(statement) && holds(member(statement, "Condition"));
    }

    private static boolean listed(
            JsonValue statement, String field, BiPredicate<String, String> matches) {
        JsonValue plain = member(statement, field);
        JsonValue negated = member(statement, "Not" + field);
        boolean negates = plain instanceof JsonValue.Null;
        JsonValue names = negates ? negated : plain;
        boolean any = list(names).stream().anyMatch(name -> matches.test(text(name), field));
        return any != negates;
    }

    private List<String> principals(JsonValue statement) {
        JsonValue field = member(statement, "Principal");
        if (field instanceof JsonValue.Null) {
            field = member(statement, "NotPrincipal");
        }
        JsonValue names = field instanceof JsonValue.Struct ? member(field, "AWS") : field;
        return list(names).stream()
                .filter(name -> !(name instanceof JsonValue.Null))
                .map(NaiveAccess::text)
                .toList();
    }

    private boolean isNamed(JsonValue statement) {
        List<String> named = principals(statement);
        if (named.isEmpty()) {
            return true;
        }
        Caller caller = request.caller();
        String root = "arn:aws:iam::" + caller.account() + ":root";
        boolean account =
                !caller.account().isEmpty()
                        && (named.contains(caller.account()) || named.contains(root));
        boolean self =
                named.contains(caller.arn())
                        || (caller instanceof Caller.RoleSession session
                                && named.contains(session.roleArn()));
        if (member(statement, "NotPrincipal") instanceof JsonValue.Null) {
            return named.contains("*") || account || self;
        }
        boolean spared = caller instanceof Caller.Root ? account : account && self;
        return !named.contains("*") && !spared;
    }

    private boolean holds(JsonValue condition) {
        if (!(condition instanceof JsonValue.Struct struct)) {
            return true;
        }
        for (Map.Entry<String, JsonValue> operator : struct.members().entrySet()) {
            for (Map.Entry<String, JsonValue> key :
                    ((JsonValue.Struct) operator.getValue()).members().entrySet()) {
                List<String> wanted = list(key.getValue()).stream().map(NaiveAccess::text).toList();
                String lower = key.getKey().toLowerCase(Locale.ROOT);
                List<String> given = request.context().getOrDefault(lower, List.of());
                if (!holds(operator.getKey(), wanted, given)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean holds(String operator, List<String> wanted, List<String> given) {
        String name = operator.substring(operator.indexOf(':') + 1);
        boolean all = operator.startsWith("ForAllValues:");
        boolean any = operator.startsWith("ForAnyValue:");
        boolean negated = name.contains("Not");
        if (name.equals("Null")) {
            return wanted.contains(String.valueOf(given.isEmpty()));
        }
        if (given.isEmpty()) {
            return name.endsWith("IfExists") || all || (negated && !any);
        }
        String type = name.replace("IfExists", "").replace("Not", "");
        Predicate<String> listed =
                value -> wanted.stream().anyMatch(want -> fits(type, want, value));
        Predicate<String> fulfils = negated ? listed.negate() : listed;
        if (all) {
            return given.equals(List.of("")) || given.stream().allMatch(fulfils);
        }
        if (any) {
            return given.stream().anyMatch(fulfils);
        }
        return given.stream().anyMatch(listed) != negated;
    }

    private boolean fits(String type, String wanted, String value) {
        return switch (type) {
            case "StringEquals" -> value.equals(substituted(wanted));
            case "StringEqualsIgnoreCase" -> value.equalsIgnoreCase(substituted(wanted));
            case "StringLike" -> globOf(wanted, value);
            case "NumericEquals" -> compare(value, wanted) == 0;
            case "NumericLessThan" -> compare(value, wanted) < 0;
            case "NumericGreaterThanEquals" -> compare(value, wanted) >= 0;
            case "Bool" -> value.equalsIgnoreCase(wanted);
            case "IpAddress" -> isIn(wanted, value);
            default -> throw new IllegalArgumentException(type);
        };
    }

    private static int compare(String one, String other) {
        return new BigDecimal(one).compareTo(new BigDecimal(other));
    }

    /** Addresses as strings of bits. */
    private static boolean isIn(String cidr, String address) {
        String[] parts = cidr.split("/", -1);
        int bits = parts.length > 1 ? Integer.parseInt(parts[1]) : 32;
        return bits(parts[0]).substring(0, bits).equals(bits(address).substring(0, bits));
    }

    private static String bits(String v4) {
        StringBuilder bits = new StringBuilder();
        for (String part : v4.split("\\.", -1)) {
            String binary = Integer.toBinaryString(Integer.parseInt(part));
            bits.append("0".repeat(8 - binary.length())).append(binary);
        }
        return bits.toString();
    }

    private @Nullable String substituted(String pattern) {
        String result = pattern;
        for (String key : List.of("aws:username", "aws:PrincipalTag/team")) {
            String variable = "${" + key + "}";
            if (result.contains(variable)) {
                List<String> values =
                        request.context().getOrDefault(key.toLowerCase(Locale.ROOT), List.of());
                if (values.size() != 1) {
                    return null;
                }
                result = result.replace(variable, values.getFirst());
            }
        }
        return result;
    }

    /** Values of variables never hold wildcards in these tests. */
    private boolean globOf(String pattern, String subject) {
        String filled = substituted(pattern);
        return filled != null && glob(filled, subject);
    }

    private static boolean glob(String pattern, String subject) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            regex.append(
                    switch (c) {
                        case '*' -> ".*";
                        case '?' -> ".";
                        default -> Pattern.quote(String.valueOf(c));
                    });
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(subject).matches();
    }

    private static JsonValue member(JsonValue value, String name) {
        return value instanceof JsonValue.Struct struct
                ? struct.members().getOrDefault(name, new JsonValue.Null())
                : new JsonValue.Null();
    }

    private static List<JsonValue> list(JsonValue value) {
        return value instanceof JsonValue.Array array ? array.items() : List.of(value);
    }

    private static String text(JsonValue value) {
        return switch (value) {
            case JsonValue.Text text -> text.value();
            case JsonValue.Numeral number -> number.digits();
            case JsonValue.Bool bool -> String.valueOf(bool.value());
            default -> "";
        };
    }
}
