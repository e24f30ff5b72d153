package io.lethe.node.tenant.policy;

import java.util.List;
import java.util.stream.Stream;

/**
 * One key of one operator of a statement's Condition. Immutable; safe for any thread.
 *
 * @param key in lower case
 * @param negated the operator asks for values that don't match, as StringNotEquals does
 * @param ifExists holds where the key is absent
 */
record Condition(
        String key,
        Quantifier quantifier,
        boolean negated,
        boolean ifExists,
        ConditionValues values) {
    /** How several values of the request count. */
    enum Quantifier {
        /** Neither prefix: meant for keys of one value; any value counts as a match. */
        NONE,
        /** ForAllValues: every value of the request fulfils the operator, also if there is none. */
        ALL,
        /** ForAnyValue: at least one value of the request fulfils the operator. */
        ANY
    }

    boolean holds(RequestContext context) {
        List<String> given = context.values(key);
        if (values instanceof ConditionValues.Absence absence) {
            return absence.matches(given.isEmpty());
        }
        if (given.isEmpty()) {
            return ifExists || quantifier == Quantifier.ALL || isNegatedAlone();
        }
        return switch (quantifier) {
            case NONE -> anyMatches(given, context) != negated;
            case ALL -> isNothing(given) || all(given, context);
            case ANY -> any(given, context);
        };
    }

    /** Its own key and those of variables in its values, in lower case. */
    List<String> keys() {
        return Stream.concat(Stream.of(key), values.keys().stream()).toList();
    }

    private boolean isNegatedAlone() {
        return negated && quantifier == Quantifier.NONE;
    }

    /** AWS takes one empty string for an empty set here. */
    private static boolean isNothing(List<String> given) {
        return given.size() == 1 && given.getFirst().isEmpty();
    }

    private boolean anyMatches(List<String> given, RequestContext context) {
        for (String value : given) {
            if (values.match(value, context)) {
                return true;
            }
        }
        return false;
    }

    private boolean any(List<String> given, RequestContext context) {
        for (String value : given) {
            if (values.match(value, context) != negated) {
                return true;
            }
        }
        return false;
    }

    private boolean all(List<String> given, RequestContext context) {
        for (String value : given) {
            if (values.match(value, context) == negated) {
                return false;
            }
        }
        return true;
    }

    /** Whether it can hold only for requests that have the key with one of these values. */
    boolean needsMatch() {
        return !negated && !ifExists && quantifier != Quantifier.ALL;
    }
}
