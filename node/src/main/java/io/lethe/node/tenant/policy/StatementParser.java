package io.lethe.node.tenant.policy;

import io.lethe.node.base.codec.JsonValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compiles the statements of one policy, and collects the condition keys that they use. */
final class StatementParser {
    private static final Set<String> FIELDS =
            Set.of(
                    "Sid",
                    "Effect",
                    "Principal",
                    "NotPrincipal",
                    "Action",
                    "NotAction",
                    "Resource",
                    "NotResource",
                    "Condition");

    private final PolicyKind kind;
    private final String bucket;
    private final String policyId;
    private final boolean variables;
    private final Set<String> keys = new HashSet<>();

    StatementParser(PolicyKind kind, String bucket, String policyId, boolean variables) {
        this.kind = kind;
        this.bucket = bucket;
        this.policyId = policyId;
        this.variables = variables;
    }

    /** Keys of conditions and variables so far, in lower case. */
    Set<String> keys() {
        return keys;
    }

    Statement parse(Element element, int index) throws MalformedPolicyException {
        Map<String, JsonValue> fields = element.members(FIELDS);
        String sid = sid(element, fields.get("Sid"));
        Effect effect = effect(element, fields.get("Effect"));
        Principals principals = principals(element, fields, effect);
        Element actionField = oneOf(element, fields, "Action");
        List<String> names = actions(actionField);
        Resources resources = resources(element, fields);
        if (kind == PolicyKind.BUCKET && resources != null) {
            BucketRules rules = new BucketRules(bucket, resources);
            rules.checkResources(oneOf(element, fields, "Resource"));
            rules.checkActions(actionField, isNegated(actionField), names);
        }
        List<Condition> conditions = conditions(element, fields.get("Condition"));
        return new Statement(
                new StatementReference(kind, policyId, index, sid),
                effect,
                new Actions(names, isNegated(actionField)),
                resources,
                principals,
                conditions);
    }

    private static boolean isNegated(Element field) {
        return field.path().substring(field.path().lastIndexOf('.') + 1).startsWith("Not");
    }

    private String sid(Element element, @Nullable JsonValue field) throws MalformedPolicyException {
        if (field == null) {
            return "";
        }
        Element sid = element.member("Sid", field);
        String text = sid.text();
        boolean plain = text.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit((char) c));
        if (kind != PolicyKind.BUCKET && !plain) {
            throw sid.error("Statement IDs (SID) must be alpha-numeric");
        }
        return text;
    }

    private static Effect effect(Element element, @Nullable JsonValue field)
            throws MalformedPolicyException {
        if (field == null) {
            throw element.error("Missing required field Effect");
        }
        Element effect = element.member("Effect", field);
        return switch (effect.text()) {
            case "Allow" -> Effect.ALLOW;
            case "Deny" -> Effect.DENY;
            default ->
                    throw effect.error(
                            "Invalid effect " + Element.shown(effect.text()) + ": Allow or Deny");
        };
    }

    /** {@code name} or {@code Not<name>}: exactly one of them. */
    private static Element oneOf(Element element, Map<String, JsonValue> fields, String name)
            throws MalformedPolicyException {
        JsonValue plain = fields.get(name);
        JsonValue negated = fields.get("Not" + name);
        if (plain != null && negated != null) {
            throw element.error("A statement cannot have both " + name + " and Not" + name);
        }
        if (plain != null) {
            return element.member(name, plain);
        }
        if (negated != null) {
            return element.member("Not" + name, negated);
        }
        throw element.error("Missing required field " + name);
    }

    private @Nullable Principals principals(
            Element element, Map<String, JsonValue> fields, Effect effect)
            throws MalformedPolicyException {
        if (!kind.namesPrincipals()) {
            if (fields.containsKey("Principal") || fields.containsKey("NotPrincipal")) {
                throw element.error("Policy document should not specify a principal");
            }
            return null;
        }
        Element field = oneOf(element, fields, "Principal");
        boolean negated = isNegated(field);
        if (negated && (kind == PolicyKind.TRUST || effect == Effect.ALLOW)) {
            throw field.error("NotPrincipal is for statements of bucket policies that deny");
        }
        return new PrincipalParser(field, negated).parse();
    }

    private static List<String> actions(Element field) throws MalformedPolicyException {
        for (Element item : field.items()) {
            if (!Actions.isWellFormed(item.text())) {
                throw item.error("Policy has invalid action " + Element.shown(item.text()));
            }
        }
        return field.texts();
    }

    private @Nullable Resources resources(Element element, Map<String, JsonValue> fields)
            throws MalformedPolicyException {
        if (kind == PolicyKind.TRUST) {
            if (fields.containsKey("Resource") || fields.containsKey("NotResource")) {
                throw element.error("Has prohibited field Resource");
            }
            return null;
        }
        Element field = oneOf(element, fields, "Resource");
        List<Template> patterns = new ArrayList<>();
        for (Element item : field.items()) {
            String text = item.text();
            if (!text.equals("*") && !text.startsWith("arn:")) {
                throw item.error(
                        "Policy has invalid resource "
                                + Element.shown(text)
                                + ": resources are ARNs, or *");
            }
            patterns.add(template(item, text));
        }
        return new Resources(patterns, isNegated(field));
    }

    private Template template(Element item, String text) throws MalformedPolicyException {
        try {
            Template template = Template.parse(text, new Template.Syntax(true, variables, false));
            keys.addAll(template.keys());
            return template;
        } catch (IllegalArgumentException wrong) {
            throw item.error(
                    "Policy has invalid resource: "
                            + Element.shown(text)
                            + " "
                            + wrong.getMessage());
        }
    }

    private List<Condition> conditions(Element element, @Nullable JsonValue field)
            throws MalformedPolicyException {
        List<Condition> conditions = new ArrayList<>();
        if (field == null) {
            return conditions;
        }
        Element all = element.member("Condition", field);
        for (Map.Entry<String, JsonValue> byName : all.members().entrySet()) {
            Element block = all.member(byName.getKey(), byName.getValue());
            Operator operator = Operator.of(byName.getKey()).orElse(null);
            if (operator == null) {
                throw block.error("Invalid Condition type : " + Element.shown(byName.getKey()));
            }
            Set<String> seen = new HashSet<>();
            for (Map.Entry<String, JsonValue> byKey : block.members().entrySet()) {
                Element values = block.member(byKey.getKey(), byKey.getValue());
                String key = key(values, byKey.getKey());
                if (!seen.add(key)) {
                    throw values.error("This key stands twice: case does not matter");
                }
                conditions.add(condition(operator, key, values));
            }
        }
        return conditions;
    }

    private String key(Element values, String name) throws MalformedPolicyException {
        String problem = ContextKeys.problemOf(name);
        if (problem != null) {
            throw values.error("Policy has an invalid condition key: this " + problem);
        }
        if (kind == PolicyKind.BUCKET && !ContextKeys.isKnownToS3(name)) {
            throw values.error("Policy has an invalid condition key: S3 does not know it");
        }
        return name.toLowerCase(Locale.ROOT);
    }

    private Condition condition(Operator operator, String key, Element values)
            throws MalformedPolicyException {
        List<String> texts = values.scalars();
        try {
            ConditionValues compiled = operator.values(texts, variables);
            keys.add(key);
            keys.addAll(compiled.keys());
            return new Condition(
                    key, operator.quantifier(), operator.negated(), operator.ifExists(), compiled);
        } catch (Operator.BadValueException wrong) {
            Element item = values.items().get(wrong.index());
            throw item.error(
                    "Invalid value: "
                            + Element.shown(texts.get(wrong.index()))
                            + " "
                            + wrong.getMessage());
        }
    }
}
