package io.lethe.node.tenant.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A pattern as policies write it: text, wildcards, and policy variables that stand for values of
 * the request. What a variable stands for is never a wildcard. A variable without a value, or with
 * several, matches nothing. Immutable; safe for any thread.
 */
final class Template {
    /**
     * What has a meaning in the text.
     *
     * @param wildcards {@code *} and {@code ?}
     * @param variables <code>${...}</code>: from version 2012-10-17 on
     */
    record Syntax(boolean wildcards, boolean variables, boolean ignoreCase) {
        Syntax withWildcards() {
            return new Syntax(true, variables, ignoreCase);
        }

        Syntax ignoringCase() {
            return new Syntax(wildcards, variables, true);
        }
    }

    /**
     * Longest pattern with wildcards, in UTF-16 units: an object's ARN has at most 1,100, and masks
     * take up to an eighth of the square of the length in bytes.
     */
    static final int MOST_WILD_LENGTH = 1_200;

    private final String text;
    private final boolean ignoreCase;
    private final List<Piece> pieces;

    /** Null where a variable must be looked up first. */
    private final @Nullable Glob glob;

    private Template(String text, boolean ignoreCase, List<Piece> pieces) {
        this.text = text;
        this.ignoreCase = ignoreCase;
        this.pieces = List.copyOf(pieces);
        this.glob = hasVariable(pieces) ? null : Glob.of(pieces);
    }

    /**
     * @throws IllegalArgumentException with what is wrong, to be shown behind the text
     */
    static Template parse(String text, Syntax syntax) {
        List<Piece> pieces = new TemplateParser(text, syntax).pieces();
        boolean wild = pieces.stream().anyMatch(piece -> !(piece instanceof Piece.Literal));
        if (wild && text.length() > MOST_WILD_LENGTH) {
            throw new IllegalArgumentException(
                    "has wildcards or variables and more than " + MOST_WILD_LENGTH + " characters");
        }
        return new Template(text, syntax.ignoreCase(), pieces);
    }

    private static boolean hasVariable(List<Piece> pieces) {
        return pieces.stream().anyMatch(Piece.Variable.class::isInstance);
    }

    /** As written in the policy. */
    String text() {
        return text;
    }

    /** Neither wildcard nor variable. */
    boolean isFixed() {
        return pieces.stream().allMatch(Piece.Literal.class::isInstance);
    }

    /** The keys of its variables, in lower case. */
    List<String> keys() {
        return pieces.stream()
                .filter(Piece.Variable.class::isInstance)
                .map(piece -> ((Piece.Variable) piece).key())
                .toList();
    }

    boolean matches(String subject, RequestContext context) {
        String folded = ignoreCase ? subject.toLowerCase(Locale.ROOT) : subject;
        if (glob != null) {
            return glob.matches(folded);
        }
        if (pieces.getFirst() instanceof Piece.Literal head && !folded.startsWith(head.text())) {
            return false;
        }
        List<Piece> resolved = new ArrayList<>(pieces.size());
        for (Piece piece : pieces) {
            if (piece instanceof Piece.Variable variable) {
                String value = valueOf(variable, context);
                if (value == null) {
                    return false;
                }
                resolved.add(new Piece.Literal(value));
            } else {
                resolved.add(piece);
            }
        }
        return Glob.of(resolved).matches(folded);
    }

    private @Nullable String valueOf(Piece.Variable variable, RequestContext context) {
        List<String> values = context.values(variable.key());
        String value = values.size() == 1 ? values.getFirst() : variable.fallback();
        return value == null || !ignoreCase ? value : value.toLowerCase(Locale.ROOT);
    }

    /** Whether {@code subject} matches for some values of the variables. */
    boolean mayMatch(String subject) {
        return WildcardRun.of(pieces).matches(subject, 0, subject.length());
    }

    /** Whether some text that begins with {@code prefix}, and is longer, may match. */
    boolean mayMatchBeyond(String prefix) {
        return WildcardRun.of(pieces).matchesSomeBeyond(prefix);
    }
}
