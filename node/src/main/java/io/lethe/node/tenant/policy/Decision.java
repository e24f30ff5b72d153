package io.lethe.node.tenant.policy;

/** The answer to one {@link AccessRequest}, and what decided it. */
public sealed interface Decision {
    default boolean isAllowed() {
        return this instanceof Allowed;
    }

    /** May go on. */
    sealed interface Allowed extends Decision {}

    /** May not; the door answers AccessDenied. */
    sealed interface Denied extends Decision {}

    /** A statement grants it. */
    record AllowedBy(StatementReference statement) implements Allowed {}

    /** The account itself, on what belongs to it. */
    record AllowedAsOwner(String account) implements Allowed {}

    /** A statement refuses it, whatever others grant. */
    record DeniedBy(StatementReference statement) implements Denied {}

    /** No statement grants it. */
    record NotGranted(Missing missing) implements Denied {}

    /** Whose grant is missing. */
    enum Missing {
        /** The resource's policy must grant it: a stranger's account, or no account. */
        RESOURCE_POLICY,
        /** The caller's identity policies must grant it. */
        IDENTITY_POLICY,
        /** The session's own policies must grant it too. */
        SESSION_POLICY,
        /** RestrictPublicBuckets: a public bucket is for its own account only. */
        PUBLIC_ACCESS_BLOCK
    }
}
