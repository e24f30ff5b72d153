package io.lethe.node.tenant.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The actions that a statement is about. Names don't care about case. Immutable. */
final class Actions {
    private static final Template.Syntax SYNTAX = new Template.Syntax(true, false, true);

    private final boolean negated;
    private final Set<String> exact = new HashSet<>();
    private final List<Template> patterns = new ArrayList<>();

    /**
     * @param negated NotAction: all but these
     */
    Actions(List<String> names, boolean negated) {
        this.negated = negated;
        for (String name : names) {
            Template template = pattern(name);
            if (template.isFixed()) {
                exact.add(name.toLowerCase(Locale.ROOT));
            } else {
                patterns.add(template);
            }
        }
    }

    static Template pattern(String name) {
        return Template.parse(name, SYNTAX);
    }

    /** Whether {@code name} is a star, or a service, a colon, and a name with wildcards. */
    static boolean isWellFormed(String name) {
        int colon = name.indexOf(':');
        return name.equals("*")
                || (colon > 0
                        && colon < name.length() - 1
                        && name.substring(0, colon).chars().allMatch(Actions::isOfService)
                        && name.substring(colon + 1).chars().allMatch(Actions::isOfName));
    }

    private static boolean isOfService(int c) {
        return isLetterOrDigit(c) || c == '-';
    }

    private static boolean isOfName(int c) {
        return isLetterOrDigit(c) || c == '*' || c == '?';
    }

    private static boolean isLetterOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /**
     * @param action in lower case
     */
    boolean matches(String action) {
        return (exact.contains(action) || anyPattern(action)) != negated;
    }

    private boolean anyPattern(String action) {
        for (Template pattern : patterns) {
            if (pattern.matches(action, RequestContext.empty())) {
                return true;
            }
        }
        return false;
    }
}
