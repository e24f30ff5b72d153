package io.lethe.node.tenant.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Cuts the text of one {@link Template} into pieces. Used once, by one thread. */
final class TemplateParser {
    private static final String OPEN = "${";

    private final String text;
    private final Template.Syntax syntax;
    private final List<Piece> pieces = new ArrayList<>();
    private final StringBuilder literal = new StringBuilder();
    private int at;

    TemplateParser(String text, Template.Syntax syntax) {
        this.text = text;
        this.syntax = syntax;
    }

    List<Piece> pieces() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (syntax.variables() && text.startsWith(OPEN, at)) {
                variable();
            } else if (syntax.wildcards() && c == '*') {
                wild(Piece.Wild.RUN);
            } else if (syntax.wildcards() && c == '?') {
                wild(Piece.Wild.ONE);
            } else {
                literal.append(c);
                at++;
            }
        }
        flush();
        return pieces;
    }

    private void wild(Piece.Wild wild) {
        flush();
        if (wild == Piece.Wild.ONE || pieces.isEmpty() || pieces.getLast() != Piece.Wild.RUN) {
            pieces.add(wild);
        }
        at++;
    }

    private void flush() {
        if (!literal.isEmpty()) {
            pieces.add(new Piece.Literal(folded(literal.toString())));
            literal.setLength(0);
        }
    }

    private String folded(String part) {
        return syntax.ignoreCase() ? part.toLowerCase(Locale.ROOT) : part;
    }

    /** {@code ${*}}, {@code ${?}}, {@code ${$}}, {@code ${key}}, {@code ${key, 'fallback'}}. */
    private void variable() {
        int start = at + OPEN.length();
        int comma = indexOf(',', start);
        int end = indexOf('}', start);
        int quote = -1;
        if (comma >= 0 && comma < end) {
            quote = indexOf('\'', comma);
            int second = quote < 0 ? -1 : indexOf('\'', quote + 1);
            end = second < 0 ? -1 : indexOf('}', second);
        } else {
            comma = -1;
        }
        if (end < 0) {
            throw new IllegalArgumentException("has a " + OPEN + " without its end");
        }
        String name = text.substring(start, comma < 0 ? end : comma).strip();
        String fallback = comma < 0 ? null : fallback(text.substring(comma + 1, end).strip());
        if (comma < 0 && (name.equals("*") || name.equals("?") || name.equals("$"))) {
            literal.append(name);
        } else {
            flush();
            pieces.add(new Piece.Variable(key(name), fallback == null ? null : folded(fallback)));
        }
        at = end + 1;
    }

    private static String fallback(String quoted) {
        int end = quoted.length() - 1;
        if (end < 1 || quoted.charAt(0) != '\'' || quoted.indexOf('\'', 1) != end) {
            throw new IllegalArgumentException("has a variable whose default is not in 'quotes'");
        }
        return quoted.substring(1, end);
    }

    private static String key(String name) {
        @Nullable String problem = ContextKeys.problemOf(name);
        if (problem != null) {
            throw new IllegalArgumentException("has a variable that " + problem);
        }
        return name.toLowerCase(Locale.ROOT);
    }

    private int indexOf(char c, int from) {
        return text.indexOf(c, from);
    }
}
