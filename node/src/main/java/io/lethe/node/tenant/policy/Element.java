package io.lethe.node.tenant.policy;

import io.lethe.node.base.codec.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A value of the policy's text together with where it stands, so that every complaint can say so.
 *
 * @param path as in {@code Statement[0].Effect}; empty for the policy itself
 */
record Element(String path, JsonValue value) {
    /** Longest part of the text that a message repeats, in characters. */
    private static final int MOST_SHOWN = 80;

    MalformedPolicyException error(String problem) {
        return new MalformedPolicyException(path, problem);
    }

    /** {@code text} as messages show it. */
    static String shown(String text) {
        return text.length() <= MOST_SHOWN
                ? "'" + text + "'"
                : "'" + text.substring(0, MOST_SHOWN) + "...'";
    }

    /** The members of an object, all of whose names must be among {@code known}. */
    Map<String, JsonValue> members(Set<String> known) throws MalformedPolicyException {
        Map<String, JsonValue> members = members();
        for (String name : members.keySet()) {
            if (!known.contains(name)) {
                throw error("Unknown field " + shown(name));
            }
        }
        return members;
    }

    Map<String, JsonValue> members() throws MalformedPolicyException {
        if (value instanceof JsonValue.Struct struct) {
            return struct.members();
        }
        throw error("This must be a JSON object");
    }

    /** The member of an object that {@link #members} gave. */
    Element member(String name, JsonValue member) {
        return new Element(path.isEmpty() ? name : path + "." + name, member);
    }

    /** An array's items, or the value itself if it is no array; at least one. */
    List<Element> items() throws MalformedPolicyException {
        if (!(value instanceof JsonValue.Array array)) {
            return List.of(this);
        }
        if (array.items().isEmpty()) {
            throw error("This must have at least one value");
        }
        List<Element> items = new ArrayList<>();
        for (int i = 0; i < array.items().size(); i++) {
            items.add(new Element(path + "[" + i + "]", array.items().get(i)));
        }
        return items;
    }

    String text() throws MalformedPolicyException {
        if (value instanceof JsonValue.Text text) {
            return text.value();
        }
        throw error("This must be a string");
    }

    /** A string or an array of strings; at least one. */
    List<String> texts() throws MalformedPolicyException {
        List<String> texts = new ArrayList<>();
        for (Element item : items()) {
            texts.add(item.text());
        }
        return texts;
    }

    /** As {@link #texts}, where numbers and booleans may stand without quotes. */
    List<String> scalars() throws MalformedPolicyException {
        List<String> texts = new ArrayList<>();
        for (Element item : items()) {
            texts.add(
                    switch (item.value) {
                        case JsonValue.Text text -> text.value();
                        case JsonValue.Numeral number -> number.digits();
                        case JsonValue.Bool bool -> String.valueOf(bool.value());
                        case JsonValue.Null _, JsonValue.Array _, JsonValue.Struct _ ->
                                throw item.error("This must be a string, a number or a boolean");
                    });
        }
        return texts;
    }
}
