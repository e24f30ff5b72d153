package io.lethe.node.base.codec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON value as {@link StrictJson} read it. Immutable; safe for any thread. */
public sealed interface JsonValue {
    /** A string, unescaped; holds no half of a surrogate pair. */
    record Text(String value) implements JsonValue {}

    /** A number as it was written, so that nothing is lost to rounding. */
    record Numeral(String digits) implements JsonValue {}

    record Bool(boolean value) implements JsonValue {}

    record Null() implements JsonValue {}

    record Array(List<JsonValue> items) implements JsonValue {
        public Array {
            items = List.copyOf(items);
        }
    }

    /** An object; its names are distinct and in the order of the text. */
    record Struct(Map<String, JsonValue> members) implements JsonValue {
        public Struct {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }
    }
}
