package io.lethe.node.tenant.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Policies and requests over so few names that statements often match; the same seed gives the
 * same.
 */
final class RandomPolicies {
    private static final String ONE = "111122223333";
    private static final String TWO = "444455556666";
    private static final List<String> ACTIONS =
            List.of("s3:GetObject", "s3:PutObject", "s3:GetObjectTagging", "s3:DeleteObject");
    private static final List<String> ACTION_PATTERNS =
            List.of(
                    "s3:*",
                    "s3:Get*",
                    "S3:getobject",
                    "s3:?utObject",
                    "s3:*Tagging",
                    "*",
                    "s3:Delete*");
    private static final List<String> RESOURCES =
            List.of("b/k", "b/a/k", "b/A/k", "b/red/1.jpg", "b/a/b/c.jpg");
    private static final List<String> PATTERNS =
            List.of(
                    "b/*",
                    "b/k",
                    "b/?/k",
                    "b/${aws:username}/*",
                    "b/${aws:PrincipalTag/team}/*",
                    "b/*.jpg",
                    "*");
    private static final List<String> PRINCIPALS =
            List.of(
                    "*",
                    ONE,
                    "arn:aws:iam::" + TWO + ":root",
                    "arn:aws:iam::" + ONE + ":root",
                    "arn:aws:iam::" + ONE + ":user/A",
                    "arn:aws:iam::" + ONE + ":role/R",
                    "arn:aws:sts::" + ONE + ":assumed-role/R/s",
                    "arn:aws:iam::" + TWO + ":user/B");
    private static final List<Caller> CALLERS =
            List.of(
                    new Caller.Anonymous(),
                    new Caller.Root(ONE, ""),
                    new Caller.Root(TWO, ""),
                    new Caller.User(ONE, "", "/", "A", "AIDAA"),
                    new Caller.User(TWO, "", "/", "B", "AIDAB"),
                    new Caller.RoleSession(ONE, "", "/", "R", "AROAR", "s"),
                    new Caller.RoleSession(ONE, "", "/", "R", "AROAR", "t"));

    private final Random random;

    RandomPolicies(long seed) {
        this.random = new Random(seed);
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private boolean chance(int outOf) {
        return random.nextInt(outOf) == 0;
    }

    private String names(Supplier<String> name) {
        if (random.nextBoolean()) {
            return "\"" + name.get() + "\"";
        }
        List<String> names = new ArrayList<>();
        for (int i = random.nextInt(3) + 1; i > 0; i--) {
            names.add("\"" + name.get() + "\"");
        }
        return "[" + String.join(",", names) + "]";
    }

    String policy(boolean ofBucket) {
        List<String> statements = new ArrayList<>();
        for (int i = random.nextInt(3) + 1; i > 0; i--) {
            statements.add(statement(ofBucket));
        }
        return "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}";
    }

    private String statement(boolean ofBucket) {
        boolean deny = chance(5);
        String principal = "";
        if (ofBucket) {
            String field = deny && random.nextBoolean() ? "NotPrincipal" : "Principal";
            principal = "\"" + field + "\":{\"AWS\":" + names(() -> one(PRINCIPALS)) + "},";
        }
        return "{\"Effect\":\""
                + (deny ? "Deny" : "Allow")
                + "\","
                + principal
                + (chance(6) ? "\"NotAction\":" : "\"Action\":")
                + names(() -> random.nextBoolean() ? one(ACTIONS) : one(ACTION_PATTERNS))
                + (chance(6) ? ",\"NotResource\":" : ",\"Resource\":")
                + names(this::pattern)
                + (random.nextBoolean() ? "" : ",\"Condition\":{" + condition() + "}")
                + "}";
    }

    private String pattern() {
        String pattern = one(PATTERNS);
        return pattern.equals("*") ? pattern : S3Names.ARN_PREFIX + pattern;
    }

    private String condition() {
        String operator =
                switch (random.nextInt(6)) {
                    case 0 ->
                            set()
                                    + one(List.of("StringEquals", "StringNotEquals"))
                                    + ifExists()
                                    + "\":{"
                                    + text("red", "Blue", "${aws:username}");
                    case 1 ->
                            set()
                                    + one(List.of("StringLike", "StringNotLike"))
                                    + ifExists()
                                    + "\":{"
                                    + text("r*", "?lue", "*${aws:PrincipalTag/team}");
                    case 2 ->
                            set()
                                    + one(
                                            List.of(
                                                    "StringEqualsIgnoreCase",
                                                    "StringNotEqualsIgnoreCase"))
                                    + ifExists()
                                    + "\":{"
                                    + text("RED", "blue", "x");
                    case 3 ->
                            set()
                                    + one(
                                            List.of(
                                                    "NumericEquals",
                                                    "NumericNotEquals",
                                                    "NumericLessThan",
                                                    "NumericGreaterThanEquals"))
                                    + ifExists()
                                    + "\":{\"s3:max-keys\":"
                                    + random.nextInt(3);
                    case 4 ->
                            one(List.of("IpAddress", "NotIpAddress"))
                                    + ifExists()
                                    + "\":{\"aws:SourceIp\":"
                                    + names(
                                            () ->
                                                    one(
                                                            List.of(
                                                                    "10.0.0.0/8",
                                                                    "10.1.2.0/23",
                                                                    "1.2.3.4")));
                    default ->
                            one(List.of("Null", "Bool"))
                                    + "\":{\"aws:SecureTransport\":"
                                    + random.nextBoolean();
                };
        return "\"" + operator + "}";
    }

    private String set() {
        return one(List.of("", "", "ForAllValues:", "ForAnyValue:"));
    }

    private String ifExists() {
        return chance(4) ? "IfExists" : "";
    }

    private String text(String... values) {
        String key = one(List.of("aws:PrincipalTag/team", "AWS:TagKeys"));
        return "\"" + key + "\":" + names(() -> one(List.of(values)));
    }

    NaiveAccess.Request request() {
        Caller caller = one(CALLERS);
        Map<String, List<String>> context = new HashMap<>();
        caller.keys()
                .forEach((key, value) -> context.put(key.toLowerCase(Locale.ROOT), List.of(value)));
        some(context, "aws:principaltag/team", List.of("red", "blue", "Blue", "a"), 1);
        some(context, "aws:tagkeys", List.of("red", "blue", "RED", ""), 3);
        some(context, "s3:max-keys", List.of("0", "1", "2.0"), 1);
        some(context, "aws:sourceip", List.of("10.1.2.3", "10.1.4.3", "1.2.3.4"), 1);
        some(context, "aws:securetransport", List.of("true", "false"), 1);
        return new NaiveAccess.Request(
                caller, one(ACTIONS), S3Names.ARN_PREFIX + one(RESOURCES), ONE, context);
    }

    private void some(
            Map<String, List<String>> context, String key, List<String> values, int most) {
        if (!chance(3)) {
            List<String> several = new ArrayList<>();
            for (int i = random.nextInt(most) + 1; i > 0; i--) {
                several.add(one(values));
            }
            context.put(key, several.stream().distinct().collect(Collectors.toList()));
        }
    }
}
