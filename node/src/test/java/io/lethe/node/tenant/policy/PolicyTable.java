package io.lethe.node.tenant.policy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads {@code decisions.txt}, whose head says how it is written. For one thread. */
final class PolicyTable {
    /** One row: a request, the policies above it, and what is expected. */
    record Row(String name, String expected, AccessRequest request, PolicySet policies) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Whether a section's bucket policy is public. */
    record PublicRow(String name, boolean expected, Policy policy) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final String BUCKET = "b";
    private static final String OWNER = "111122223333";

    private final List<String> lines;
    private final List<Row> rows = new ArrayList<>();
    private final List<PublicRow> publicRows = new ArrayList<>();
    private final Map<String, Caller> callers = new HashMap<>();
    private final Map<PolicyKind, Policy> policies = new HashMap<>();
    private String title = "";
    private String owner = OWNER;
    private boolean restricted;
    private int at;

    private PolicyTable(List<String> lines) {
        this.lines = lines;
    }

    static PolicyTable read() {
        PolicyTable table = new PolicyTable(lines("decisions.txt"));
        try {
            while (table.at < table.lines.size()) {
                table.line(table.lines.get(table.at++).strip());
            }
        } catch (MalformedPolicyException | RuntimeException wrong) {
            throw new IllegalStateException("line " + table.at + " of " + table.title, wrong);
        }
        return table;
    }

    static List<String> lines(String resource) {
        try (InputStream in = PolicyTable.class.getResourceAsStream(resource)) {
            byte[] text = Objects.requireNonNull(in, resource).readAllBytes();
            return new String(text, StandardCharsets.UTF_8).lines().toList();
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    List<Row> rows() {
        return rows;
    }

    List<PublicRow> publicRows() {
        return publicRows;
    }

    private void line(String line) throws MalformedPolicyException {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        String[] words = line.split(" +", 2);
        switch (words[0]) {
            case "===" -> section(words[1]);
            case "caller" -> caller(words[1].split(" "));
            case "owner" -> owner = words[1];
            case "restricted" -> restricted = true;
            case "identity:" -> policy(PolicyKind.IDENTITY, text());
            case "bucket:" -> policy(PolicyKind.BUCKET, text());
            case "session:" -> policy(PolicyKind.SESSION, text());
            case "trust:" -> policy(PolicyKind.TRUST, text());
            case "condition" -> shorthand("*", words[1]);
            case "resource" -> shorthand(words[1], "{}");
            case "public" -> publicRow(words[1]);
            default -> row(line.split("\\|", -1));
        }
    }

    private void section(String name) {
        title = name;
        owner = OWNER;
        restricted = false;
        policies.clear();
    }

    private void caller(String[] words) {
        String account = words.length > 2 ? words[2] : "";
        String canonical = account.repeat(6).substring(0, account.isEmpty() ? 0 : 64);
        callers.put(
                words[0],
                switch (words[1]) {
                    case "anonymous" -> new Caller.Anonymous();
                    case "root" -> new Caller.Root(account, canonical);
                    case "user" ->
                            new Caller.User(account, canonical, words[3], words[4], words[5]);
                    case "role" ->
                            new Caller.RoleSession(
                                    account, canonical, words[3], words[4], words[5], words[6]);
                    case "service" -> new Caller.Service(words[2]);
                    case "federated" -> new Caller.Federated(words[2]);
                    default -> throw new IllegalArgumentException(words[1]);
                });
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        while (at < lines.size() && !lines.get(at).isBlank()) {
            text.append(lines.get(at++)).append('\n');
        }
        return text.toString();
    }

    private void policy(PolicyKind kind, String json) throws MalformedPolicyException {
        policies.put(kind, parse(kind, json, bucketIn(json)));
    }

    /** The bucket that the policy is about is the one that its first resource names. */
    private static String bucketIn(String json) {
        int start = json.indexOf(S3Names.ARN_PREFIX);
        if (start < 0) {
            return BUCKET;
        }
        String rest = json.substring(start + S3Names.ARN_PREFIX.length());
        return rest.split("[^a-z0-9.-]", 2)[0];
    }

    static Policy parse(PolicyKind kind, String json, String bucket)
            throws MalformedPolicyException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return switch (kind) {
            case IDENTITY -> PolicyParser.identity(bytes);
            case BUCKET -> PolicyParser.bucket(bytes, bucket);
            case SESSION -> PolicyParser.session(bytes);
            case TRUST -> PolicyParser.trust(bytes);
        };
    }

    private void shorthand(String resource, String condition) throws MalformedPolicyException {
        policy(
                PolicyKind.IDENTITY,
                """
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*",
                "Resource": "%s", "Condition": %s}]}
                """
                        .formatted(resource, condition));
    }

    private void publicRow(String expected) {
        Policy policy = Objects.requireNonNull(policies.get(PolicyKind.BUCKET));
        publicRows.add(new PublicRow(name(), expected.equals("yes"), policy));
    }

    private String name() {
        return title + ", line " + at;
    }

    private void row(String[] cells) {
        String expected = cells[0].strip();
        switch (expected) {
            case "holds" -> add("identity[0]", "alice", "s3:GetObject", "b/k", cell(cells, 1));
            case "fails" -> add("no-identity", "alice", "s3:GetObject", "b/k", cell(cells, 1));
            case "matches" ->
                    add("identity[0]", "alice", "s3:GetObject", cell(cells, 1), cell(cells, 2));
            case "misses" ->
                    add("no-identity", "alice", "s3:GetObject", cell(cells, 1), cell(cells, 2));
            default ->
                    add(expected, cell(cells, 1), cell(cells, 2), cell(cells, 3), cell(cells, 4));
        }
    }

    private static String cell(String[] cells, int index) {
        return index < cells.length ? cells[index].strip() : "";
    }

    private void add(
            String expected, String callerName, String action, String resource, String keys) {
        Caller caller = Objects.requireNonNull(callers.get(callerName), callerName);
        RequestContext.Builder context = RequestContext.builder().caller(caller);
        for (String pair : keys.isEmpty() ? new String[0] : keys.split("; ", -1)) {
            int equals = pair.indexOf('=');
            String key = pair.substring(0, equals);
            String value = pair.substring(equals + 1);
            if (key.endsWith("[]")) {
                List<String> several = value.isEmpty() ? List.of() : List.of(value.split(",", -1));
                context.put(key.substring(0, key.length() - 2), several);
            } else {
                context.put(key, value);
            }
        }
        boolean full = resource.startsWith("arn:") || resource.equals("*");
        String arn = full ? resource : S3Names.ARN_PREFIX + resource;
        rows.add(
                new Row(
                        name(),
                        expected,
                        new AccessRequest(caller, action, arn, owner, context.build()),
                        new PolicySet(
                                list(PolicyKind.IDENTITY, null),
                                list(PolicyKind.BUCKET, PolicyKind.TRUST),
                                list(PolicyKind.SESSION, null),
                                restricted)));
    }

    private List<Policy> list(PolicyKind kind, @Nullable PolicyKind other) {
        return policies.values().stream()
                .filter(policy -> policy.kind() == kind || policy.kind() == other)
                .toList();
    }

    /** A decision as the table writes it. */
    static String shown(Decision decision) {
        return switch (decision) {
            case Decision.AllowedBy by -> shown(by.statement());
            case Decision.AllowedAsOwner _ -> "owner";
            case Decision.DeniedBy by -> "!" + shown(by.statement());
            case Decision.NotGranted not ->
                    switch (not.missing()) {
                        case RESOURCE_POLICY -> "no-resource";
                        case IDENTITY_POLICY -> "no-identity";
                        case SESSION_POLICY -> "no-session";
                        case PUBLIC_ACCESS_BLOCK -> "blocked";
                    };
        };
    }

    private static String shown(StatementReference statement) {
        String kind = statement.kind().name().toLowerCase(Locale.ROOT);
        return kind + "[" + statement.index() + "]";
    }
}
