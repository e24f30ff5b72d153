package io.lethe.node.s3.access;

/**
 * What an operation needs to be allowed, as IAM names it. What headers ask for beside it (tags,
 * ACLs, locks, a copy's source) is the same for all operations: {@link HeaderRights}.
 *
 * @param action as in {@code s3:GetObject}
 * @param onVersion the action where the request names a version
 * @param scope what it is asked for
 * @param copies whether the operation reads what {@code x-amz-copy-source} names; others do not
 *     heed that header, so it must not count for them either
 */
public record Rights(String action, String onVersion, Scope scope, boolean copies) {
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
        return new Rights(action, action, Scope.NAMED, false);
    }

    public static Rights of(String action, String onVersion) {
        return new Rights(action, onVersion, Scope.NAMED, false);
    }

    public static Rights toCreate(String action) {
        return new Rights(action, action, Scope.CREATED, false);
    }

    public static Rights forEachKey(String action, String onVersion) {
        return new Rights(action, onVersion, Scope.EACH_KEY, false);
    }

    /** The same, of an operation that copies where the request names a source. */
    public Rights copying() {
        return new Rights(action, onVersion, scope, true);
    }

    /**
     * @param versionId empty for the current version
     */
    String action(String versionId) {
        return versionId.isEmpty() ? action : onVersion;
    }
}
