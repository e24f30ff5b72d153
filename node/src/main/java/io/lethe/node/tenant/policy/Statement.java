package io.lethe.node.tenant.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One compiled statement. The parts that are cheapest to look at come first.
 *
 * @param reference how decisions name it
 * @param principals null in kinds of policies that have none
 * @param resources null in trust policies: the role that they are attached to
 */
record Statement(
        StatementReference reference,
        Effect effect,
        Actions actions,
        @Nullable Resources resources,
        @Nullable Principals principals,
        List<Condition> conditions) {
    Statement {
        conditions = List.copyOf(conditions);
    }

    /** Whether it is about this request, and how closely it names the caller. */
    Principals.Match match(AccessRequest request) {
        if (!actions.matches(request.action())) {
            return Principals.Match.NONE;
        }
        Principals.Match match =
                principals == null ? Principals.Match.DIRECT : principals.match(request.caller());
        if (match == Principals.Match.NONE
                || (resources != null && !resources.matches(request, effect))) {
            return Principals.Match.NONE;
        }
        for (Condition condition : conditions) {
            if (!holds(condition, request.context())) {
                return Principals.Match.NONE;
            }
        }
        return match;
    }

    /** What is not known yet is read in the request's favour. */
    private boolean holds(Condition condition, RequestContext context) {
        boolean open = context.hasUnknown() && context.isUnknown(condition.keys());
        return open ? effect == Effect.ALLOW : condition.holds(context);
    }
}
