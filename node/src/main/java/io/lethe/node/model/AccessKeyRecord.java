package io.lethe.node.model;

import io.lethe.node.base.Bytes;

/**
 * An access key.
 *
 * @param accessKeyId public name, 20 characters
 * @param sealedSecret the secret under the tenant key (signatures need the secret itself, not a
 *     hash)
 * @param active counts; one that does not may be made to again
 * @param createdMillis by the directory's time; 0: before that was kept
 * @param expiresMillis from when on it does not count, by the wall clock; 0: never
 */
public record AccessKeyRecord(
        String accessKeyId,
        TenantId tenant,
        Id128 user,
        Bytes sealedSecret,
        boolean operator,
        boolean active,
        long createdMillis,
        long expiresMillis) {
    /** One that counts for good. */
    public AccessKeyRecord(
            String accessKeyId, TenantId tenant, Id128 user, Bytes sealedSecret, boolean operator) {
        this(accessKeyId, tenant, user, sealedSecret, operator, true, 0, 0);
    }

    /** The same without the operator's right. */
    public AccessKeyRecord withoutOperator() {
        return new AccessKeyRecord(
                accessKeyId,
                tenant,
                user,
                sealedSecret,
                false,
                active,
                createdMillis,
                expiresMillis);
    }

    /** Whether it counts at a time. */
    public boolean counts(long wallMillis) {
        return active && (expiresMillis == 0 || wallMillis < expiresMillis);
    }
}
