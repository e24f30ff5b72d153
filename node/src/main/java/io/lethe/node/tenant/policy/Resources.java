package io.lethe.node.tenant.policy;

import java.util.List;

/**
 * The resources that a statement is about.
 *
 * @param negated NotResource: all but these
 */
record Resources(List<Template> patterns, boolean negated) {
    Resources {
        patterns = List.copyOf(patterns);
    }

    boolean matches(String resource, RequestContext context) {
        for (Template pattern : patterns) {
            if (pattern.matches(resource, context)) {
                return !negated;
            }
        }
        return negated;
    }
}
