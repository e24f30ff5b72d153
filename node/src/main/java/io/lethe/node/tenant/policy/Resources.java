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
        boolean takes = (effect == Effect.DENY) != negated;
        boolean named = isAmong(request.resource(), request.context(), takes);
        if (takes) {
            for (String other : request.otherNames()) {
                named = named || isAmong(other, request.context(), true);
            }
        }
        return named != negated;
    }

    private boolean isAmong(String resource, RequestContext context, boolean takes) {
        for (Template pattern : patterns) {
            if (matches(pattern, resource, context, takes)) {
                return true;
            }
        }
        return false;
    }

    /** What is not known yet is read in the request's favour. */
    private static boolean matches(
            Template pattern, String resource, RequestContext context, boolean takes) {
        boolean open = context.hasUnknown() && context.isUnknown(pattern.keys());
        return open ? !takes && pattern.mayMatch(resource) : pattern.matches(resource, context);
    }
}
