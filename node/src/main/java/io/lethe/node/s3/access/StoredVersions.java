package io.lethe.node.s3.access;

import io.lethe.node.object.Attributes;
import io.lethe.node.object.Caller;
import java.util.Optional;

/**
 * Tells what is said of stored versions. Asked only where a policy has a condition on it, or where
 * an ACL may yet grant what was refused. Safe for any task.
 */
@FunctionalInterface
public interface StoredVersions {
    /**
     * @param owner on whose behalf it is looked for: what is seen is not told
     * @param versionId empty for the current version
     * @return empty where there is no such version
     */
    Optional<Attributes> find(
            Caller owner, String bucket, String key, String versionId, long deadlineNanos)
            throws InterruptedException;
}
