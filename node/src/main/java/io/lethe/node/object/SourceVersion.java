package io.lethe.node.object;

import io.lethe.node.crypto.KeyBytes;
import org.jspecify.annotations.Nullable;

/**
 * What a copy reads. The reader may be another caller than the copy's writer: the copy of another
 * tenant's object, which a door has allowed.
 *
 * @param versionId empty for the current version
 * @param customerKey under which the version is, or null
 */
public record SourceVersion(
        Caller reader,
        String bucket,
        String key,
        String versionId,
        @Nullable KeyBytes customerKey) {
    /** Under no customer's key. */
    public SourceVersion(Caller reader, String bucket, String key, String versionId) {
        this(reader, bucket, key, versionId, null);
    }

    /** The same, read with this key. */
    public SourceVersion under(@Nullable KeyBytes customer) {
        return new SourceVersion(reader, bucket, key, versionId, customer);
    }
}
