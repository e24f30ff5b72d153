package io.lethe.node.s3.sigv4;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the JSON of a POST policy: objects as maps, arrays as lists, everything else as text, since
 * the conditions compare text. Bounded in depth; the caller bounds the length. One use, one thread.
 */
final class PolicyJson {
    /** A policy's own depth is three. */
    private static final int MOST_DEPTH = 8;

    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed() {
            super("malformed JSON", null, false, false);
        }
    }

    private final String text;
    private int at;

    private PolicyJson(String text) {
        this.text = text;
    }

    /** Empty where the text is no JSON. */
    static Optional<Object> read(String text) {
        PolicyJson in = new PolicyJson(text);
        try {
            Object value = in.value(0);
            in.blanks();
            return in.at == text.length() ? Optional.of(value) : Optional.empty();
        } catch (Malformed e) {
            return Optional.empty();
        }
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() throws Malformed {
        blanks();
        if (at == text.length()) {
            throw new Malformed();
        }
        return text.charAt(at);
    }

    private boolean skip(char wanted) throws Malformed {
        if (peek() != wanted) {
            return false;
        }
        at++;
        return true;
    }

    private void expect(char wanted) throws Malformed {
        if (!skip(wanted)) {
            throw new Malformed();
        }
    }

    private Object value(int depth) throws Malformed {
        if (depth == MOST_DEPTH) {
            throw new Malformed();
        }
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            default -> word();
        };
    }

    private Map<String, Object> object(int depth) throws Malformed {
        Map<String, Object> object = new LinkedHashMap<>();
        expect('{');
        if (skip('}')) {
            return object;
        }
        do {
            peek();
            String name = string();
            expect(':');
            if (object.put(name, value(depth + 1)) != null) {
                throw new Malformed();
            }
        } while (skip(','));
        expect('}');
        return object;
    }

    private List<Object> array(int depth) throws Malformed {
        List<Object> array = new ArrayList<>();
        expect('[');
        if (skip(']')) {
            return array;
        }
        do {
            array.add(value(depth + 1));
        } while (skip(','));
        expect(']');
        return array;
    }

    private String string() throws Malformed {
        expect('"');
        StringBuilder out = new StringBuilder();
        while (at < text.length()) {
            char one = text.charAt(at++);
            if (one == '"') {
                return out.toString();
            }
            if (one < ' ') {
                throw new Malformed();
            }
            out.append(one == '\\' ? escaped() : one);
        }
        throw new Malformed();
    }

    private char escaped() throws Malformed {
        if (at == text.length()) {
            throw new Malformed();
        }
        char one = text.charAt(at++);
        return switch (one) {
            case '"', '\\', '/', '$' -> one;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hex();
            default -> throw new Malformed();
        };
    }

    private char hex() throws Malformed {
        if (at + 4 > text.length()) {
            throw new Malformed();
        }
        int value = 0;
        for (int end = at + 4; at < end; at++) {
            int digit = text.charAt(at) < 128 ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw new Malformed();
            }
            value = (value << 4) | digit;
        }
        return (char) value;
    }

    /** A number, {@code true}, {@code false} or {@code null}, as text. */
    private String word() throws Malformed {
        int from = at;
        while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(from, at);
        if (!word.matches("true|false|null|-?(0|[1-9][0-9]{0,18})(\\.[0-9]{1,18})?")) {
            throw new Malformed();
        }
        return word;
    }
}
