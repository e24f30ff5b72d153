package io.lethe.node.base.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Fills records from a parsed document and the environment, and notes every problem and every value
 * in effect. One use, one thread.
 */
final class Binder {
    /** Elements of one list: devices of the largest node are below a hundred. */
    private static final int MOST_ELEMENTS = 1_024;

    private static final Set<Tag> PLAIN = Set.of(Tag.STR, Tag.INT, Tag.BOOL, Tag.FLOAT);

    private final Map<String, String> environment;
    private final List<String> problems = new ArrayList<>();
    private final List<Loaded.Effective> effective = new ArrayList<>();
    private final Set<String> variables = new HashSet<>();

    Binder(Map<String, String> environment) {
        this.environment = environment;
    }

    List<String> problems() {
        return problems;
    }

    List<Loaded.Effective> effective() {
        return effective;
    }

    /** Every variable that was, or could have been, read. */
    Set<String> variables() {
        return variables;
    }

    /** The record, or null when something in it was wrong; then there is a problem. */
    <R> @Nullable R bind(Schema<R> schema, @Nullable Node node, String prefix) {
        int before = problems.size();
        Map<String, Node> entries = entries(schema, node, prefix);
        List<@Nullable Object> values = new ArrayList<>();
        for (Schema.Field field : schema.fields()) {
            values.add(value(field, entries.get(field.name()), prefix + field.name()));
        }
        if (problems.size() > before) {
            return null;
        }
        try {
            return schema.make(values);
        } catch (IllegalArgumentException e) {
            String where = prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1) + ": ";
            problems.add(where + e.getMessage());
            return null;
        }
    }

    private Map<String, Node> entries(Schema<?> schema, @Nullable Node node, String prefix) {
        Map<String, Node> entries = new HashMap<>();
        if (node == null || isEmpty(node)) {
            return entries;
        }
        if (!(node instanceof MappingNode mapping)) {
            String name = prefix.isEmpty() ? "the file" : prefix.substring(0, prefix.length() - 1);
            problems.add(name + where(node) + " must hold keys and values");
            return entries;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            String name =
                    tuple.getKeyNode() instanceof ScalarNode scalar
                            ? scalar.getValue()
                            : "(complex)";
            if (!schema.names().contains(name)) {
                problems.add(
                        "unknown key '"
                                + prefix
                                + name
                                + "'"
                                + where(tuple.getKeyNode())
                                + Nearest.hint(name, schema.names()));
            } else if (entries.put(name, tuple.getValueNode()) != null) {
                problems.add(prefix + name + where(tuple.getKeyNode()) + " is given twice");
            }
        }
        return entries;
    }

    private @Nullable Object value(Schema.Field field, @Nullable Node node, String key) {
        Schema<?> nested = field.nested();
        if (nested != null) {
            return field.list() ? records(nested, node, key) : bind(nested, node, key + ".");
        }
        return field.list() ? leaves(field, node, key) : leaf(field, node, key);
    }

    private List<Object> records(Schema<?> nested, @Nullable Node node, String key) {
        List<Node> nodes = elements(node, key);
        List<Object> records = new ArrayList<>();
        for (int i = 0; i < MOST_ELEMENTS; i++) {
            String prefix = key + "[" + i + "].";
            if (i >= nodes.size() && !overridden(prefix)) {
                break;
            }
            Object one = bind(nested, i < nodes.size() ? nodes.get(i) : null, prefix);
            if (one != null) {
                records.add(one);
            }
        }
        return records;
    }

    private boolean overridden(String prefix) {
        String start = Schema.variable(prefix);
        return environment.keySet().stream().anyMatch(name -> name.startsWith(start));
    }

    private List<Object> leaves(Schema.Field field, @Nullable Node node, String key) {
        String variable = Schema.variable(key);
        variables.add(variable);
        String override = environment.get(variable);
        Loaded.Origin origin;
        List<String> texts;
        if (override != null) {
            origin = Loaded.Origin.ENVIRONMENT;
            texts = split(override);
        } else if (node != null) {
            origin = Loaded.Origin.FILE;
            texts = texts(elements(node, key), key);
        } else {
            origin = Loaded.Origin.DEFAULT;
            texts = split(field.setting().fallback());
        }
        List<Object> values = new ArrayList<>();
        for (String text : texts) {
            Object value = read(field, text, key + (node == null ? "" : where(node)));
            if (value != null) {
                values.add(value);
            }
        }
        effective.add(new Loaded.Effective(key, Leaf.format(values), origin));
        return values;
    }

    private static List<String> split(String text) {
        return text.isBlank()
                ? List.of()
                : Arrays.stream(text.split(",", MOST_ELEMENTS)).map(String::strip).toList();
    }

    private List<String> texts(List<Node> nodes, String key) {
        List<String> texts = new ArrayList<>();
        for (Node node : nodes) {
            String text = scalar(node, key);
            if (text != null) {
                texts.add(text);
            }
        }
        return texts;
    }

    private @Nullable Object leaf(Schema.Field field, @Nullable Node node, String key) {
        String variable = Schema.variable(key);
        variables.add(variable);
        String override = environment.get(variable);
        if (override != null && !override.isEmpty()) {
            return noted(
                    field,
                    override,
                    key,
                    key + " (from " + variable + ")",
                    Loaded.Origin.ENVIRONMENT);
        }
        if (node != null) {
            String text = scalar(node, key);
            return text == null
                    ? null
                    : noted(field, text, key, key + where(node), Loaded.Origin.FILE);
        }
        if (field.fallback().isPresent()) {
            return noted(field, field.fallback().get(), key, key, Loaded.Origin.DEFAULT);
        }
        if (!field.setting().optional()) {
            problems.add(
                    key
                            + " is missing: set it in the file or by "
                            + variable
                            + " (it is "
                            + field.setting().help()
                            + ")");
        }
        return null;
    }

    private @Nullable Object noted(
            Schema.Field field, String text, String key, String shown, Loaded.Origin origin) {
        Object value = read(field, text, shown);
        if (value != null) {
            effective.add(new Loaded.Effective(key, Leaf.format(value), origin));
        }
        return value;
    }

    private @Nullable Object read(Schema.Field field, String text, String shown) {
        Leaf<?> leaf = field.leaf();
        if (leaf == null) {
            throw new IllegalStateException(shown + " is no leaf");
        }
        try {
            return leaf.read(text, field.setting());
        } catch (IllegalArgumentException e) {
            problems.add(shown + ": " + e.getMessage());
            return null;
        }
    }

    private List<Node> elements(@Nullable Node node, String key) {
        if (node == null || isEmpty(node)) {
            return List.of();
        }
        if (!(node instanceof SequenceNode sequence)) {
            problems.add(key + where(node) + " must be a list");
            return List.of();
        }
        if (sequence.getValue().size() > MOST_ELEMENTS) {
            problems.add(key + where(node) + " has more than " + MOST_ELEMENTS + " elements");
            return List.of();
        }
        return sequence.getValue();
    }

    private @Nullable String scalar(Node node, String key) {
        if (node instanceof ScalarNode scalar && PLAIN.contains(scalar.getTag())) {
            return scalar.getValue();
        }
        problems.add(
                key
                        + where(node)
                        + (isEmpty(node) ? " has no value" : " must be a single plain value"));
        return null;
    }

    private static boolean isEmpty(Node node) {
        return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
    }

    private static String where(Node node) {
        return " (line " + (node.getStartMark().getLine() + 1) + ")";
    }
}
