package io.lethe.node.tenant.policy;

import io.lethe.node.base.codec.JsonValue;
import io.lethe.node.base.codec.StrictJson;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON text of a policy into its compiled form, or says what is wrong with it. Strict: no
 * unknown elements, no name twice, no value that could never match. Pure; for one text and thread.
 */
public final class PolicyParser {
    /** Policy, Statement, statement, Condition, operator, values. */
    private static final int MOST_DEPTH = 8;

    private static final String CURRENT = "2012-10-17";
    private static final String OLD = "2008-10-17";
    private static final Set<String> FIELDS = Set.of("Version", "Id", "Statement");

    private final PolicyKind kind;
    private final String bucket;

    private PolicyParser(PolicyKind kind, String bucket) {
        this.kind = kind;
        this.bucket = bucket;
    }

    /**
     * The policy of a user, a group or a role.
     *
     * @param json UTF-8
     */
    public static Policy identity(byte[] json) throws MalformedPolicyException {
        return new PolicyParser(PolicyKind.IDENTITY, "").parse(json);
    }

    /** The policy that narrows a session. */
    public static Policy session(byte[] json) throws MalformedPolicyException {
        return new PolicyParser(PolicyKind.SESSION, "").parse(json);
    }

    /** The policy of a role that says who may assume it. */
    public static Policy trust(byte[] json) throws MalformedPolicyException {
        return new PolicyParser(PolicyKind.TRUST, "").parse(json);
    }

    /** The policy of {@code bucket}, which may name that bucket and its objects only. */
    public static Policy bucket(byte[] json, String bucket) throws MalformedPolicyException {
        return new PolicyParser(PolicyKind.BUCKET, bucket).parse(json);
    }

    private Policy parse(byte[] json) throws MalformedPolicyException {
        Element root = new Element("", read(json));
        Map<String, JsonValue> fields = root.members(FIELDS);
        boolean current = isCurrent(root, fields.get("Version"));
        JsonValue idField = fields.get("Id");
        String id = idField == null ? "" : root.member("Id", idField).text();
        JsonValue list = fields.get("Statement");
        if (list == null) {
            throw root.error("Missing required field Statement");
        }
        StatementParser parser = new StatementParser(kind, bucket, id, current);
        List<Statement> statements = new ArrayList<>();
        Set<String> sids = new HashSet<>();
        List<Element> elements = root.member("Statement", list).items();
        for (int i = 0; i < elements.size(); i++) {
            Statement statement = parser.parse(elements.get(i), i);
            String sid = statement.reference().sid();
            if (!sid.isEmpty() && !sids.add(sid)) {
                throw elements.get(i).error("Statement IDs (SID) must be unique");
            }
            statements.add(statement);
        }
        return new Policy(kind, id, statements, parser.keys());
    }

    private JsonValue read(byte[] json) throws MalformedPolicyException {
        try {
            JsonValue value = StrictJson.read(json, kind.mostBytes(), MOST_DEPTH);
            if (value instanceof JsonValue.Struct) {
                return value;
            }
            throw new MalformedPolicyException(
                    "", "Policies must be valid JSON and the first byte must be '{'");
        } catch (StrictJson.MalformedException broken) {
            String path = broken.path().replaceFirst("^\\$\\.?", "");
            throw new MalformedPolicyException(
                    path,
                    "This policy contains invalid JSON: "
                            + (path.isEmpty() ? "it " : "this ")
                            + broken.getMessage());
        }
    }

    /** Version 2012-10-17 has variables; the old one, which is meant where none is given, not. */
    private static boolean isCurrent(Element root, @Nullable JsonValue field)
            throws MalformedPolicyException {
        if (field == null) {
            return false;
        }
        Element version = root.member("Version", field);
        return switch (version.text()) {
            case CURRENT -> true;
            case OLD -> false;
            default ->
                    throw version.error(
                            "The policy must contain a valid version string: "
                                    + CURRENT
                                    + " or "
                                    + OLD);
        };
    }
}
