package io.lethe.node.tenant.policy;

import java.util.Set;

/**
 * The callers that a resource's policy names. Immutable; safe for any thread.
 *
 * @param everyone the star: anonymous callers too
 * @param accounts ids, also of those that were written as {@code arn:aws:iam::<id>:root}
 * @param arns of users, roles and role sessions
 * @param canonicalIds the other names of accounts
 * @param negated NotPrincipal: all but these
 */
record Principals(
        boolean everyone,
        Set<String> accounts,
        Set<String> arns,
        Set<String> canonicalIds,
        Set<String> services,
        Set<String> federated,
        boolean negated) {
    /** How closely a caller is named, in order: a closer name gives more. */
    enum Match {
        NONE,
        /** By its account, which says no more than that the account may give it the right. */
        ACCOUNT,
        /** By its role: enough without an identity policy, but a session policy still narrows. */
        ROLE,
        /** By its own name, or by the star: enough. */
        DIRECT
    }

    Principals {
        accounts = Set.copyOf(accounts);
        arns = Set.copyOf(arns);
        canonicalIds = Set.copyOf(canonicalIds);
        services = Set.copyOf(services);
        federated = Set.copyOf(federated);
    }

    Match match(Caller caller) {
        if (negated) {
            return isExcepted(caller) ? Match.NONE : Match.DIRECT;
        }
        if (everyone) {
            return Match.DIRECT;
        }
        return switch (caller) {
            case Caller.Anonymous _ -> Match.NONE;
            case Caller.Service service -> direct(services.contains(service.name()));
            case Caller.Federated user -> direct(federated.contains(user.provider()));
            case Caller.Root root -> direct(hasAccount(root.account(), root.canonicalId()));
            case Caller.User user -> {
                boolean account = hasAccount(user.account(), user.canonicalId());
                yield arns.contains(user.arn()) ? Match.DIRECT : ofAccount(account);
            }
            case Caller.RoleSession session -> {
                if (arns.contains(session.arn())) {
                    yield Match.DIRECT;
                }
                boolean account = hasAccount(session.account(), session.canonicalId());
                yield arns.contains(session.roleArn()) ? Match.ROLE : ofAccount(account);
            }
        };
    }

    /**
     * NotPrincipal spares a user or a session only if both it and its account are named: AWS looks
     * at the account first, and whoever lists the account alone spares its root alone.
     */
    private boolean isExcepted(Caller caller) {
        if (everyone) {
            return true;
        }
        return switch (caller) {
            case Caller.Anonymous _ -> false;
            case Caller.Service service -> services.contains(service.name());
            case Caller.Federated user -> federated.contains(user.provider());
            case Caller.Root root -> hasAccount(root.account(), root.canonicalId());
            case Caller.User user ->
                    arns.contains(user.arn()) && hasAccount(user.account(), user.canonicalId());
            case Caller.RoleSession session ->
                    (arns.contains(session.arn()) || arns.contains(session.roleArn()))
                            && hasAccount(session.account(), session.canonicalId());
        };
    }

    private boolean hasAccount(String account, String canonicalId) {
        return accounts.contains(account) || canonicalIds.contains(canonicalId);
    }

    private static Match direct(boolean named) {
        return named ? Match.DIRECT : Match.NONE;
    }

    private static Match ofAccount(boolean named) {
        return named ? Match.ACCOUNT : Match.NONE;
    }

    /** Only callers that somebody vouches for by name: what "not public" asks of a grant. */
    boolean isFixed() {
        return !negated && !everyone && federated.isEmpty();
    }
}
