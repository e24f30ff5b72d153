package io.lethe.node.base.codec;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one JSON text (RFC 8259) from outside: strict syntax, strict UTF-8, every name once in its
 * object, bounded length and depth. Pure; safe for any thread.
 */
public final class StrictJson {
    /** The text is not what was asked for; the message says what is wrong and where. */
    public static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String path;

        MalformedException(String path, String message) {
            super(message);
            this.path = path;
        }

        /** Where, as in {@code $.Statement[0].Effect}; {@code $} is the text itself. */
        public String path() {
            return path;
        }
    }

    private static final Pattern POSITION = Pattern.compile("at line (\\d+) column (\\d+)");

    private StrictJson() {}

    /**
     * @param mostBytes longest text that is read at all
     * @param mostDepth deepest nesting of arrays and objects
     */
    public static JsonValue read(byte[] text, int mostBytes, int mostDepth)
            throws MalformedException {
        if (text.length > mostBytes) {
            throw new MalformedException(
                    "$", "has " + text.length + " bytes, and may have at most " + mostBytes);
        }
        String chars = decode(text);
        if (chars.startsWith("\ufeff")) {
            throw new MalformedException("$", "starts with a byte order mark");
        }
        JsonReader reader = new JsonReader(new StringReader(chars));
        reader.setStrictness(Strictness.STRICT);
        reader.setNestingLimit(mostDepth);
        try {
            JsonValue value = value(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new MalformedException("$", "goes on after its end");
            }
            return value;
        } catch (MalformedJsonException broken) {
            throw new MalformedException(reader.getPath(), problem(broken));
        } catch (IOException | IllegalStateException | NumberFormatException broken) {
            throw new MalformedException(reader.getPath(), "is not JSON: it ends too early");
        }
    }

    private static String decode(byte[] text) throws MalformedException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
        } catch (CharacterCodingException broken) {
            throw new MalformedException("$", "is not UTF-8");
        }
    }

    /** Depth of recursion is bounded by the reader's own nesting limit. */
    private static JsonValue value(JsonReader reader) throws IOException, MalformedException {
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> struct(reader);
            case BEGIN_ARRAY -> array(reader);
            case STRING -> new JsonValue.Text(whole(reader, reader.nextString()));
            case NUMBER -> new JsonValue.Numeral(reader.nextString());
            case BOOLEAN -> new JsonValue.Bool(reader.nextBoolean());
            case NULL -> {
                reader.nextNull();
                yield new JsonValue.Null();
            }
            default -> throw new MalformedException(reader.getPath(), "has no value");
        };
    }

    private static JsonValue struct(JsonReader reader) throws IOException, MalformedException {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = whole(reader, reader.nextName());
            String path = reader.getPath();
            if (members.put(name, value(reader)) != null) {
                throw new MalformedException(path, "stands twice in its object");
            }
        }
        reader.endObject();
        return new JsonValue.Struct(members);
    }

    private static JsonValue array(JsonReader reader) throws IOException, MalformedException {
        List<JsonValue> items = new ArrayList<>();
        reader.beginArray();
        while (reader.hasNext()) {
            items.add(value(reader));
        }
        reader.endArray();
        return new JsonValue.Array(items);
    }

    /** Half a surrogate pair, which escapes can write, has no UTF-8 and compares with nothing. */
    private static String whole(JsonReader reader, String text) throws MalformedException {
        int at = 0;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                throw new MalformedException(reader.getPath(), "has half a surrogate pair");
            }
            at += Character.charCount(c);
        }
        return text;
    }

    /** The library's words are for programmers; only where it stopped is of use. */
    private static String problem(MalformedJsonException broken) {
        String message = String.valueOf(broken.getMessage());
        if (message.startsWith("Nesting limit")) {
            return "is nested too deeply";
        }
        Matcher position = POSITION.matcher(message);
        return position.find()
                ? "is not JSON (line " + position.group(1) + ", column " + position.group(2) + ")"
                : "is not JSON";
    }
}
