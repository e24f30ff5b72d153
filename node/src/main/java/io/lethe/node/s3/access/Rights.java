package io.lethe.node.s3.access;

/**
 * What an operation needs to be allowed, as IAM names it. What headers ask for beside it (tags,
 * ACLs, locks, a copy's source) is the same for all operations: {@link HeaderRights}.
 *
 * @param action as in {@code s3:GetObject}
 * @param onVersion the action where the request names a version
 * @param scope what it is asked for
 */
public record Rights(String action, String onVersion, Scope scope) {
    /** What a right is about. */
    public enum Scope {
        /** The bucket or object that the request names. */
        NAMED,
        /** A bucket that is not there yet: the caller's own. */
        CREATED,
        /** Keys in the request's body: the operation asks for each of them. */
        EACH_KEY
    }

    public static Rights of(String action) {
        return new Rights(action, action, Scope.NAMED);
    }

    public static Rights of(String action, String onVersion) {
        return new Rights(action, onVersion, Scope.NAMED);
    }

    public static Rights toCreate(String action) {
        return new Rights(action, action, Scope.CREATED);
    }

    public static Rights forEachKey(String action, String onVersion) {
        return new Rights(action, onVersion, Scope.EACH_KEY);
    }

    /**
     * @param versionId empty for the current version
     */
    String action(String versionId) {
        return versionId.isEmpty() ? action : onVersion;
    }
}
