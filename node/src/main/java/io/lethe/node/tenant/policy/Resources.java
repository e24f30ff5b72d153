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

    /**
     * Whether a statement of this effect is about the request. Resource of a denial and NotResource
     * of a grant take away: any of the resource's names counts. The others give: only the name by
     * which it is asked for counts, which nothing else has.
     */
    boolean matches(AccessRequest request, Effect effect) {
        boolean named = isAmong(request.resource(), request.context());
        if ((effect == Effect.DENY) != negated) {
            for (String other : request.otherNames()) {
                named = named || isAmong(other, request.context());
            }
        }
        return named != negated;
    }

    private boolean isAmong(String resource, RequestContext context) {
        for (Template pattern : patterns) {
            if (pattern.matches(resource, context)) {
                return true;
            }
        }
        return false;
    }
}
